import importlib.util

try:
    import numpy as np
    import torch
except ImportError as missing:
    sys.exit(f"{missing}: pip install torch numpy")

torch.set_num_threads(int(os.environ.get("THREADS", "1")))


def load(folder, io):
    """The model as a function of inputs, by name, to outputs."""
    spec = importlib.util.spec_from_file_location("model_" + str(len(folder)), os.path.join(folder, "model.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.load(folder)

    def run(feed):
        feed = {name: torch.from_numpy(np.array(a)) for name, a in feed.items()}
        arguments = [feed[t["name"]] for t in io["inputs"]]
        if io["states"]:
            arguments.append({s["input"]: feed[s["input"]] for s in io["states"]})
        with torch.inference_mode():
            got = model(*arguments)
        got = list(got) if isinstance(got, tuple) else [got]
        out = {}
        if io["states"]:
            states = got.pop()
            out = {s["output"]: states[s["input"]].numpy() for s in io["states"]}
        return dict(out, **{t["name"]: y.numpy() for t, y in zip(io["outputs"], got)})

    return run
