// A worker as `forkdeck run` runs it: messages in, an answer out, and anything printed is a log line.
const countPrimesBelow = (below) => {
  let count = below > 2 ? 1 : 0;
  for (let n = 3; n < below; n += 2) {
    let prime = true;
    for (let d = 3; d * d <= n; d += 2) if (n % d === 0) { prime = false; break; }
    if (prime) count += 1;
  }
  return count;
};

console.log(`ready, node ${process.version}`);

process.on('message', (message) => {
  const below = message?.primes_below;
  if (!(below <= 200_000_000)) {
    process.send({ echo: message, hint: 'send {"primes_below": 1000000}' });
    return;
  }
  const before = performance.now();
  const primes = countPrimesBelow(below);
  const ms = Math.round((performance.now() - before) * 100) / 100;
  console.log(`${primes} primes below ${below} in ${Math.round(ms)} ms`);
  process.send({ below, primes, ms });
});
