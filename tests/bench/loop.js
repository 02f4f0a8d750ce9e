// The ideal: the jobs in a plain loop, one message before and one after all of them.

const job = require('./job.js');

process.on('message', ({ jobs, spin }) => {
  let ids = 0;
  for (let id = 0; id < jobs; id += 1) ids += job({ id, n: id % 4, spin }).id;
  process.send(ids);
});
