"""runs/a/compact: task count, cell lstm; written by iss

    model = load("FOLDER")
    logits, states = model(x, states)
"""
import os

import numpy as np


def sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * x))

class Model:
    def __init__(self, weights):
        self.weights = weights

    def __call__(self, x, states=None):
        states = states or {}
        x = np.asarray(x)
        cell_0_c = states.get("cell_0/c", np.full([x.shape[1], 3], 0.0, np.float32))
        cell_0_h = states.get("cell_0/h", np.full([x.shape[1], 3], 0.0, np.float32))
        cell_1_c = states.get("cell_1/c", np.full([x.shape[1], 5], 0.0, np.float32))
        cell_1_h = states.get("cell_1/h", np.full([x.shape[1], 5], 0.0, np.float32))
        gather_1 = self.weights["Model/embedding"][x]
        state_4 = cell_0_c
        state_5 = cell_0_h
        scan_37 = []
        for t in range(gather_1.shape[0]):
            sequence_3 = gather_1[t]
            concat_6 = np.concatenate([sequence_3, state_5], 1)
            matmul_7 = concat_6 @ self.weights["Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/weights"]
            add_8 = matmul_7 + self.weights["Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/biases"]
            slice_12 = add_8[:, 0:3]
            slice_14 = add_8[:, 3:6]
            slice_16 = add_8[:, 6:9]
            slice_18 = add_8[:, 9:12]
            add_20 = slice_16 + 1.0
            sigmoid_21 = sigmoid(add_20)
            mul_22 = sigmoid_21 * state_4
            sigmoid_23 = sigmoid(slice_12)
            tanh_24 = np.tanh(slice_14)
            mul_25 = sigmoid_23 * tanh_24
            next_30 = mul_22 + mul_25
            sigmoid_27 = sigmoid(slice_18)
            tanh_28 = np.tanh(next_30)
            mul_29 = sigmoid_27 * tanh_28
            scan_37.append(mul_29)
            state_4, state_5 = next_30, mul_29
        scan_37 = np.stack(scan_37)
        state_40 = cell_1_c
        state_41 = cell_1_h
        scan_70 = []
        for t in range(scan_37.shape[0]):
            sequence_39 = scan_37[t]
            concat_42 = np.concatenate([sequence_39, state_41], 1)
            matmul_43 = concat_42 @ self.weights["Model/RNN/multi_rnn_cell/cell_1/basic_lstm_cell/weights"]
            add_44 = matmul_43 + self.weights["Model/RNN/multi_rnn_cell/cell_1/basic_lstm_cell/biases"]
            slice_46 = add_44[:, 0:5]
            slice_48 = add_44[:, 5:10]
            slice_50 = add_44[:, 10:15]
            slice_52 = add_44[:, 15:20]
            add_53 = slice_50 + 1.0
            sigmoid_54 = sigmoid(add_53)
            mul_55 = sigmoid_54 * state_40
            sigmoid_56 = sigmoid(slice_46)
            tanh_57 = np.tanh(slice_48)
            mul_58 = sigmoid_56 * tanh_57
            next_63 = mul_55 + mul_58
            sigmoid_60 = sigmoid(slice_52)
            tanh_61 = np.tanh(next_63)
            mul_62 = sigmoid_60 * tanh_61
            scan_70.append(mul_62)
            state_40, state_41 = next_63, mul_62
        scan_70 = np.stack(scan_70)
        matmul_71 = scan_70 @ self.weights["Model/softmax_w"]
        logits = matmul_71 + self.weights["Model/softmax_b"]
        return logits, {"cell_0/c": state_4, "cell_0/h": state_5, "cell_1/c": state_40, "cell_1/h": state_41}


def load(folder):
    """The model with its weights."""
    with np.load(os.path.join(folder, "model.npz")) as arrays:
        return Model({name: arrays[name] for name in arrays.files})
