#!/usr/bin/env python3
"""An independent twin of the recurrent highway network's training, in NumPy.

    python3 rhn_twin.py rhn-noise.safetensors rhn-dying.safetensors

Each file holds initial weights ("init/NAME"), the batches "x" and "y" [steps,
time, batch], dropout masks "mask/SITE" [steps, ...] where there are any, and
the configuration. Written beside it, as .json: cost, penalty, norm of the
gradient before clipping, and components that are all zero after the step, of
every step, in float64. Forward, backward, penalty, clipping and threshold are
written out below from the paper (Wen et al., ICLR 2018) and from Zilly et al.
(arXiv:1607.03474); nothing of iss is used.
"""
import json
import struct
import sys

import numpy as np

TYPES = {"F32": np.float32, "F64": np.float64, "I32": np.int32}


def read(path):
    raw = open(path, "rb").read()
    (n,) = struct.unpack("<Q", raw[:8])
    head = json.loads(raw[8:8 + n])
    config = json.loads(head.pop("__metadata__")["config"])
    return config, {k: np.frombuffer(raw[8 + n + t["data_offsets"][0]:8 + n + t["data_offsets"][1]], TYPES[t["dtype"]]).reshape(t["shape"]) for k, t in head.items()}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gradient(w, x, y, s, mask, depth):
    """Cost, gradient of every weight, and the last state, of one window."""
    E, out_b = w["model/embedding"], w["model/softmax_b"]
    H = {(g, d): w["model/RHN0/%s_%d/Linear/Matrix" % (g, d)] for g in "ht" for d in range(depth)}
    B = {(g, d): w["model/RHN0/%s_%d/Linear/Bias" % (g, d)] for g in "ht" for d in range(depth)}
    steps, batch = x.shape
    word, mi, mh, mo = mask["input"], mask["i"], mask["h"], mask["output"]
    tape, cost = [], 0.0
    for t in range(steps):
        e = E[x[t]] * word[t]
        layers = []
        for d in range(depth):
            v = np.concatenate([e * mi, s * mh], 1) if d == 0 else s * mh
            h, c = np.tanh(v @ H["h", d] + B["h", d]), sigmoid(v @ H["t", d] + B["t", d])
            layers.append((v, s, h, c))
            s = (h - s) * c + s
        o = s * mo
        z = o @ E.T + out_b
        z = z - z.max(1, keepdims=True)
        p = np.exp(z)
        p /= p.sum(1, keepdims=True)
        cost -= np.log(p[np.arange(batch), y[t]]).sum() / batch
        p[np.arange(batch), y[t]] -= 1
        tape.append((e, layers, o, p / batch))
    g = {name: np.zeros_like(v) for name, v in w.items()}
    ds = np.zeros_like(s)
    for t in reversed(range(steps)):
        e, layers, o, dz = tape[t]
        g["model/softmax_b"] += dz.sum(0)
        g["model/embedding"] += dz.T @ o
        ds = ds + dz @ E * mo
        for d in reversed(range(depth)):
            v, before, h, c = layers[d]
            dh, dc = ds * c * (1 - h * h), ds * (h - before) * c * (1 - c)
            dv = dh @ H["h", d].T + dc @ H["t", d].T
            for gate, delta in (("h", dh), ("t", dc)):
                g["model/RHN0/%s_%d/Linear/Matrix" % (gate, d)] += v.T @ delta
                g["model/RHN0/%s_%d/Linear/Bias" % (gate, d)] += delta.sum(0)
            width = before.shape[1]
            ds = ds * (1 - c) + dv[:, -width:] * mh
            if d == 0:
                np.add.at(g["model/embedding"], x[t], dv[:, :-width] * mi * word[t])
    return cost, g, s


def entries(w, depth):
    """What belongs to component k: (weight, axis, first index)."""
    width = w["model/embedding"].shape[1]
    out = [("model/embedding", 1, 0)]
    for d in range(depth):
        for gate in "ht":
            name = "model/RHN0/%s_%d/Linear/Matrix" % (gate, d)
            out += [(name, 0, 0), (name, 1, 0)] + ([(name, 0, width)] if d == 0 else [])
    return width, out


def part(w, axis, index):
    return w[index] if axis == 0 else w[:, index]


def train(path):
    config, f = read(path)
    depth = config["depth"]
    w = {k[len("init/"):]: v.astype(np.float64) for k, v in f.items() if k.startswith("init/")}
    width, list_ = entries(w, depth)
    batch = f["x"].shape[2]
    s = np.zeros((batch, width))
    steps = []
    for n in range(len(f["x"])):
        one = np.ones(())
        mask = {"input": one.reshape(1, 1, 1).repeat(f["x"].shape[1], 0), "i": one, "h": one, "output": one}
        for place, site in (("input", "model/input"), ("i", "model/RHN0/i"), ("h", "model/RHN0/h"), ("output", "model/RHN0/output")):
            if "mask/" + site in f:
                mask[place] = f["mask/" + site][n].astype(np.float64)
        cost, g, s = gradient(w, f["x"][n], f["y"][n], s, mask, depth)
        penalty = 0.0
        if config["lambda"] > 0:
            for k in range(width):
                parts = [(name, axis, first + k) for name, axis, first in list_]
                norm = np.sqrt(1e-8 + sum((part(w[name], axis, i) ** 2).sum() for name, axis, i in parts))
                penalty += config["lambda"] * norm
                for name, axis, i in parts:
                    part(g[name], axis, i)[...] += config["lambda"] / norm * part(w[name], axis, i)
        for name in w:
            penalty += config["l2"] / 2 * (w[name] ** 2).sum()
            g[name] += config["l2"] * w[name]
        norm = np.sqrt(sum((v ** 2).sum() for v in g.values()))
        for name in w:
            w[name] -= config["rate"] * config["clip"] / max(norm, config["clip"]) * g[name]
        if config["lambda"] > 0:
            for name in {e[0] for e in list_}:
                w[name][np.abs(w[name]) < config["tau"]] = 0
        dead = sum(all(not part(w[name], axis, first + k).any() for name, axis, first in list_) for k in range(width))
        steps.append({"cost": cost, "penalty": penalty, "grad_norm": norm, "dead": dead})
    doc = {"source": "rhn_twin.py, NumPy " + np.__version__, "steps": steps}
    with open(path.replace(".safetensors", ".json"), "w") as out:
        json.dump(doc, out, indent=1)
        out.write("\n")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for path in sys.argv[1:]:
        train(path)
