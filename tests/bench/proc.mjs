// What /proc says about a process: its CPU time and its memory.

import { readFileSync, readdirSync } from 'node:fs';

/** Reads what may be gone: then it is empty. */
const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const list = (path) => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

export const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** CPU time of one thread in milliseconds, to the nanosecond. */
export const threadCpuMs = (pid, thread) => Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]) / 1e6;

/** CPU time of a process in milliseconds: of the threads that it has now. */
export const cpuMs = (pid) => sum(list(`/proc/${pid}/task`).map((thread) => threadCpuMs(pid, thread)));

const childrenOf = (pid) =>
  list(`/proc/${pid}/task`).flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean));

/** CPU time of a process and of all that descend from it. */
export const treeCpuMs = (pid) => cpuMs(pid) + sum(childrenOf(pid).map(treeCpuMs));

/** CPU time of the children that this process has waited for, and of theirs, in milliseconds. */
export const reapedCpuMs = () => {
  const fields = read('/proc/self/stat').split(') ').pop().split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10; // ticks: USER_HZ is 100 on every Linux
};

/** The most memory that a process had resident, in MB. */
export const peakMb = (pid) => Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;

/** A deck and its keeper: the processes of forkdeck that are no workers. */
export const deckOf = (pid) => {
  const keepers = childrenOf(pid).filter((child) => read(`/proc/${child}/comm`).startsWith('fd-keeper'));
  return [pid, ...keepers];
};
