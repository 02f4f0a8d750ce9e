//! What the jobs ask of a world, and what they are told by it.

use crate::model::{
    Assignment, Envelope, JobId, JobNews, LeaseId, Loss, PoolName, PoolSpec, ReplyId, ReplyRule,
    WallTime,
};
use crate::supervisor::tests::world::{World, a, message, pool};
use crate::supervisor::{Effect, Input};
use crate::wire::{Pointer, canonical};

impl World {
    /// Pool `a` takes jobs.
    pub(super) fn enlist(&mut self) -> Vec<Effect> {
        let pool = PoolName::new("a").unwrap();
        self.give(Input::Enlist { pool })
    }

    /// Jobs numbered like their leases, with these messages, for `a/number`.
    pub(super) fn assign(&mut self, number: u32, jobs: &[(u64, &str)]) -> Vec<Effect> {
        let incarnation = self.incarnation(number);
        self.give(Input::Assign {
            worker: a(number),
            incarnation,
            jobs: jobs.iter().map(|(id, text)| job(*id, text)).collect(),
        })
    }

    /// The jobs ask no more for the answers of `a/number` to these.
    pub(super) fn forget(&mut self, number: u32, leases: &[u64]) -> Vec<Effect> {
        let incarnation = self.incarnation(number);
        self.give(Input::Forget {
            worker: a(number),
            incarnation,
            leases: leases.iter().map(|lease| LeaseId(*lease)).collect(),
        })
    }

    /// A job costs the process of `a/number` its life.
    pub(super) fn relieve(&mut self, number: u32, reason: &str) -> Vec<Effect> {
        let incarnation = self.incarnation(number);
        self.give(Input::Relieve {
            worker: a(number),
            incarnation,
            reason: reason.into(),
        })
    }
}

/// A job whose message has its reply's id, if it has any, at `/id`.
pub(super) fn job(number: u64, text: &str) -> Assignment {
    let payload = message(text);
    let pointer = Pointer::parse("/id").unwrap();
    let reply_id = pointer.find(&payload).map(|id| ReplyId(canonical(id)));
    Assignment {
        lease: LeaseId(number),
        job: job_id(number),
        payload,
        reply_id,
        hops: 0,
    }
}

/// The id of such a job.
pub(super) fn job_id(number: u64) -> JobId {
    JobId::new(WallTime(i64::try_from(number).unwrap()), [0; 10])
}

/// The news among effects, short: `serves`, `written 1 2`, `answered 1="x"`, `stale 1`, `lost stopped 1? 2`, where a
/// question mark says that the worker may have begun.
pub(super) fn news(effects: &[Effect]) -> Vec<String> {
    let news = effects.iter().filter_map(|effect| match effect {
        Effect::News(news) => Some(news),
        _ => None,
    });
    let short = news.map(|news| match news {
        JobNews::Serves { .. } => "serves".to_owned(),
        JobNews::Rests { .. } => "rests".to_owned(),
        JobNews::Stale { count, .. } => format!("stale {count}"),
        JobNews::Written { leases, .. } => {
            let leases = leases.iter().map(|lease| format!(" {}", lease.0));
            format!("written{}", leases.collect::<String>())
        }
        JobNews::Answered { answers, .. } => {
            let answers = answers
                .iter()
                .map(|(lease, it)| format!(" {}={it}", lease.0));
            format!("answered{}", answers.collect::<String>())
        }
        JobNews::Unreadable { lease, reason, .. } => format!("unreadable {}: {reason}", lease.0),
        JobNews::Lost { loss, leases, .. } => {
            let loss = match loss {
                Loss::Died { exit, .. } => format!("died of {exit}"),
                Loss::Stopped => "stopped".into(),
                Loss::Disconnected => "disconnected".into(),
                Loss::Refused => "refused".into(),
            };
            let leases = leases.iter().map(|(lease, began)| {
                let mark = if *began { "?" } else { "" };
                format!(" {}{mark}", lease.0)
            });
            format!("lost {loss}{}", leases.collect::<String>())
        }
    });
    short.collect()
}

/// A pool named `a` whose jobs are answered like that.
pub(super) fn with_rule(instances: u32, reply: ReplyRule) -> PoolSpec {
    let mut spec = pool(instances);
    spec.jobs.reply = reply;
    spec
}

/// A pool named `a` whose replies have the id of their job at `/id`.
pub(super) fn by_id() -> PoolSpec {
    with_rule(1, ReplyRule::Id(Pointer::parse("/id").unwrap()))
}

/// A started and enlisted world.
pub(super) fn serving(spec: PoolSpec) -> World {
    let mut world = World::started(spec);
    world.enlist();
    world
}

/// The messages told among effects.
pub(super) fn traffic(effects: &[Effect]) -> Vec<Envelope> {
    let batches = effects.iter().filter_map(|effect| match effect {
        Effect::Traffic { envelopes, .. } => Some(envelopes.clone()),
        _ => None,
    });
    batches.flatten().collect()
}
