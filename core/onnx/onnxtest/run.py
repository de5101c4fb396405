"""Runs the program of every folder on its batch and prints how far its outputs
are from those that are wanted there, as JSON."""
import importlib.util
import json
import os

import numpy as np


def compare(folder):
    with open(os.path.join(folder, "io.json")) as f:
        io = json.load(f)
    spec = importlib.util.spec_from_file_location(folder, os.path.join(folder, "model.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.load(folder)
    convert = lambda a: a
    if hasattr(module, "torch"):
        convert = lambda a: module.torch.from_numpy(np.array(a))
        module.torch.set_grad_enabled(False)
        module.torch.set_num_threads(1)
    batch = dict(np.load(os.path.join(folder, "batch.npz")))
    arguments = [convert(batch["in/" + name]) for name in io["Inputs"] or []]
    states = io["States"] or []
    if states:
        arguments.append({name: convert(batch["in/" + name]) for name, _ in states})
    got = model(*arguments)
    got = list(got) if isinstance(got, tuple) else [got]
    out = {}
    if states:
        last = got.pop()
        out = {after: last[name] for name, after in states}
    out.update(zip(io["Outputs"], got))
    largest = 0.0
    for key, want in batch.items():
        if key.startswith("out/"):
            y = np.asarray(out[key[4:]])
            assert y.shape == want.shape, f"{key}: shape {y.shape}, not {want.shape}"
            d = np.max(np.abs(y - want), initial=0) / max(1, np.max(np.abs(want), initial=0))
            if not d <= largest:
                largest = float(d)
    return largest


results = []
for folder in sorted(f for f in os.listdir(".") if os.path.isdir(f)):
    try:
        results.append({"Name": folder, "Largest": compare(folder), "Error": ""})
    except Exception as e:
        with open(os.path.join(folder, "model.py")) as f:
            results.append({"Name": folder, "Largest": -1, "Error": f"{type(e).__name__}: {e}\n{f.read()}"})
print(json.dumps(results))
