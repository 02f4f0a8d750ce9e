-- Times are milliseconds since 1970, `wait_us` and `run_us` microseconds; `payload`, `result` and `causes` are JSON.

CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY,      -- the order of submission
    id BLOB NOT NULL UNIQUE,      -- a UUID's 16 bytes
    pool TEXT NOT NULL,
    state TEXT NOT NULL,          -- scheduled, ready, running, done, dead, cancelled
    priority INTEGER NOT NULL,
    key TEXT,
    created INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    kills INTEGER NOT NULL,
    due INTEGER,
    started INTEGER,
    finished INTEGER,
    worker TEXT,                  -- pool/number
    wait_us INTEGER,
    run_us INTEGER,
    causes TEXT NOT NULL,
    result TEXT,
    payload TEXT NOT NULL         -- the last one: it may be long
) STRICT;

CREATE TABLE keys (
    pool TEXT NOT NULL,
    key TEXT NOT NULL,
    job BLOB NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (pool, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE pools (
    pool TEXT NOT NULL PRIMARY KEY,
    paused INTEGER NOT NULL       -- 0 or 1
) STRICT, WITHOUT ROWID;

-- How many batches were kept so far, in its only row; the lock file says it too.
CREATE TABLE commits (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    count INTEGER NOT NULL
) STRICT;

-- For people.
CREATE VIEW readable AS
SELECT
    lower(
        substr(hex(id), 1, 8) || '-' || substr(hex(id), 9, 4) || '-' || substr(hex(id), 13, 4)
        || '-' || substr(hex(id), 17, 4) || '-' || substr(hex(id), 21)
    ) AS job,
    pool, state, priority, attempts, max_attempts, worker,
    strftime('%Y-%m-%dT%H:%M:%fZ', created / 1000.0, 'unixepoch') AS created,
    strftime('%Y-%m-%dT%H:%M:%fZ', finished / 1000.0, 'unixepoch') AS finished,
    causes, result, payload
FROM jobs;
