//! The oracle: what must hold after every step, whatever the inputs were.
//!
//! Run by `machine` in debug builds. Never changes anything.

use std::collections::BTreeSet;

use crate::model::ReplyRule;
use crate::supervisor::life::Life;
use crate::supervisor::machine::Machine;
use crate::supervisor::rolling::Rolling;
use crate::supervisor::spawns::{Booking, OUTSTANDING};
use crate::supervisor::waits::{Asker, PER_WORKER, Waits};
use crate::supervisor::worker::{Phase, Worker};

/// Beyond so many letters a mailbox is not added up: the oracle would rule the time of every debug run.
const LETTERS: usize = 256;

/// Checks the machine; the error says what is broken.
pub(super) fn check(machine: &Machine) -> Result<(), String> {
    for worker in machine.roster.workers() {
        check_worker(worker)
            .and_then(|()| check_duty(worker))
            .map_err(|what| format!("{}: {what}", worker.id))?;
    }
    check_spawns(machine)?;
    check_timers(machine)?;
    check_waits(&machine.waits, machine)?;
    check_rollings(machine)?;
    check_tickets(machine)
}

fn check_rollings(machine: &Machine) -> Result<(), String> {
    let mut pools: Vec<_> = machine.rollings.iter().flat_map(Rolling::pools).collect();
    let all = pools.len();
    pools.sort();
    pools.dedup();
    claim(pools.len() == all, "a pool is restarted twice at once")?;
    claim(
        machine.rollings.iter().all(Rolling::adds_up),
        "a rolling restart does not add up",
    )
}

fn claim(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

fn check_worker(worker: &Worker) -> Result<(), String> {
    let is_live = worker.life().is_some();
    if worker.mailbox.letters() <= LETTERS {
        claim(worker.mailbox.adds_up(), "its mailbox does not add up")?;
    }
    claim(
        is_live || !worker.mailbox.is_under_way(),
        "letters are under way to no process",
    )?;
    claim(is_live || worker.owed.is_empty(), "no process owes replies")?;
    claim(
        worker.owed.len() <= PER_WORKER + worker.policy.mailbox.capacity,
        "too many replies are owed",
    )?;
    claim(
        worker.facts.liveness.process.is_open() == is_live,
        "its process fact is wrong",
    )?;
    let is_ready = worker.life().is_some_and(Life::is_ready);
    claim(
        is_ready || !worker.mailbox.is_given(),
        "it was given mail or jobs before it was ready",
    )?;
    claim(
        !worker.leaving || !worker.wanted,
        "it is leaving and wanted",
    )?;
    claim(
        worker.restarts.counted() <= worker.policy.restart.intensity.restarts,
        "more restarts count than are allowed",
    )?;
    claim(
        worker.shown.as_ref() == Some(&worker.view()),
        "its published state is old",
    )?;
    match &worker.phase {
        Phase::Running(life) => claim(
            worker.wanted && life.pid > 0,
            "it runs unwanted or without a pid",
        ),
        Phase::Backoff { .. } => claim(worker.wanted, "it waits for a restart that nobody wants"),
        Phase::Starting { asked: false } => {
            claim(worker.wanted, "it waits for a process that nobody wants")
        }
        Phase::Stopped { .. } | Phase::Failed { .. } | Phase::Finished { .. } => claim(
            !worker.wanted && worker.mailbox.letters() == 0,
            "it rests, but is wanted or holds mail",
        ),
        Phase::Starting { asked: true } | Phase::Stopping(_) => Ok(()),
    }
}

fn check_duty(worker: &Worker) -> Result<(), String> {
    let duty = &worker.duty;
    let leases = &duty.leases;
    claim(
        duty.is_enlisted || leases.is_empty() && !duty.is_told(),
        "it has to do with jobs, but is not enlisted",
    )?;
    let is_live = worker.life().is_some();
    claim(
        is_live || leases.is_empty() && !duty.is_told() && duty.due().is_none(),
        "jobs are in flight in no process",
    )?;
    claim(
        duty.is_serving() == (duty.is_enlisted && worker.takes_jobs()),
        "the jobs were told wrong of whether it serves",
    )?;
    claim(leases.adds_up(), "its leases do not add up")?;
    if let Phase::Stopping(stopping) = &worker.phase
        && stopping.ladder.is_draining()
    {
        claim(
            leases.in_flight() > 0 && stopping.life.channel.is_readable(),
            "it is waited for jobs that it cannot finish",
        )?;
    }
    claim(
        worker.policy.jobs.reply != ReplyRule::Next
            || !leases.is_under_way()
            || worker.mailbox.mail_under_way() == 0,
        "mail is under way beside a job",
    )?;
    if worker.mailbox.letters() > LETTERS {
        return Ok(());
    }
    let (waiting, given) = leases.unwritten();
    let letters: Vec<_> = worker.mailbox.jobs().collect();
    let mut written = letters.get(waiting.len()..).unwrap_or_default().iter();
    claim(
        letters.starts_with(&waiting)
            && worker.mailbox.assigned() == waiting.len()
            && given.iter().all(|lease| written.any(|it| it == lease)),
        "its jobs are not the ones in its mailbox",
    )
}

fn check_spawns(machine: &Machine) -> Result<(), String> {
    let booked = |booking| {
        machine
            .roster
            .workers()
            .filter(|worker| worker.booked == booking)
            .count()
    };
    let counts = (booked(Booking::Queued), booked(Booking::Asked));
    claim(
        machine.spawns.counts() == counts,
        "the spawns do not add up",
    )?;
    claim(counts.1 <= OUTSTANDING, "too many processes are being made")?;
    claim(
        counts.0 == 0 || counts.1 == OUTSTANDING,
        "a worker stands in line for nothing",
    )
}

fn check_timers(machine: &Machine) -> Result<(), String> {
    let armed: BTreeSet<_> = machine
        .roster
        .workers()
        .filter_map(|worker| worker.deadline().map(|at| (at, worker.slot)))
        .collect();
    claim(armed == machine.timers, "a deadline is not noted")
}

fn check_waits(waits: &Waits, machine: &Machine) -> Result<(), String> {
    for worker in machine.roster.workers() {
        let is_waited_for = worker.owed.iter().all(|owed| match owed.asker {
            Asker::Wait(key) => waits.is_open(key),
            Asker::Worker(_) => true,
        });
        claim(is_waited_for, "a reply is owed to nobody")?;
    }
    for (key, owing) in waits.owed() {
        claim(!owing.is_empty(), "a wait waits for nobody")?;
        for slot in owing {
            let worker = machine
                .roster
                .worker(*slot)
                .ok_or("a wait waits for nobody there")?;
            if worker.mailbox.letters() <= LETTERS {
                let asker = Asker::Wait(key);
                let is_owed = worker.owed.iter().any(|owed| owed.asker == asker);
                claim(
                    is_owed || worker.mailbox.holds(asker),
                    "a wait can never end by a reply",
                )?;
            }
        }
    }
    Ok(())
}

fn check_tickets(machine: &Machine) -> Result<(), String> {
    let pending = machine.pending.iter().map(|pending| pending.ticket);
    let tickets: Vec<_> = pending
        .chain(machine.downs.iter().copied())
        .chain(machine.rollings.iter().map(|rolling| rolling.ticket))
        .chain(machine.waits.tickets())
        .collect();
    let distinct: BTreeSet<_> = tickets.iter().copied().collect();
    claim(
        distinct.len() == tickets.len(),
        "a command would be answered twice",
    )?;
    claim(
        !machine.halted || tickets.is_empty(),
        "the deck ended without an answer",
    )
}
