// A worker as `forkdeck run` runs it: messages in, an answer out, and anything printed is a log line.
// The picture is computed as src/tui/offload/mandelbrot.rs does it, line by line, so both come to the same pixels.
const UNIT = 2 ** 50;
const COLORS = [
  [0, [0, 7, 100]], [0.16, [32, 107, 203]], [0.42, [237, 255, 255]],
  [0.6425, [255, 170, 0]], [0.8575, [0, 2, 0]], [1, [0, 7, 100]],
];

const log2 = (number) => {
  let rest = number;
  let whole = 0;
  while (rest >= 2) { rest *= 0.5; whole += 1; }
  const s = (rest - 1) / (rest + 1);
  const s2 = s * s;
  return whole + s * (2.885390082 + s2 * (0.961796694 + s2 * (0.577078016 + s2 * 0.412198583)));
};

const color = (cycle) => {
  const at = cycle - Math.floor(cycle);
  let from = COLORS[0];
  for (const to of COLORS) {
    if (at < to[0]) {
      const share = (at - from[0]) / (to[0] - from[0]);
      return from[1].map((part, i) => part + (to[1][i] - part) * share);
    }
    from = to;
  }
  return from[1];
};

const escape = (x, y, limit, sum) => {
  let real = 0, imaginary = 0, real2 = 0, imaginary2 = 0, taken = 0;
  while (taken < limit && real2 + imaginary2 <= 65536) {
    imaginary = 2 * real * imaginary + y;
    real = real2 - imaginary2 + x;
    real2 = real * real;
    imaginary2 = imaginary * imaginary;
    taken += 1;
  }
  if (real2 + imaginary2 > 65536) {
    const smooth = taken + 4 - log2(log2(real2 + imaginary2) * 0.5);
    const parts = color(Math.sqrt(Math.max(smooth, 0)) * 0.17 + 0.75);
    for (let i = 0; i < 3; i += 1) sum[i] += parts[i];
  }
  return taken;
};

const fraction = (at) => at - Math.floor(at);

const draw = (tile) => {
  const bytes = Buffer.alloc(tile.width * tile.height * 3);
  let iterations = 0, next = 0;
  for (let row = 0; row < tile.height; row += 1) for (let column = 0; column < tile.width; column += 1) {
    const sum = [0, 0, 0];
    let points = 0, spent = 0;
    while (points < 4096 && (points === 0 || spent < tile.budget)) {
      const dx = fraction(0.5 + 0.7548776662466927 * points);
      const dy = fraction(0.5 + 0.5698402909980532 * points);
      const x = (tile.x + (column + dx) * tile.step) / UNIT;
      const y = (tile.y + (row + dy) * tile.step) / UNIT;
      const taken = escape(x, y, tile.iterations, sum);
      points += 1;
      iterations += taken;
      spent += taken + 32;
    }
    for (const part of sum) bytes[next++] = Math.floor(part / points + 0.5);
  }
  return { pixels: bytes.toString('hex'), iterations };
};

const countPrimesBelow = (below) => {
  let count = below > 2 ? 1 : 0;
  for (let n = 3; n < below; n += 2) {
    let prime = true;
    for (let d = 3; d * d <= n; d += 2) if (n % d === 0) { prime = false; break; }
    if (prime) count += 1;
  }
  return count;
};

const answer = (message) => {
  if (message?.tile?.width <= 64 && message.tile.height <= 64 && message.tile.budget <= 1e8) {
    return { tile: message.tile, ...draw(message.tile) };
  }
  if (message?.primes_below <= 200_000_000) {
    return { below: message.primes_below, primes: countPrimesBelow(message.primes_below) };
  }
  return { echo: message, hint: 'send {"primes_below": 1000000}' };
};

const said = ({ tile, iterations, primes, below }) => {
  if (tile) return `${(iterations / 1e6).toFixed(1)}M iterations`;
  return primes === undefined ? 'answered' : `${primes} primes below ${below}`;
};

console.log(`ready, node ${process.version}`);

process.on('message', (message) => {
  const before = performance.now();
  const cpuBefore = process.cpuUsage();
  const reply = answer(message);
  const cpu = process.cpuUsage(cpuBefore);
  const ms = Math.round((performance.now() - before) * 100) / 100;
  console.log(`${said(reply)} in ${Math.round(ms)} ms`);
  process.send({ ...reply, cpu_us: cpu.user + cpu.system, ms });
});
