// Lines from a file to a file: `forkdeck map` and three forms of GNU parallel, from their start to their end.

import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { linesOf, verifyLines } from './load.mjs';
import { WORKERS } from './pools.mjs';
import { cpuMs, deckOf, peakMb, reapedCpuMs, sum } from './proc.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const target = (name) => here(`../../target/bench/${name}`);
const SAMPLE_MS = 20;

const parallel = (...args) => ['parallel', ['--will-cite', `-j${WORKERS}`, ...args]];
const map = (ahead) => ({ forkdeck }) => [forkdeck, ['map', '-n', WORKERS, '--concurrency', ahead, here('worker.js')]];

/** The forms: how each is called, and its share of the jobs, for a process for each job takes its time. */
export const FILTERS = {
  'map, 32 ahead': { call: map(32), share: 1, needs: 'map' },
  'map, 1 ahead': { call: map(1), share: 1, needs: 'map' },
  'parallel --pipe --round-robin': {
    // 2 processes that stay. By default they would get a megabyte at a time, and one of them all of it.
    call: ({ bytes }) =>
      parallel('--pipe', '--round-robin', '--block', Math.max(1024, Math.ceil(bytes / 64)), 'node', here('lines.js')),
    share: 1,
    needs: 'parallel',
  },
  'parallel --pipe -N100': {
    call: () => parallel('--pipe', '-N100', 'node', here('lines.js')),
    share: 0.1,
    needs: 'parallel',
  },
  'parallel, a process a job': {
    call: () => parallel('node', here('lines.js')),
    share: 0.002,
    needs: 'parallel',
  },
};

/** Runs one form over `jobs` jobs and checks what it wrote. */
export async function filter(row, { jobs, spin, forkdeck }) {
  const input = linesOf(jobs, spin);
  writeFileSync(target('jobs.jsonl'), input);
  const files = [openSync(target('jobs.jsonl'), 'r'), openSync(target('results.jsonl'), 'w')];
  const [program, args] = FILTERS[row].call({ forkdeck, bytes: input.length });
  const [reaped, start] = [reapedCpuMs(), performance.now()];
  const child = spawn(program, args.map(String), { stdio: [...files, 'inherit'], timeout: 120_000, killSignal: 'SIGTERM' });
  const figures = { cpuMs: 0, peakMb: 0 };
  const sampler = setInterval(() => {
    const parent = deckOf(child.pid);
    figures.cpuMs = Math.max(figures.cpuMs, sum(parent.map(cpuMs)));
    figures.peakMb = Math.max(figures.peakMb, sum(parent.map(peakMb)));
  }, SAMPLE_MS);
  const ended = await new Promise((resolve, reject) => {
    child.on('error', reject).on('exit', (code, signal) => resolve(signal ?? code));
  });
  figures.seconds = (performance.now() - start) / 1000;
  figures.allCpuMs = reapedCpuMs() - reaped;
  clearInterval(sampler);
  files.forEach(closeSync);
  if (ended !== 0) throw new Error(`${program} ended with ${ended}`);
  verifyLines(readFileSync(target('results.jsonl')), jobs, spin);
  return figures;
}
