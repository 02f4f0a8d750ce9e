#!/bin/sh
# The founding example in plain sh: a message is one line of JSON, read from and written to one descriptor.
#
# `read` gives one line at a time and fails when the parent has closed the channel, which ends the worker. What it echoes to
# standard output is a log line, not a message. A program that it starts gets the channel, too, unless `3<&-` keeps it away.
#
#     forkdeck run workers/process.sh            then type {"hello":"world"} or {"n":20000}

count_primes() {
    primes=0
    candidate=2
    while [ "$candidate" -le "$1" ]; do
        divisor=2
        while [ $((divisor * divisor)) -le "$candidate" ] && [ $((candidate % divisor)) -ne 0 ]; do
            divisor=$((divisor + 1))
        done
        [ $((divisor * divisor)) -gt "$candidate" ] && primes=$((primes + 1))
        candidate=$((candidate + 1))
    done
}

: "${NODE_CHANNEL_FD:?is not set: start me with \`forkdeck run workers/process.sh\`}"

while IFS= read -r message <&3; do
    n=${message#*'"n":'}
    n=${n%%[!0-9]*} # jq -r .n does this better, where it is installed
    n=${n:-7000}    # about 200 ms
    count_primes "$n"
    printf '{"n":%s,"primes":%s}\n' "$n" "$primes" >&3
done
