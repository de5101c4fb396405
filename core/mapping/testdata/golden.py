"""Writes the golden files of this folder: small recurrent nets of PyTorch, with
outputs and the gradients of all parameters.

    /usr/bin/python3 golden.py        (Debian: apt-get install python3-torch)

For LSTM, GRU and RNN, of one and two layers, one way and both: parameters under
PyTorch's names, the input x, a fixed w, the output y of the module and, for
loss = sum(w*y), the gradient of each parameter and of x, as "grad/NAME".
A language model in word_language_model's names is among them: ids, targets,
logits, and the gradients of the summed cross entropy; the weights of the one
with GRUs are in lm-gru.npz too.
"""
import json
import os
import struct

import numpy
import torch

STEPS, BATCH, IN, HIDDEN, VOCAB = 3, 2, 3, 4, 7


def write(name, tensors, note):
    """A safetensors file; that format's package is not in Debian."""
    head, data, at = {"__metadata__": {"source": note}}, b"", 0
    for key in sorted(tensors):
        t = tensors[key].detach().contiguous()
        kind = "I64" if t.dtype == torch.int64 else "F32"
        raw = t.numpy().tobytes()
        head[key] = {"dtype": kind, "shape": list(t.shape), "data_offsets": [at, at + len(raw)]}
        data, at = data + raw, at + len(raw)
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".safetensors")
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def gradients(out, module):
    for name, p in module.named_parameters():
        out[name] = p
        out["grad/" + name] = p.grad


def recurrent(kind, layers, both):
    torch.manual_seed(100 * layers + both)
    m = getattr(torch.nn, kind)(IN, HIDDEN, layers, bidirectional=both)
    x = torch.randn(STEPS, BATCH, IN, requires_grad=True)
    y, _ = m(x)
    w = torch.randn_like(y)
    (w * y).sum().backward()
    out = {"x": x, "w": w, "y": y, "grad/x": x.grad}
    for name, p in m.named_parameters():
        out["rnn." + name], out["grad/rnn." + name] = p, p.grad
    ways = "both" if both else "one"
    write(f"{kind.lower()}-{layers}-{ways}", out, f"golden.py, torch {torch.__version__}: nn.{kind}({IN}, {HIDDEN}, {layers}, bidirectional={both})")


class LanguageModel(torch.nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.encoder = torch.nn.Embedding(VOCAB, IN)
        self.rnn = getattr(torch.nn, kind)(IN, HIDDEN, 2)
        self.decoder = torch.nn.Linear(HIDDEN, VOCAB)

    def forward(self, ids):
        return self.decoder(self.rnn(self.encoder(ids))[0])


def language(kind):
    torch.manual_seed(7)
    m = LanguageModel(kind)
    ids = torch.randint(VOCAB, (STEPS, BATCH))
    targets = torch.randint(VOCAB, (STEPS, BATCH))
    logits = m(ids)
    loss = torch.nn.functional.cross_entropy(logits.view(-1, VOCAB), targets.view(-1), reduction="sum") / BATCH
    loss.backward()
    out = {"x": ids, "y": targets, "logits": logits, "loss": loss}
    gradients(out, m)
    here = os.path.dirname(os.path.abspath(__file__))
    if kind == "GRU":  # the weights alone, as NumPy writes them
        numpy.savez(os.path.join(here, "lm-gru.npz"), **{name: p.detach().numpy() for name, p in m.named_parameters()})
    write(f"lm-{kind.lower()}", out, f"golden.py, torch {torch.__version__}: a language model with nn.{kind}({IN}, {HIDDEN}, 2)")


for kind in ("LSTM", "GRU", "RNN"):
    for layers in (1, 2):
        for both in (False, True):
            recurrent(kind, layers, both)
    language(kind)
