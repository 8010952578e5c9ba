"""A network's text (docs/networks.md) as a PyTorch module, from 1.13 to the newest, and a model
of lacuna's in it. The rivals' networks are made from the text that lacuna itself reads.
"""
import json
import struct
from typing import NamedTuple

import torch
import torch.nn as nn
import torch.nn.functional as F

# ---- The text ---------------------------------------------------------------------------


class Node(NamedTuple):
    name: str
    operator: str
    words: list      # what follows the operator, up to "output", "<" or "+"
    is_output: bool
    inputs: list     # names of nodes; the added one, if there is one, is the last


def read_line(words, before):
    """A node from the words of its line; without "<" it reads the node `before`."""
    ends = [i for i, word in enumerate(words) if word in ("output", "<", "+")] + [len(words)]
    inputs = [word for word in words[ends[0]:] if word not in ("output", "<", "+")]
    if "<" not in words:
        inputs.insert(0, before)
    return Node(words[0], words[1], words[2:ends[0]], "output" in words, inputs)


def read(text):
    """The nodes of a text, in its order."""
    nodes = []
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if words:
            nodes.append(read_line(words, nodes[-1].name if nodes else "input"))
    return nodes


def number(word, counts):
    """A number of channels: "64", "points", "2*source_points"."""
    times, _, count = word.rpartition("*")
    return int(times or 1) * (int(count) if count.isdigit() else counts[count])


# ---- Operators. Each has `out`, the shape of its output: (c, h, w), or (c,) for a vector. -----


class Conv(nn.Conv2d):
    """Convolution, then in this order: batch norm, the added map, ReLU, 2x2 max pool."""

    def __init__(self, words, shapes, counts):
        k, words = int(words[0].partition("x")[0]), words[1:]
        stride, words = (int(words[0][1:]), words[1:]) if words[0][0] == "/" else (1, words)
        c, h, w = shapes[0]
        oc = number(words[0], counts)
        super().__init__(c, oc, k, stride, k // 2, bias="norm" not in words)
        self.norm = nn.BatchNorm2d(oc) if "norm" in words else nn.Identity()
        self.relu, self.pool = "relu" in words, "pool" in words
        pooled = 2 if self.pool else 1
        self.out = (oc, (h + stride - 1) // stride // pooled, (w + stride - 1) // stride // pooled)

    def forward(self, x, added=None):
        y = self.norm(super().forward(x))
        y = y if added is None else y + added
        y = F.relu(y) if self.relu else y
        return F.max_pool2d(y, 2) if self.pool else y


class Add(nn.Module):
    """Sum of maps; smaller ones are up-sampled by nearest neighbour."""

    def __init__(self, words, shapes, counts):
        super().__init__()
        self.relu = "relu" in words
        self.out = max(shapes, key=lambda shape: shape[1])
        self.times = [-(-self.out[1] // shape[1]) for shape in shapes]

    def forward(self, *inputs):
        _, h, w = self.out
        y = sum(F.interpolate(x, scale_factor=times, mode="nearest")[:, :, :h, :w]
                if times > 1 else x for x, times in zip(inputs, self.times))
        return F.relu(y) if self.relu else y


class Concat(nn.Module):
    def __init__(self, words, shapes, counts):
        super().__init__()
        self.out = (sum(shape[0] for shape in shapes), *shapes[0][1:])

    def forward(self, *inputs):
        return torch.cat(inputs, 1)


class Mean(nn.Module):
    def __init__(self, words, shapes, counts):
        super().__init__()
        self.out = shapes[0][:1]

    def forward(self, x):
        return x.mean((2, 3))


class SoftArgmax(nn.Module):
    """Place i of m across is pixel (i + 0.5) side / m - 0.5; the answer is in half sides from the
    middle."""

    def __init__(self, words, shapes, counts):
        super().__init__()
        c, h, w = shapes[0]
        self.out = (2 * c,)
        row, column = ((2 * torch.arange(m) + 1) / m - 1 / counts["side"] - 1 for m in (h, w))
        grid = torch.stack((column.expand(h, w), row[:, None].expand(h, w)), 2)
        self.register_buffer("grid", grid.reshape(h * w, 2), persistent=False)

    def forward(self, x):
        with torch.autocast("cpu", enabled=False):
            return (F.softmax(x.float().flatten(2), 2) @ self.grid).flatten(1)


class Dense(nn.Linear):
    def __init__(self, words, shapes, counts):
        c = number(words[0], counts)
        super().__init__(torch.Size(shapes[0]).numel(), c)
        self.relu, self.dropout = "relu" in words, "dropout" in words
        self.out = (c,)

    def forward(self, x):
        y = super().forward(x.flatten(1))
        y = F.relu(y) if self.relu else y
        return F.dropout(y, 0.5, self.training) if self.dropout else y


OPERATORS = {"conv": Conv, "add": Add, "concat": Concat, "mean": Mean, "softargmax": SoftArgmax,
             "dense": Dense}

# ---- The network ------------------------------------------------------------------------


class Network(nn.Module):
    """`counts` are the data's points, sources, source_points, and side, that of its pictures."""

    def __init__(self, text, counts):
        super().__init__()
        self.nodes = read(text)
        shapes = {"input": (1, counts["side"], counts["side"])}
        self.operators = nn.ModuleList()
        for node in self.nodes:
            operator = OPERATORS[node.operator](node.words, [shapes[name] for name in node.inputs],
                                                counts)
            shapes[node.name] = operator.out
            self.operators.append(operator)
        self.output = next(node.name for node in self.nodes if node.is_output)
        last = {name: i for i, node in enumerate(self.nodes) for name in node.inputs}
        last.pop(self.output, None)
        self.spent = [[name for name in last if last[name] == i] for i in range(len(self.nodes))]

    def forward(self, x):
        """What no later node reads is dropped, as in a module written by hand."""
        values = {"input": x}
        for node, operator, spent in zip(self.nodes, self.operators, self.spent):
            values[node.name] = operator(*[values[name] for name in node.inputs])
            for name in spent:
                del values[name]
        return values[self.output]

    def fill(self, tensors):
        """Takes all parameters and running statistics from {"a.down.weight": tensor}."""
        for node, operator in zip(self.nodes, self.operators):
            for key, value in operator.state_dict().items():
                if not key.endswith("num_batches_tracked"):
                    value.copy_(tensors[f"{node.name}.{key}"])


# ---- A model's file (docs/format.md) --------------------------------------------------------


def read_file(path):
    """Metadata and float32 tensors of a safetensors file."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        body = bytearray(file.read())
    about = header.pop("__metadata__")
    return about, {name: torch.frombuffer(body, dtype=torch.float32, offset=t["data_offsets"][0],
                                          count=torch.Size(t["shape"]).numel()).view(t["shape"])
                   for name, t in header.items()}


def load(path):
    """A model of lacuna's, ready to predict."""
    about, tensors = read_file(path)
    sources = [source["points"] for source in json.loads(about["sources"])]
    net = Network(about["network"],
                  {"points": len(about["points"].split(",")), "sources": len(sources),
                   "source_points": sum(map(len, sources)), "side": int(about["size"])})
    net.fill(tensors)
    return net.eval()
