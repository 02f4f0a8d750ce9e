// The rounds: every row once in each, a round beginning with another row than the last. See tests/bench/run.

import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { FILTERS, filter } from './filter.mjs';
import { stepsPerMs } from './load.mjs';
import { POOLS, WORKERS, version } from './pools.mjs';
import { table } from './table.mjs';

const { values: args } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string', default: '' },
  },
});
const rounds = Number(args.rounds ?? (args.quick ? 1 : 5));
const seconds = Number(args.seconds ?? (args.quick ? 0.1 : 1));
const forkdeck = process.env.FORKDECK;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const say = (text) => process.stderr.write(`${text}\n`);

const outputOf = (program, ...args) => spawnSync(program, args, { encoding: 'utf8', timeout: 10_000 });
const parallelVersion = /GNU parallel (\d+)/.exec(outputOf('parallel', '--version').stdout ?? '')?.[1];
const versions = {
  node: process.versions.node,
  piscina: version('piscina'),
  tinypool: version('tinypool'),
  workerpool: version('workerpool'),
  parallel: parallelVersion,
  map: outputOf(forkdeck, 'map', '--help').status === 0 ? forkdeck : undefined,
};
const wanted = {
  piscina: 'npm could not install it',
  tinypool: 'npm could not install it',
  workerpool: 'npm could not install it',
  parallel: 'GNU parallel is not installed: apt-get install parallel',
  map: existsSync(forkdeck) ? `${forkdeck} has no map` : `there is no ${forkdeck}: cargo build --release, or set FORKDECK`,
};

const leftOut = new Set();

/** Which of some rows can be run. Says once which cannot, and why. */
function present(rows) {
  return Object.entries(rows).filter(([row, { needs }]) => {
    if (!row.includes(args.only)) return false;
    const there = !needs || versions[needs];
    if (!there && !leftOut.has(row)) say(`left out: ${row}: ${wanted[needs]}`);
    if (!there) leftOut.add(row);
    return there;
  });
}

/** Runs a parent of its own for one measurement. */
async function run(script, options) {
  const call = [here(script), JSON.stringify(options)];
  const { stdout } = await promisify(execFile)(process.execPath, call, { timeout: 120_000, killSignal: 'SIGTERM' });
  return JSON.parse(stdout);
}

const map = (ahead) => ({ needs: 'map', run: (options) => run('map.mjs', { forkdeck, ahead, ...options }) });

/** The rows of the pools: forkdeck, its peers, and for work that takes time the ideal. */
function poolRows(spin) {
  const peers = Object.entries(POOLS).map(([row, { needs, threads }]) => {
    return [row, { needs, mark: threads && ' *', run: (options) => run('parent.mjs', { row, ...options }) }];
  });
  const loop = { run: (options) => run('parent.mjs', { row: 'plain loop', ...options }) };
  return Object.fromEntries([
    ['map, 32 ahead', map(32)],
    ['map, 1 ahead', map(1)],
    ...peers,
    ...(spin ? [['plain loop', loop]] : []),
  ]);
}

const filterRows = Object.fromEntries(
  Object.entries(FILTERS).map(([row, { needs, share }]) => {
    const jobs = (jobs) => Math.max(2 * WORKERS, Math.round(jobs * share));
    return [row, { needs, run: (options) => filter(row, { forkdeck, ...options }), jobs }];
  }),
);

const PILOT_JOBS = 2_000;
const warmUpMs = args.quick ? 100 : 500;
const steps = stepsPerMs();
const work = (ms) => ({ spin: Math.round(steps * ms), jobs: WORKERS * Math.max(8, Math.round((1000 / ms) * seconds)) });

const kinds = [
  { title: 'A trivial job', ...work(1), spin: 0, jobs: args.quick && PILOT_JOBS, rows: poolRows(0), base: 'fork, 32 ahead', start: true },
  { title: '1 ms of work', ...work(1), rows: poolRows(1), base: 'fork, 32 ahead', ideal: 'plain loop' },
  { title: '20 ms of work', ...work(20), rows: poolRows(1), base: 'fork, 32 ahead', ideal: 'plain loop' },
  { title: 'A trivial job, from a file to a file', spin: 0, jobs: 50_000 * seconds, rows: filterRows },
  { title: '1 ms of work, from a file to a file', ...work(1), rows: filterRows },
].map((kind) => ({
  ...kind,
  rows: present(kind.rows).map(([row, options]) => ({ row, ...options, runs: [] })),
}));

/** Measures a row once. Where a kind leaves it open, the row gets as many jobs as it does in the time of a run. */
async function measure(kind, row, round) {
  if (row.failure) return;
  const options = { spin: kind.spin, warmUpMs };
  try {
    if (kind.jobs) row.count ??= row.jobs?.(kind.jobs) ?? kind.jobs;
    else row.count ??= Math.ceil((PILOT_JOBS / (await row.run({ ...options, jobs: PILOT_JOBS })).seconds) * seconds);
    const figures = await row.run({ ...options, jobs: row.count });
    row.runs.push({ round, jobs: row.count, ...figures });
    say(`  ${row.row}: ${Math.round(row.count / figures.seconds).toLocaleString('en')} jobs/s`);
  } catch (error) {
    row.failure = /^\w*Error: (.*)$/m.exec(error.stderr)?.[1] ?? error.message;
    process.exitCode = 1;
    say(`  ${row.row}: failed: ${row.failure}`);
  }
}

const before = loadavg();
const began = new Date();
for (let round = 0; round < rounds; round += 1) {
  for (const kind of kinds) {
    say(`round ${round + 1} of ${rounds}: ${kind.title.toLowerCase()}`);
    const first = round % Math.max(1, kind.rows.length);
    for (const row of [...kind.rows.slice(first), ...kind.rows.slice(0, first)]) await measure(kind, row, round);
  }
}

const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  kernel: release(),
  load: { before, after: loadavg() },
};
for (const { title, rows, base, ideal, start } of kinds) {
  if (rows.length) console.log(['', title, '', ...table(rows, { base, ideal, start })].join('\n'));
}
const named = Object.entries(versions).filter(([, found]) => found);
if (before[0] > 1) console.log('\nThe machine was busy: jobs/s and shares say little then. CPU figures say more.');
console.log(`\n* threads of the parent: CPU of its main thread, memory of all`);
console.log(`medians and ranges of ${rounds} rounds of ${seconds} s; ${machine.cores} cores, load ${before[0].toFixed(1)} before and ${machine.load.after[0].toFixed(1)} after`);
console.log(named.map(([name, found]) => `${name} ${found}`).join(', '));

const file = here('../../target/bench/jobs.json');
const report = kinds.map(({ title, spin, rows }) => ({ title, spin, rows: rows.map(({ row, runs, failure }) => ({ row, runs, failure })) }));
writeFileSync(file, `${JSON.stringify({ began, rounds, seconds, workers: WORKERS, machine, versions, kinds: report }, null, 2)}\n`);
say(`every run: ${file}`);
