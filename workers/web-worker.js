// The founding example as a web worker: the same script runs in a browser, by `new Worker('web-worker.js')`.
//
//     forkdeck run --api web-worker workers/web-worker.js    then type {"hello":"world"} or {"n":5000000}

function countPrimes(n) {
  let primes = 0;
  for (let candidate = 2; candidate <= n; candidate += 1) {
    let divisor = 2;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor += 1;
    if (divisor * divisor > candidate) primes += 1;
  }
  return primes;
}

onmessage = ({ data }) => {
  const n = data?.n ?? 1_000_000; // about 200 ms
  const start = Date.now();
  const primes = countPrimes(n);
  postMessage({ n, primes, ms: Date.now() - start });
};
