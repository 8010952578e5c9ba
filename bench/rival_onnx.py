"""ONNX Runtime on a network that rival_torch.py exported."""
import statistics
import time

import numpy as np
import onnxruntime

from answer import answer

sessions = {}


def session(path, threads):
    if (path, threads) not in sessions:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        sessions.clear()
        sessions[path, threads] = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"])
    return sessions[path, threads]


def outputs(path, pictures):
    x = np.array(pictures, np.float32).reshape(-1, 1, 96, 96) / 255
    return {"outputs": session(path, 2).run(None, {"x": x})[0].tolist()}


def predict(path, threads, batch, steps):
    net = session(path, threads)
    x = np.random.default_rng(1).random((batch, 1, 96, 96), dtype=np.float32)
    net.run(None, {"x": x})
    seconds = []
    for _ in range(steps):
        started = time.perf_counter()
        net.run(None, {"x": x})
        seconds.append(time.perf_counter() - started)
    return {"seconds": statistics.median(seconds)}


answer({
    "about": lambda: {"name": "ONNX Runtime " + onnxruntime.__version__},
    "outputs": outputs,
    "predict": predict,
})
