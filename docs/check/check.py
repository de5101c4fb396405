#!/usr/bin/env python3
"""Check a compacted language model without iss.

    python3 check.py WHOLE COMPACT [GROUPS.json]

WHOLE and COMPACT are run folders; COMPACT was cut out of WHOLE (at the
threshold that its certificate names, if any) and holds certificate.json and
replay.safetensors. The model is an embedding, layers of one cell (lstm, gru, rnn
or rhn, as iss ships them) and a softmax, tied or not.

Checked, and each fault printed (exit status 1 if there is one):
  * checksums: the certificate belongs to these two models and this replay;
  * kept ids: kept and removed units together are the units of the whole model;
  * tensors: those of COMPACT are those of WHOLE without the removed indices,
    number for number;
  * witnesses: every use of every removed unit has one. R: each weight that
    reads the unit is zero, or goes with another removed unit. P: the value
    that is read is zero for all inputs at all times (zeros_* below);
  * replay: both models, run here on the stored batch, say what iss stored;
  * GROUPS.json, if given (the published format): its groups are classes of
    the certificate.

Needs Python 3.8 and NumPy, and nothing of iss. The rules are those of
docs/compaction.md.
"""
import hashlib
import json
import re
import struct
import sys
from pathlib import Path

import numpy as np

TYPES = {"F32": np.float32, "F64": np.float64, "I32": np.int32, "I64": np.int64}
faults = []


def fault(text):
    faults.append(text)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def safetensors(path):
    raw = path.read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    head, body, out = json.loads(raw[8:8 + size]), raw[8 + size:], {}
    for name, t in head.items():
        if name != "__metadata__":
            lo, hi = t["data_offsets"]
            out[name] = np.frombuffer(body[lo:hi], TYPES[t["dtype"]]).reshape(t["shape"])
    return out


class Run:
    """A run folder: its configuration, kept units and tensors."""

    def __init__(self, folder):
        self.folder = Path(folder)
        info = json.loads((self.folder / "run.json").read_text())
        self.model, self.kept = info["config"]["model"], info.get("kept") or {}
        files = json.loads((self.folder / "checkpoint" / "manifest.json").read_text())["files"]
        self.params = next(self.folder / "checkpoint" / f["name"] for f in files if f["holds"] == "params")
        self.w = safetensors(self.params)
        self.tied = self.model.get("tied", False)
        if self.model.get("residual", False):
            sys.exit("this program does not know residual stacks")

    def name(self, ending):
        found = [n for n in self.w if n.endswith(ending)]
        if len(found) != 1:
            sys.exit("%s: %d tensors end in %s" % (self.folder, len(found), ending))
        return found[0]

    def layers(self):
        """The scopes of the layers, from the input up."""
        scopes = {re.match(r"(.*/(?:cell_|RHN)\d+)/", n).group(1) for n in self.w if re.search(r"/(cell_|RHN)\d+/", n)}
        return sorted(scopes, key=lambda s: int(re.search(r"\d+$", s).group()))

    def option(self, name, default):
        return (self.model.get("options") or {}).get(name, default)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# Each cell twice: step_* maps an input and the states to the output and the
# states; zeros_* says, from which inputs and states are always zero (z), which
# values that a matrix reads are, by name, and which states stay zero.

def dead(w, b, z):
    """Columns of x·w + b that are zero whatever the living rows of x are."""
    return ~np.any(w[~z], axis=0) & (b == 0)


def step_lstm(run, p, x, s):
    w, b = run.w[p + "/basic_lstm_cell/weights"], run.w[p + "/basic_lstm_cell/biases"]
    i, j, f, o = np.split(np.concatenate([x, s["h"]], 1) @ w + b, 4, axis=1)
    c = sigmoid(f + np.float32(run.option("forget_bias", 1))) * s["c"] + sigmoid(i) * np.tanh(j)
    h = sigmoid(o) * np.tanh(c)
    return h, {"c": c, "h": h}


def zeros_lstm(run, p, x, s):
    w, b = run.w[p + "/basic_lstm_cell/weights"], run.w[p + "/basic_lstm_cell/biases"]
    z = np.concatenate([x, s["h"]])
    c = s["c"] & np.split(dead(w, b, z), 4)[1]
    return {p + "/basic_lstm_cell/weights": z}, {"c": c, "h": c}, c


def step_rnn(run, p, x, s):
    z = np.concatenate([x, s["h"]], 1) @ run.w[p + "/basic_rnn_cell/weights"] + run.w[p + "/basic_rnn_cell/biases"]
    h = np.tanh(z) if run.option("activation", "tanh") == "tanh" else np.maximum(z, 0)
    return h, {"h": h}


def zeros_rnn(run, p, x, s):
    w, z = p + "/basic_rnn_cell/weights", np.concatenate([x, s["h"]])
    h = dead(run.w[w], run.w[p + "/basic_rnn_cell/biases"], z)
    return {w: z}, {"h": h}, h


def step_gru(run, p, x, s):
    g, h = p + "/gru_cell/", s["h"]
    r, u = np.split(sigmoid(np.concatenate([x, h], 1) @ run.w[g + "gates/weights"] + run.w[g + "gates/biases"]), 2, axis=1)
    if run.option("reset", "before") == "before":
        c = np.concatenate([x, r * h], 1) @ run.w[g + "candidate/weights"] + run.w[g + "candidate/biases"]
    else:
        a, b = g + "candidate/input_projection/", g + "candidate/hidden_projection/"
        c = x @ run.w[a + "weights"] + run.w[a + "biases"] + r * (h @ run.w[b + "weights"] + run.w[b + "biases"])
    h = u * h + (1 - u) * np.tanh(c)
    return h, {"h": h}


def zeros_gru(run, p, x, s):
    g, z = p + "/gru_cell/", np.concatenate([x, s["h"]])
    reads = {g + "gates/weights": z}
    if run.option("reset", "before") == "before":
        reads[g + "candidate/weights"] = z  # r∘h is zero where h is
        c = dead(run.w[g + "candidate/weights"], run.w[g + "candidate/biases"], z)
    else:
        a, b = g + "candidate/input_projection/", g + "candidate/hidden_projection/"
        reads[a + "weights"], reads[b + "weights"] = x, s["h"]
        c = dead(run.w[a + "weights"], run.w[a + "biases"], x) & dead(run.w[b + "weights"], run.w[b + "biases"], s["h"])
    h = s["h"] & c
    return reads, {"h": h}, h


def step_rhn(run, p, x, s):
    s = s["s"]
    for d in range(run.option("depth", 10)):
        y = np.concatenate([x, s], 1) if d == 0 else s
        h, t = (y @ run.w["%s/%s_%d/Linear/Matrix" % (p, g, d)] + run.w["%s/%s_%d/Linear/Bias" % (p, g, d)] for g in "ht")
        s = (np.tanh(h) - s) * sigmoid(t) + s
    return s, {"s": s}


def zeros_rhn(run, p, x, s):
    reads, s = {}, s["s"]
    for d in range(run.option("depth", 10)):
        y = np.concatenate([x, s]) if d == 0 else s
        for g in "ht":
            reads["%s/%s_%d/Linear/Matrix" % (p, g, d)] = y
        s = s & dead(run.w["%s/h_%d/Linear/Matrix" % (p, d)], run.w["%s/h_%d/Linear/Bias" % (p, d)], y)
    return reads, {"s": s}, s


STEPS = {"lstm": step_lstm, "rnn": step_rnn, "gru": step_gru, "rhn": step_rhn}
ZEROS = {"lstm": zeros_lstm, "rnn": zeros_rnn, "gru": zeros_gru, "rhn": zeros_rhn}


def replay(run, stored, starts):
    """Negative log-probabilities [time, batch] of the stored batch."""
    x = run.w[run.name("/embedding")][stored["in/x"]]
    for scope in run.layers():
        state = {k[1]: v for k, v in starts.items() if scope.endswith("/" + k[0])}
        out = []
        for xt in x:
            y, state = STEPS[run.model["cell"]](run, scope, xt, state)
            out.append(y)
        x = np.stack(out)
    w = run.w[run.name("/embedding")].T if run.tied else run.w[run.name("/softmax_w")]
    logits = x @ w + run.w[run.name("/softmax_b")]
    logits = logits - logits.max(-1, keepdims=True)
    picked = np.take_along_axis(logits, stored["in/y"][..., None].astype(int), -1)[..., 0]
    return np.log(np.exp(logits).sum(-1)) - picked


def silent(run, starts):
    """Per matrix, which of the values that it reads are always zero."""
    reads, x = {}, ~np.any(run.w[run.name("/embedding")], axis=0)
    for scope in run.layers():
        state = {k[1]: ~np.any(v, axis=0) for k, v in starts.items() if scope.endswith("/" + k[0])}
        while True:
            found, after, y = ZEROS[run.model["cell"]](run, scope, x, state)
            after = {k: v & state[k] for k, v in after.items()}
            if all(np.array_equal(after[k], state[k]) for k in state):
                break
            state = after
        reads.update({(name, 0): z for name, z in found.items()})
        x = y
    reads[(run.name("/embedding"), 1) if run.tied else (run.name("/softmax_w"), 0)] = x
    return reads


def below(whole, cert):
    """Zeros where the certificate says that weights below a threshold are zero."""
    t = cert.get("threshold") or {"tau": 0, "vars": []}
    for name in t["vars"]:
        w = whole.w[name]
        whole.w[name] = np.where(np.abs(w) < np.float32(t["tau"]), np.float32(0), w)


def check(whole, small, cert, stored, groups):
    below(whole, cert)
    if sha256(whole.params) != cert["whole"]["params_sha256"]:
        fault("the certificate is of another whole model")
    if sha256(small.params) != cert["compact"]["params_sha256"]:
        fault("the certificate is of another compact model")
    starts = {tuple(k[len("start/"):].rsplit("/", 1)): v for k, v in stored.items() if k.startswith("start/")}

    gone = {}  # (tensor, axis) -> indices that go
    for c in cert["classes"]:
        removed = [u["id"] for u in c.get("removed", [])]
        if sorted(c["kept"] + removed) != c["ids"] or len(set(removed)) != len(removed):
            fault("%s: kept and removed units are not those of the model" % c["name"])
        for run, ids in ((whole, c["ids"]), (small, c["kept"])):
            if run.kept.get(c["name"], list(range(c["of"]))) != ids:
                fault("%s: %s keeps other units than the certificate says" % (c["name"], run.folder))
        at = [c["ids"].index(i) for i in removed if i in c["ids"]]
        for e in c["entries"] + c["followers"]:
            if at:
                gone.setdefault((e["var_name"], e["along"]), set()).update(e["indices"][k] for k in at)

    for name, w in whole.w.items():
        for axis in range(w.ndim):
            w = np.delete(w, sorted(gone.get((name, axis), ())), axis)
        if name not in small.w or not np.array_equal(w, small.w[name]):
            fault("%s: the compact tensor is not the whole one without the removed units" % name)
    if set(small.w) - set(whole.w):
        fault("the compact model has tensors that the whole one lacks")

    reads, uses = silent(whole, starts), 0
    for c in cert["classes"]:
        for u in c.get("removed", []):
            k, seen = c["ids"].index(u["id"]), set()
            for use in u["uses"]:
                key, i = (use.get("var_name"), use["along"]), use["index"]
                uses += 1
                seen.add(key + (i,))
                what = "unit %d of %s, %s: " % (u["id"], c["name"], use["op"])
                if key not in reads or i not in gone.get(key, ()):
                    fault(what + "index %d of axis %d of %s does not read it" % (i, key[1], key[0]))
                elif use["rule"] == "R":
                    left = np.take(whole.w[key[0]], i, key[1]).astype(bool)
                    left[sorted(gone.get((key[0], 1 - key[1]), ()))] = False
                    if left.any():
                        fault(what + "R, but a weight towards a kept unit is not zero")
                elif use["rule"] != "P" or not reads[key][i]:
                    fault(what + "%s, but its value is not always zero" % use["rule"])
            for e in c["entries"]:
                key = (e["var_name"], e["along"])
                if key in reads and key + (e["indices"][k],) not in seen:
                    fault("unit %d of %s: nothing is said of %s, which reads it" % (u["id"], c["name"], key[0]))

    for run in (whole, small):
        cut = {k: v[:, [i for i, n in enumerate(c["ids"]) if n in set(c["kept"])]] if run is small else v
               for k, v in starts.items() for c in [next(c for c in cert["classes"] if c["name"] == k[0])]}
        got = replay(run, stored, cut)
        if not np.allclose(got, stored["out/nll"], rtol=1e-4, atol=1e-4):
            fault("%s: the replayed batch differs by up to %.2g" % (run.folder, np.abs(got - stored["out/nll"]).max()))

    def entries(list):
        return frozenset((e["var_name"], e["along"], tuple(e["indices"])) for e in list)
    known = {entries(c["entries"]) for c in cert["classes"]}
    for n, group in enumerate(groups):
        group = [dict(e, along=1 - e["axis"], indices=range(e["start"], e["end"])) for e in group]
        if entries(group) not in known:
            fault("group %d of the group file is no class of the certificate" % n)
    return uses


def main(args):
    if len(args) not in (2, 3):
        sys.exit(__doc__)
    whole, small = Run(args[0]), Run(args[1])
    if whole.model["cell"] not in STEPS or whole.option("peepholes", False) or whole.option("projection", 0):
        sys.exit("this program does not know the cell of %s" % whole.folder)
    cert = json.loads((small.folder / "certificate.json").read_text())
    file = small.folder / cert["replay"]["file"]
    if sha256(file) != cert["replay"]["sha256"]:
        fault("the replayed batch is not the one of the certificate")
    groups = json.loads(Path(args[2]).read_text())["groups"] if len(args) == 3 else []
    uses = check(whole, small, cert, safetensors(file), groups)
    for text in faults:
        print("FAULT:", text)
    if faults:
        sys.exit(1)
    removed = sum(len(c.get("removed", [])) for c in cert["classes"])
    print("right: %d removed units, %d uses, %d tensors, both models replayed" % (removed, uses, len(small.w)))


if __name__ == "__main__":
    main(sys.argv[1:])
