// The job that every pool does: `spin` steps of integer work, then a number that can be checked.

module.exports = function job({ id, n, spin = 0 }) {
  let x = n;
  for (let step = 0; step < spin; step += 1) x = (Math.imul(x, 1664525) + 1013904223) | 0;
  return { id, n: x + 1 };
};
