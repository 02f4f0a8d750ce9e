// Compares what the deck wrote with what a source makes, and sends what the source makes back. The first two of a
// message are a source and a value; the answer is what is wrong, or null, and what the source makes.
const { deepStrictEqual } = require('node:assert');

const make = (source) => {
  const o = [];
  const view = (kind, buffer, offset, length) => new kind(buffer, offset, length);
  const error = (kind, message, stack) => {
    const made = message === undefined ? new kind() : new kind(message);
    made.stack = stack;
    return made;
  };
  const put = (array, at, value) => {
    array[at] = value;
  };
  return new Function('o', 'view', 'error', 'put', `return (${source})`)(o, view, error, put);
};

process.on('message', ([source, value]) => {
  let wrong = null;
  let made = null;
  try {
    made = make(source);
    deepStrictEqual(value, made);
  } catch (error) {
    wrong = String(error.message);
  }
  process.send([wrong, made]);
});
