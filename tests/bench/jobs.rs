//! What a job costs: `cargo bench --bench jobs`.
//!
//! Latency: one job at a time to a free worker, through the whole deck, next to the same message to the same worker over a
//! bare socket, in turns. In memory the difference is the deck's own; with a store it is told in commits of that store,
//! measured in the same run, because what a disk takes differs twentyfold from minute to minute.
//! Throughput: many jobs under way, through two workers. Asserts nothing: it prints.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a benchmark prints, reads the clock, and fails by panicking"
)]

use std::env;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write, stdin};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use forkdeck::deck::{self, Clock, Deck, Opened};
use forkdeck::jobs::store::{Committed, SqliteStore, StoreThread};
use forkdeck::jobs::{Progress, Record, StoredJob};
use forkdeck::model::{
    self, Address, DeckSpec, JobId, JobState, KeepSpec, Outcome, PoolName, PoolSpec, Submission,
    WallTime,
};
use forkdeck::process::adopt_channel;
use forkdeck::process::keeper::Keeper;
use forkdeck::wire::Message;
use tokio::sync::mpsc;

/// Makes this program a worker that sends every message back.
const ECHO: &str = "--be-a-worker";

/// How often each thing is measured, in turns.
const ROUNDS: usize = 7;

/// How many jobs one round of latency has.
const JOBS: usize = 2000;

/// How many of them with a disk in the way.
const DURABLE_JOBS: usize = 200;

fn main() {
    if env::args().any(|arg| arg == ECHO) {
        return echo();
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    println!("latency of one job, a worker being free (median of {ROUNDS} rounds; microseconds)");
    runtime.block_on(latency());
    println!("\nthroughput, 2 workers, 64 jobs under way (median of {ROUNDS} rounds)");
    runtime.block_on(throughput());
    runtime.shutdown_background();
}

/// The worker: as little as a worker can do.
fn echo() {
    let channel = if env::var_os("FORKDECK_BENCH_STDIN").is_some() {
        UnixStream::from(stdin().as_fd().try_clone_to_owned().unwrap())
    } else {
        let fd = env::var("NODE_CHANNEL_FD").unwrap().parse().unwrap();
        UnixStream::from(adopt_channel(fd).unwrap())
    };
    let mut input = BufReader::new(channel.try_clone().unwrap());
    let mut output = BufWriter::new(channel);
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line).unwrap() > 0 {
        output.write_all(&line).unwrap();
        line.clear();
        if input.buffer().is_empty() {
            output.flush().unwrap();
        }
    }
}

/// A worker without a deck; it ends with its channel.
struct Bare {
    channel: Option<UnixStream>,
    child: Child,
}

impl Bare {
    fn start() -> Self {
        let (channel, theirs) = UnixStream::pair().unwrap();
        let child = Command::new(env::current_exe().unwrap())
            .arg(ECHO)
            .env("FORKDECK_BENCH_STDIN", "1")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .spawn()
            .unwrap();
        Self {
            channel: Some(channel),
            child,
        }
    }

    fn round_trip(&mut self, message: &[u8]) {
        let channel = self.channel.as_mut().unwrap();
        channel.write_all(message).unwrap();
        let mut answer = vec![0; message.len()];
        channel.read_exact(&mut answer).unwrap();
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.channel = None;
        self.child.wait().unwrap();
    }
}

fn pool(name: &str) -> PoolSpec {
    let exe = env::current_exe().unwrap();
    let mut pool = PoolSpec::new(PoolName::new(name).unwrap(), exe, ".");
    pool.args = vec![ECHO.into()];
    pool
}

/// A deck that runs on this runtime until it is told to go down.
async fn lay(pools: Vec<PoolSpec>, store: Option<&Path>) -> Deck {
    let spec = DeckSpec::new("bench", pools);
    let keeper = Keeper::start(Path::new(env!("CARGO_BIN_EXE_forkdeck"))).unwrap();
    let clock = Clock::start();
    let opened = store.map(|folder| {
        let opening = SqliteStore::open(folder, clock.now().wall).unwrap();
        Opened::new(Box::new(opening.store)).unwrap()
    });
    let (deck, driver) = deck::start_with(spec, keeper, clock, opened);
    tokio_util::task::TaskTracker::new().spawn(driver);
    let start = model::Command::Start { to: Address::All };
    deck.command(start).await.unwrap();
    deck
}

fn message() -> Message {
    Message::parse(r#"{"id":1,"text":"0123456789012345678901234567890123456789"}"#).unwrap()
}

/// One job from its submission to its end.
async fn job(deck: &Deck, pool: &PoolName) {
    let submission = Submission::new(pool.clone(), message());
    let submitted = deck.submit(submission, true).await;
    let end = submitted.finished.unwrap().await.unwrap();
    let Outcome::Job(job) = end else {
        panic!("not the end of a job: {end:?}")
    };
    assert_eq!(job.state, JobState::Done);
}

async fn latency() {
    let folder = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR").to_owned() + "/target").unwrap();
    let memory = lay(vec![pool("memory")], None).await;
    let durable = lay(vec![pool("durable")], Some(&folder.path().join("jobs"))).await;
    let (memory_pool, durable_pool) = (
        PoolName::new("memory").unwrap(),
        PoolName::new("durable").unwrap(),
    );
    let mut bare = Bare::start();
    let mut commits = Commits::new(folder.path());
    let line = [message().as_bytes(), b"\n"].concat();
    let mut rows: [Vec<Duration>; 5] = Default::default();

    for round in 0..=ROUNDS {
        let mut times: [Vec<Duration>; 5] = Default::default();
        for _ in 0..JOBS {
            times[0].push(timed(|| bare.round_trip(&line)));
        }
        for _ in 0..JOBS {
            let start = Instant::now();
            job(&memory, &memory_pool).await;
            times[1].push(start.elapsed());
        }
        for _ in 0..DURABLE_JOBS {
            let start = Instant::now();
            job(&durable, &durable_pool).await;
            times[2].push(start.elapsed());
            times[3].push(timed(|| commits.commit()));
            times[4].push(timed(|| commits.sync()));
        }
        // The first round warms up.
        if round > 0 {
            for (row, times) in rows.iter_mut().zip(&mut times) {
                row.push(median(times));
            }
        }
    }
    let [bare, memory_time, durable_time, commit, sync] = rows.map(|mut row| median(&mut row));
    let us = |time: Duration| time.as_secs_f64() * 1e6;
    println!("  {:44} {:9.1}", "bare socket, one round trip", us(bare));
    println!("  {:44} {:9.1}", "deck in memory", us(memory_time));
    println!(
        "  {:44} {:9.1}   goal: at most 100",
        "  added",
        us(memory_time) - us(bare)
    );
    println!("  {:44} {:9.1}", "one fdatasync of 4 KiB", us(sync));
    println!(
        "  {:44} {:9.1}",
        "one commit of one job by such a store's thread",
        us(commit)
    );
    println!("  {:44} {:9.1}", "deck with a store", us(durable_time));
    println!(
        "  {:44} {:9.2}   goal: at most 2",
        "  added, in commits",
        (us(durable_time) - us(bare)) / us(commit)
    );
    for deck in [memory, durable] {
        deck.command(model::Command::Down).await.unwrap();
        deck.ended().await;
    }
}

/// What the disk takes, measured beside.
struct Commits {
    store: StoreThread,
    done: Receiver<Committed>,
    file: File,
    next: u8,
}

impl Commits {
    fn new(folder: &Path) -> Self {
        let opening = SqliteStore::open(&folder.join("beside"), WallTime(0)).unwrap();
        let (told, done) = sync_channel(1);
        let tell = move |committed| told.send(committed).unwrap();
        let store = StoreThread::start(Box::new(opening.store), tell).unwrap();
        let file = File::create(folder.join("raw")).unwrap();
        Self {
            store,
            done,
            file,
            next: 0,
        }
    }

    /// One new job, handed to the store's thread and kept.
    fn commit(&mut self) {
        let wall = Clock::start().now().wall;
        self.next = self.next.wrapping_add(1);
        let mut random = [self.next; 10];
        File::open("/dev/urandom")
            .unwrap()
            .read_exact(&mut random)
            .unwrap();
        let job = StoredJob {
            id: JobId::new(wall, random),
            pool: PoolName::new("beside").unwrap(),
            payload: message(),
            key: None,
            priority: 5,
            created: wall,
            progress: Progress::new(JobState::Ready, 4, None),
        };
        self.store.commit(vec![Record::Insert(Box::new(job))]);
        self.done.recv().unwrap().result.unwrap();
    }

    fn sync(&mut self) {
        self.file.write_all(&[0; 4096]).unwrap();
        self.file.sync_data().unwrap();
    }
}

async fn throughput() {
    let mut pools = vec![("echo in Rust", pool("echo"))];
    if let Some(node) = node() {
        let mut pool = PoolSpec::new(PoolName::new("node").unwrap(), node, ".");
        let script = "process.on('message', (m) => process.send(m))";
        pool.args = vec!["-e".into(), script.into()];
        pools.push(("echo in Node", pool));
    }
    for (_, pool) in &mut pools {
        pool.instances = 2;
        pool.jobs.concurrency = 32;
        pool.jobs.keep = KeepSpec::NOTHING;
    }
    let deck = lay(pools.iter().map(|(_, pool)| pool.clone()).collect(), None).await;
    let mut rows: Vec<Vec<(f64, f64)>> = vec![Vec::new(); pools.len()];
    for round in 0..=ROUNDS {
        for ((_, pool), row) in pools.iter().zip(&mut rows) {
            let one = flow(&deck, &pool.name, 200_000).await;
            if round > 0 {
                row.push(one);
            }
        }
    }
    for ((title, _), mut row) in pools.iter().zip(rows) {
        row.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (rate, cpu) = row.get(row.len() / 2).copied().unwrap();
        println!("  {title:20} {rate:9.0} jobs/s   {cpu:5.2} us of this process's CPU a job");
    }
    deck.command(model::Command::Down).await.unwrap();
    deck.ended().await;
}

/// Keeps 64 jobs under way until so many are done; jobs a second, and CPU a job in microseconds.
async fn flow(deck: &Deck, pool: &PoolName, count: usize) -> (f64, f64) {
    const WINDOW: usize = 64;
    let (ends, mut ended) = mpsc::channel(WINDOW);
    let start = Instant::now();
    let cpu = cpu_time();
    let (mut given, mut done) = (0, 0);
    while done < count {
        let batch = (WINDOW - (given - done)).min(count - given);
        if batch > 0 {
            let one = Submission::new(pool.clone(), message());
            let submissions = vec![one; batch];
            let first = given as u64;
            assert!(deck.submit_all(submissions, first, ends.clone()).await);
            given += batch;
        }
        let (_, end) = ended.recv().await.unwrap();
        end.unwrap();
        done += 1;
        while let Ok((_, end)) = ended.try_recv() {
            end.unwrap();
            done += 1;
        }
    }
    let spent = cpu_time().saturating_sub(cpu).as_secs_f64();
    let count = count as f64;
    (count / start.elapsed().as_secs_f64(), spent * 1e6 / count)
}

fn node() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join("node"))
        .find(|file| file.is_file())
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap()
}

/// User and system time of this process.
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).unwrap(),
    )
}
