"""DOC

    model = load("FOLDER")
    RETURNS = model(CALL)
"""
import json
import os

import torch
from torch import nn
HELPERS


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = nn.ParameterDict({
        WEIGHTS
        })
        self.layers = nn.ModuleDict()
        LAYERS

    def forward(self, ARGUMENTS):
        BODY


def read(path):
    """The tensors of a safetensors file, by name."""
    with open(path, "rb") as f:
        header = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        data = bytearray(f.read())
    out = {}
    for name, t in header.items():
        if name != "__metadata__":
            start, stop = t["data_offsets"]
            out[name] = torch.frombuffer(data, dtype=torch.float32, offset=start, count=(stop - start) // 4).reshape(t["shape"])
    return out


def load(folder):
    """The model with its weights, in evaluation."""
    model = Model()
    model.load_state_dict(read(os.path.join(folder, "model.safetensors")))
    return model.eval()
