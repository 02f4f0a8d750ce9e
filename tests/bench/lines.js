// The job for GNU parallel: the one that is given as an argument, or a line of standard input each.

const { createInterface } = require('node:readline');
const job = require('./job.js');

const [given] = process.argv.slice(2);
if (given === undefined) {
  createInterface({ input: process.stdin }).on('line', (line) => {
    process.stdout.write(`${JSON.stringify(job(JSON.parse(line)))}\n`);
  });
} else {
  console.log(JSON.stringify(job(JSON.parse(given))));
}
