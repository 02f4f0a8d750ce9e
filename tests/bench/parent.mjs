// One run of one pool: a Node parent, warmed up, then measured. Prints its figures as one line of JSON.
//
//     node tests/bench/parent.mjs '{"row":"fork, 32 ahead","jobs":10000,"spin":0,"warmUpMs":500}'

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Check, OUTSTANDING, jobAt } from './load.mjs';
import { POOLS, WORKERS } from './pools.mjs';
import { peakMb, threadCpuMs, treeCpuMs } from './proc.mjs';

const { row, jobs, spin, warmUpMs } = JSON.parse(process.argv[2]);

/** Keeps jobs outstanding until there are no more, and resolves when the last is done. */
function drive(pool, check, more) {
  let id = 0;
  let busy = 0;
  return new Promise((resolve) => {
    const submit = () => {
      if (more(id)) {
        busy += 1;
        pool.submit(jobAt(id, spin), done);
        id += 1;
      } else if (busy === 0) resolve(id);
    };
    const done = (result) => {
      busy -= 1;
      check.take(result);
      submit();
    };
    for (let n = 0; n < OUTSTANDING; n += 1) submit();
  });
}

/** CPU time of this parent: of its main thread where the other threads are workers. */
const cpuMs = (threads) => {
  const { user, system } = process.cpuUsage();
  return threads ? threadCpuMs(process.pid, process.pid) : (user + system) / 1000;
};

async function measure({ make, threads = false, ...options }) {
  const born = performance.now();
  const pool = await make(options);
  const first = new Check(spin);
  first.conclude(await drive(pool, first, (id) => id < OUTSTANDING));
  const startMs = performance.now() - born;
  const warm = new Check(spin);
  const end = performance.now() + warmUpMs;
  warm.conclude(await drive(pool, warm, () => performance.now() < end));

  const check = new Check(spin);
  const [all, cpu, start] = [treeCpuMs(process.pid), cpuMs(threads), performance.now()];
  await drive(pool, check, (id) => id < jobs);
  const figures = {
    startMs,
    seconds: (performance.now() - start) / 1000,
    cpuMs: cpuMs(threads) - cpu,
    allCpuMs: treeCpuMs(process.pid) - all,
    peakMb: peakMb(process.pid),
  };
  check.conclude(jobs);
  await pool.stop();
  return figures;
}

/** The ideal: each worker does its share in a plain loop. */
async function loop() {
  const workers = Array.from({ length: WORKERS }, () => fork(fileURLToPath(new URL('loop.js', import.meta.url))));
  const all = (count) =>
    Promise.all(
      workers.map((worker) => {
        const told = new Promise((resolve) => worker.once('message', resolve));
        worker.send({ jobs: count, spin });
        return told;
      }),
    );
  const share = jobs / WORKERS;
  await all(Math.ceil(share / 4));
  const [cpu, start] = [treeCpuMs(process.pid), performance.now()];
  const ids = await all(share);
  const figures = { seconds: (performance.now() - start) / 1000, allCpuMs: treeCpuMs(process.pid) - cpu };
  if (ids.some((sum) => sum !== (share * (share - 1)) / 2)) throw new Error(`the ids add up to ${ids}`);
  workers.forEach((worker) => worker.disconnect());
  return figures;
}

console.log(JSON.stringify(row === 'plain loop' ? await loop() : await measure(POOLS[row])));
