

def read(path):
    """The tensors of a safetensors file, by name."""
    with open(path, "rb") as f:
        header = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        data = f.read()
    out = {}
    for name, t in header.items():
        if name != "__metadata__":
            start, stop = t["data_offsets"]
            kind = {"F32": np.float32, "I32": np.int32}[t["dtype"]]
            out[name] = np.frombuffer(data[start:stop], kind).reshape(t["shape"])
    return out
