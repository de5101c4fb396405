try:
    import numpy as np
    import onnxruntime
except ImportError as missing:
    # Node.js has ONNX Runtime too; check.mjs does the same there.
    import shutil
    import subprocess

    node = shutil.which("node")
    if node is None:
        sys.exit(f"{missing}: pip install onnxruntime numpy; or, with Node.js: npm install onnxruntime-node")
    sys.exit(subprocess.call([node, os.path.join(FOLDER, "check.mjs")]))


def load(folder, io):
    """The model as a function of inputs, by name, to outputs."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get("THREADS", "1"))
    session = onnxruntime.InferenceSession(os.path.join(folder, io["file"]), options, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    return lambda feed: dict(zip(names, session.run(names, feed)))
