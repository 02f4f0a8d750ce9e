// The jobs, and the check of their results: the same for whoever does them.

import { createRequire } from 'node:module';

const job = createRequire(import.meta.url)('./job.js');

/** How many jobs are outstanding at any time. */
export const OUTSTANDING = 64;

export const jobAt = (id, spin) => (spin ? { id, n: id % 4, spin } : { id, n: id % 4 });

/** Counts results and compares each with what it must be. */
export class Check {
  #expected;
  #ids = 0;
  count = 0;
  wrong = 0;

  constructor(spin) {
    this.#expected = [0, 1, 2, 3].map((n) => job(jobAt(n, spin)).n);
  }

  take({ id, n }) {
    this.count += 1;
    this.#ids += id;
    if (n !== this.#expected[id % 4]) this.wrong += 1;
  }

  /** Throws unless each of the first `jobs` jobs was answered once, and rightly. */
  conclude(jobs) {
    const ids = (jobs * (jobs - 1)) / 2;
    if (this.wrong || this.count !== jobs || this.#ids !== ids) {
      throw new Error(`${this.count} results of ${jobs} jobs, ${this.wrong} wrong, ids add up to ${this.#ids}, not ${ids}`);
    }
  }
}

/** The first `count` jobs, one JSON line each. */
export function linesOf(count, spin) {
  return Buffer.from(Array.from({ length: count }, (_, id) => `${JSON.stringify(jobAt(id, spin))}\n`).join(''));
}

/** Checks the results of the first `count` jobs, one JSON line each, in any order. */
export function verifyLines(output, count, spin) {
  const check = new Check(spin);
  for (const line of output.toString().split('\n')) if (line) check.take(JSON.parse(line));
  check.conclude(count);
}

/** Steps of a job that add up to a millisecond on this machine. */
export function stepsPerMs() {
  const spin = 200_000;
  let best = Infinity;
  for (const end = performance.now() + 500; performance.now() < end; ) {
    const start = performance.now();
    job({ id: 0, n: 1, spin });
    best = Math.min(best, performance.now() - start);
  }
  return spin / best;
}
