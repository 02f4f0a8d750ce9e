"""The founding example in Python. forkdeck.py beside it speaks with the parent: copy both.

    forkdeck run workers/process.py            then type {"hello":"world"} or {"n":500000}
"""

import time

import forkdeck


def count_primes(n):
    primes = 0
    for candidate in range(2, n + 1):
        divisor = 2
        while divisor * divisor <= candidate and candidate % divisor != 0:
            divisor += 1
        if divisor * divisor > candidate:
            primes += 1
    return primes


for message in forkdeck.messages():
    n = message.get("n", 150_000) if isinstance(message, dict) else 150_000  # about 200 ms
    start = time.monotonic()
    primes = count_primes(n)
    forkdeck.send({"n": n, "primes": primes, "ms": round((time.monotonic() - start) * 1000)})
