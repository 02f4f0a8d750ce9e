//! What the jobs know of a random run: that each assignment ends once, and by whom it was had.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Assignment, Incarnation, JobId, JobNews, LeaseId, Loss, PoolName, ReplyId, WallTime, WorkerId,
};
use crate::supervisor::tests::world::message;

/// The assignments of a run.
#[derive(Default)]
pub(super) struct Ledger {
    /// Those that have not ended.
    open: BTreeMap<LeaseId, (WorkerId, Incarnation)>,
    /// The processes that were told to serve.
    serving: BTreeMap<WorkerId, Incarnation>,
    /// The pools whose jobs end when they are written.
    unanswered: BTreeSet<PoolName>,
    last: u64,
}

impl Ledger {
    /// A pool whose workers answer no job.
    pub(super) fn expect_no_answers(&mut self, pool: PoolName) {
        self.unanswered.insert(pool);
    }

    /// A job whose message has this id and so many bytes more.
    pub(super) fn assign(
        &mut self,
        worker: &WorkerId,
        incarnation: Incarnation,
        id: u64,
        bytes: usize,
    ) -> Assignment {
        self.last += 1;
        let lease = LeaseId(self.last);
        self.open.insert(lease, (worker.clone(), incarnation));
        Assignment {
            lease,
            job: JobId::new(WallTime(0), [0; 10]),
            payload: message(&format!(r#"{{"id":{id},"x":"{}"}}"#, "x".repeat(bytes))),
            reply_id: Some(ReplyId(id.to_string().into_bytes().into())),
            hops: 0,
        }
    }

    /// Those that a process has.
    pub(super) fn held(&self, worker: &WorkerId, incarnation: Incarnation) -> Vec<LeaseId> {
        let of = (worker.clone(), incarnation);
        let held = self.open.iter().filter(|(_, holder)| **holder == of);
        held.map(|(lease, _)| *lease).collect()
    }

    /// Whether a process takes jobs.
    pub(super) fn is_serving(&self, worker: &WorkerId, incarnation: Incarnation) -> bool {
        self.serving.get(worker) == Some(&incarnation)
    }

    /// An assignment is void.
    pub(super) fn forget(&mut self, lease: LeaseId) {
        self.open.remove(&lease);
    }

    /// News of a worker.
    pub(super) fn hear(&mut self, news: &JobNews) {
        match news {
            JobNews::Serves {
                worker,
                incarnation,
            } => {
                let before = self.serving.insert(worker.clone(), *incarnation);
                assert_eq!(before, None, "{worker} serves twice");
            }
            JobNews::Rests {
                worker,
                incarnation,
            } => assert_eq!(self.serving.remove(worker), Some(*incarnation)),
            JobNews::Written { worker, leases, .. } => {
                for lease in leases {
                    assert_eq!(&self.open[lease].0, worker);
                    if self.unanswered.contains(&worker.pool) {
                        self.open.remove(lease);
                    }
                }
            }
            JobNews::Answered {
                worker, answers, ..
            } => {
                for (lease, _) in answers {
                    let (holder, _) = self.open.remove(lease).expect("it ended twice");
                    assert_eq!(holder, *worker);
                }
            }
            JobNews::Unreadable { worker, lease, .. } => {
                let (holder, _) = self.open.remove(lease).expect("it ended twice");
                assert_eq!(holder, *worker);
            }
            JobNews::Stale { count, .. } => assert_ne!(*count, 0),
            JobNews::Lost {
                worker,
                incarnation,
                loss,
                leases,
            } => self.lose(worker, *incarnation, loss, leases),
        }
    }

    fn lose(
        &mut self,
        worker: &WorkerId,
        incarnation: Incarnation,
        loss: &Loss,
        leases: &[(LeaseId, bool)],
    ) {
        let holder = (worker.clone(), incarnation);
        for (lease, _) in leases {
            assert_eq!(self.open.remove(lease).as_ref(), Some(&holder));
        }
        if *loss == Loss::Refused {
            assert!(leases.iter().all(|(_, began)| !began));
        } else {
            self.serving.remove(worker);
            assert_eq!(self.held(worker, incarnation), [], "some are left behind");
        }
    }

    /// Every process is gone.
    pub(super) fn finish(&self) {
        assert!(self.open.is_empty(), "never ended: {:?}", self.open);
        assert!(self.serving.is_empty());
    }
}
