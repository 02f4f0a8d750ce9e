// The Web Worker API on top of the fork channel: what `api = "web-worker"` loads before a worker's script, in node, bun
// and deno. `onmessage`, `postMessage`, `close`, `importScripts` and error events behave as in a dedicated worker, so far
// as two processes can. Not here: transfer lists, SharedArrayBuffer, MessagePort, Blob, location, nested workers.
'use strict';
(() => {
  // Programs that the worker starts may load this too: without a channel they are no workers.
  if (typeof process.send !== 'function') return;

  const { defineProperty } = Object;
  const channel = { send: process.send.bind(process), isClosing: false, pending: 0 };
  const isAdvanced = __filename.endsWith('-advanced.cjs');
  const target = new EventTarget();
  const isDeno = typeof Deno === 'object';

  // Events: a target of its own, with listeners that see the global object as `this` and as the event's target.

  /** For each type, each listener's wrapper; of a listener that was added twice, for capture and not, there are two. */
  const wrappers = new Map();

  const isCapture = (options) => Boolean(typeof options === 'object' && options !== null ? options.capture : options);
  const keyOf = (type, options) => `${isCapture(options)}:${type}`;

  function call(listener, event) {
    try {
      if (typeof listener === 'function') listener.call(globalThis, event);
      else if (typeof listener.handleEvent === 'function') listener.handleEvent(event);
    } catch (error) {
      report(error);
    }
  }

  function addEventListener(type, listener, options) {
    if (listener === null || listener === undefined) return;
    if (typeof listener !== 'function' && typeof listener !== 'object') {
      throw new TypeError('addEventListener needs a function or an object with handleEvent');
    }
    const key = keyOf(`${type}`, options);
    if (!wrappers.has(key)) wrappers.set(key, new Map());
    const known = wrappers.get(key);
    if (!known.has(listener)) known.set(listener, (event) => call(listener, event));
    target.addEventListener(type, known.get(listener), options);
    if (`${type}` === 'message') start();
  }

  function removeEventListener(type, listener, options) {
    const known = wrappers.get(keyOf(`${type}`, options));
    const wrapper = known && known.get(listener);
    if (!wrapper) return;
    known.delete(listener);
    target.removeEventListener(type, wrapper, options);
  }

  function dispatchEvent(event) {
    if (!(event instanceof Event)) throw new TypeError('dispatchEvent needs an Event');
    if (isDeno && !isReporting && event instanceof SharedErrorEvent) {
      // Deno tells its global object of what a timer throws, and nobody else.
      event.preventDefault();
      report(event.error);
      return false;
    }
    for (const name of ['target', 'currentTarget', 'srcElement']) {
      defineProperty(event, name, { configurable: true, value: globalThis });
    }
    return target.dispatchEvent(event);
  }

  /** A handler attribute such as `onmessage`: one slot, whose place among the listeners is where it was first set. */
  function handlerSlot(type, invoke, onSet) {
    let handler = null;
    let isListed = false;
    defineProperty(globalThis, `on${type}`, {
      configurable: true,
      enumerable: true,
      get: () => handler,
      set(value) {
        handler = typeof value === 'function' || (typeof value === 'object' && value !== null) ? value : null;
        if (handler !== null && !isListed) {
          isListed = true;
          target.addEventListener(type, (event) => {
            if (typeof handler === 'function') invoke(handler, event);
          });
        }
        if (onSet) onSet();
      },
    });
  }

  function invokeHandler(handler, event) {
    try {
      if (handler.call(globalThis, event) === false) event.preventDefault();
    } catch (error) {
      report(error);
    }
  }

  /** The global object's `onerror` gets what happened in parts, and says by `true` that it is dealt with. */
  function invokeErrorHandler(handler, event) {
    const { message, filename, lineno, colno, error } = event;
    try {
      if (handler.call(globalThis, message, filename, lineno, colno, error) === true) event.preventDefault();
    } catch (another) {
      tell(detailsOf(another), another);
    }
  }

  // Messages in.

  let isStarted = false;

  /** The port is opened by the first handler of messages, as in browsers: what came before waits for it. */
  function start() {
    if (isStarted || channel.isClosing) return;
    isStarted = true;
    process.on('message', (data, handle) => {
      if (channel.isClosing) return;
      const event = new MessageEvent('message', { data });
      // Left out, it would be null.
      if (data === undefined) defineProperty(event, 'data', { value: data });
      if (handle !== undefined && handle !== null) defineProperty(event, 'handle', { value: handle, enumerable: true });
      dispatchEvent(event);
    });
    // The parent's end is gone: that is its `terminate()`.
    process.on('disconnect', () => process.exit());
  }

  // Messages out.

  const cloneError = (text) => new DOMException(text, 'DataCloneError');

  const LOST_IN_JSON = new Set([
    'Map', 'Set', 'RegExp', 'Error', 'ArrayBuffer', 'SharedArrayBuffer', 'DataView', 'WeakMap', 'WeakSet', 'WeakRef', 'Promise',
  ]);

  function kindOf(value) {
    if (ArrayBuffer.isView(value)) return value.constructor ? value.constructor.name : 'ArrayBufferView';
    if (value instanceof Error) return 'Error';
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    return LOST_IN_JSON.has(tag) ? tag : null;
  }

  /** Refuses what lines of JSON would lose without a word; what JSON itself leaves out or writes as text is left to it. */
  function refuseWhatJsonLoses(message) {
    const above = new Set();
    const walk = (value) => {
      switch (typeof value) {
        case 'function': throw cloneError('a function could not be cloned');
        case 'symbol': throw cloneError('a symbol could not be cloned');
        case 'bigint': throw cloneError('a BigInt cannot be a line of JSON: use serialization "advanced", or a string');
        case 'object': break;
        default: return;
      }
      if (value === null) return;
      const lost = kindOf(value);
      if (lost !== null) throw cloneError(`a value of type ${lost} cannot be a line of JSON: use serialization "advanced"`);
      if (above.has(value)) throw cloneError('a value that holds itself cannot be a line of JSON: use serialization "advanced"');
      if (typeof value.toJSON === 'function') return;
      above.add(value);
      for (const key of Object.keys(value)) walk(value[key]);
      above.delete(value);
    };
    try {
      walk(message);
    } catch (error) {
      if (error instanceof RangeError) throw cloneError('the message nests too deep to be sent');
      throw error;
    }
  }

  /** What a runtime would not send in advanced serialization, or only in part. */
  function refuseWhatNobodyReads(message) {
    if (typeof message === 'function' || typeof message === 'symbol') throw cloneError(`a ${typeof message} could not be cloned`);
    if (typeof message === 'bigint') throw cloneError('a BigInt cannot be sent by itself: put it into an object or an array');
    // Deno finds out when half of it is written.
    if (isDeno) structuredClone(message);
  }

  function postMessage(message, options) {
    if (arguments.length === 0) throw new TypeError('postMessage needs a message');
    const transfer = Array.isArray(options) ? options : (options && options.transfer) || [];
    if (Array.from(transfer).length > 0) {
      throw cloneError('nothing can be transferred between processes: leave out the transfer list, and a copy is sent');
    }
    if (isAdvanced) refuseWhatNobodyReads(message);
    else refuseWhatJsonLoses(message);
    if (typeof message === 'object' && message !== null && typeof message.cmd === 'string' && /^NODE_./.test(message.cmd)) {
      throw cloneError('a message whose cmd begins with NODE_ is between runtimes, and would reach nobody');
    }
    send(message === undefined && !isAdvanced ? null : message);
  }

  function send(message) {
    if (channel.isClosing || !process.connected) return;
    channel.pending += 1;
    const sent = () => {
      channel.pending -= 1;
      if (channel.isClosing && channel.pending === 0) process.exit();
    };
    try {
      // Node takes a missing message for a mistake, also in the mode that can write it.
      channel.send(message === undefined ? null : message, undefined, undefined, sent);
    } catch (error) {
      channel.pending -= 1;
      // Node's own word for it is an Error, deno's a DOMException.
      if (error instanceof Error && /could not be cloned/.test(error.message)) throw cloneError(error.message);
      throw error;
    }
  }

  /** Nothing that waits is begun any more; what was posted goes, then the process ends. */
  function close() {
    if (channel.isClosing) return;
    channel.isClosing = true;
    // The task that closes runs to its end.
    setImmediate(() => {
      if (channel.pending === 0) process.exit();
    });
  }

  // Errors that nobody caught: an event here, then the parent's, and the worker lives on.

  /** A frame in a file, not one in a runtime's own code: `(/w.js:3:21)`, `at file:///w.js:3:21`. */
  const PLACE = /(?:^|[\s(@])((?:file:\/\/)?\/[^()\n]*?):(\d+):(\d+)\)?\s*$/m;
  /** How node begins the stack of a script that it cannot parse. */
  const PARSED = /^((?:file:\/\/)?\/[^\n]*?):(\d+)$/m;

  function placeOf(error) {
    const stack = typeof error.stack === 'string' ? ownPart(error.stack) : '';
    const place = PARSED.exec(stack) || PLACE.exec(stack);
    if (!place) return { filename: '', lineno: 0, colno: 0 };
    return { filename: place[1], lineno: Number(place[2]), colno: Number(place[3] || 0) };
  }

  function detailsOf(error) {
    if (error instanceof Error) {
      return { message: `Uncaught ${error.name}: ${error.message}`, ...placeOf(error), error };
    }
    let text;
    try {
      text = `Uncaught ${String(error)}`;
    } catch {
      text = 'Uncaught value';
    }
    return { message: text, filename: '', lineno: 0, colno: 0, error };
  }

  const SharedErrorEvent = typeof ErrorEvent === 'function' ? ErrorEvent : class ErrorEvent extends Event {
    constructor(type, init = {}) {
      super(type, init);
      this.message = init.message === undefined ? '' : `${init.message}`;
      this.filename = init.filename === undefined ? '' : `${init.filename}`;
      this.lineno = Number(init.lineno) || 0;
      this.colno = Number(init.colno) || 0;
      this.error = init.error;
    }
  };

  let isReporting = false;

  function report(error) {
    const details = detailsOf(error);
    // An error in a handler of errors is not handled by it again.
    if (isReporting) return tell(details, error);
    isReporting = true;
    let goesOn = true;
    try {
      goesOn = dispatchEvent(new SharedErrorEvent('error', { ...details, cancelable: true }));
    } finally {
      isReporting = false;
    }
    if (goesOn) tell(details, error);
  }

  /** A stack without this file's part in it: down to where it called the worker's code. */
  function ownPart(stack) {
    const kept = [];
    for (const line of stack.split('\n')) {
      if (!line.includes(__filename)) kept.push(line);
      else if (kept.length > 1) break;
    }
    return kept.join('\n');
  }

  /** Tells the log and the parent. The parent takes it for what its `worker.onerror` would get. */
  function tell(details, error) {
    const { message, filename, lineno, colno } = details;
    const stack = error instanceof Error && typeof error.stack === 'string' ? ownPart(error.stack) : undefined;
    process.stderr.write(`${stack === undefined ? message : `Uncaught ${stack}`}\n`);
    if (channel.isClosing || !process.connected) return;
    send({ cmd: 'NODE_FORKDECK_ERROR', message, filename, lineno, colno, stack });
  }

  function rejected(reason, promise) {
    if (typeof PromiseRejectionEvent === 'function') {
      const init = { promise, reason, cancelable: true };
      if (!dispatchEvent(new PromiseRejectionEvent('unhandledrejection', init))) return;
    } else {
      const event = new Event('unhandledrejection', { cancelable: true });
      defineProperty(event, 'promise', { value: promise, enumerable: true });
      defineProperty(event, 'reason', { value: reason, enumerable: true });
      if (!dispatchEvent(event)) return;
    }
    tell(detailsOf(reason), reason);
  }

  process.on('uncaughtException', (error) => report(error));
  process.on('unhandledRejection', rejected);

  // Scripts.

  function importScripts(...urls) {
    const { readFileSync } = require('node:fs');
    const { dirname, resolve } = require('node:path');
    const { fileURLToPath } = require('node:url');
    const { runInThisContext } = require('node:vm');
    const folder = process.argv[1] ? dirname(process.argv[1]) : process.cwd();
    const sources = urls.map((url) => {
      const text = `${url}`;
      const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text);
      if (scheme && scheme[1].toLowerCase() !== 'file') {
        throw new DOMException(`importScripts reads files only, not ${text}`, 'NetworkError');
      }
      const filename = scheme ? fileURLToPath(text) : resolve(folder, text);
      try {
        return { filename, source: readFileSync(filename, 'utf8') };
      } catch (error) {
        throw new DOMException(`importScripts cannot read ${filename}: ${error.message}`, 'NetworkError');
      }
    });
    for (const { filename, source } of sources) runInThisContext(source, { filename });
  }

  // The global object.

  const scope = (name) => {
    const named = { [name]: class { constructor() { throw new TypeError('Illegal constructor'); } } }[name];
    defineProperty(named, Symbol.hasInstance, { value: (value) => value === globalThis });
    return named;
  };
  const provided = {
    self: globalThis,
    name: process.env.FORKDECK_WORKER || '',
    addEventListener,
    removeEventListener,
    dispatchEvent,
    postMessage,
    close,
    importScripts,
    reportError: report,
    ErrorEvent: SharedErrorEvent,
    WorkerGlobalScope: scope('WorkerGlobalScope'),
    DedicatedWorkerGlobalScope: scope('DedicatedWorkerGlobalScope'),
  };
  for (const [name, value] of Object.entries(provided)) {
    defineProperty(globalThis, name, { configurable: true, enumerable: true, writable: true, value });
  }
  handlerSlot('message', invokeHandler, start);
  handlerSlot('messageerror', invokeHandler);
  handlerSlot('error', invokeErrorHandler);
  handlerSlot('unhandledrejection', invokeHandler);
})();
