"""How well trainings would scale over nodes, one rank a node, at a batch that grows with them:
measured step times and the messages of a step (docs/scale.md), by the model of a latency and a
bandwidth.

usage: bench/scale.py LACUNA [FILE]

FILE, bench/scale.json unless given, says what was measured, and what networks there are. LACUNA
tells the layers of the models. A node that is `speedups` times as fast as the measured one takes
so much less time for the same pictures, and so hides less.
"""

import json
import math
import os
import re
import subprocess
import sys

SHORT = 1 << 20  # as in src/op/tree.c
LAYER = re.compile(r"^(\S+)\s+((?:conv|dense) .*?)\s{2,}(?:\d+x\d+x)?(\d+)\s+(\d+)\s+[\d.]+$")
STEM_FORWARD, STEM_CHANNEL = 8 * 11 * 11 * 232, 8 * 177  # bytes of its sums (src/kernel/stem.h)


def layers(lacuna, model, case):
    words = [lacuna, "layers", "--model", model, "--size", case["size"], "--points", case["points"]]
    text = subprocess.run([str(w) for w in words], check=True, capture_output=True, text=True)
    for line in text.stdout.splitlines():
        found = LAYER.match(line)
        if found:
            yield found[2], int(found[3]), int(found[4])


class Wire:
    """Seconds of what ranks do together. Pieces are those of one rank, in bytes."""

    def __init__(self, network, nodes):
        self.nodes = nodes
        self.latency = network["latency"]
        self.byte = 1 / network["bandwidth"]
        self.rounds = math.ceil(math.log2(nodes))

    def gather(self, piece):
        return self.rounds * self.latency + (self.nodes - 1) * piece * self.byte

    def exchange(self, row):
        """All to all: in rounds of halves, or a message to each."""
        others = (self.nodes - 1) / self.nodes * row * self.byte
        halves = self.rounds * (self.latency + row / 2 * self.byte)
        return min(halves, (self.nodes - 1) * self.latency + others)

    def sum(self, row):
        """Slices are neighbours in the tree; where their number is no power of two a rank has a
        few branches, two on average."""
        branches = 1 if self.nodes & (self.nodes - 1) == 0 else 2
        if row * self.nodes <= SHORT:
            return self.gather(branches * row)
        return branches * self.exchange(row) + self.gather(row / self.nodes)


def step(wire, net, case, batch, element, larger=1.0, sent=4):
    """Seconds of what ranks tell each other in a step, by kind. Numbers that gradients are sums of
    have `sent` bytes at most on the wire. Rows of a weight's gradient may be `larger` than it: a
    method of convolving has its own order."""
    parts = dict.fromkeys(["gradients", "inputs", "weights", "norm"], 0.0)
    for words, outputs, params in net:
        if words.startswith("dense"):
            inputs = batch * (params / outputs - 1) * min(element, sent)
            parts["inputs"] += wire.gather(inputs) + wire.gather(batch * outputs * sent)
            parts["weights"] += wire.gather(params * 4 / wire.nodes)
        elif words.startswith("conv 11x11"):
            parts["norm"] += wire.sum(STEM_FORWARD) + wire.sum(STEM_CHANNEL * outputs)
        else:
            is_norm = " norm" in words
            parts["norm"] += (1 + is_norm) * wire.sum(16 * outputs)
            parts["gradients"] += wire.sum(larger * sent * (params - outputs * (1 + is_norm)))
    answers = wire.gather(batch * 2 * case["points"] * 4) + 3 * wire.gather(24)
    return {**parts, "answers": answers}


def larger_rows(case, measured, net):
    """By how much, from what one of two ranks has heard: seconds are bytes, of no latency."""
    wire = Wire({"latency": 0, "bandwidth": 1}, 2)
    parts = step(wire, net, case, measured["batch"] / 2, measured["element"])
    return 1 + (measured["heard"] - sum(parts.values())) / parts["gradients"]


class Prediction:
    """What a step waits for where gradients, and what dense layers multiply, travel during the
    rest of the backward pass: a share `overlap` of the step."""

    def __init__(self, compute, overlap, parts):
        self.parts = dict(parts)
        self.compute = compute
        self.all = sum(parts.values())
        travels = parts["gradients"] + parts["inputs"]
        self.hidden = min(travels, overlap * compute)
        for kind in ["gradients", "inputs"]:
            self.parts[kind] *= 1 - self.hidden / travels if travels else 1

    def efficiency(self, waits):
        return f"{100 * self.compute / (self.compute + waits):.0f} %"

    def waits(self):
        return self.all - self.hidden


def row(case, network, measured, net, speedup, nodes):
    larger = larger_rows(case, measured, net)

    def predict(sent):
        parts = step(Wire(network, nodes), net, case, measured["batch"], measured["element"],
                     larger, sent)
        return Prediction(measured["seconds"] / speedup, case["overlap"], parts)

    p, short = predict(4), predict(2)
    most = max(p.parts, key=p.parts.get)
    share = 100 * p.parts[most] / p.waits()
    return (f"| {measured['model']} | {speedup} | {network['name']} | {nodes} | "
            f"{1e3 * p.compute:.0f} | {1e3 * p.all:.1f} | {1e3 * p.hidden:.1f} | "
            f"{p.efficiency(p.all)} | {p.efficiency(p.waits())} | "
            f"{short.efficiency(short.waits())} | {most}, {share:.0f} % |")


def main():
    if len(sys.argv) not in (2, 3):
        print(__doc__, end="", file=sys.stderr)
        sys.exit(2)
    lacuna = sys.argv[1]
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scale.json")
    with open(sys.argv[2] if len(sys.argv) > 2 else beside, encoding="utf-8") as file:
        case = json.load(file)
    print("| model | node | network | nodes | compute, ms | communication, ms | hidden "
          "| if it were not | efficiency | with bf16 on the wire | most of the waits |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for measured in case["steps"]:
        net = list(layers(lacuna, measured["model"], case))
        for speedup in case["speedups"]:
            for network in case["networks"]:
                for nodes in case["nodes"]:
                    print(row(case, network, measured, net, speedup, nodes))


main()
