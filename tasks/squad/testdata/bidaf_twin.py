#!/usr/bin/env python3
"""An independent twin of BiDAF's training, in NumPy.

    python3 bidaf_twin.py bidaf-twin.safetensors

The file holds initial weights ("init/NAME"), for each step n a batch
("n/context_words", ...) and dropout masks ("n/mask/SITE", 32 bits a number,
lowest first; the keep probability is 1/2, so kept values are doubled), and the
configuration. Written beside it, as .json: cost, penalty, norm of the gradient,
components that are all zero after the step, and the norm of the averages, of
every step, in float64. The model is written out below from Seo et al.
(arXiv:1611.01603), the training from Wen et al. (ICLR 2018) and Kingma, Ba
(arXiv:1412.6980); nothing of iss is used. Gradients come from a small tape.
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


class V:
    """A value that knows how to hand its gradient on."""

    def __init__(self, x, back=None):
        self.x, self.back, self.g = np.asarray(x, np.float64), back, None
        TAPE.append(self)

    def __add__(self, o):
        o = lift(o)
        return V(self.x + o.x, lambda g: (to(self, g), to(o, g)))

    def __mul__(self, o):
        o = lift(o)
        return V(self.x * o.x, lambda g: (to(self, g * o.x), to(o, g * self.x)))

    def __rsub__(self, c):
        return V(c - self.x, lambda g: to(self, -g))

    def __matmul__(self, w):
        return V(self.x @ w.x, lambda g: (to(self, g @ w.x.T), to(w, np.tensordot(self.x, g, (range(self.x.ndim - 1),) * 2))))

    def __getitem__(self, at):
        def back(g):
            d = np.zeros_like(self.x)
            np.add.at(d, at, g)
            to(self, d)
        return V(self.x[at], back)

    def reshape(self, *shape):
        return V(self.x.reshape(*shape), lambda g: to(self, g.reshape(self.x.shape)))

    def sum(self, axis):
        return V(self.x.sum(axis), lambda g: to(self, np.broadcast_to(np.expand_dims(g, axis), self.x.shape)))

    def max(self, axis):
        top = self.x.max(axis, keepdims=True)
        hit = self.x == top
        return V(np.squeeze(top, axis), lambda g: to(self, np.expand_dims(g, axis) / hit.sum(axis, keepdims=True) * hit))


TAPE = []


def lift(v):
    return v if isinstance(v, V) else V(v)


def to(v, g):
    while np.ndim(g) > v.x.ndim:
        g = g.sum(0)
    for k in range(v.x.ndim):
        if v.x.shape[k] == 1 and g.shape[k] != 1:
            g = g.sum(k, keepdims=True)
    v.g = g if v.g is None else v.g + g


def unary(f, d):
    def apply(v):
        y = f(v.x)
        return V(y, lambda g: to(v, g * d(v.x, y)))
    return apply


tanh = unary(np.tanh, lambda x, y: 1 - y * y)
sigmoid = unary(lambda x: 1 / (1 + np.exp(-x)), lambda x, y: y * (1 - y))
relu = unary(lambda x: np.maximum(x, 0), lambda x, y: x > 0)


def concat(*parts):
    ends = np.cumsum([p.x.shape[-1] for p in parts])
    return V(np.concatenate([p.x for p in parts], -1), lambda g: [to(p, d) for p, d in zip(parts, np.split(g, ends[:-1], -1))])


def stack(parts):
    return V(np.stack([p.x for p in parts]), lambda g: [to(p, g[i]) for i, p in enumerate(parts)])


def softmax(v, axis):
    e = np.exp(v.x - v.x.max(axis, keepdims=True))
    y = e / e.sum(axis, keepdims=True)
    return V(y, lambda g: to(v, y * (g - (g * y).sum(axis, keepdims=True))))


def cross_entropy(v, at):
    """Of scores [time, batch], summed over nothing: [batch]."""
    top = v.x.max(0)
    e = np.exp(v.x - top)
    p, rows = e / e.sum(0), np.arange(v.x.shape[1])

    def back(g):
        d = p.copy()
        d[at, rows] -= 1
        to(v, d * g)
    return V(np.log(e.sum(0)) + top - v.x[at, rows], back)


class Model:
    def __init__(self, w, batch, masks, config):
        self.w, self.f, self.masks, self.c = {k: V(v) for k, v in w.items()}, batch, masks, config

    def drop(self, site, v):
        bits = self.masks[site]
        n = v.x.size
        keep = ((bits.astype(np.uint32)[:, None] >> np.arange(32, dtype=np.uint32)) & 1).reshape(-1)[:n].reshape(v.x.shape)
        return v * (2.0 * keep)

    def linear(self, name, v):
        return v @ self.w[name + "/weights"] + self.w[name + "/biases"]

    def lstm(self, name, x, lengths, back):
        W, b = self.w[name + "/basic_lstm_cell/weights"], self.w[name + "/basic_lstm_cell/biases"]
        time, batch, n = x.x.shape[0], x.x.shape[1], b.x.size // 4
        h, c, out = V(np.zeros((batch, n))), V(np.zeros((batch, n))), [None] * time
        for t in reversed(range(time)) if back else range(time):
            z = concat(x[t], h) @ W + b
            i, j, f, o = (z[:, k * n:(k + 1) * n] for k in range(4))
            c2 = c * sigmoid(f + 1.0) + sigmoid(i) * tanh(j)
            h2 = tanh(c2) * sigmoid(o)
            m = (t < lengths).astype(float)[:, None]
            out[t] = h2 * m
            c, h = c2 * m + c * (1 - m), h2 * m + h * (1 - m)
        return stack(out)

    def both(self, name, x, lengths, drop):
        xs = [self.drop(name + "/" + way + "/input", x) if drop else x for way in ("fw", "bw")]
        return concat(self.lstm(name + "/fw", xs[0], lengths, False), self.lstm(name + "/bw", xs[1], lengths, True))

    def text(self, name):
        f, w = self.f, self.w
        chars = w["emb/emb_var/char_emb_mat"][f[name + "_chars"]]
        time, batch, width, dim = chars.x.shape
        chars = self.drop("emb/char/" + name, chars.reshape(time, batch, width * dim)).reshape(time, batch, width, dim)
        (scope,) = {k.rsplit("/", 1)[0] for k in w if "/conv1d_" in k}
        filt, bias = w[scope + "/filter"], w[scope + "/bias"]
        taps = filt.x.shape[1]
        spots = []
        for at in range(width - taps + 1):
            y = bias
            for k in range(taps):
                y = chars[:, :, at + k] @ filt[0, k] + y
            spots.append(relu(y))
        conv = stack(spots).max(0)
        words = w["emb/emb_var/word_emb_mat"][f[name + "_words"]]
        x = concat(conv, words)
        for k in range(self.c["highways"]):
            layer = "highway/highway_network/layer_%d" % k
            gate = sigmoid(self.linear(layer + "/gate", x))
            x = gate * relu(self.linear(layer + "/trans", x)) + (1.0 - gate) * x
        return x

    def cost(self):
        f, w = self.f, self.w
        ql, cl = f["question_lengths"], f["context_lengths"]
        q, c = self.text("question"), self.text("context")
        u, h = self.both("prepro/u1", q, ql, True), self.both("prepro/u1", c, cl, False)
        T, J, B, d = h.x.shape[0], u.x.shape[0], h.x.shape[1], h.x.shape[2]
        a = "main/p0/bi_attention/u_logits/first/"
        hh, uu = h.reshape(T, 1, B, d) * np.ones((1, J, 1, 1)), u.reshape(1, J, B, d) * np.ones((T, 1, 1, 1))
        scores = (concat(hh, uu, hh * uu) @ w[a + "weights"] + w[a + "biases"]).reshape(T, J, B)
        scores = scores + np.where(np.arange(J)[:, None] < ql, 0, -1e30)[None]
        ua = (softmax(scores, 1).reshape(T, J, B, 1) * uu).sum(1)
        there = np.where(np.arange(T)[:, None] < cl, 0, -1e30)
        best = softmax(scores.max(1) + there, 0)
        ha = (best.reshape(T, B, 1) * h).sum(0)
        p0 = concat(h, ua, h * ua, h * ha.reshape(1, B, d))
        g0 = self.both("main/g0", p0, cl, True)
        g1 = self.both("main/g1", g0, cl, True)

        def end(name, g):
            x = concat(self.drop("main/" + name + "/g", g), self.drop("main/" + name + "/p0", p0))
            return self.linear("main/" + name + "/first", x).reshape(T, B) + there
        start = end("logits1", g1)
        a1 = (softmax(start, 0).reshape(T, B, 1) * g1).sum(0).reshape(1, B, -1) * np.ones((T, 1, 1))
        g2 = self.both("main/g2", concat(p0, g1, a1, g1 * a1), cl, True)
        nll = cross_entropy(start, f["start"][0]) + cross_entropy(end("logits2", g2), f["end"][0])
        return nll.sum(0) * (1.0 / B)


def groups(w):
    """What belongs to the units of g0, g1, g2: lists of (weight, axis, first index)."""
    name = lambda layer, way: "main/%s/%s/basic_lstm_cell/weights" % (layer, way)
    n = {l: w[name(l, "fw")].shape[1] // 4 for l in ("g0", "g1", "g2")}
    p0 = w[name("g0", "fw")].shape[0] - n["g0"]
    out = []
    for side, way in enumerate(("fw", "bw")):
        for layer in ("g0", "g1", "g2"):
            k = n[layer]
            own = [(name(layer, way), 1, gate * k) for gate in range(4)] + [(name(layer, way), 0, w[name(layer, way)].shape[0] - k)]
            for reader in ("fw", "bw"):
                if layer == "g0":
                    own.append((name("g1", reader), 0, side * k))
                if layer == "g1":
                    own += [(name("g2", reader), 0, p0 + part * 2 * k + side * k) for part in range(3)]
            if layer != "g0":
                own.append(("main/logits%s/first/weights" % layer[1], 0, side * k))
            out.append((k, own))
    return out


def part(w, axis, index):
    return w[index] if axis == 0 else w[:, index]


def train(path):
    config, f = read(path)
    w = {k[5:]: v.astype(np.float64) for k, v in f.items() if k.startswith("init/")}
    avg = {k: v.copy() for k, v in w.items()}
    mean, square = ({k: np.zeros_like(v) for k, v in w.items()} for _ in range(2))
    list_, steps = groups(w), []
    for n in range(config["steps"]):
        mine = {k.split("/", 1)[1]: v for k, v in f.items() if k.startswith("%d/" % n)}
        masks = {k[5:]: v for k, v in mine.items() if k.startswith("mask/")}
        TAPE.clear()
        m = Model(w, mine, masks, config)
        loss = m.cost()
        loss.g = np.ones(())
        for v in reversed(TAPE):
            if v.back is not None and v.g is not None:
                v.back(v.g)
        g = {k: np.zeros_like(v.x) + v.g for k, v in m.w.items()}
        penalty = 0.0
        for units, own in list_:
            for k in range(units):
                norm = np.sqrt(1e-8 + sum((part(w[name], axis, first + k) ** 2).sum() for name, axis, first in own))
                penalty += config["lambda"] * norm
                for name, axis, first in own:
                    part(g[name], axis, first + k)[...] += config["lambda"] / norm * part(w[name], axis, first + k)
        t = n + 1
        rate = config["rate"] * np.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t)
        for k in w:
            mean[k] = 0.9 * mean[k] + 0.1 * g[k]
            square[k] = 0.999 * square[k] + 0.001 * g[k] ** 2
            w[k] = w[k] - rate * mean[k] / (np.sqrt(square[k]) + 1e-8)
            w[k][np.abs(w[k]) < config["tau"]] = 0
            avg[k] = config["average"] * avg[k] + (1 - config["average"]) * w[k]
            avg[k][w[k] == 0] = 0
        dead = sum(all(not part(w[name], axis, first + k).any() for name, axis, first in own) for units, own in list_ for k in range(units))
        steps.append({
            "cost": float(loss.x), "penalty": penalty, "dead": dead,
            "grad_norm": float(np.sqrt(sum((v ** 2).sum() for v in g.values()))),
            "averages": float(np.sqrt(sum((v ** 2).sum() for v in avg.values()))),
        })
    with open(path.replace(".safetensors", ".json"), "w") as out:
        json.dump({"source": "bidaf_twin.py, NumPy " + np.__version__, "steps": steps}, out, indent=1)
        out.write("\n")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for path in sys.argv[1:]:
        train(path)
