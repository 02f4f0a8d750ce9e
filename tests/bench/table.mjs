// Rounds to medians, and medians to tables.

/** The middle of some numbers; of two middles the lower. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

const short = (number) => {
  if (!Number.isFinite(number)) return '–';
  if (Math.abs(number) >= 100) return Math.round(number).toLocaleString('en');
  return number.toFixed(Math.abs(number) >= 10 ? 1 : 2);
};

const range = (numbers) => `${short(Math.min(...numbers))} – ${short(Math.max(...numbers))}`;

/** The median over rounds of what each says, and nothing where none says it. */
const middle = (rounds, figure) => {
  const figures = rounds.map(figure).filter(Number.isFinite);
  return figures.length ? short(median(figures)) : '';
};

/** A row's rate in a round, as a multiple of another row's in the same round. */
const ratio = (other) => (run) => {
  const beside = other?.runs.find(({ round }) => round === run.round);
  return beside && run.jobs / run.seconds / (beside.jobs / beside.seconds);
};

/** CPU time of a job in all processes, in microseconds, beyond that of a plain loop in the same round where there is one. */
const allCpu = (ideal) => (run) => {
  const loop = ideal?.runs.find(({ round }) => round === run.round);
  return (run.allCpuMs / run.jobs - (loop ? loop.allCpuMs / loop.jobs : 0)) * 1000;
};

const rate = ({ jobs, seconds }) => jobs / seconds;

/** The table of a kind of job, as lines of Markdown. `rows` are `{row, mark, runs, failure}`. */
export function table(rows, { base, ideal, start }) {
  const find = (name) => rows.find(({ row, runs }) => row === name && runs.length);
  const columns = [
    ['', ({ row, mark = '' }) => row + mark],
    ['jobs/s', ({ runs }) => middle(runs, rate)],
    ['range', ({ runs }) => range(runs.map(rate))],
    find(base) && [`x ${base}`, ({ runs }) => middle(runs, ratio(find(base)))],
    find(ideal) && ['of ideal', ({ runs }) => `${middle(runs, (run) => 100 * ratio(find(ideal))(run))} %`],
    [find(ideal) ? 'overhead' : 'all CPU', ({ runs }) => unit(middle(runs, allCpu(find(ideal))), 'us')],
    ['parent CPU', ({ runs }) => unit(middle(runs, ({ cpuMs, jobs }) => (cpuMs * 1000) / jobs), 'us')],
    ['peak', ({ runs }) => unit(middle(runs, ({ peakMb }) => peakMb), 'MB')],
    start && ['start', ({ runs }) => unit(middle(runs, ({ startMs }) => startMs), 'ms')],
    start && find('map, 32 ahead') && ['whole run', ({ runs }) => unit(middle(runs, ({ wholeSeconds }) => wholeSeconds), 's')],
  ].filter(Boolean);
  const cells = rows.map((row) => columns.map(([, cell], at) => (row.runs.length || at === 0 ? cell(row) : at === 1 ? '–' : '')));
  return align([columns.map(([title]) => title), ...cells]).concat(
    rows.filter(({ failure }) => failure).map(({ row, failure }) => `${row}: ${failure}`),
  );
}

const unit = (text, of) => (text ? `${text} ${of}` : '');

function align(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const pad = (cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]));
  const [head, ...body] = lines.map((line) => `| ${line.map(pad).join(' | ')} |`);
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [head, rule, ...body];
}
