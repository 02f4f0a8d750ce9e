"""The founding example in Python: nothing but the standard library and one socket.

The parent names the channel's descriptor in NODE_CHANNEL_FD. A message is one line of JSON, in both directions. When the
parent closes the channel, reading ends, and so does this worker.

    forkdeck run workers/process.py            then type {"hello":"world"} or {"n":500000}
"""

import json
import os
import socket
import sys
import time


def count_primes(n):
    primes = 0
    for candidate in range(2, n + 1):
        divisor = 2
        while divisor * divisor <= candidate and candidate % divisor != 0:
            divisor += 1
        if divisor * divisor > candidate:
            primes += 1
    return primes


if "NODE_CHANNEL_FD" not in os.environ:
    sys.exit("process.py answers messages of a parent: start it with `forkdeck run workers/process.py`")

# Taking the variable away keeps programs that this one starts from using the channel by mistake.
channel = socket.socket(fileno=int(os.environ.pop("NODE_CHANNEL_FD")))

for line in channel.makefile("r", encoding="utf-8", newline="\n"):
    message = json.loads(line)
    n = message.get("n", 150_000) if isinstance(message, dict) else 150_000  # about 200 ms
    start = time.monotonic()
    answer = {"n": n, "primes": count_primes(n)}
    answer["ms"] = round((time.monotonic() - start) * 1000)
    channel.sendall(json.dumps(answer).encode() + b"\n")
