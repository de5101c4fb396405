"""DOC

    model = load("FOLDER")
    RETURNS = model(CALL)
"""
import os

import numpy as np
HELPERS


class Model:
    def __init__(self, weights):
        self.weights = weights

    def __call__(self, ARGUMENTS):
        BODY


def load(folder):
    """The model with its weights."""
    with np.load(os.path.join(folder, "model.npz")) as arrays:
        return Model({name: arrays[name] for name in arrays.files})
