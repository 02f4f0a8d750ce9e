// The pools, each behind the same two functions: `submit(job, done)` and `stop()`.

import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const WORKERS = 2;

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const installed = createRequire(new URL('../../target/bench/package.json', import.meta.url));

/** Loads a package from where tests/bench/run installs it. */
const load = (name) => import(pathToFileURL(installed.resolve(name)));

/** The version of an installed package, or undefined. */
export function version(name) {
  try {
    return installed(`./node_modules/${name}/package.json`).version;
  } catch {
    return undefined;
  }
}

/** child_process.fork() and an array: who has the fewest jobs gets the next, and none more than `ahead`. */
function forked({ ahead }) {
  const waiting = [];
  const workers = Array.from({ length: WORKERS }, () => {
    const worker = { child: fork(here('worker.js')), taken: [] };
    worker.child.on('message', (result) => {
      const done = worker.taken.shift();
      const next = waiting.shift();
      if (next) give(worker, next.job, next.done);
      done(result);
    });
    return worker;
  });
  const give = (worker, job, done) => {
    worker.taken.push(done);
    worker.child.send(job);
  };
  return {
    submit(job, done) {
      const [first, second] = workers;
      const free = second.taken.length < first.taken.length ? second : first;
      if (free.taken.length < ahead) give(free, job, done);
      else waiting.push({ job, done });
    },
    stop: () => workers.forEach(({ child }) => child.disconnect()),
  };
}

async function piscina({ ahead }) {
  const { default: Piscina } = await load('piscina');
  const pool = new Piscina({
    filename: here('job.js'),
    minThreads: WORKERS,
    maxThreads: WORKERS,
    concurrentTasksPerWorker: ahead,
  });
  return { submit: (job, done) => pool.run(job).then(done), stop: () => pool.destroy() };
}

async function tinypool({ ahead, runtime }) {
  const { Tinypool } = await load('tinypool');
  const pool = new Tinypool({
    filename: pathToFileURL(here('job.js')).href,
    runtime,
    minThreads: WORKERS,
    maxThreads: WORKERS,
    concurrentTasksPerWorker: ahead,
  });
  return { submit: (job, done) => pool.run(job).then(done), stop: () => pool.destroy() };
}

async function workerpool({ workerType }) {
  const { default: pools } = await load('workerpool');
  const pool = pools.pool(here('workerpool.js'), { workerType, minWorkers: WORKERS, maxWorkers: WORKERS });
  return { submit: (job, done) => pool.exec('job', [job]).then(done), stop: () => pool.terminate() };
}

/** What is compared: how a pool is made, with what, and whether its workers are threads of its parent. */
export const POOLS = {
  'fork, 32 ahead': { make: forked, ahead: 32 },
  'fork, 1 ahead': { make: forked, ahead: 1 },
  'piscina, 32 ahead': { make: piscina, ahead: 32, threads: true, needs: 'piscina' },
  'piscina, 1 ahead': { make: piscina, ahead: 1, threads: true, needs: 'piscina' },
  'tinypool, processes': { make: tinypool, ahead: 1, runtime: 'child_process', needs: 'tinypool' },
  'tinypool, threads': { make: tinypool, ahead: 1, runtime: 'worker_threads', threads: true, needs: 'tinypool' },
  'workerpool, processes': { make: workerpool, workerType: 'process', needs: 'workerpool' },
  'workerpool, threads': { make: workerpool, workerType: 'thread', threads: true, needs: 'workerpool' },
};
