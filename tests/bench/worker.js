// The job behind a channel: a worker of forkdeck and of the bare fork pool.

const job = require('./job.js');

process.on('message', (message) => process.send(job(message)));
