// A web server on the sockets that the deck owns: every worker of the pool takes connections from the same one.
//
//     forkdeck run -n 4 --listen 127.0.0.1:8080 workers/web.js

const http = require('node:http');

const web = http.createServer((request, response) => {
  response.end(`${request.method} ${request.url}, served by process ${process.pid}\n`);
});

process.on('message', (message, server) => {
  if (message.cmd === 'listen') {
    server.on('connection', (socket) => web.emit('connection', socket));
    console.log(`serves ${message.address}`);
  }
});
