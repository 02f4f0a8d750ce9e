//! A pool: its workers in the order of their numbers, grown and shrunk.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Event, Incarnation, PoolChanged, PoolSpec, WorkerId};
use crate::supervisor::Effect;
use crate::supervisor::worker::Worker;

/// A pool of workers.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) spec: Arc<PoolSpec>,
    pub(crate) workers: Vec<Worker>,
    /// Whose turn it is among equals.
    pub(crate) turn: usize,
    /// The last incarnations of removed workers by number: one that comes again counts on, so that late reports of its
    /// earlier processes stay void.
    past: HashMap<u32, Incarnation>,
}

impl Pool {
    pub(crate) fn new(spec: &PoolSpec) -> Self {
        let spec = Arc::new(spec.clone());
        let mut pool = Self {
            spec,
            workers: Vec::new(),
            turn: 0,
            past: HashMap::new(),
        };
        pool.grow(pool.spec.instances);
        pool
    }

    /// Adds stopped workers up to a size.
    pub(crate) fn grow(&mut self, instances: u32) {
        let count = u32::try_from(self.workers.len()).unwrap_or(u32::MAX);
        for number in count + 1..=instances {
            let id = WorkerId::new(self.spec.name.clone(), number);
            let mut worker = Worker::new(id, Arc::clone(&self.spec));
            worker.incarnation = self.past.remove(&number).unwrap_or_default();
            self.workers.push(worker);
        }
    }

    pub(crate) fn tell_size(&self, effects: &mut Vec<Effect>) {
        effects.push(Effect::Publish(Event::Pool(PoolChanged {
            pool: self.spec.name.clone(),
            instances: u32::try_from(self.workers.len()).unwrap_or(u32::MAX),
        })));
    }

    /// Removes the highest workers that are to go and are gone.
    pub(crate) fn remove_left(&mut self, effects: &mut Vec<Effect>) {
        let before = self.workers.len();
        while self
            .workers
            .last()
            .is_some_and(|last| last.is_leaving && last.phase.is_over())
        {
            let removed = self.workers.pop();
            self.past
                .extend(removed.map(|worker| (worker.id.number, worker.incarnation)));
        }
        if self.workers.len() < before {
            self.tell_size(effects);
        }
    }
}
