// The job as workerpool wants it: its workers register what they do.

const { createRequire } = require('node:module');
const { resolve } = require('node:path');
const job = require('./job.js');

createRequire(resolve(__dirname, '../../target/bench/package.json'))('workerpool').worker({ job });
