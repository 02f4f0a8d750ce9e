//! Random runs against the oracle, which the machine asks itself after each step of a debug build, and against what a
//! submitter and a store are promised.

use std::collections::BTreeSet;

use crate::jobs::Input;
use crate::jobs::tests::run::{Run, WORKERS};
use crate::jobs::tests::world::{World, pool, secs, worker};
use crate::model::{JobCommand, JobFilter, JobNews, JobState, JobView, Loss, Outcome, RefusalKind};

impl Run {
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
    for seed in 0..80 {
        let mut run = Run::new(seed);
        run.steps(300);
        run.drain();
    }
}

#[test]
fn what_was_recorded_amounts_to_what_there_is() {
    let mut durable = 0;
    for seed in 1_000..1_060 {
        let mut run = Run::new(seed);
        run.steps(300);
        if run.world.records > 0 {
            durable += 1;
            run.reopen();
        }
    }
    assert!(durable > 20);
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
