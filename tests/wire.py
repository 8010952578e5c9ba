"""A wire between hosts that are network namespaces: what one sends the others get, later, and some
of it never. It stands in for tc's netem, which many kernels lack.

usage: wire.py SECONDS LOSS HOST...

Host i, from 1, gets an interface `wire` of the address 10.9.0.i. A line is printed when all have
theirs; SIGTERM ends it, with a line that says what was carried and what was lost.
"""

import collections
import fcntl
import os
import random
import select
import signal
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
MOST = 65536  # bytes of a frame


def connect(host, number):
    """The other end of the host's interface: frames are read from it and written to it."""
    name = f"wire{number}"
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    subprocess.run(["ip", "link", "set", name, "netns", host, "name", "wire"], check=True)
    for words in (f"address add 10.9.0.{number}/24 dev wire", "link set wire up", "link set lo up"):
        subprocess.run(["ip", "-n", host, *words.split()], check=True)
    return end


def deliver(frame, ends):
    for end in ends:
        try:
            os.write(end, frame)
        except BlockingIOError:
            pass  # a full queue drops it, as a switch would


def carry(ends, delay, loss):
    """Until a signal comes, which ends this by SystemExit."""
    chance = random.Random(1)
    waiting = collections.deque()  # of (when it is due, frame, to whom)
    while True:
        pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        for end in select.select(ends, [], [], pause)[0]:
            frame = os.read(end, MOST)
            carried["frames"] += 1
            if chance.random() < loss:
                carried["lost"] += 1
                continue
            others = [other for other in ends if other != end]
            waiting.append((time.monotonic() + delay, frame, others))
        while waiting and waiting[0][0] <= time.monotonic():
            deliver(*waiting.popleft()[1:])


carried = {"frames": 0, "lost": 0}
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
try:
    ENDS = [connect(host, i + 1) for i, host in enumerate(sys.argv[3:])]
    print("connected", flush=True)
    carry(ENDS, float(sys.argv[1]), float(sys.argv[2]))
finally:
    print(f"{carried['frames']} frames, {carried['lost']} lost", flush=True)
