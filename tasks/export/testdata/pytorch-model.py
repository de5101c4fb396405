"""runs/a/compact: task count, cell lstm; written by iss

    model = load("FOLDER")
    logits, states = model(x, states)
"""
import json
import os

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = nn.ParameterDict({
            "Model/embedding": nn.Parameter(torch.empty(11, 4)),
            "Model/softmax_b": nn.Parameter(torch.empty(11)),
            "Model/softmax_w": nn.Parameter(torch.empty(5, 11)),
        })
        self.layers = nn.ModuleDict()
        self.layers["Model/RNN/multi_rnn_cell/cell_0"] = nn.LSTM(4, 3)
        self.layers["Model/RNN/multi_rnn_cell/cell_1"] = nn.LSTM(3, 5)

    def forward(self, x, states=None):
        states = states or {}
        x = x.long()
        cell_0_c = states.get("cell_0/c", torch.full([x.shape[1], 3], 0.0))
        cell_0_h = states.get("cell_0/h", torch.full([x.shape[1], 3], 0.0))
        cell_1_c = states.get("cell_1/c", torch.full([x.shape[1], 5], 0.0))
        cell_1_h = states.get("cell_1/h", torch.full([x.shape[1], 5], 0.0))
        gather_1 = self.weights["Model/embedding"][x]
        unsqueeze_3 = cell_0_h.unsqueeze(0)
        unsqueeze_4 = cell_0_c.unsqueeze(0)
        lstm_5, (lstm_6, lstm_7) = self.layers["Model/RNN/multi_rnn_cell/cell_0"](gather_1, (unsqueeze_3, unsqueeze_4))
        cell_0_h_next = lstm_6.squeeze(0)
        cell_0_c_next = lstm_7.squeeze(0)
        unsqueeze_12 = cell_1_h.unsqueeze(0)
        unsqueeze_13 = cell_1_c.unsqueeze(0)
        lstm_14, (lstm_15, lstm_16) = self.layers["Model/RNN/multi_rnn_cell/cell_1"](lstm_5, (unsqueeze_12, unsqueeze_13))
        cell_1_h_next = lstm_15.squeeze(0)
        cell_1_c_next = lstm_16.squeeze(0)
        matmul_20 = lstm_14 @ self.weights["Model/softmax_w"]
        logits = matmul_20 + self.weights["Model/softmax_b"]
        return logits, {"cell_0/c": cell_0_c_next, "cell_0/h": cell_0_h_next, "cell_1/c": cell_1_c_next, "cell_1/h": cell_1_h_next}


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
