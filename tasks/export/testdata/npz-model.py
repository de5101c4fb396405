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
        slice_5 = self.weights["Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/weights"][0:4]
        slice_7 = self.weights["Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/weights"][4:7]
        matmul_8 = gather_1 @ slice_5
        add_9 = matmul_8 + self.weights["Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/biases"]
        state_12 = cell_0_c
        state_13 = cell_0_h
        scan_42 = []
        for t in range(add_9.shape[0]):
            sequence_11 = add_9[t]
            matmul_14 = state_13 @ slice_7
            add_15 = sequence_11 + matmul_14
            slice_17 = add_15[:, 0:3]
            slice_19 = add_15[:, 3:6]
            slice_21 = add_15[:, 6:9]
            slice_23 = add_15[:, 9:12]
            add_25 = slice_21 + 1.0
            sigmoid_26 = sigmoid(add_25)
            mul_27 = sigmoid_26 * state_12
            sigmoid_28 = sigmoid(slice_17)
            tanh_29 = np.tanh(slice_19)
            mul_30 = sigmoid_28 * tanh_29
            next_35 = mul_27 + mul_30
            sigmoid_32 = sigmoid(slice_23)
            tanh_33 = np.tanh(next_35)
            mul_34 = sigmoid_32 * tanh_33
            scan_42.append(mul_34)
            state_12, state_13 = next_35, mul_34
        scan_42 = np.stack(scan_42)
        slice_43 = self.weights["Model/RNN/multi_rnn_cell/cell_1/basic_lstm_cell/weights"][0:3]
        slice_45 = self.weights["Model/RNN/multi_rnn_cell/cell_1/basic_lstm_cell/weights"][3:8]
        matmul_46 = scan_42 @ slice_43
        add_47 = matmul_46 + self.weights["Model/RNN/multi_rnn_cell/cell_1/basic_lstm_cell/biases"]
        state_50 = cell_1_c
        state_51 = cell_1_h
        scan_79 = []
        for t in range(add_47.shape[0]):
            sequence_49 = add_47[t]
            matmul_52 = state_51 @ slice_45
            add_53 = sequence_49 + matmul_52
            slice_55 = add_53[:, 0:5]
            slice_57 = add_53[:, 5:10]
            slice_59 = add_53[:, 10:15]
            slice_61 = add_53[:, 15:20]
            add_62 = slice_59 + 1.0
            sigmoid_63 = sigmoid(add_62)
            mul_64 = sigmoid_63 * state_50
            sigmoid_65 = sigmoid(slice_55)
            tanh_66 = np.tanh(slice_57)
            mul_67 = sigmoid_65 * tanh_66
            next_72 = mul_64 + mul_67
            sigmoid_69 = sigmoid(slice_61)
            tanh_70 = np.tanh(next_72)
            mul_71 = sigmoid_69 * tanh_70
            scan_79.append(mul_71)
            state_50, state_51 = next_72, mul_71
        scan_79 = np.stack(scan_79)
        matmul_80 = scan_79 @ self.weights["Model/softmax_w"]
        logits = matmul_80 + self.weights["Model/softmax_b"]
        return logits, {"cell_0/c": state_12, "cell_0/h": state_13, "cell_1/c": state_50, "cell_1/h": state_51}


def load(folder):
    """The model with its weights."""
    with np.load(os.path.join(folder, "model.npz")) as arrays:
        return Model({name: arrays[name] for name in arrays.files})
