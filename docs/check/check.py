#!/usr/bin/env python3
"""Check a compacted language model without iss: python3 check.py WHOLE COMPACT [GROUPS.json]

Both are run folders, COMPACT cut out of WHOLE, at the threshold that the certificate names, if
any; the model is an embedding, layers of one cell (lstm, gru, rnn, rhn of iss) and a softmax.

Checked, and each fault printed (exit status 1 if there is one):
  * files: the certificate is of these two models and this replay, which have
    one configuration and one vocabulary; all weights are finite;
  * units: the entries of a unit are its rows and columns (by the cells below),
    and kept and removed units, each once, are those of the whole model;
  * tensors: those of COMPACT are those of WHOLE without the removed indices;
  * witnesses: every use of every removed unit has one. R: each weight that
    reads the unit is zero, or goes with another removed unit. P: the value
    that is read is zero for all inputs at all times (class Zeros);
  * replay: both models, run here on the stored batch, say what iss stored;
  * GROUPS.json (in the published format): its groups are classes there.

Needs Python 3.8, NumPy, nothing of iss. The rules: docs/compaction.md.
"""
import hashlib
import json
import re
import sys
from pathlib import Path

import numpy as np

TYPES = {"F32": np.float32, "F64": np.float64, "I32": np.int32, "I64": np.int64}
faults = []
fault = faults.append


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def safetensors(path):
    raw = path.read_bytes()
    at = 8 + int.from_bytes(raw[:8], "little")
    head = json.loads(raw[8:at])
    head.pop("__metadata__", None)
    return {name: np.frombuffer(raw[at:][slice(*t["data_offsets"])], TYPES[t["dtype"]]).reshape(t["shape"])
            for name, t in head.items()}


class Run:
    """A run folder: its configuration, kept units and tensors."""

    def __init__(self, folder):
        self.folder = Path(folder)
        info = json.loads((self.folder / "run.json").read_text())
        self.model, self.kept = info["config"]["model"], info.get("kept") or {}
        self.tied, self.options = self.model.get("tied", False), self.model.get("options") or {}
        if self.model["cell"] not in CELLS or self.model.get("residual") or self.options.get("peepholes") or self.options.get("projection"):
            sys.exit("this program does not know the model of %s" % folder)
        files = json.loads((self.folder / "checkpoint" / "manifest.json").read_text())["files"]
        self.params = next(self.folder / "checkpoint" / f["name"] for f in files if f["holds"] == "params")
        self.w, self.read, self.cell = safetensors(self.params), {}, CELLS[self.model["cell"]]
        self.table = next(n for n in self.w if n.endswith("/embedding"))
        self.root = self.table[:-len("embedding")]
        scopes = {m.group(1) for m in (re.match(r"(.*/(?:cell_|RHN)\d+)/", n) for n in self.w) if m}
        self.layers = sorted(scopes, key=lambda s: int(re.search(r"\d+$", s).group()))  # from the input up

    def states(self, scope, starts):
        return {name: v for (layer, name), v in starts.items() if scope.endswith("/" + layer)}


class Zeros(np.lib.mixins.NDArrayOperatorsMixin):
    """Stands in for numbers: which of them are zero for all inputs at all times,
    and of which unit of the model they are (None: not known)."""

    def __init__(self, units, zero):
        self.units, self.zero = units, zero

    def __array_ufunc__(self, f, _, *args):
        zero = [a.zero if isinstance(a, Zeros) else a == 0 for a in args]
        units = [a.units for a in args if isinstance(a, Zeros) and a.units is not None]
        if f is np.matmul:  # columns are zero whatever the living rows say
            return Zeros(None, ~np.any(args[1][~self.zero], axis=0))
        if f is np.multiply:
            zero = zero[0] | zero[1]
        elif f in (np.add, np.subtract, np.maximum, np.tanh):  # f(0) is 0, f(0, 0) too
            zero = np.logical_and.reduce(np.broadcast_arrays(*zero))
        else:
            zero = np.zeros_like(self.zero)
        return Zeros(units[0] if units else None, zero)


def join(*parts):
    if isinstance(parts[0], Zeros):
        return Zeros(*(np.concatenate([getattr(p, n) for p in parts]) for n in ("units", "zero")))
    return np.concatenate(parts, 1)


def split(x, n):
    return [Zeros(None, z) for z in np.split(x.zero, n)] if isinstance(x, Zeros) else np.split(x, n, axis=1)


def times(x, run, weights, biases):
    if isinstance(x, Zeros):
        run.read[weights, 0] = x
    return x @ run.w[weights] + run.w[biases]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# Cells map an input and the states to the output and the states, as numbers or Zeros.
def lstm(run, p, x, s):
    p += "/basic_lstm_cell/"
    i, j, f, o = split(times(join(x, s["h"]), run, p + "weights", p + "biases"), 4)
    c = sigmoid(f + np.float32(run.options.get("forget_bias", 1))) * s["c"] + sigmoid(i) * np.tanh(j)
    h = sigmoid(o) * np.tanh(c)
    return h, {"c": c, "h": h}


def rnn(run, p, x, s):
    p += "/basic_rnn_cell/"
    z = times(join(x, s["h"]), run, p + "weights", p + "biases")
    h = np.maximum(z, 0) if run.options.get("activation") == "relu" else np.tanh(z)
    return h, {"h": h}


def gru(run, p, x, s):
    g, p, h = p + "/gru_cell/gates/", p + "/gru_cell/candidate/", s["h"]
    r, u = split(sigmoid(times(join(x, h), run, g + "weights", g + "biases")), 2)
    if run.options.get("reset", "before") == "before":
        c = times(join(x, r * h), run, p + "weights", p + "biases")
    else:
        c = (times(x, run, p + "input_projection/weights", p + "input_projection/biases")
             + r * times(h, run, p + "hidden_projection/weights", p + "hidden_projection/biases"))
    h = u * h + (1 - u) * np.tanh(c)
    return h, {"h": h}


def rhn(run, p, x, s):
    s = s["s"]
    for d in range(run.options.get("depth", 10)):
        y = join(x, s) if d == 0 else s
        h, t = (times(y, run, "%s/%s_%d/Linear/Matrix" % (p, g, d), "%s/%s_%d/Linear/Bias" % (p, g, d)) for g in "ht")
        s = (np.tanh(h) - s) * sigmoid(t) + s
    return s, {"s": s}


CELLS = {"lstm": lstm, "rnn": rnn, "gru": gru, "rhn": rhn}


def replay(run, stored, starts):
    """Negative log-probabilities [time, batch] of the stored batch."""
    x = run.w[run.table][stored["in/x"]]
    for scope in run.layers:
        state, out = run.states(scope, starts), []
        for xt in x:
            y, state = run.cell(run, scope, xt, state)
            out.append(y)
        x = np.stack(out)
    logits = x @ (run.w[run.table].T if run.tied else run.w[run.root + "softmax_w"]) + run.w[run.root + "softmax_b"]
    picked = np.take_along_axis(logits, stored["in/y"][..., None].astype(int), -1)[..., 0]
    top = logits.max(-1)
    return np.log(np.exp(logits - top[..., None]).sum(-1)) + top - picked


def places(entries, k):
    return {(e["var_name"], e["along"], e["indices"][k]) for e in entries}


def values(run, starts):
    """Fills run.read: what is read at each index of an axis of a tensor. Returns
    which units are made there, and the number of the first one of each class."""
    first, made = {"embedding": 1}, {(run.table, 1): 1 + np.arange(run.w[run.table].shape[1])}
    x = Zeros(made[run.table, 1], ~np.any(run.w[run.table], axis=0))
    for scope in run.layers:
        start = run.states(scope, starts)
        size = next(iter(start.values())).shape[1]
        begin = 1 if run.tied and scope == run.layers[-1] else 10 ** 6 * (1 + len(first))
        first[scope.rsplit("/", 1)[1]], units = begin, begin + np.arange(size)
        state, changed = {k: Zeros(units, ~np.any(v, axis=0)) for k, v in start.items()}, True
        while changed:
            y, after = run.cell(run, scope, x, state)
            changed = any((state[k].zero & ~v.zero).any() for k, v in after.items())
            state = {k: Zeros(units, state[k].zero & v.zero) for k, v in after.items()}
        x = Zeros(units, y.zero)
        made.update({(n, w.ndim - 1): np.tile(units, w.shape[-1] // size) for n, w in run.w.items() if n.startswith(scope + "/")})
    run.read[(run.table, 1) if run.tied else (run.root + "softmax_w", 0)] = x
    return made, first


def check_units(whole, small, cert, made, first):
    """What goes: (tensor, axis) -> indices."""
    parts, gone = {}, {}  # parts: unit -> where it lies
    for (name, axis), units in [(k, z.units) for k, z in whole.read.items()] + list(made.items()):
        for i, unit in enumerate(units):
            parts.setdefault(unit, set()).add((name, axis, i))
    names = [c["name"] for c in cert["classes"]]
    for name in {*whole.kept, *small.kept, *names}:
        if names.count(name) != 1 or name not in first:
            fault("class %s is not one of the model, or not told once" % name)
    for c in cert["classes"]:
        removed, entries = [u["id"] for u in c.get("removed", [])], c["entries"] + c["followers"]
        if c["kept"] != [i for i in c["ids"] if i not in removed] or sorted(c["kept"] + removed) != c["ids"]:
            fault("%s: kept and removed units are not those of the model, each once and in order" % c["name"])
        for run, ids in ((whole, c["ids"]), (small, c["kept"])):
            if run.kept.get(c["name"], list(range(c["of"]))) != ids:
                fault("%s: %s keeps other units than the certificate says" % (c["name"], run.folder))
        for k, i in enumerate(c["ids"]):
            lies = places(entries, k)
            if lies != parts.get(first.get(c["name"], 0) + k):
                fault("unit %d of %s: its entries are not all that belongs to it, and that alone" % (i, c["name"]))
            for name, axis, at in lies if i in removed else ():
                gone.setdefault((name, axis), set()).add(at)
    for name, w in whole.w.items() if not faults else ():
        for axis in range(w.ndim):
            w = np.delete(w, sorted(gone.get((name, axis), ())), axis)
        if not np.array_equal(w, small.w.get(name)):
            fault("%s: the compact tensor is not the whole one without the removed units" % name)
    if set(small.w) != set(whole.w):
        fault("the compact model has other tensors than the whole one")
    return gone


def check_witnesses(whole, cert, gone):
    """How many units were removed, and how many uses have one."""
    units = uses = 0
    for c in cert["classes"]:
        for u in c.get("removed", []):
            due = {p for p in places(c["entries"], c["ids"].index(u["id"])) if p[:2] in whole.read}
            told = {(use.get("var_name"), use["along"], use["index"]) for use in u["uses"]}
            for name, _, _ in sorted(due - told):
                fault("unit %d of %s: nothing is said of %s, which reads it" % (u["id"], c["name"], name))
            units += 1
            for use in u["uses"]:
                key, i = (use.get("var_name"), use["along"]), use["index"]
                what = "unit %d of %s, %s: " % (u["id"], c["name"], use["op"])
                uses += 1
                if key + (i,) not in due:
                    fault(what + "index %d of axis %d of %s does not read it" % (i, key[1], key[0]))
                elif use["rule"] == "R":
                    weights = np.take(whole.w[key[0]], i, key[1])
                    if np.delete(weights, sorted(gone.get((key[0], 1 - key[1]), ()))).any():
                        fault(what + "R, but a weight towards a kept unit is not zero")
                elif use["rule"] != "P" or not whole.read[key].zero[i]:
                    fault(what + "%s, but its value is not always zero" % use["rule"])
    return units, uses


def check(whole, small, cert, groups):
    for run, side in ((whole, "whole"), (small, "compact")):
        if sha256(run.params) != cert[side]["params_sha256"]:
            fault("the certificate is of another %s model" % side)
    for name in cert.get("threshold", {"vars": []})["vars"]:
        whole.w[name] = np.where(np.abs(whole.w[name]) < np.float32(cert["threshold"]["tau"]), np.float32(0), whole.w[name])
    if whole.model != small.model:
        fault("the two models have different configurations")
    for path in whole.folder.glob("*.txt"):
        if sha256(path) != sha256(small.folder / path.name):
            fault("%s of the compact model is not that of the whole one" % path.name)
    for name, w in whole.w.items():
        if not np.isfinite(w).all():
            fault("%s has a weight that is not finite, and 0 times that is not 0" % name)
    file = small.folder / cert["replay"]["file"]
    if sha256(file) != cert["replay"]["sha256"]:
        fault("the replayed batch is not the one of the certificate")
    stored = safetensors(file)
    starts = {tuple(k[len("start/"):].rsplit("/", 1)): v for k, v in stored.items() if k.startswith("start/")}
    gone = check_units(whole, small, cert, *values(whole, starts))
    uses = None if faults else check_witnesses(whole, cert, gone)

    kept, want = {c["name"]: [c["ids"].index(i) for i in c["kept"]] for c in cert["classes"]}, stored["out/nll"]
    for run in () if faults else (whole, small):
        got = replay(run, stored, {k: v[:, kept[k[0]]] if run is small else v for k, v in starts.items()})
        if got.shape != want.shape or not got.size or not np.allclose(got, want, rtol=1e-4, atol=1e-4):
            fault("%s does not say of the replayed batch what is stored" % run.folder)

    known = [{(e["var_name"], e["along"], tuple(e["indices"])) for e in c["entries"]} for c in cert["classes"]]
    for n, group in enumerate(groups):
        if {(e["var_name"], 1 - e["axis"], tuple(range(e["start"], e["end"]))) for e in group} not in known:
            fault("group %d of the group file is no class of the certificate" % n)
    return uses


def main(args):
    if len(args) not in (2, 3):
        sys.exit(__doc__)
    whole, small = Run(args[0]), Run(args[1])
    try:
        cert = json.loads((small.folder / "certificate.json").read_text())
        groups = json.loads(Path(args[2]).read_text())["groups"] if len(args) == 3 else []
        uses = check(whole, small, cert, groups)
    except (AttributeError, LookupError, OSError, TypeError, ValueError) as e:
        fault("the files are not what they should be: %s: %s" % (type(e).__name__, e))
    if faults:
        print("\n".join("FAULT: " + text for text in faults))
        sys.exit(1)
    print("right: %d removed units, %d uses, %d tensors, both models replayed" % (*uses, len(small.w)))


if __name__ == "__main__":
    main(sys.argv[1:])
