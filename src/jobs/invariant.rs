//! The oracle: what must hold after every step, whatever the inputs were.
//!
//! Run by `machine` in debug builds. Never changes anything.

use std::collections::HashMap;

use crate::jobs::job::{Job, Phase};
use crate::jobs::machine::Jobs;
use crate::jobs::moment::Moment;
use crate::jobs::pool::Pool;
use crate::model::JobId;

/// Beyond so many jobs they are not gone through: the oracle would rule the time of every debug run.
const JOBS: usize = 256;

/// The same for workers of one pool.
const WORKERS: usize = 64;

/// Checks the machine; the error says what is broken.
pub(super) fn check(jobs: &Jobs) -> Result<(), String> {
    let held: usize = jobs.pools.iter().map(holds).sum();
    claim(held == jobs.book.len(), "a job is in no place, or in two")?;
    let running: usize = jobs.pools.iter().map(|pool| pool.running).sum();
    claim(
        running == jobs.leases.len(),
        "leases and running jobs do not add up",
    )?;
    claim(
        jobs.log.awaited() == 0 || !jobs.log.is_settled(),
        "a submission waits for a store that has nothing to do",
    )?;
    if jobs.book.len() > JOBS {
        return Ok(());
    }
    for (id, job) in &jobs.book {
        check_job(jobs, *id, job).map_err(|what| format!("{id}: {what}"))?;
    }
    for (place, pool) in jobs.pools.iter().enumerate() {
        check_pool(jobs, place, pool).map_err(|what| format!("{}: {what}", pool.name))?;
    }
    check_waits(jobs)
}

fn claim(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

fn holds(pool: &Pool) -> usize {
    pool.waiting() + pool.running + pool.ended.count() + pool.dead.count()
}

fn check_job(jobs: &Jobs, id: JobId, job: &Job) -> Result<(), String> {
    let pool = jobs.pool_of(job).ok_or("it has no pool")?;
    match &job.phase {
        Phase::Moving => Err("it is on its way to nowhere".to_owned()),
        Phase::Running(lease) => {
            let worker = pool
                .roster
                .get(lease.worker)
                .ok_or("its worker is nobody")?;
            let is_seated = worker.seats.iter().any(|(seat, _)| *seat == lease.id);
            claim(is_seated, "its worker does not have it")?;
            claim(
                worker.incarnation == lease.incarnation,
                "an earlier process has it",
            )?;
            claim(
                jobs.leases.get(&lease.id) == Some(&id),
                "its lease is not known",
            )?;
            claim(job.attempts > 0, "its attempt does not count")
        }
        Phase::Ready(_) | Phase::Scheduled(_) => claim(
            job.attempts < job.max_attempts,
            "it waits with no attempt left",
        ),
        Phase::Ended(..) => claim(
            job.wait.is_none() && job.rare.as_ref().is_none_or(|rare| rare.waits.is_empty()),
            "somebody waits for its end, which was",
        ),
    }
}

fn check_pool(jobs: &Jobs, place: usize, pool: &Pool) -> Result<(), String> {
    let own = |id: JobId| {
        let job = jobs.book.get(&id);
        job.filter(|job| usize::try_from(job.pool) == Ok(place))
    };
    let mut bytes = 0;
    for (order, id) in pool.ready.all() {
        let job = own(id).ok_or("a job is ready that it does not have")?;
        let is_here = matches!(&job.phase, Phase::Ready(place) if place.order == order);
        claim(is_here, "a job that is not ready is ready")?;
        bytes += job.payload.len();
    }
    for ((due, order), id) in &pool.scheduled {
        let job = own(*id).ok_or("a job is scheduled that it does not have")?;
        let is_here = matches!(&job.phase,
            Phase::Scheduled(place) if place.order == *order && place.at == *due);
        claim(is_here, "a job that is not scheduled is scheduled")?;
        bytes += job.payload.len();
    }
    check_keys(jobs, pool)?;
    claim(bytes == pool.waiting_bytes, "waiting bytes do not add up")?;
    for shelf in [&pool.ended, &pool.dead] {
        for (order, id) in shelf.all() {
            let job = own(id).ok_or("a job is kept that it does not have")?;
            let is_here = matches!(&job.phase, Phase::Ended(_, place) if place.order == order);
            claim(is_here, "a job that goes on is kept as ended")?;
        }
        let (noted, sum) = shelf.bytes();
        claim(noted == sum, "kept bytes do not add up")?;
    }
    check_workers(jobs, pool)
}

fn check_keys(jobs: &Jobs, pool: &Pool) -> Result<(), String> {
    let own = |job: &&Job| jobs.pool_of(job).is_some_and(|its| its.name == pool.name);
    let open = jobs.book.iter().filter(|(id, job)| {
        let is_its = |key| pool.keys.job(key, Moment::default()) == Some(**id);
        own(job) && !job.state().is_final() && job.key().is_some_and(|key| is_its(key))
    });
    claim(
        open.count() == pool.keys.open(),
        "the key of a job that goes on may be forgotten, or that of another one never is",
    )
}

fn check_workers(jobs: &Jobs, pool: &Pool) -> Result<(), String> {
    if pool.roster.all().nth(WORKERS).is_some() {
        return Ok(());
    }
    claim(pool.ready.adds_up(), "its lanes do not add up")?;
    claim(pool.roster.adds_up(), "its workers do not add up")?;
    let mut seats = 0;
    for (number, worker) in pool.roster.all() {
        seats += worker.seats.len();
        claim(
            worker.given.is_empty(),
            "a worker was not sent what it was given",
        )?;
        claim(
            !worker.is_relieved || !worker.serves,
            "a relieved worker serves",
        )?;
        for (lease, _) in &worker.seats {
            let job = jobs.leases.get(lease).and_then(|id| jobs.book.get(id));
            let lease = job
                .and_then(Job::lease)
                .ok_or("a worker has a job that is not running")?;
            claim(lease.worker == number, "a worker has another one's job")?;
        }
    }
    claim(
        seats == pool.running,
        "seats and running jobs do not add up",
    )
}

fn check_waits(jobs: &Jobs) -> Result<(), String> {
    let mut seen = HashMap::new();
    for (id, job) in &jobs.book {
        let further = job.rare.iter().flat_map(|rare| rare.waits.iter().copied());
        for ticket in job.wait.into_iter().chain(further) {
            let before = seen.insert(ticket, *id);
            claim(before.is_none(), "a client would be answered twice")?;
        }
    }
    Ok(())
}
