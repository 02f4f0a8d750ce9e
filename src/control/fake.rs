//! A deck for tests of the server: no workers, but every answer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::control::event::tests::{board, message, stamped, worker};
use crate::control::job_object::tests::{changed, dead_job, done_job, job, job_id};
use crate::deck::{Request as Asked, Subscriber};
use crate::model::{
    Board, Command, Direction, Event, JobChanged, JobCommand, JobFilter, JobState, JobView, Now,
    Outcome, PoolChanged, Refusal, RefusalKind, Reply, Stamped, Submission,
};
use crate::wire::Message;

type Answer = oneshot::Sender<Result<Outcome, Refusal>>;

/// A deck of one worker that is always there, answers `{"ok":true}` to everything, and keeps to its protocol.
///
/// Jobs of the pool `process` are accepted at once and at their end at once: done, or dead where the payload is `"die"`,
/// or when somebody cancels jobs where it is `"later"`. The pool `full` refuses jobs, and `block` accepts them when it is
/// resumed. There are no others.
pub(super) struct Fake {
    board: Board,
    /// Whether they are told of jobs.
    subscribers: Vec<(Subscriber, bool)>,
    commands: Vec<Command>,
    /// Answers to `stop` are held back until the deck goes down.
    held: Vec<Box<dyn FnOnce() + Send>>,
    /// Submissions to the pool `block`.
    unaccepted: VecDeque<(Answer, Option<Answer>)>,
    /// Who waits for the end of a job that comes later.
    waiting: Vec<Answer>,
}

impl Fake {
    fn publish(&mut self, events: Vec<Stamped>, bytes: usize) {
        for event in &events {
            self.board.apply(event);
        }
        let events: Arc<[Stamped]> = events.into();
        self.subscribers.retain(|(one, _)| one.push(&events, bytes));
    }

    fn publish_jobs(&mut self, jobs: impl Into<Arc<[JobChanged]>>) {
        let events: Arc<[Stamped]> = Arc::from([stamped(Event::Jobs(jobs.into()))]);
        self.subscribers
            .retain(|(one, has_jobs)| !has_jobs || one.push(&events, 100));
    }

    /// Serves requests until `down`; gives the commands it was given.
    pub(super) async fn drive(mut requests: mpsc::Receiver<Asked>) -> Vec<Command> {
        let mut fake = Self {
            board: board(),
            subscribers: Vec::new(),
            commands: Vec::new(),
            held: Vec::new(),
            unaccepted: VecDeque::new(),
            waiting: Vec::new(),
        };
        while let Some(asked) = requests.recv().await {
            match asked {
                Asked::Read(look) => look(&fake.board, Now::default()),
                Asked::Subscribe { jobs, answer } => {
                    let (subscriber, subscription) = Subscriber::new(&fake.board, true);
                    fake.subscribers.push((subscriber, jobs));
                    let _ = answer.send(subscription);
                }
                Asked::SubmitAll { .. } => unreachable!("the server submits one by one"),
                Asked::Submit {
                    submission,
                    accepted,
                    finished,
                } => fake.submit(submission, accepted, finished),
                Asked::Command { command, answer } => {
                    fake.command(&command, answer);
                    fake.commands.push(command);
                    if fake.commands.last() == Some(&Command::Down) {
                        break;
                    }
                }
            }
        }
        fake.commands
    }

    fn command(&mut self, command: &Command, answer: Answer) {
        if let Command::Stop { .. } = command {
            self.held.push(Box::new(move || {
                let _ = answer.send(Ok(Outcome::Workers(vec![worker()])));
            }));
            return;
        }
        let result = self.carry_out(command);
        if *command == Command::Down {
            self.held.drain(..).for_each(|answer| answer());
        }
        let _ = answer.send(result);
    }

    fn carry_out(&mut self, command: &Command) -> Result<Outcome, Refusal> {
        match command {
            Command::Send {
                to,
                wait,
                message: sent,
            } => {
                if to.to_string() == "flood" {
                    let body = format!("\"{}\"", "x".repeat(1000));
                    let flood = |_| stamped(message(Direction::In, &body, None, false));
                    self.publish((0..1000).map(flood).collect(), 1 << 20);
                } else if to.to_string() != "process" {
                    return Err(Refusal::new(RefusalKind::NoSuchPool, "no such pool").at(to));
                }
                let latency = Duration::from_micros(192_300);
                self.publish(
                    vec![
                        stamped(message(Direction::Out, sent.as_str(), None, false)),
                        stamped(message(
                            Direction::In,
                            r#"{"ok":true}"#,
                            Some(latency),
                            false,
                        )),
                    ],
                    100,
                );
                let reply = Reply {
                    worker: worker(),
                    message: Message::parse(r#"{"ok":true}"#).unwrap(),
                    latency,
                };
                Ok(Outcome::Sent {
                    delivered: vec![worker()],
                    replies: wait.iter().map(|_| reply.clone()).collect(),
                })
            }
            Command::Scale { instances, .. } => Ok(Outcome::Scaled {
                instances: *instances,
            }),
            Command::Down => Ok(Outcome::Down),
            Command::Jobs(command) => self.carry_out_jobs(command),
            // Every other command reaches the one worker.
            _ => Ok(Outcome::Workers(vec![worker()])),
        }
    }

    fn submit(&mut self, submission: Submission, accepted: Answer, finished: Option<Answer>) {
        let payload = submission.payload.as_str().to_owned();
        let pool = submission.pool.to_string();
        let submit = JobCommand::Submit(submission);
        self.commands.push(Command::Jobs(submit));
        let refusal = match pool.as_str() {
            "process" => return self.accept(&payload, accepted, finished),
            "block" => return self.unaccepted.push_back((accepted, finished)),
            "full" => Refusal {
                retry_after: Some(Duration::from_millis(1500)),
                ..Refusal::new(RefusalKind::QueueFull, "the queue of `full` is full")
            },
            _ => Refusal::new(RefusalKind::NoSuchPool, "no such pool").at(&pool),
        };
        let _ = accepted.send(Err(refusal));
    }

    fn accept(&mut self, payload: &str, accepted: Answer, finished: Option<Answer>) {
        let _ = accepted.send(Ok(Outcome::Submitted(job_id())));
        if payload == r#""later""# {
            self.waiting.extend(finished);
            return;
        }
        self.publish_jobs([
            changed(JobState::Ready, None),
            changed(JobState::Done, Some(r#"{"ok":1e1}"#)),
        ]);
        let end = match payload {
            r#""die""# => dead_job(),
            _ => done_job(),
        };
        if let Some(finished) = finished {
            let _ = finished.send(Ok(Outcome::Job(Box::new(end))));
        }
    }

    fn carry_out_jobs(&mut self, command: &JobCommand) -> Result<Outcome, Refusal> {
        let jobs = |jobs| Ok(Outcome::Jobs(jobs));
        match command {
            JobCommand::List { filter, limit } => jobs(self.list(filter, *limit)),
            JobCommand::Count(filter) => {
                let listed = self.list(filter, usize::MAX).len();
                Ok(Outcome::Counted(u64::try_from(listed).unwrap_or(u64::MAX)))
            }
            JobCommand::Look(id) if *id == job_id() => Ok(Outcome::Job(Box::new(done_job()))),
            JobCommand::Look(id) => Err(Refusal::new(
                RefusalKind::NoSuchJob,
                format!("the deck has no job {id}"),
            )),
            JobCommand::Retry(_) => jobs(vec![job(JobState::Ready)]),
            JobCommand::Drop(filter) if filter.states == [JobState::Running] => Err(Refusal::new(
                RefusalKind::WrongState,
                "a running job cannot be dropped",
            )),
            JobCommand::Drop(_) => jobs(vec![dead_job(), done_job()]),
            JobCommand::Cancel(_) => {
                for answer in self.waiting.drain(..) {
                    let end = Box::new(job(JobState::Cancelled));
                    let _ = answer.send(Ok(Outcome::Job(end)));
                }
                jobs(vec![job(JobState::Cancelled)])
            }
            JobCommand::Pause { pool, paused } => {
                if !paused && pool.as_str() == "block" {
                    for (accepted, finished) in std::mem::take(&mut self.unaccepted) {
                        self.accept("1", accepted, finished);
                    }
                }
                let mut changed = PoolChanged::sized(pool.clone(), 2);
                changed.jobs.paused = *paused;
                self.publish(vec![stamped(Event::Pool(changed))], 100);
                Ok(Outcome::Paused { paused: *paused })
            }
            JobCommand::Submit(_) => unreachable!("clients submit by `Deck::submit`"),
        }
    }

    /// Of the pool `block` as many as are not accepted.
    fn list(&self, filter: &JobFilter, limit: usize) -> Vec<JobView> {
        let is_block = filter
            .pool
            .as_ref()
            .is_some_and(|pool| pool.as_str() == "block");
        let count = if is_block { self.unaccepted.len() } else { 1 };
        let state = filter.states.first().copied();
        vec![job(state.unwrap_or(JobState::Ready)); count.min(limit)]
    }
}
