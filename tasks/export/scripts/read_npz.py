

def read(path):
    """The arrays of an .npz file, by name."""
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}
