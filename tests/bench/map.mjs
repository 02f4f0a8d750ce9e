// One run of `forkdeck map`, driven by a program that has the jobs: warmed up, then measured. Prints one line of JSON.
//
//     node tests/bench/map.mjs '{"forkdeck":"target/release/forkdeck","ahead":32,"jobs":10000,"spin":0,"warmUpMs":500}'

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { OUTSTANDING, linesOf, verifyLines } from './load.mjs';
import { WORKERS } from './pools.mjs';
import { cpuMs, deckOf, peakMb, sum, treeCpuMs } from './proc.mjs';

const { forkdeck, ahead, jobs, spin, warmUpMs } = JSON.parse(process.argv[2]);
const NEWLINE = 10;

const worker = fileURLToPath(new URL('worker.js', import.meta.url));
const born = performance.now();
const map = spawn(forkdeck, ['map', '-n', WORKERS, '--concurrency', ahead, worker].map(String), {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const ended = new Promise((resolve) => map.on('close', (code, signal) => resolve({ code, signal, at: performance.now() })));

/** Sends lines and returns the lines of the results. They are counted while they come, and not looked at. */
function ask(input, count) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let missing = count;
    const early = () => reject(new Error(`forkdeck map ended with ${missing} of ${count} results missing`));
    const take = (chunk) => {
      chunks.push(chunk);
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) missing -= 1;
      if (missing > 0) return;
      map.stdout.off('data', take).off('end', early);
      resolve(Buffer.concat(chunks));
    };
    map.stdout.on('data', take).on('end', early);
    map.stdin.write(input);
  });
}

const verify = (output, count) => verifyLines(output, count, spin);

map.stdin.on('error', () => {}); // it ended; what is missing says so
const few = linesOf(OUTSTANDING, spin);
verify(await ask(few, OUTSTANDING), OUTSTANDING);
const startMs = performance.now() - born;
for (const end = performance.now() + warmUpMs; performance.now() < end; ) verify(await ask(few, OUTSTANDING), OUTSTANDING);

const input = linesOf(jobs, spin);
const deck = deckOf(map.pid);
const [all, cpu, start] = [treeCpuMs(map.pid), sum(deck.map(cpuMs)), performance.now()];
const output = await ask(input, jobs);
const figures = {
  startMs,
  seconds: (performance.now() - start) / 1000,
  cpuMs: sum(deck.map(cpuMs)) - cpu,
  allCpuMs: treeCpuMs(map.pid) - all,
  peakMb: sum(deck.map(peakMb)),
};
verify(output, jobs);

map.stdin.end();
const { code, signal, at } = await ended;
if (code !== 0) throw new Error(`forkdeck map ended with ${signal ?? `exit code ${code}`}`);
console.log(JSON.stringify({ ...figures, wholeSeconds: (at - born) / 1000 }));
