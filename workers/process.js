// The founding example: a function that keeps a core busy, moved to a process of its own.
//
// A program that is busy computing cannot answer. This worker is asked by a message, computes, and answers by a message;
// whoever asked stays free meanwhile. Nothing in it knows forkdeck: it runs under any parent that forks it.
//
//     forkdeck run workers/process.js                    then type {"hello":"world"} or {"n":5000000}
//     forkdeck run --runtime bun workers/process.js      the same under bun, or deno

function countPrimes(n) {
  let primes = 0;
  for (let candidate = 2; candidate <= n; candidate += 1) {
    let divisor = 2;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor += 1;
    if (divisor * divisor > candidate) primes += 1;
  }
  return primes;
}

if (!process.send) {
  console.error('process.js answers messages of a parent: start it with `forkdeck run workers/process.js`');
  process.exit(1);
}

process.on('message', (message) => {
  const n = message?.n ?? 1_000_000; // about 200 ms
  const start = Date.now();
  const primes = countPrimes(n);
  process.send({ n, primes, ms: Date.now() - start });
});
