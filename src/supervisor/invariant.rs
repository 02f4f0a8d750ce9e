//! What must hold after each step, checked in debug builds.

use crate::supervisor::machine::Machine;
use crate::supervisor::phase::Phase;
use crate::supervisor::worker::Worker;

/// Checks everything; compiled to nothing in release builds.
pub(crate) fn check(machine: &Machine) {
    if !cfg!(debug_assertions) {
        return;
    }
    for worker in machine.workers() {
        check_worker(worker);
    }
    for (name, pool) in &machine.pools {
        let is_numbered = (1..)
            .zip(&pool.workers)
            .all(|(number, one)| one.id.number == number);
        assert!(is_numbered, "{name}: workers are numbered without a gap");
    }
    let missing = machine
        .errands
        .iter()
        .all(|errand| !errand.missing.is_empty());
    assert!(missing, "an errand that waits for nobody is answered");
    if machine.is_down {
        assert!(
            machine.workers().all(|one| !one.wanted),
            "a deck that goes down wants nobody"
        );
    }
}

fn check_worker(worker: &Worker) {
    let id = &worker.id;
    assert!(worker.mailbox.adds_up(), "{id}: the mailbox adds up");
    assert!(
        worker.seq == worker.sent + worker.received,
        "{id}: every message has a number"
    );
    let budget = worker.spec.restart.intensity.restarts as usize;
    assert!(
        worker.restarted.len() <= budget,
        "{id}: no more restarts than the intensity allows"
    );
    match &worker.phase {
        Phase::Stopped | Phase::Failed | Phase::Finished => {
            assert!(!worker.wanted, "{id}: at rest is not wanted");
            assert_eq!(worker.mailbox.len(), 0, "{id}: at rest holds no mail");
        }
        Phase::Running(_) | Phase::Backoff { .. } => {
            assert!(worker.wanted, "{id}: what runs or comes back is wanted");
        }
        Phase::Stopping(stopping) => {
            assert!(
                stopping.step_at >= stopping.since,
                "{id}: the ladder only climbs"
            );
        }
        Phase::Starting { .. } => {}
    }
    if worker.phase.life().is_none() {
        assert!(
            worker.awaiting.is_empty(),
            "{id}: nobody waits for a process that is not there"
        );
    }
}
