"""PyTorch, 1.13 to the newest, on the network of a text: training steps and prediction.
Run by bench.py with the interpreter that has the version in question.

The step is what lacuna's is: forward, masked squared error, backward, Adam with weight
decay; but its batch stands ready in memory as float32, which spares PyTorch the making,
and there is neither augmentation nor an average of the weights.
"""
import contextlib
import statistics
import time

import torch

from answer import answer
from network import Network, load

SIZE = 96
POINTS = 15


def network(text, layout):
    """With first weights of its own, for pictures and points as `lacuna bench` draws them."""
    torch.manual_seed(1)
    counts = {"points": POINTS, "sources": 1, "source_points": POINTS, "side": SIZE}
    return Network(text, counts).to(memory_format=layout_of(layout))


def layout_of(name):
    return {"channels first": torch.contiguous_format,
            "channels last": torch.channels_last}[name]


def precision(dtype):
    if dtype == "bf16":
        return torch.autocast("cpu", dtype=torch.bfloat16)
    return contextlib.nullcontext()


def set_threads(threads):
    """Compiled code holds the number of threads that it was compiled for."""
    torch.set_num_threads(threads)
    if hasattr(torch, "compile"):
        import torch._inductor.config as config
        torch._dynamo.reset()
        config.cpp.threads = threads


def fastest_adam(parameters):
    settings = {"lr": 1e-4, "weight_decay": 5e-4}
    try:
        return torch.optim.Adam(parameters, fused=True, **settings)
    except (RuntimeError, TypeError):   # 1.13 fuses on CUDA only
        return torch.optim.Adam(parameters, **settings)


def training(text, mode, dtype, layout, batch):
    set_threads(2)
    net = network(text, layout).train()
    x = torch.rand(batch, 1, SIZE, SIZE).to(memory_format=layout_of(layout))
    target = torch.rand(batch, 2 * POINTS) * 2 - 1
    mask = (torch.rand(batch, 2 * POINTS) < 0.5).float()
    adam = fastest_adam(list(net.parameters()))

    def loss_of(x, target, mask):
        return (((net(x).float() - target) * mask) ** 2).sum() / mask.numel()

    if mode == "compile":
        loss_of = torch.compile(loss_of, dynamic=False)

    def step():
        adam.zero_grad(set_to_none=True)
        with precision(dtype):
            loss = loss_of(x, target, mask)
        loss.backward()
        adam.step()

    return step


def predicting(text, mode, dtype, layout, batch, threads):
    set_threads(threads)
    net = network(text, layout).eval()
    x = torch.rand(batch, 1, SIZE, SIZE).to(memory_format=layout_of(layout))
    if mode == "compile":
        import torch._inductor.config as config
        config.freezing = True          # folds the batch norms into the convolutions
        net = torch.compile(net, dynamic=False)

    def step():
        with torch.no_grad(), precision(dtype):
            net(x)

    return step


class Prepared:
    """The last thing measured, kept: rounds come back to it, compiling takes long."""
    key = None
    step = None


def timed(make, steps, **how):
    key = (make, tuple(sorted(how.items())))
    fresh = Prepared.key != key
    if fresh:
        Prepared.key = Prepared.step = None
        Prepared.step = make(**how)
        Prepared.key = key
    for _ in range(2 if fresh else 1):
        Prepared.step()
    seconds = []
    for _ in range(steps):
        started = time.perf_counter()
        Prepared.step()
        seconds.append(time.perf_counter() - started)
    return {"seconds": statistics.median(seconds)}


def outputs(model, pictures):
    """What the network of a model's file answers, in its own units."""
    x = torch.tensor(pictures, dtype=torch.float32).view(-1, 1, SIZE, SIZE) / 255
    with torch.no_grad():
        return {"outputs": load(model)(x).tolist()}


def export(model, path, batch):
    torch.onnx.export(load(model), (torch.rand(batch, 1, SIZE, SIZE),), path, input_names=["x"],
                      output_names=["y"])
    return {}


def about():
    version = torch.__version__.partition("+")[0]
    modes = ["eager", "compile"] if hasattr(torch, "compile") else ["eager"]
    return {"name": f"PyTorch {version}", "modes": modes}


answer({
    "about": about,
    "train": lambda **how: timed(training, **how),
    "predict": lambda **how: timed(predicting, **how),
    "outputs": outputs,
    "export": export,
})
