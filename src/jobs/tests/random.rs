//! Random runs against the oracle, which the machine asks itself after each step of a debug build, and against what a
//! submitter and a store are promised.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::jobs::dice::Dice;
use crate::jobs::tests::world::{Held, World, deck, died, message, pointer, pool, secs, worker};
use crate::jobs::{Effect, Input, Kept};
use crate::model::{
    Backoff, Dispatch, Incarnation, JobCommand, JobFilter, JobId, JobNews, JobState, JobView,
    JobsSpec, KeepSpec, LeaseId, Loss, Outcome, QueueSpec, Rate, RefusalKind, ReplyRule,
    Submission, WhenFull,
};

const WORKERS: u32 = 4;

struct Run {
    world: World,
    dice: Dice,
    accepts: Vec<u64>,
    ends: Vec<u64>,
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
    fn new(seed: u64) -> Self {
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

    fn steps(&mut self, count: usize) {
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
                state: Some(states[usize::try_from(self.roll(6)).unwrap()]),
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
                self.world.give(Input::Forward {
                    route: 0,
                    pool: pool(),
                    message: message(r#"{"id":"r"}"#),
                    origin: worker(1),
                    hops: 1,
                    back: true,
                });
            }
        }
    }

    /// Everything that is accepted comes to its end, and everybody is answered.
    fn drain(mut self) {
        self.settle();
        let paused = JobCommand::Pause {
            pool: pool(),
            paused: false,
        };
        self.world.command(paused).unwrap();
        self.world.give(Input::Resized {
            pool: pool(),
            instances: WORKERS,
        });
        for number in 1..=WORKERS {
            self.world.lose(number, Loss::Stopped, 0);
            self.world.serve(number);
        }
        let mut rounds = 0;
        while self.world.jobs.is_busy() {
            for number in 1..=WORKERS {
                self.write_and_answer(number);
            }
            self.world.pass(secs(1));
            rounds += 1;
            assert!(rounds < 500, "jobs never end: {:?}", self.world.figures());
        }
        for ticket in self.accepts.iter().chain(&self.ends) {
            assert!(
                self.world.answers.contains_key(ticket),
                "no answer to {ticket}"
            );
        }
        self.check_answers();
    }

    fn write_and_answer(&mut self, number: u32) {
        let held = self.world.hands.remove(&worker(number)).unwrap_or_default();
        let leases: Vec<_> = held.iter().map(|held| held.lease).collect();
        self.world.give(Input::News(JobNews::Written {
            worker: worker(number),
            now: self.world.now,
            leases: leases.clone(),
        }));
        for lease in leases {
            self.world.answer_lease(number, lease, "{}");
        }
    }

    fn settle(&mut self) {
        self.world.give(Input::StoreRecovered);
        self.world.commit();
        self.world.is_slow = false;
        self.world.commit();
    }

    /// Whoever waits learns of the job that it submitted, at its end.
    fn check_answers(&self) {
        for (accept, end) in self
            .ends
            .iter()
            .filter_map(|end| Some((end.checked_sub(1)?, end)))
        {
            match (&self.world.answers[&accept], &self.world.answers[end]) {
                (Ok(Outcome::Submitted(id)), Ok(Outcome::Job(view))) => {
                    assert_eq!(*id, view.job);
                    assert!(view.state.is_final());
                }
                (Ok(Outcome::Submitted(_)), Err(_)) => {} // Dropped, or known by its key only.
                // Cancelled before the store could keep it: neither is wrong.
                (Err(refusal), Ok(Outcome::Job(view))) => {
                    assert_eq!(refusal.kind, RefusalKind::StoreFailed);
                    assert_eq!(view.state, JobState::Cancelled);
                }
                (Err(refusal), Err(other)) if other.kind == RefusalKind::NoSuchJob => {
                    assert_eq!(
                        refusal.kind,
                        RefusalKind::StoreFailed,
                        "dropped before it was kept"
                    );
                }
                (Err(refusal), Err(other)) => assert_eq!(refusal, other),
                odd => panic!("an odd pair of answers: {odd:?}"),
            }
        }
    }

    /// What the records amount to is what there is.
    fn reopen(mut self) {
        self.settle();
        for number in 1..=WORKERS {
            self.world.lose(number, Loss::Stopped, 0);
        }
        let kept = self.world.store.kept();
        let keys: BTreeSet<_> = kept.keys.iter().map(|(_, key, ..)| key.clone()).collect();
        let mut again = World::start_at(self.world.spec.clone(), self.world.now, Some(kept));
        assert_eq!(jobs(&mut self.world), jobs(&mut again));
        let (there, here) = (again.figures(), self.world.figures());
        assert_eq!(
            (there.queue, there.bytes, there.dead, there.paused),
            (here.queue, here.bytes, here.dead, here.paused)
        );
        for key in keys {
            let known = |world: &World| world.jobs.pools[0].keys.job(&key, world.now.mono.into());
            assert_eq!(known(&self.world), known(&again), "{key}");
        }
        assert_eq!(again.records, 0, "what was kept is to be kept again");
    }
}

fn jobs(world: &mut World) -> Vec<JobView> {
    let mut views = world.list(JobFilter::default());
    views.sort_by_key(|view| view.job);
    views
}

#[test]
fn no_run_breaks_the_oracle_or_leaves_anybody_without_an_answer() {
    for seed in 0..150 {
        let mut run = Run::new(seed);
        run.steps(300);
        run.drain();
    }
}

#[test]
fn what_was_recorded_amounts_to_what_there_is() {
    let mut durable = 0;
    for seed in 1_000..1_100 {
        let mut run = Run::new(seed);
        run.steps(300);
        if run.world.records > 0 {
            durable += 1;
            run.reopen();
        }
    }
    assert!(durable > 30);
}

#[test]
fn the_same_inputs_lead_to_the_same_effects() {
    for seed in 0..10 {
        let effects = || {
            let mut run = Run::new(seed);
            run.steps(300);
            run.world.effects
        };
        assert_eq!(effects(), effects());
    }
}

#[test]
fn after_going_down_every_submission_is_answered() {
    for seed in 2_000..2_040 {
        let mut run = Run::new(seed);
        run.steps(200);
        run.settle();
        run.world.give(Input::Down);
        run.steps(50);
        run.settle();
        for ticket in &run.accepts {
            assert!(
                run.world.answers.contains_key(ticket),
                "no answer to {ticket}"
            );
        }
    }
}
