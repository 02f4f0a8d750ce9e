//! Batches traffic and logs into events, folds them into the deck's own board, and tells the clients.
//!
//! Lifecycle events go out at once, after all that was gathered from the same worker; traffic and logs at most every
//! 16 ms, or as soon as a worker has gathered 256 KiB.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use indexmap::IndexMap;

use crate::deck::subscriber::{Subscriber, Subscription};
use crate::model::{
    Board, Envelope, Event, FrameFault, Incarnation, JobChanged, LogLine, Logs, Messages, MonoTime,
    Now, PoolName, PoolView, RouteView, Sampled, Stamped, Stream, Traffic, Weigh, WorkerId,
};
use crate::wire::Message;

/// How long traffic and logs are gathered: a frame at 60 a second.
const GATHER: Duration = Duration::from_millis(16);

/// What one worker may gather before it is told early, in bytes.
const GATHER_BYTES: usize = 256 << 10;

/// How many changes of jobs are gathered before they are told early.
const GATHER_JOBS: usize = 1024;

/// Gathers, folds and tells.
#[derive(Debug)]
pub(crate) struct Journal {
    board: Board,
    gathered: IndexMap<(WorkerId, Incarnation), Gathered>,
    flush_at: Option<MonoTime>,
    /// What became of jobs and was not told yet.
    jobs: Vec<JobChanged>,
    subscribers: Vec<Subscriber>,
    order: u64,
    /// Whether messages are told at all, and not only until the first answer to a job.
    keeps_messages: bool,
    has_answer: bool,
}

/// What one process said and was not told yet.
#[derive(Debug, Default)]
struct Gathered {
    traffic: Vec<Traffic>,
    lines: Vec<LogLine>,
    bytes: usize,
}

impl Gathered {
    fn weigh(&mut self, item: &impl Weigh) {
        self.bytes += item.weight();
    }
}

impl Journal {
    pub(crate) fn new(board: Board, keeps_messages: bool) -> Self {
        Self {
            board,
            gathered: IndexMap::new(),
            flush_at: None,
            jobs: Vec::new(),
            subscribers: Vec::new(),
            order: 0,
            keeps_messages,
            has_answer: false,
        }
    }

    /// The board with everything told so far; what is still being gathered is told first.
    pub(crate) fn board(&mut self, now: Now) -> &Board {
        self.flush(now);
        &self.board
    }

    /// A pool as it was told last.
    pub(crate) fn pool(&self, name: &PoolName) -> Option<&PoolView> {
        self.board.pools.get(name)
    }

    /// A route as it was told last.
    pub(crate) fn route(&self, index: usize) -> Option<&RouteView> {
        self.board.routes.get(index)
    }

    /// When what was gathered, or a client that missed events, is due.
    pub(crate) fn next_deadline(&self) -> Option<MonoTime> {
        self.flush_at
    }

    /// Tells what was gathered; called at the deadline.
    pub(crate) fn flush(&mut self, now: Now) {
        let (events, bytes) = self.take_gathered();
        self.tell(now, events, bytes);
        self.catch_up(now);
    }

    /// Tells numbers of workers, all at once, after all that was gathered: they hold the counts that it adds to.
    pub(crate) fn samples(&mut self, now: Now, samples: Vec<Sampled>) {
        let (mut events, bytes) = self.take_gathered();
        let bytes = bytes + samples.len() * size_of::<Stamped>();
        events.extend(samples.into_iter().map(Event::Sample));
        self.tell(now, events, bytes);
    }

    fn take_gathered(&mut self) -> (Vec<Event>, usize) {
        self.flush_at = None;
        let mut events = Vec::new();
        let mut bytes = 0;
        for ((worker, incarnation), said) in std::mem::take(&mut self.gathered) {
            bytes += said.bytes;
            said.tell(&worker, incarnation, &mut events);
        }
        bytes += self.take_jobs(&mut events);
        (events, bytes)
    }

    /// Adds what became of jobs; how much it weighs.
    fn take_jobs(&mut self, events: &mut Vec<Event>) -> usize {
        if self.jobs.is_empty() {
            return 0;
        }
        let jobs = std::mem::take(&mut self.jobs);
        let bytes = jobs.iter().map(weigh).sum();
        events.push(Event::Jobs(jobs.into()));
        bytes
    }

    /// Begins to tell a client; of jobs too, if it wants that.
    pub(crate) fn subscribe(&mut self, now: Now, jobs: bool) -> Subscription {
        self.flush(now);
        let (subscriber, subscription) = Subscriber::new(&self.board, jobs);
        self.subscribers.push(subscriber);
        subscription
    }

    /// Whether any client wants to be told of jobs.
    pub(crate) fn wants_jobs(&self) -> bool {
        self.subscribers.iter().any(|one| one.wants_jobs)
    }

    /// Gathers what became of a job.
    pub(crate) fn job(&mut self, now: Now, changed: JobChanged) {
        self.jobs.push(changed);
        if self.jobs.len() >= GATHER_JOBS {
            self.flush(now);
        } else {
            self.flush_at.get_or_insert(now.mono + GATHER);
        }
    }

    /// Tells one thing at once, after what was gathered from the same worker, and of jobs. A frame that is no message is gathered in
    /// its place among the messages.
    pub(crate) fn publish(&mut self, now: Now, event: Event) {
        if let Event::FrameError(fault) = event {
            self.fault(now, fault);
            return;
        }
        let mut events = Vec::new();
        let mut bytes = size_of::<Stamped>();
        if let Some(worker) = event.worker() {
            // Both its processes, when a descendant of an earlier one still writes.
            while let Some(index) = self.gathered.keys().position(|(id, _)| id == worker) {
                let Some(((worker, incarnation), said)) = self.gathered.shift_remove_index(index)
                else {
                    break;
                };
                bytes += said.bytes;
                said.tell(&worker, incarnation, &mut events);
            }
            bytes += self.take_jobs(&mut events);
        }
        events.push(event);
        self.tell(now, events, bytes);
    }

    /// Gathers messages of one process.
    pub(crate) fn traffic(
        &mut self,
        now: Now,
        worker: WorkerId,
        incarnation: Incarnation,
        envelopes: Vec<Envelope>,
    ) {
        if !self.keeps_messages {
            if self.has_answer {
                return;
            }
            self.has_answer = envelopes.iter().any(Envelope::is_answer);
        }
        let key = (worker, incarnation);
        let mut order = self.order;
        let said = self.gathered.entry(key.clone()).or_default();
        for mut envelope in envelopes {
            order += 1;
            envelope.order = order;
            said.weigh(&envelope);
            said.traffic.push(Traffic::Message(envelope));
        }
        self.order = order;
        self.schedule(now, &key);
    }

    /// Gathers lines of one process's output.
    pub(crate) fn logs(
        &mut self,
        now: Now,
        worker: WorkerId,
        incarnation: Incarnation,
        stream: Stream,
        lines: impl IntoIterator<Item = (Bytes, u64)>,
    ) {
        let key = (worker, incarnation);
        let mut order = self.order;
        let said = self.gathered.entry(key.clone()).or_default();
        for (bytes, cut) in lines {
            order += 1;
            let line = LogLine {
                at: now.wall,
                incarnation,
                order,
                stream,
                bytes,
                cut,
            };
            said.weigh(&line);
            said.lines.push(line);
        }
        self.order = order;
        self.schedule(now, &key);
    }

    fn fault(&mut self, now: Now, mut fault: FrameFault) {
        self.order += 1;
        fault.order = self.order;
        let key = (fault.worker.clone(), fault.incarnation);
        let fault = Traffic::Fault(fault);
        let said = self.gathered.entry(key.clone()).or_default();
        said.weigh(&fault);
        said.traffic.push(fault);
        self.schedule(now, &key);
    }

    fn schedule(&mut self, now: Now, key: &(WorkerId, Incarnation)) {
        let is_much = self
            .gathered
            .get(key)
            .is_some_and(|said| said.bytes >= GATHER_BYTES);
        if is_much {
            let Some(said) = self.gathered.shift_remove(key) else {
                return;
            };
            let mut events = Vec::new();
            let bytes = said.bytes;
            said.tell(&key.0, key.1, &mut events);
            self.tell(now, events, bytes);
        }
        if !self.gathered.is_empty() && self.flush_at.is_none() {
            self.flush_at = Some(now.mono + GATHER);
        }
    }

    fn tell(&mut self, now: Now, events: Vec<Event>, bytes: usize) {
        if events.is_empty() {
            return;
        }
        let stamped: Arc<[Stamped]> = events
            .into_iter()
            .map(|event| Stamped { now, event })
            .collect();
        for event in stamped.iter() {
            self.board.apply(event);
        }
        self.subscribers
            .retain(|subscriber| subscriber.push(&stamped, bytes));
        self.catch_up(now);
    }

    fn catch_up(&mut self, now: Now) {
        for subscriber in &self.subscribers {
            if subscriber.is_behind() {
                subscriber.catch_up(&self.board);
                self.flush_at.get_or_insert(now.mono + GATHER);
            }
        }
    }
}

impl Gathered {
    fn tell(self, worker: &WorkerId, incarnation: Incarnation, events: &mut Vec<Event>) {
        let mut run: Vec<Envelope> = Vec::new();
        for item in self.traffic {
            match item {
                Traffic::Message(envelope) => run.push(envelope),
                Traffic::Fault(fault) => {
                    events.extend(messages(worker, incarnation, std::mem::take(&mut run)));
                    events.push(Event::FrameError(fault));
                }
            }
        }
        events.extend(messages(worker, incarnation, run));
        if !self.lines.is_empty() {
            events.push(Event::Logs(Logs {
                worker: worker.clone(),
                incarnation,
                lines: self.lines.into(),
            }));
        }
    }
}

fn weigh(changed: &JobChanged) -> usize {
    size_of::<JobChanged>() + changed.result.as_ref().map_or(0, Message::len)
}

fn messages(
    worker: &WorkerId,
    incarnation: Incarnation,
    envelopes: Vec<Envelope>,
) -> Option<Event> {
    if envelopes.is_empty() {
        return None;
    }
    Some(Event::Messages(Messages {
        worker: worker.clone(),
        incarnation,
        envelopes: envelopes.into(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deck::handle::Update;
    use crate::model::{Direction, JobId, WallTime};

    fn message(direction: Direction) -> Envelope {
        Envelope {
            at: WallTime(0),
            incarnation: Incarnation(1),
            order: 0,
            seq: 1,
            direction,
            message: Message::from_static("1"),
            bytes: 2,
            latency: None,
            answers: None,
            job: Some(JobId::new(WallTime(0), [0; 10])),
            handle: None,
            internal: false,
        }
    }

    #[tokio::test]
    async fn a_deck_that_keeps_no_messages_tells_them_until_a_job_is_answered() {
        for (keeps_messages, told) in [(false, 2), (true, 3)] {
            let mut journal = Journal::new(Board::new("test", 1), keeps_messages);
            let now = Now::default();
            let mut subscription = journal.subscribe(now, false);
            subscription.next().await;
            let worker = WorkerId::new(PoolName::new("a").unwrap(), 1);

            for direction in [Direction::Out, Direction::In, Direction::Out] {
                journal.traffic(
                    now,
                    worker.clone(),
                    Incarnation(1),
                    vec![message(direction)],
                );
            }
            journal.flush(now);

            let Some(Update::Events(events)) = subscription.next().await else {
                panic!("nothing was told");
            };
            let count = |one: &Stamped| match &one.event {
                Event::Messages(messages) => messages.envelopes.len(),
                other => panic!("{other:?}"),
            };
            assert_eq!(events.iter().map(count).sum::<usize>(), told);
        }
    }
}
