//! What a `map` is to be: its pool, and how much it has in hand.

use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::cli::args::Map;
use crate::cli::config::folder_name;
use crate::cli::diagnose::{Code, Failure};
use crate::cli::map::count::Pairing;
use crate::cli::run;
use crate::model::{
    Api, Backoff, ChannelKind, DeckSpec, Intensity, JobsSpec, KeepSpec, PoolName, QueueSpec,
    ReplyRule, RestartSpec, RestartWhen, WhenFull,
};

/// The fewest jobs in hand: enough that a batch of results never leaves workers without the next jobs.
const LEAST_JOBS: usize = 1024;

/// The most jobs in hand.
const MOST_JOBS: usize = 16 << 10;

/// The most bytes of lines that were read, and the most bytes of jobs and results in hand.
const MOST_BYTES: usize = 64 << 20;

/// The most workers unless said otherwise.
const MOST_WORKERS: u32 = 1000;

/// How long jobs that run may take once the map was interrupted: as long as they want, a second Ctrl-C ends them. After
/// SIGTERM and SIGHUP, [`Plan::drain`] holds instead.
const DRAIN: Duration = Duration::from_hours(24 * 365);

/// A map as it was asked for.
#[derive(Debug)]
pub(super) struct Plan {
    /// The one pool of its deck.
    pub(super) pool: PoolName,
    /// How many workers it has.
    pub(super) workers: u32,
    /// How they are talked to.
    pub(super) channel: ChannelKind,
    /// Whom replies are told apart by.
    pub(super) pairing: Pairing,
    /// How long jobs that run may take once SIGTERM or SIGHUP came.
    pub(super) drain: Duration,
    /// How much is in hand at once.
    pub(super) window: Window,
    /// The longest line that is taken as a job.
    pub(super) longest: usize,
    /// Whether results keep the order of their jobs.
    pub(super) is_ordered: bool,
    /// Whether the first failed job ends it.
    pub(super) is_fail_fast: bool,
    /// What is said of how it goes.
    pub(super) report: Report,
}

/// What a map says of how it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// Progress and a summary, on a terminal.
    Terminal,
    /// A summary in any case.
    Summary,
    /// Nothing.
    Quiet,
}

/// The bounds of what was read and is not yet printed. An empty one takes any one job.
///
/// How large a result will be nobody knows: those of jobs in hand are taken to be as large as the largest of late. As many
/// jobs as the workers can have are given all the same, so what is held is at most `bytes`, or that many results if they
/// are more. Results that suddenly grow can exceed it once, by the jobs that are in hand then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// How many jobs.
    pub(super) jobs: usize,
    /// How many bytes of jobs and of results that wait for their turn.
    pub(super) bytes: usize,
    /// How many jobs workers can have at once.
    pub(super) at_work: usize,
}

impl Plan {
    /// The deck and the map of a command line; relative paths are relative to `here`.
    pub(super) fn new(map: &Map, here: &Path) -> Result<(DeckSpec, Self), Failure> {
        let channel = map.channel.kind();
        let mut pool = run::pool(&map.command, map.how, channel, here)?;
        if pool.api == Api::Cluster {
            let said = "a map gives out jobs, not connections: --api cluster is for `run`";
            return Err(Failure::new(Code::Usage, said));
        }
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let workers = map
            .instances
            .unwrap_or_else(|| u32::try_from(cores()).unwrap_or(1).min(MOST_WORKERS));
        let window = Window::new(workers, map.concurrency);
        pool.instances = workers;
        pool.restart = restart();
        let drain = std::mem::replace(&mut pool.stop.drain, DRAIN);
        pool.jobs = jobs(map, window);
        let plan = Self {
            workers,
            channel,
            pairing: match map.id {
                Some(_) => Pairing::Id,
                None => Pairing::Order {
                    ahead: map.concurrency,
                },
            },
            drain,
            window,
            pool: pool.name.clone(),
            longest: pool.max_frame,
            is_ordered: map.ordered,
            is_fail_fast: map.fail_fast,
            report: match (map.quiet, map.summary) {
                (true, _) => Report::Quiet,
                (false, true) => Report::Summary,
                (false, false) => Report::Terminal,
            },
        };
        let mut spec = DeckSpec::new(folder_name(here), vec![pool]);
        // What filters were given is looked at: `ebb`.
        spec.keeps_messages = channel == ChannelKind::Stdio;
        Ok((spec, plan))
    }
}

impl Window {
    fn new(workers: u32, concurrency: u32) -> Self {
        let at_work = (workers as usize).saturating_mul(concurrency as usize);
        Self {
            at_work: at_work.min(MOST_JOBS),
            jobs: at_work.saturating_mul(4).clamp(LEAST_JOBS, MOST_JOBS),
            bytes: MOST_BYTES,
        }
    }
}

/// A job is given up, never the map: workers come back as often as they end, and at once, since a program may do one job
/// and end. One that does nothing but end is bounded by `watch` before any reply, and later by the attempts of the jobs
/// that it takes down; only where it cannot be started the waits grow.
fn restart() -> RestartSpec {
    RestartSpec {
        when: RestartWhen::Always,
        backoff: Backoff {
            first: Duration::from_millis(1),
            most: Duration::from_secs(1),
        },
        intensity: Intensity {
            restarts: u32::MAX,
            within: Duration::from_secs(1),
        },
        // Any life is: the backoff starts anew after it.
        healthy: Duration::ZERO,
    }
}

fn jobs(map: &Map, window: Window) -> JobsSpec {
    JobsSpec {
        concurrency: map.concurrency,
        reply: map.id.clone().map_or(ReplyRule::Next, ReplyRule::Id),
        failed_when: map.failed_when.clone(),
        timeout: map.timeout,
        retries: map.retries,
        retry_backoff: Backoff {
            first: Duration::from_millis(100),
            most: Duration::from_secs(10),
        },
        priority_levels: 1,
        queue: QueueSpec {
            // More than the window lets in.
            capacity: window.jobs.saturating_mul(2),
            bytes: usize::MAX,
            when_full: WhenFull::Block,
        },
        keep: KeepSpec::NOTHING,
        ..JobsSpec::default()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Cli, Verb};
    use crate::model::StopSpec;

    fn plan(line: &str) -> (DeckSpec, Plan) {
        let Some(Verb::Map(map)) = Cli::try_parse_from(line.split(' ')).unwrap().verb else {
            panic!("not a map");
        };
        Plan::new(&map, Path::new("/tmp")).unwrap()
    }

    #[test]
    fn a_plain_map_uses_every_core_and_gives_no_worker_up() {
        let (spec, plan) = plan("forkdeck map cat");

        let pool = &spec.pools[0];
        assert_eq!(pool.name.as_str(), "cat");
        assert!(pool.instances >= 1 && pool.instances == plan.workers);
        assert_eq!(pool.restart.when, RestartWhen::Always);
        assert_eq!(pool.restart.intensity.restarts, u32::MAX);
        assert_eq!(pool.jobs.reply, ReplyRule::Next);
        assert_eq!((pool.jobs.retries, pool.jobs.timeout), (3, None));
        assert_eq!(pool.jobs.keep, KeepSpec::NOTHING);
    }

    #[test]
    fn a_worker_that_ends_is_started_again_at_once_however_short_its_life_was() {
        let restart = plan("forkdeck map cat").0.pools[0].restart.clone();

        assert_eq!(restart.healthy, Duration::ZERO);
        assert!(restart.backoff.delay(0) <= Duration::from_millis(1));
        assert!(restart.backoff.delay(20) >= Duration::from_secs(1));
    }

    #[test]
    fn sigterm_bounds_the_jobs_that_run_and_an_interrupt_does_not() {
        let (spec, plan) = plan("forkdeck map cat");

        assert_eq!(plan.drain, StopSpec::default().drain);
        assert!(spec.pools[0].stop.drain >= DRAIN);
    }

    #[test]
    fn the_window_grows_with_the_workers_and_is_bounded() {
        let jobs = |line| plan(line).1.window.jobs;

        assert_eq!(jobs("forkdeck map -n 2 cat"), LEAST_JOBS);
        assert_eq!(jobs("forkdeck map -n 16 --concurrency 64 cat"), 4096);
        assert_eq!(
            jobs("forkdeck map -n 1000 --concurrency 10000 cat"),
            MOST_JOBS
        );
    }

    #[test]
    fn a_filter_is_talked_to_over_its_standard_streams() {
        let (spec, plan) = plan("forkdeck map --channel stdio jq -c .x");

        assert_eq!(spec.pools[0].channel, ChannelKind::Stdio);
        assert_eq!(plan.channel, ChannelKind::Stdio);
        assert!(!spec.pools[0].env.is_empty());
    }

    #[test]
    fn flags_become_the_spec_of_its_jobs() {
        let (spec, _) = plan(
            "forkdeck map --concurrency 16 --id /id --failed-when /error --retries 0 --timeout 2s cat",
        );

        let jobs = &spec.pools[0].jobs;
        assert_eq!(jobs.concurrency, 16);
        assert!(matches!(&jobs.reply, ReplyRule::Id(at) if at.to_string() == "/id"));
        assert_eq!(jobs.failed_when.as_ref().unwrap().to_string(), "/error");
        assert_eq!(
            (jobs.retries, jobs.timeout),
            (0, Some(Duration::from_secs(2)))
        );
    }
}
