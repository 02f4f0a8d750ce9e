//! A world that goes its own way: random commands, answers, deaths and failures of the store.

use std::time::Duration;

use crate::jobs::dice::Dice;
use crate::jobs::tests::world::{Held, World, deck, died, message, pointer, pool, secs, worker};
use crate::jobs::{Effect, Input, Kept};
use crate::model::{
    Backoff, Dispatch, Forwarded, Incarnation, JobCommand, JobFilter, JobId, JobNews, JobState,
    JobsSpec, KeepSpec, LeaseId, Loss, QueueSpec, Rate, ReplyRule, Submission, WhenFull,
};

pub(super) const WORKERS: u32 = 4;

pub(super) struct Run {
    pub(super) world: World,
    dice: Dice,
    /// Tickets that are each to be answered once.
    pub(super) accepts: Vec<u64>,
    /// Tickets of ends; each follows the one of its acceptance.
    pub(super) ends: Vec<u64>,
    next: u64,
}

fn roll(dice: &mut Dice, sides: u64) -> u64 {
    dice.roll() % sides
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap()
}

fn spec(dice: &mut Dice) -> JobsSpec {
    JobsSpec {
        concurrency: 1 + small(roll(dice, 3)),
        dispatch: match roll(dice, 3) {
            0 => Dispatch::LeastBusy,
            1 => Dispatch::RoundRobin,
            _ => Dispatch::Hash(pointer("/h")),
        },
        reply: match roll(dice, 4) {
            0 => ReplyRule::None,
            1 => ReplyRule::Id(pointer("/id")),
            _ => ReplyRule::Next,
        },
        failed_when: Some(pointer("/error")),
        timeout: (roll(dice, 2) == 0).then(|| secs(5)),
        retries: small(roll(dice, 5)),
        retry_backoff: Backoff {
            first: secs(1),
            most: secs(8),
        },
        priority_levels: 3,
        rate: (roll(dice, 4) == 0).then(|| Rate {
            count: 5,
            per: secs(1),
        }),
        queue: QueueSpec {
            capacity: 8,
            bytes: 400,
            when_full: [WhenFull::Reject, WhenFull::Block][usize::from(roll(dice, 2) == 0)],
        },
        keep: match roll(dice, 3) {
            0 => KeepSpec::NOTHING,
            1 => KeepSpec::default(),
            _ => KeepSpec {
                time: secs(20),
                count: 4,
                bytes: 300,
            },
        },
    }
}

impl Run {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let kept = (roll(&mut dice, 3) > 0).then(Kept::default);
        let mut world = World::start(deck(WORKERS, spec(&mut dice)), kept.clone());
        world.is_slow = kept.is_some() && roll(&mut dice, 2) == 0;
        Self {
            world,
            dice,
            accepts: Vec::new(),
            ends: Vec::new(),
            next: 0,
        }
    }

    fn roll(&mut self, sides: u64) -> u64 {
        roll(&mut self.dice, sides)
    }

    pub(super) fn steps(&mut self, count: usize) {
        for _ in 0..count {
            match self.roll(24) {
                0..=6 => self.submit(),
                7 | 8 => self.ask(),
                9..=15 => self.answer(),
                16 => self.lose(),
                17 => self.serve(),
                18 => {
                    let later = Duration::from_millis(self.roll(6_000));
                    self.world.pass(later);
                }
                19 => self.world.commit(),
                20 => self.fail_store(),
                21 => self.disturb(),
                22 => self.write(),
                _ => self.world.advance(Duration::from_millis(3)),
            }
        }
    }

    fn submit(&mut self) {
        self.next += 1;
        let filler = "x".repeat(usize::try_from(self.roll(60)).unwrap());
        let lane = self.roll(9);
        let text = format!(r#"{{"id":{},"h":{lane},"f":"{filler}"}}"#, self.next);
        let submission = Submission {
            pool: pool(),
            payload: message(&text),
            priority: (self.roll(2) == 0).then_some(u8::try_from(self.roll(4)).unwrap()),
            delay: secs(self.roll(3) * self.roll(4)),
            key: (self.roll(4) == 0).then(|| format!("k{}", self.roll(5)).into()),
        };
        let (ticket, wait) = self.world.try_submit(submission);
        self.accepts.push(ticket);
        self.ends.push(wait);
    }

    fn some_job(&mut self) -> JobFilter {
        let seen = self
            .world
            .effects
            .iter()
            .rev()
            .filter_map(|effect| match effect {
                Effect::Publish(changed) => Some(changed.job),
                _ => None,
            });
        let seen: Vec<JobId> = seen.take(20).collect();
        let states = JobState::ALL;
        match self.roll(8) {
            0 => JobFilter {
                states: vec![states[usize::try_from(self.roll(6)).unwrap()]],
                ..JobFilter::default()
            },
            1 => JobFilter::one(JobId::from_bytes([1; 16])),
            _ if seen.is_empty() => JobFilter::one(JobId::from_bytes([2; 16])),
            _ => JobFilter::one(seen[usize::try_from(self.roll(seen.len() as u64)).unwrap()]),
        }
    }

    fn ask(&mut self) {
        let filter = self.some_job();
        let command = match self.roll(6) {
            0 => JobCommand::Pause {
                pool: pool(),
                paused: self.roll(2) == 0,
            },
            1 | 2 => JobCommand::Retry(filter),
            3 => JobCommand::Drop(filter),
            4 => JobCommand::Cancel(filter),
            _ => JobCommand::List { filter, limit: 5 },
        };
        let ticket = self.world.ticket();
        self.world.give(Input::Command { ticket, command });
        self.accepts.push(ticket.0);
    }

    fn some_worker(&mut self) -> u32 {
        1 + small(self.roll(u64::from(WORKERS)))
    }

    fn reply(&mut self) -> &'static str {
        match self.roll(6) {
            0 => r#"{"error":"no"}"#,
            1 => r#"{"error":{"a":1},"retryable":false}"#,
            _ => r#"{"ok":true}"#,
        }
    }

    fn answer(&mut self) {
        let number = self.some_worker();
        let reply = self.reply();
        let hands = self.world.hands.entry(worker(number)).or_default();
        if let Some(held) = hands.pop_front() {
            self.world.answer_lease(number, held.lease, reply);
        }
    }

    fn write(&mut self) {
        let number = self.some_worker();
        let held = self.world.hands.get(&worker(number)).into_iter().flatten();
        let leases = held.map(|held| held.lease).collect();
        self.world.give(Input::News(JobNews::Written {
            worker: worker(number),
            now: self.world.now,
            leases,
        }));
    }

    fn lose(&mut self) {
        let number = self.some_worker();
        let begun = usize::try_from(self.roll(3)).unwrap();
        let loss = match self.roll(4) {
            0 => Loss::Stopped,
            1 => Loss::Disconnected,
            _ => died(),
        };
        self.world.lose(number, loss, begun);
        if self.roll(2) == 0 {
            self.world.serve(number);
        }
    }

    /// Now and then a process serves of which no end was told.
    fn serve(&mut self) {
        let number = self.some_worker();
        self.world.serve(number);
    }

    fn fail_store(&mut self) {
        if self.world.is_slow {
            let reason = "ENOSPC".into();
            self.world.give(Input::StoreFailed { reason });
            for _ in 0..self.roll(4) {
                self.submit();
                self.answer();
            }
            self.world.give(Input::StoreRecovered);
        }
    }

    /// What does not fit, and what changes little.
    fn disturb(&mut self) {
        let number = self.some_worker();
        match self.roll(5) {
            0 => {
                let lease = LeaseId(self.roll(300));
                let is_held = |held: &Held| held.lease == lease;
                let mut hands = self.world.hands.values().flatten();
                if !hands.any(is_held) {
                    let reply = self.reply();
                    self.world.answer_lease(number, lease, reply);
                }
            }
            1 => {
                self.world.give(Input::News(JobNews::Lost {
                    worker: worker(number),
                    incarnation: Incarnation(0),
                    loss: died(),
                    leases: vec![(LeaseId(1), true)],
                }));
            }
            2 => self.world.rest(number),
            3 => {
                self.world.give(Input::Resized {
                    pool: pool(),
                    instances: 1 + small(self.next % u64::from(WORKERS)),
                });
            }
            _ => {
                self.world.give(Input::Forward(Forwarded {
                    route: 0,
                    pool: pool(),
                    message: message(r#"{"id":"r"}"#),
                    origin: worker(1),
                    hops: 1,
                    back: true,
                }));
            }
        }
    }
}
