// A web server on the sockets that the deck owns: every worker of the pool takes connections from the same one.
//
//     forkdeck run -n 4 --listen 127.0.0.1:8080 workers/web.js

const http = require('node:http');

const web = http.createServer((request, response) => {
  response.end(`${request.method} ${request.url}, served by process ${process.pid}\n`);
});

process.on('message', (message, server) => {
  if (message.cmd !== 'listen') return;
  server.on('connection', (socket) => web.emit('connection', socket));
  // What was accepted is answered before it ends.
  process.on('SIGTERM', () => server.close(() => process.exit()));
  console.log(`serves ${message.address}`);
});
