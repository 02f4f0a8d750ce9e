// A thumbnail for each job: real work, worth a process of its own.
//
// A job is {"id":1,"source":"a.jpg","into":"thumbs","width":320}. Its reply is {"id":1,"ok":true,"width":320,"height":240,…},
// or {"id":1,"error":"…"}: what is no image will not become one, so that is marked as not worth another attempt.
//
//     npm install --prefix workers           fetches sharp, which does the work
//     cargo run --release --example images -- pictures |
//         forkdeck map --failed-when /error workers/thumbnail.js

const { mkdir, readFile, writeFile } = require('node:fs/promises');
const { join, parse } = require('node:path');

const missing = 'thumbnail.js needs sharp: npm install --prefix workers';
let sharp;
try {
  sharp = require('sharp');
  sharp.concurrency(1); // the workers are the concurrency
  sharp.cache(false); // no picture comes twice
} catch (error) {
  console.error(`${missing} (${error.code ?? error.message})`);
}

async function thumbnail({ source, into, width = 320 }) {
  if (!sharp) throw new Error(missing);
  const picture = await readFile(source);
  const { data, info } = await sharp(picture)
    .autoOrient()
    .resize({ width, withoutEnlargement: true, kernel: 'lanczos3' })
    .jpeg({ quality: 80 })
    .toBuffer({ resolveWithObject: true });
  // A job may be done twice: the second time it writes the same bytes to the same place.
  await mkdir(into, { recursive: true });
  await writeFile(join(into, `${parse(source).name}.jpg`), data);
  return { width: info.width, height: info.height, bytes: data.length };
}

if (!process.send) {
  console.error('thumbnail.js answers messages of a parent: start it with `forkdeck run workers/thumbnail.js`');
  process.exit(1);
}

process.on('message', async (job) => {
  const start = performance.now();
  const done = (made) => ({ ok: true, ...made, ms: Math.round(performance.now() - start) });
  // A file that cannot be read now may be readable later. What is no image never will be one.
  const failed = ({ message, syscall }) => ({ error: message, retryable: syscall !== undefined });
  const reply = await thumbnail(job).then(done, failed);
  process.send({ id: job?.id, ...reply });
});
