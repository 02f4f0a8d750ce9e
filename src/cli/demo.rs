//! `demo`: a deck that needs nothing but this binary, the picture that its workers draw, and some work beside it.
//!
//! Owns the demo's pools, how long it lasts, and what it says at its end. The painter makes the picture, the feeder sends
//! messages to the other pools.

mod cpu;
mod crew;
mod feed;
mod flight;
mod painter;
#[cfg(test)]
mod worker_tests;

use std::ffi::OsString;
use std::fmt::Write;
use std::future::pending;
use std::thread;
use std::time::Duration;

pub(super) use cpu::thread_cpu;

use crate::cli::diagnose::{Code, Failure};
use crate::cli::runtime::Programs;
use crate::deck::{Clock, Deck};
use crate::model::{
    Backoff, Command, DeckSpec, Intensity, KeepSpec, PoolName, PoolSpec, RestartSpec, Runtime,
    StopSpec,
};
use crate::tui::{Effort, Order, Studio};

/// The worker's script of the node pool; it counts as the binary's own worker does.
const NODE_WORKER: &str = include_str!("demo/worker.js");

/// How node gets it: short enough to be shown as a command line.
const NODE_ARGS: [&str; 2] = ["-e", "eval(process.env.DEMO_WORKER)"];

/// How long a worker computes a tile, about: long enough to be seen, short enough that keys are answered between two tiles
/// when the parent computes them itself.
const TILE: Duration = Duration::from_millis(80);

/// How many tiles a picture has for each core, and at the least and at the most.
const TILES: (usize, usize, usize) = (8, 48, 144);

/// How long a finished picture is looked at.
const PAUSE: Duration = Duration::from_millis(1200);

/// The picture that is drawn where nobody looks, in pixels.
const UNSEEN: (u16, u16) = (96, 96);

/// The pools that draw: the binary's own workers, and Node's where it is installed.
const PAINTERS: [&str; 2] = ["rust", "node"];

/// What was asked of a demo.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    /// How long it lasts; until it is ended unless given.
    pub(super) lasts: Option<Duration>,
}

/// A demo that runs.
#[derive(Debug)]
pub(super) struct Show {
    studio: Studio,
    lasts: Option<Duration>,
}

impl Show {
    /// A demo of this deck; without a dashboard it draws one picture after the other.
    pub(super) fn new(spec: &DeckSpec, wish: Wish, is_seen: bool) -> Self {
        let (each, least, most) = TILES;
        let effort = Effort {
            tiles: u16::try_from((cores() * each).clamp(least, most)).unwrap_or(u16::MAX),
            work: cpu::work_in(TILE),
            pause: if is_seen { PAUSE } else { Duration::ZERO },
        };
        let names = spec.pools.iter().map(|pool| pool.name.clone());
        let painters = names.filter(|name| PAINTERS.contains(&name.as_str()));
        let studio = Studio::new(effort, painters.collect());
        if !is_seen {
            studio.order(Order::Size(UNSEEN));
        }
        Self {
            studio,
            lasts: wish.lasts,
        }
    }

    /// Where the picture is made.
    pub(super) fn studio(&self) -> Studio {
        self.studio.clone()
    }

    /// Draws and feeds until the deck ends, or ends it when the time is over.
    pub(super) async fn run(&self, deck: &Deck, clock: Clock) {
        let working = async {
            tokio::join!(
                painter::paint(deck, &self.studio, clock),
                feed::feed(deck, clock)
            )
        };
        let over = async {
            match self.lasts {
                Some(lasts) => tokio::time::sleep(lasts).await,
                None => pending().await,
            }
        };
        tokio::select! {
            _ = working => {}
            () = over => drop(deck.issue(Command::Down).await),
        }
    }

    /// What was drawn, in a sentence.
    pub(super) fn summary(&self) -> String {
        let total = self.studio.look().total();
        let mut text = format!(
            "demo: {} tiles in {:.1} s",
            total.tiles,
            total.busy.as_secs_f64()
        );
        if let (Some(rate), Some(times)) = (total.rate(), total.speed_up()) {
            let _ = write!(text, ", {rate:.1} tiles/s, {times:.1} times one worker");
        }
        text
    }
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The demo's pools.
pub(super) fn spec() -> Result<DeckSpec, Failure> {
    let exe = std::env::current_exe()
        .map_err(|error| Failure::new(Code::Failed, format!("cannot find this binary: {error}")))?;
    let own = exe.into_os_string();
    let has_node = Programs::of_this_process().find("node").is_some();

    let mut rust = pool("rust", own.clone(), &["worker", "tiles"], Runtime::Forkdeck);
    let mut pools = Vec::new();
    // Two of a kind, so that there is another one when one is killed.
    let (least, most) = if has_node { (2, 8) } else { (2, 16) };
    let share = if has_node { cores() / 2 } else { cores() };
    let instances = u32::try_from(share.clamp(least, most)).unwrap_or(2);
    draws(&mut rust, instances);
    pools.push(rust);
    if has_node {
        let mut node = pool("node", "node".into(), &NODE_ARGS, Runtime::Node);
        node.env = vec![("DEMO_WORKER".into(), NODE_WORKER.into())];
        draws(&mut node, instances);
        pools.push(node);
    }
    let primes = ["worker", "primes"];
    pools.push(pool("primes", own.clone(), &primes, Runtime::Forkdeck));
    let mut fragile = pool("fragile", own, &["worker", "fragile"], Runtime::Forkdeck);
    fragile.restart.backoff = Backoff {
        first: Duration::from_secs(4),
        most: Duration::from_secs(8),
    };
    // It dies about every half minute by itself; whoever kills it on top shall see it come back.
    fragile.restart.intensity = Intensity {
        restarts: 20,
        within: Duration::from_mins(1),
    };
    pools.push(fragile);
    Ok(DeckSpec::new("demo", pools))
}

fn pool(name: &str, program: OsString, args: &[&str], runtime: Runtime) -> PoolSpec {
    let here = std::env::current_dir().unwrap_or_else(|_| "/".into());
    let mut pool = PoolSpec::new(PoolName::from_lossy(name), program, here);
    pool.args = args.iter().map(OsString::from).collect();
    pool.runtime = Some(runtime);
    pool.stop = StopSpec {
        grace: Duration::from_secs(2),
        drain: Duration::from_secs(1),
        ..StopSpec::default()
    };
    pool
}

/// Makes a pool one that draws: it may be killed as often as people like, and a tile that waits for another worker is red for
/// long enough to be seen.
fn draws(pool: &mut PoolSpec, instances: u32) {
    pool.instances = instances;
    pool.restart = RestartSpec {
        backoff: Backoff {
            first: Duration::from_millis(700),
            most: Duration::from_secs(2),
        },
        intensity: Intensity {
            restarts: 1000,
            within: Duration::from_mins(1),
        },
        healthy: Duration::from_secs(1),
        ..RestartSpec::default()
    };
    pool.jobs.timeout = Some(Duration::from_secs(20));
    pool.jobs.retry_backoff = Backoff {
        first: Duration::from_millis(600),
        most: Duration::from_secs(1),
    };
    pool.jobs.keep = KeepSpec {
        count: 1000,
        bytes: 4 << 20,
        ..KeepSpec::default()
    };
}
