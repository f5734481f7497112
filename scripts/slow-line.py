#!/usr/bin/env python3
"""A slow line between two network namespaces, where the kernel has no netem: packets go through this program, which holds each one back.

    scripts/slow-line.py NAMESPACE ADDRESS NAMESPACE ADDRESS RATE DELAY       # 10.91.0.1/24 ... 20mbit 5ms

Each namespace gets a TUN device "line" with its address. A packet leaves when the line has sent those before it (bytes over the rate), and arrives
a delay later; what would wait longer than half a second for its turn is dropped, as a router does. Each way is a line of its own. Needs root and
/dev/net/tun; says "ready" when packets may be sent, and at its end, by a signal, how many bytes went each way and how late they were.
"""
import ctypes
import fcntl
import heapq
import os
import re
import select
import signal
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 0x0001, 0x1000, 0x40000000
LONGEST_QUEUE_S = 0.5
LARGEST_PACKET = 65536


def quantity(text, units, what):
    found = re.fullmatch(r"([0-9.]+)([a-z]+)", text)
    if not found or found.group(2) not in units:
        sys.exit(f"slow-line: {text} is no {what}: a number and one of {', '.join(units)}.")
    return float(found.group(1)) * units[found.group(2)]


def device(namespace, address):
    """A TUN device of a namespace; what is written to the file arrives there."""
    with open(f"/run/netns/{namespace}") as there:
        if ctypes.CDLL(None, use_errno=True).setns(there.fileno(), CLONE_NEWNET) != 0:
            sys.exit(f"slow-line: namespace {namespace} cannot be entered: {os.strerror(ctypes.get_errno())}.")
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH14x", b"line", IFF_TUN | IFF_NO_PI))
    subprocess.run(["ip", "addr", "add", address, "dev", "line"], check=True)
    subprocess.run(["ip", "link", "set", "line", "up"], check=True)
    return tun


def main():
    if len(sys.argv) != 7:
        sys.exit(__doc__)
    rate = quantity(sys.argv[5], {"kbit": 1e3 / 8, "mbit": 1e6 / 8, "gbit": 1e9 / 8}, "rate")
    delay = quantity(sys.argv[6], {"us": 1e-6, "ms": 1e-3, "s": 1.0}, "delay")
    ends = [device(sys.argv[1], sys.argv[2]), device(sys.argv[3], sys.argv[4])]
    waiting, number = [], 0
    free, sent, dropped, packets, late = [0.0, 0.0], [0, 0], 0, 0, 0.0

    def over(*_):
        print(f"line: {sent[0]} bytes there and {sent[1]} back in {packets} packets, {dropped} dropped, {1e3 * late / max(packets, 1):.2f} ms late on average", flush=True)
        sys.exit(0)

    try:
        os.nice(-10)
    except OSError:
        pass  # On a busy machine packets will be later than they should.
    signal.signal(signal.SIGTERM, over)
    signal.signal(signal.SIGINT, over)
    print("ready", flush=True)
    while True:
        until = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        for end in select.select(ends, [], [], until)[0]:
            side = ends.index(end)
            while True:
                try:
                    packet = os.read(end, LARGEST_PACKET)
                except BlockingIOError:
                    break
                now = time.monotonic()
                start = max(now, free[side])
                if start - now > LONGEST_QUEUE_S:
                    dropped += 1
                    continue
                free[side] = start + len(packet) / rate
                number += 1
                heapq.heappush(waiting, (free[side] + delay, number, side, packet))
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            due, _, side, packet = heapq.heappop(waiting)
            try:
                os.write(ends[1 - side], packet)
            except OSError:
                dropped += 1
                continue
            sent[side] += len(packet)
            packets += 1
            late += now - due


main()
