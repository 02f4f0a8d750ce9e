//! Jobs that wait for a worker, in the order in which they are given.
//!
//! Owns the order: one FIFO for each priority, with ageing between them, and, where a pool hands jobs out by a value in
//! them, one such set (a *lane*) for each worker, so that none waits behind another worker's. Knows jobs by id only.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::jobs::moment::Moment;
use crate::model::JobId;

/// After so many seconds a job counts as one of the next higher priority, and so on.
const AGES_AFTER_SECS: u64 = 60;

/// Which end of its FIFO a job is put to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It comes after those that wait.
    Back,
    /// It was given out before, and comes first.
    Front,
}

/// A job in its FIFO.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    job: JobId,
    /// Since when it ages: no later than the one behind it, which it would hold up otherwise.
    since: Moment,
    /// What tells its lane.
    hash: u32,
}

/// By place in line.
type Class = BTreeMap<i64, Waiting>;

#[derive(Clone, Debug)]
struct Lane {
    /// By priority.
    classes: Vec<Class>,
    count: usize,
}

/// All jobs of a pool that wait for a worker. Bounded by the pool's queue.
#[derive(Debug)]
pub(super) struct Ready {
    lanes: Vec<Lane>,
    count: usize,
    back: i64,
    front: i64,
    has_lanes: bool,
    /// Lanes that something changed in since they were looked at last.
    stirred: BTreeSet<u32>,
}

impl Ready {
    /// Nobody waits; with this many priorities and, where each worker has its own, lanes.
    pub(super) fn new(levels: u8, lanes: Option<u32>) -> Self {
        Self {
            lanes: empty_lanes(usize::from(levels.max(1)), lanes.unwrap_or(1)),
            has_lanes: lanes.is_some(),
            count: 0,
            back: 0,
            front: 0,
            stirred: BTreeSet::new(),
        }
    }

    /// How many wait.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The next place in line, after all others or before them.
    pub(super) fn place(&mut self, end: End) -> i64 {
        match end {
            End::Back => {
                self.back += 1;
                self.back
            }
            End::Front => {
                self.front -= 1;
                self.front
            }
        }
    }

    /// Adds a job at a place got from [`Self::place`].
    pub(super) fn insert(
        &mut self,
        place: i64,
        job: JobId,
        priority: u8,
        hash: u32,
        since: Moment,
    ) {
        let at = self.lane_of(hash);
        if self.has_lanes {
            self.stirred.insert(at);
        }
        let Some(lane) = lane_mut(&mut self.lanes, at) else {
            return;
        };
        let Some(class) = lane.class_mut(priority) else {
            return;
        };
        let behind = class.range(place..).next().map(|(_, other)| other.since);
        let since = behind.map_or(since, |behind| behind.min(since));
        let waiting = Waiting { job, since, hash };
        if class.insert(place, waiting).is_none() {
            lane.count += 1;
            self.count += 1;
        }
    }

    /// Takes a job out.
    pub(super) fn remove(&mut self, place: i64, priority: u8, hash: u32) {
        let at = self.lane_of(hash);
        let Some(lane) = lane_mut(&mut self.lanes, at) else {
            return;
        };
        if let Some(class) = lane.class_mut(priority)
            && class.remove(&place).is_some()
        {
            lane.count -= 1;
            self.count -= 1;
        }
    }

    /// Takes the next job of a lane.
    pub(super) fn take(&mut self, lane: u32, at: Moment) -> Option<JobId> {
        let lane = lane_mut(&mut self.lanes, lane)?;
        if lane.count == 0 {
            return None;
        }
        let heads = lane
            .classes
            .iter()
            .enumerate()
            .filter_map(|(level, class)| {
                let (place, head) = class.first_key_value()?;
                let climbed = at.since(head.since).as_secs() / AGES_AFTER_SECS;
                let rank = u64::try_from(level)
                    .unwrap_or(u64::MAX)
                    .saturating_add(climbed);
                Some((rank, Reverse(*place), level))
            });
        let (_, Reverse(place), level) = heads.max()?;
        let waiting = lane.classes.get_mut(level)?.remove(&place)?;
        lane.count -= 1;
        self.count -= 1;
        Some(waiting.job)
    }

    /// Whether anybody waits in a lane.
    pub(super) fn waits_in(&self, lane: u32) -> bool {
        usize::try_from(lane)
            .ok()
            .and_then(|at| self.lanes.get(at))
            .is_some_and(|lane| lane.count > 0)
    }

    /// Notes that a worker may have become free.
    pub(super) fn stir(&mut self, number: u32) {
        if self.has_lanes {
            self.stirred.insert(number.saturating_sub(1));
        }
    }

    /// The next lane after this one, in turn, that is to be looked at.
    pub(super) fn stirred_after(&self, lane: u32) -> Option<u32> {
        let next = self.stirred.range(lane.saturating_add(1)..).next();
        next.or_else(|| self.stirred.first()).copied()
    }

    /// Notes that there is nothing to be done for a lane until it is stirred again.
    pub(super) fn settle(&mut self, lane: u32) {
        self.stirred.remove(&lane);
    }

    /// Spreads the jobs over this many lanes, where there are lanes.
    pub(super) fn relane(&mut self, lanes: u32) {
        if !self.has_lanes {
            return;
        }
        let levels = self.lanes.first().map_or(1, |lane| lane.classes.len());
        let old = std::mem::replace(&mut self.lanes, empty_lanes(levels, lanes));
        self.stirred = (0..lanes.max(1)).collect();
        for lane in old {
            for (level, class) in lane.classes.into_iter().enumerate() {
                for (place, waiting) in class {
                    let at = self.lane_of(waiting.hash);
                    if let Some(lane) = lane_mut(&mut self.lanes, at)
                        && let Some(class) = lane.classes.get_mut(level)
                    {
                        class.insert(place, waiting);
                        lane.count += 1;
                    }
                }
            }
        }
    }

    /// Since when the one waits that waits longest.
    pub(super) fn oldest(&self) -> Option<Moment> {
        let classes = self.lanes.iter().flat_map(|lane| &lane.classes);
        classes
            .filter_map(|class| class.first_key_value())
            .map(|(_, head)| head.since)
            .min()
    }

    /// The first jobs of those that are wanted, in about the order in which they will be given; `limit` of each lane.
    pub(super) fn first(&self, limit: usize, is_wanted: impl Fn(JobId) -> bool) -> Vec<JobId> {
        let mut found: Vec<(Reverse<usize>, i64, JobId)> = Vec::new();
        for lane in &self.lanes {
            let mut left = limit;
            for (level, class) in lane.classes.iter().enumerate().rev() {
                let before = found.len();
                let jobs = class.iter().filter(|(_, waiting)| is_wanted(waiting.job));
                let jobs = jobs.take(left);
                found.extend(jobs.map(|(place, waiting)| (Reverse(level), *place, waiting.job)));
                left -= found.len() - before;
            }
        }
        found.sort_unstable();
        found.into_iter().map(|(_, _, job)| job).collect()
    }

    /// Every job with its place.
    pub(super) fn all(&self) -> impl Iterator<Item = (i64, JobId)> {
        let classes = self.lanes.iter().flat_map(|lane| &lane.classes);
        classes.flat_map(|class| class.iter().map(|(place, waiting)| (*place, waiting.job)))
    }

    /// Whether each lane holds its own jobs only, and the counts fit.
    pub(super) fn adds_up(&self) -> bool {
        let lanes = (0_u32..).zip(&self.lanes);
        let mut sum = 0;
        for (at, lane) in lanes {
            let jobs = || lane.classes.iter().flat_map(Class::values);
            if jobs().count() != lane.count || jobs().any(|job| self.lane_of(job.hash) != at) {
                return false;
            }
            sum += lane.count;
        }
        sum == self.count
    }

    fn lane_of(&self, hash: u32) -> u32 {
        let lanes = u32::try_from(self.lanes.len()).unwrap_or(u32::MAX);
        hash.checked_rem(lanes).unwrap_or(0)
    }
}

impl Lane {
    /// Of a priority beyond all levels it is the highest one: the config may have had more when the job was kept.
    fn class_mut(&mut self, priority: u8) -> Option<&mut Class> {
        let highest = self.classes.len().saturating_sub(1);
        self.classes.get_mut(usize::from(priority).min(highest))
    }
}

fn empty_lanes(levels: usize, lanes: u32) -> Vec<Lane> {
    let lane = Lane {
        classes: vec![Class::new(); levels],
        count: 0,
    };
    vec![lane; usize::try_from(lanes.max(1)).unwrap_or(1)]
}

fn lane_mut(lanes: &mut [Lane], at: u32) -> Option<&mut Lane> {
    lanes.get_mut(usize::try_from(at).ok()?)
}
