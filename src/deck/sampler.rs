//! Numbers over time: CPU and memory once a second, unread bytes while there are any, the loop's own lateness.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::deck::driver::Driver;
use crate::model::{
    DeckSampled, Event, LivenessChanged, MonoTime, Now, PoolName, Sampled, WorkerId,
};
use crate::process::{ChannelGauge, Measured, ProcessKey, ProcessUse, Usage, descendants, holder};
use crate::supervisor::Input;

/// How often CPU and memory are measured.
const BEAT: Duration = Duration::from_secs(1);

/// How often a worker that has unread bytes is looked at: a few times within the default `stall_after`.
const LOOK: Duration = Duration::from_millis(50);

/// How long changed numbers wait to be told.
const SETTLE: Duration = Duration::from_millis(250);

/// For how many processes that ended one beat looks who holds their ends.
const HOLDERS: usize = 16;

/// How often the loop's lateness is measured, and how many of these a minute has.
const PROBE: Duration = Duration::from_millis(100);
const PROBES: usize = 600;

/// When what is to be measured, and what was told last.
#[derive(Debug)]
pub(crate) struct Sampler {
    usage: Option<Box<Usage>>,
    /// Processes beside the deck's own that count as the deck.
    keeper: Vec<u32>,
    measured: mpsc::Sender<Measures>,
    beat_at: MonoTime,
    probe_at: MonoTime,
    look_at: Option<MonoTime>,
    settle_at: Option<MonoTime>,
    late: VecDeque<u32>,
    newest: HashMap<ProcessKey, Measured>,
    /// What each process used, of all workers.
    uses: Vec<ProcessUse>,
    told: HashMap<WorkerId, Sampled>,
}

/// What one measurement brought, with the measure itself on its way back.
#[derive(Debug)]
pub(crate) struct Measures {
    usage: Box<Usage>,
    workers: Vec<(ProcessKey, Measured)>,
    uses: Vec<ProcessUse>,
    own: Measured,
    holders: Vec<(ProcessKey, u32)>,
}

/// Who holds what processes that ended left open.
fn find_holders(keeper: &[u32], held: Vec<(ProcessKey, Vec<u64>)>) -> Vec<(ProcessKey, u32)> {
    if held.is_empty() {
        return Vec::new();
    }
    let family: Vec<u32> = keeper.iter().flat_map(|pid| descendants(*pid)).collect();
    let holders = held
        .into_iter()
        .filter_map(|(key, inodes)| Some((key, holder(&family, &inodes)?)));
    holders.collect()
}

impl Sampler {
    pub(crate) fn new(
        now: MonoTime,
        spawner: Option<u32>,
        measured: mpsc::Sender<Measures>,
    ) -> Self {
        Self {
            usage: Some(Box::default()),
            keeper: spawner.into_iter().collect(),
            measured,
            beat_at: now + BEAT,
            probe_at: now + PROBE,
            look_at: None,
            settle_at: None,
            late: VecDeque::new(),
            newest: HashMap::new(),
            uses: Vec::new(),
            told: HashMap::new(),
        }
    }

    pub(crate) fn next_deadline(&self) -> MonoTime {
        let waiting = [self.look_at, self.settle_at];
        let own = self.beat_at.min(self.probe_at);
        waiting.into_iter().flatten().fold(own, MonoTime::min)
    }

    /// What the processes of a worker used, each alone, when they were measured last.
    pub(crate) fn uses(&self, key: ProcessKey) -> Vec<ProcessUse> {
        let uses = self.uses.iter().filter(|one| one.owner == key);
        uses.cloned().collect()
    }

    /// Something happened: numbers may have changed.
    pub(crate) fn stir(&mut self, now: MonoTime) {
        self.settle_at.get_or_insert(now + SETTLE);
    }

    /// A pool has so many workers: what was told of higher ones is of no later worker's concern.
    pub(crate) fn resized(&mut self, pool: &PoolName, instances: u32) {
        self.told
            .retain(|worker, _| worker.pool != *pool || worker.number <= instances);
    }

    fn probe(&mut self, now: MonoTime) {
        let late = u32::try_from((now - self.probe_at).as_micros()).unwrap_or(u32::MAX);
        if self.late.len() >= PROBES {
            self.late.pop_front();
        }
        self.late.push_back(late);
        self.probe_at = now + PROBE;
    }

    /// How late the loop was in 99 of 100 cases of the last minute, in microseconds.
    fn loop_p99_us(&self) -> u64 {
        let mut late: Vec<u32> = self.late.iter().copied().collect();
        late.sort_unstable();
        let index = late.len().saturating_sub(1) * 99 / 100;
        late.get(index).copied().unwrap_or(0).into()
    }
}

impl Driver {
    /// Measures and tells what is due.
    pub(crate) fn sample(&mut self, now: Now) {
        if self.sampler.probe_at <= now.mono {
            self.sampler.probe(now.mono);
        }
        if self.sampler.look_at.is_some_and(|due| due <= now.mono) {
            self.look(now);
        }
        if self.sampler.settle_at.is_some_and(|due| due <= now.mono) {
            self.sampler.settle_at = None;
            self.tell_gauges(now);
            self.tell_figures(now);
        }
        if self.sampler.beat_at <= now.mono {
            // A beat that was missed is not caught up.
            self.sampler.beat_at = now.mono + BEAT;
            self.tell_figures(now);
            // A client that is gone wants nothing any more.
            self.desk.jobs.set_told(self.journal.wants_jobs());
            self.measure(now);
        }
    }

    /// Measures all processes in one pass, away from the loop.
    fn measure(&mut self, now: Now) {
        // The last measurement is still going on.
        let Some(mut usage) = self.sampler.usage.take() else {
            return;
        };
        let live = self.links.iter().filter(|(_, link)| !link.is_over);
        let roots: Vec<(ProcessKey, u32)> = live
            .filter_map(|(key, link)| Some((*key, link.pid?)))
            .collect();
        let held: Vec<(ProcessKey, Vec<u64>)> = self
            .newest
            .values()
            .filter_map(|(key, _)| Some((*key, self.links.get(key)?.held())))
            .filter(|(_, held)| !held.is_empty())
            .take(HOLDERS)
            .collect();
        let keeper = self.sampler.keeper.clone();
        let measured = self.sampler.measured.clone();
        self.tasks.spawn_blocking(move || {
            let workers = usage.measure(now.mono, &roots);
            let uses = usage.take_uses();
            let own = usage.measure_self(now.mono, &keeper);
            let holders = find_holders(&keeper, held);
            // The deck may have ended meanwhile; at most one measurement is under way.
            let _ = measured.try_send(Measures {
                usage,
                workers,
                uses,
                own,
                holders,
            });
        });
    }

    pub(crate) fn take_measures(&mut self, measures: Measures) {
        let now = self.now();
        self.sampler.usage = Some(measures.usage);
        self.sampler.newest = measures.workers.into_iter().collect();
        self.sampler.uses = measures.uses;
        self.tell_gauges(now);
        let sampled = DeckSampled {
            cpu_percent: measures.own.cpu_percent,
            memory_bytes: measures.own.memory_bytes,
            loop_p99_us: self.sampler.loop_p99_us(),
            store_error: self.desk.ledger.trouble().cloned(),
        };
        self.journal.publish(now, Event::Deck(sampled));
        for (key, pid) in measures.holders {
            self.tell_holder(now, key, pid);
        }
    }

    /// Tells who holds an end of a process that ended, while its worker has no newer one.
    fn tell_holder(&mut self, now: Now, key: ProcessKey, pid: u32) {
        let Some(link) = self.links.get_mut(&key) else {
            return;
        };
        link.held_by = Some(pid);
        let (worker, incarnation) = (link.worker.clone(), link.incarnation);
        let newest = self.newest.get(&worker).map(|(key, _)| *key);
        let view = self.journal.board(now).worker(&worker);
        let Some(liveness) = view
            .map(|view| view.liveness)
            .filter(|_| newest == Some(key))
        else {
            return;
        };
        let changed = LivenessChanged {
            worker,
            incarnation,
            liveness,
            held_by: Some(pid),
        };
        self.journal.publish(now, Event::Liveness(changed));
    }

    /// Tells the numbers of every worker of which one changed since they were told last.
    pub(crate) fn tell_gauges(&mut self, now: Now) {
        let mut changed = Vec::new();
        for (worker, gauges) in self.machine.workers() {
            let key = self.newest.get(worker).map(|(key, _)| key);
            let is_over = key
                .and_then(|key| self.links.get(key))
                .is_none_or(|link| link.is_over);
            let measured = key
                .filter(|_| !is_over)
                .and_then(|key| self.sampler.newest.get(key));
            let sampled = Sampled {
                jobs: Box::new(self.desk.jobs.worker_figures(worker, now)),
                worker: worker.clone(),
                cpu_percent: measured.and_then(|measured| measured.cpu_percent),
                memory_bytes: measured.map(|measured| measured.memory_bytes),
                mailbox: gauges.mailbox,
                unread_bytes: gauges.unread_bytes,
                in_flight: gauges.in_flight,
                sent: gauges.sent,
                received: gauges.received,
            };
            if self.sampler.told.get(worker) != Some(&sampled) {
                changed.push(sampled);
            }
        }
        if changed.is_empty() {
            return;
        }
        for sampled in &changed {
            let worker = sampled.worker.clone();
            self.sampler.told.insert(worker, sampled.clone());
        }
        self.journal.samples(now, changed);
    }

    /// Looks at what one worker has left unread.
    pub(crate) fn look_at(&mut self, now: MonoTime, key: ProcessKey) {
        let Some(link) = self.links.get_mut(&key) else {
            return;
        };
        let Some(unread) = link.gauge.as_ref().map(ChannelGauge::unread) else {
            return;
        };
        link.progressed |= unread.progressed;
        link.unread_bytes = unread.bytes;
        link.is_watched = true;
        self.sampler.look_at.get_or_insert(now + LOOK);
    }

    /// Looks at every worker that had unread bytes, and tells the machine.
    fn look(&mut self, now: Now) {
        let watched = self
            .links
            .iter()
            .filter(|(_, link)| link.is_watched && !link.is_over);
        let keys: Vec<ProcessKey> = watched.map(|(key, _)| *key).collect();
        self.sampler.look_at = None;
        for key in keys {
            self.look_at(now.mono, key);
            let Some(link) = self.links.get_mut(&key) else {
                continue;
            };
            link.is_watched = link.unread_bytes > 0;
            let input = Input::Unread {
                worker: link.worker.clone(),
                incarnation: link.incarnation,
                bytes: link.unread_bytes,
                progressed: std::mem::take(&mut link.progressed),
            };
            self.handle(now, input);
        }
        if !self.links.values().any(|link| link.is_watched) {
            self.sampler.look_at = None;
        }
    }
}
