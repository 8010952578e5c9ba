#!/usr/bin/env python3
"""Writes the fixtures of tests/test_parity.c: what PyTorch, in float64, makes of the
paper's networks. Needs torch and numpy (Debian: python3-torch, python3-numpy).

    python3 tests/parity/make_fixtures.py     writes NETWORK_SIZE.safetensors beside itself

Nothing that both sides can generate is stored. They share random(seed, stream,
counter) of src/base/random.c and uniform, its top 53 bits in [0, 1); with u = 2 *
uniform - 1:

    stream of a parameter  (99 << 32) + FNV-1a (32 bits) of its name; seed 7
    weight of fan-in f     sqrt(6 / f) * u
    norm.weight            1 + u / 8
    norm.bias, bias        u / 8
    pixel i                random % 256, stream 98 << 32, seed of the case
    label i                uniform * (size - 1), stream (98 << 32) + 1
    mask i                 random % 2, stream (98 << 32) + 2

Parameters and labels are rounded to float32. The network reads pixel / 255; its target
is (label - size / 2) / (size / 2). Dropout is off.

Single precision may decide a ReLU or a max pool that stands near a tie otherwise than
double does, which moves gradients by far more than rounding. So the seed of a case is
the one of SEEDS whose first pass stays farthest from ties, and the steps are short: a
unit that comes alive in one of them only moves its weights by a few learning rates.

A fixture holds, for one batch:

    output               [n, 2K] first training pass
    eval                 [n, 2K] inference after it, with the running statistics it left
    loss                 [2] of the first pass: reduction all, reduction present
    NAME.gradient        samples of the gradient of the loss (reduction all)
    NAME.gradient.norm   [1] L2 norm of the whole gradient
    NAME.running_...     samples of the running statistics after the first pass
    adam.losses          [10] loss before each of ten steps of Adam, learning rate 1e-5,
                         weight decay 5e-4 (L2)
    adam.NAME            samples of parameters and running statistics after them
    adamw...             the same for AdamW; its decay is 20, so that ten steps show it

Samples are the elements (j * 2654435761) mod count, j = 0 ... min(count, 64) - 1, of
PyTorch's order.
"""
import json
import os
import struct

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

CASES = [(name, size, points, batch)
         for size, points, batch in ((32, 5, 6), (96, 15, 4))
         for name in ("resnet", "cnn", "kimura")]
SEEDS = range(1, 257)
STEPS = 10
LR = 1e-5
OPTIMIZERS = (("adam", torch.optim.Adam, 5e-4), ("adamw", torch.optim.AdamW, 20.0))


# ---- Numbers that C makes too ---------------------------------------------------------

def mix(z):
    z = z + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def random(seed, stream, count):
    with np.errstate(over="ignore"):
        key = mix(mix(np.array([seed], np.uint64)) ^ np.uint64(stream))
        return mix(key ^ np.arange(count, dtype=np.uint64))


def uniform(seed, stream, count):
    return (random(seed, stream, count) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def fnv1a(text):
    h = 2166136261
    for byte in text.encode():
        h = (h ^ byte) * 16777619 & 0xFFFFFFFF
    return h


def parameter(name, shape):
    count = int(np.prod(shape))
    u = 2 * uniform(7, (99 << 32) + fnv1a(name), count) - 1
    if len(shape) > 1:
        value = np.sqrt(6.0 / (count // shape[0])) * u
    elif name.endswith("norm.weight"):
        value = 1 + u / 8
    else:
        value = u / 8
    return torch.from_numpy(value.astype(np.float32).astype(np.float64).reshape(shape))


def batch_of(seed, size, points, n):
    pixels = random(seed, 98 << 32, n * size * size) % np.uint64(256)
    x = pixels.astype(np.float64).reshape(n, 1, size, size) / 255
    label = uniform(seed, (98 << 32) + 1, n * 2 * points) * (size - 1)
    label = label.astype(np.float32).astype(np.float64).reshape(n, -1)
    target = (label - size / 2) / (size / 2)
    mask = random(seed, (98 << 32) + 2, n * 2 * points) % np.uint64(2)
    mask = mask.astype(np.float64).reshape(n, -1)
    return torch.from_numpy(x), torch.from_numpy(target), torch.from_numpy(mask)


# ---- Networks -------------------------------------------------------------------------

class Ties:
    """The smallest distance from a tie of any ReLU or max pool, in units of the spread."""
    margin = np.inf

    @classmethod
    def see(cls, gap, z):
        cls.margin = min(cls.margin, float(gap.min() / z.std()))


def relu(z):
    with torch.no_grad():
        Ties.see(z.abs(), z)
    return F.relu(z)


def relu_pool(z):
    """ReLU, then 2x2 max pool; ties matter only where the pooled value is positive."""
    with torch.no_grad():
        window = z.unfold(2, 2, 2).unfold(3, 2, 2).flatten(4)
        best = window.topk(2, dim=4).values
        gap = best[..., 0] - best[..., 1]
        Ties.see(best[..., 0].abs(), z)
        Ties.see(gap[best[..., 0] > 0], z)
    return F.max_pool2d(F.relu(z), 2)


class NormedConv(nn.Conv2d):
    def __init__(self, c, oc, k, stride=1):
        super().__init__(c, oc, k, stride, k // 2, bias=False)
        self.norm = nn.BatchNorm2d(oc)

    def forward(self, x):
        return self.norm(super().forward(x))


class Block(nn.Module):
    def __init__(self, c, oc, residual):
        super().__init__()
        self.conv1 = NormedConv(c, oc, 3)
        self.conv2 = NormedConv(oc, oc, 3, 2)
        self.shortcut = NormedConv(c, oc, 1, 2) if residual else None

    def forward(self, x):
        y = self.conv2(relu(self.conv1(x)))
        return relu(y + self.shortcut(x) if self.shortcut else y)


class Xu(nn.Module):
    def __init__(self, residual, size, points):
        super().__init__()
        self.conv1 = NormedConv(1, 32, 11)
        self.block1 = Block(32, 32, residual)
        self.block2 = Block(32, 64, residual)
        self.dense1 = nn.Linear(64 * (size // 8) ** 2, 1000)
        self.dense2 = nn.Linear(1000, 2 * points)

    def forward(self, x):
        x = self.block2(self.block1(relu_pool(self.conv1(x))))
        return self.dense2(relu(self.dense1(x.flatten(1))))


class Kimura(nn.Module):
    def __init__(self, size, points):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 5, padding=2)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.conv3 = nn.Conv2d(32, 64, 3, padding=1)
        self.dense1 = nn.Linear(64 * (size // 8) ** 2, 400)
        self.dense2 = nn.Linear(400, 2 * points)

    def forward(self, x):
        for conv in (self.conv1, self.conv2, self.conv3):
            x = relu_pool(conv(x))
        return self.dense2(relu(self.dense1(x.flatten(1))))


def network(name, size, points):
    net = Kimura(size, points) if name == "kimura" else Xu(name == "resnet", size, points)
    net = net.double()
    with torch.no_grad():
        for key, p in net.named_parameters():
            p.copy_(parameter(key, tuple(p.shape)))
    return net.train()


# ---- Fixtures -------------------------------------------------------------------------

def samples(tensor):
    flat = tensor.detach().reshape(-1)
    return flat[[j * 2654435761 % flat.numel() for j in range(min(flat.numel(), 64))]]


def running(net):
    return {key: value for key, value in net.named_buffers() if "running" in key}


def squares(y, target, mask):
    return (((y - target) * mask) ** 2).sum()


def first_pass(net, x, target, mask, out):
    y = net(x)
    total = squares(y, target, mask)
    loss = total / mask.numel()
    loss.backward()
    out["output"] = y
    out["loss"] = torch.stack((loss, total / mask.sum()))
    for key, p in net.named_parameters():
        out[key + ".gradient"] = samples(p.grad)
        out[key + ".gradient.norm"] = p.grad.norm().reshape(1)
    out.update((key, samples(value).clone()) for key, value in running(net).items())
    with torch.no_grad():
        out["eval"] = net.eval()(x)


def optimize(prefix, step, net, x, target, mask, out):
    losses = []
    for _ in range(STEPS):
        step.zero_grad()
        loss = squares(net(x), target, mask) / mask.numel()
        loss.backward()
        step.step()
        losses.append(loss.detach())
    out[prefix + ".losses"] = torch.stack(losses)
    for key, p in net.named_parameters():
        out[prefix + "." + key] = samples(p)
    out.update((prefix + "." + key, samples(value)) for key, value in running(net).items())


def write(path, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for name, tensor in tensors.items():
        numbers = tensor.detach().numpy().astype("<f4")
        begin, data = len(data), data + numbers.tobytes()
        header[name] = {"dtype": "F32", "shape": list(numbers.shape),
                        "data_offsets": [begin, len(data)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def margin(name, size, points, batch, seed):
    Ties.margin = np.inf
    with torch.no_grad():
        network(name, size, points)(batch_of(seed, size, points, batch)[0])
    return Ties.margin


def make(name, size, points, batch):
    margins = {seed: margin(name, size, points, batch, seed) for seed in SEEDS}
    seed = max(margins, key=margins.get)
    inputs = batch_of(seed, size, points, batch)
    out = {}
    first_pass(network(name, size, points), *inputs, out)
    for prefix, optimizer, decay in OPTIMIZERS:
        net = network(name, size, points)
        step = optimizer(net.parameters(), lr=LR, weight_decay=decay)
        optimize(prefix, step, net, *inputs, out)
    file = f"{name}_{size}.safetensors"
    write(os.path.join(os.path.dirname(os.path.abspath(__file__)), file), out,
          {"model": name, "size": str(size), "points": str(points), "batch": str(batch),
           "seed": str(seed)})
    losses = [round(float(loss), 4) for loss in out["adam.losses"]]
    print(f"{file}: seed {seed}, margin {margins[seed]:.1e}, losses {losses}", flush=True)


if __name__ == "__main__":
    for case in CASES:
        make(*case)
