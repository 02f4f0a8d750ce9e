//! What was sent last and what came of it: the answer tied to its message. Called by `write`, `update` and the composer's
//! view.

use std::time::Duration;

use crate::model::{JobState, JobView, MonoTime, Outcome, Refusal, RefusalKind, Reply};
use crate::tui::figures::{self, latency, plural};
use crate::tui::jobs::short;
use crate::tui::target::{Target, whom};

/// Something that was sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sending {
    /// Tells its answer from those to earlier ones.
    pub(crate) number: u64,
    /// Where it went.
    pub(crate) target: Target,
    /// What was written.
    pub(crate) text: String,
    /// When.
    pub(crate) since: MonoTime,
    /// What came of it.
    pub(crate) fate: Fate,
    /// Whether that is still to be seen.
    pub(crate) is_shown: bool,
    /// Since when it is known.
    pub(crate) settled: Option<MonoTime>,
}

/// What came of a sending.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fate {
    /// Nothing yet.
    Waits,
    /// Workers took it, and these answered.
    Sent(usize, Vec<Reply>),
    /// The job came to its end.
    Job(Box<JobView>),
    /// It was refused.
    Refused,
    /// It was answered by what cannot be read.
    Unreadable(String),
}

/// For how long it is seen that nothing came of a sending.
const SEEN: Duration = Duration::from_secs(8);

impl Sending {
    /// Takes what came of it. An answer is shown though the person went on; that there is none is not.
    pub(crate) fn take(&mut self, answer: &Result<Outcome, Refusal>, now: MonoTime) {
        self.fate = match answer {
            Ok(Outcome::Sent { delivered, replies }) => {
                Fate::Sent(delivered.len(), replies.clone())
            }
            Ok(Outcome::Job(job)) => Fate::Job(job.clone()),
            // A job that was taken, and not yet done.
            Ok(_) => Fate::Waits,
            Err(refusal) if refusal.kind == RefusalKind::BadReply => {
                Fate::Unreadable(refusal.message.clone())
            }
            Err(_) => Fate::Refused,
        };
        if self.fate != Fate::Waits {
            self.settled = Some(now);
            self.is_shown |= !self.is_nothing();
        }
    }

    /// Whether nothing to be read came of it.
    fn is_nothing(&self) -> bool {
        match &self.fate {
            Fate::Sent(_, replies) => replies.is_empty(),
            Fate::Refused => true,
            Fate::Waits | Fate::Job(_) | Fate::Unreadable(_) => false,
        }
    }

    /// Whether what is shown changes with time alone.
    pub(crate) fn changes(&self) -> bool {
        self.fate == Fate::Waits || self.is_nothing()
    }

    /// That nothing came of it has been seen after a while.
    pub(crate) fn fade(&mut self, now: MonoTime) {
        let is_over = self.settled.is_some_and(|at| now.since(at) >= SEEN);
        if is_over && self.is_nothing() {
            self.is_shown = false;
        }
    }

    /// What came of it, in one line, and the answer's JSON after it.
    pub(crate) fn words(&self, now: MonoTime) -> (String, Option<String>) {
        match &self.fate {
            Fate::Waits => (self.waiting(now), None),
            Fate::Sent(1, replies) if replies.is_empty() => {
                (format!("{} gave no answer", self.target), None)
            }
            Fate::Sent(delivered, replies) => answered(*delivered, replies),
            Fate::Job(job) => ended(job),
            Fate::Refused => (format!("refused by {}", self.target), None),
            Fate::Unreadable(what) => (what.clone(), None),
        }
    }

    fn waiting(&self, now: MonoTime) -> String {
        let waited = now.since(self.since);
        let (word, whom) = match &self.target {
            Target::Message(to) => ("sent to", whom(to)),
            Target::Job(pool) => ("submitted to", pool.to_string()),
        };
        if waited.as_secs() == 0 {
            return format!("{word} {whom}");
        }
        format!("{word} {whom} · no answer for {}", figures::span(waited))
    }
}

fn answered(delivered: usize, replies: &[Reply]) -> (String, Option<String>) {
    match replies {
        [reply] if delivered == 1 => (
            format!("answered by {} in {}", reply.worker, latency(reply.latency)),
            Some(reply.message.as_str().to_owned()),
        ),
        [] => (
            format!("sent to {} · no answers", plural(delivered, "worker")),
            None,
        ),
        replies => {
            let slowest = replies.iter().map(|reply| reply.latency).max();
            let slowest = latency(slowest.unwrap_or_default());
            let count = replies.len();
            (
                format!("{count} of {delivered} answered within {slowest}"),
                None,
            )
        }
    }
}

fn ended(job: &JobView) -> (String, Option<String>) {
    let name = short(job.job);
    let by = job.worker.as_ref();
    let by = by.map_or_else(String::new, |worker| format!(" by {worker}"));
    let took = job
        .run
        .map_or_else(String::new, |run| format!(" in {}", latency(run)));
    match job.state {
        JobState::Done => (
            format!("job {name} done{by}{took}"),
            job.result.as_ref().map(|result| result.as_str().to_owned()),
        ),
        state => {
            let why = job.error.as_deref();
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            (format!("job {name} is {state}{why}"), None)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::Address;
    use crate::tui::fixture::{pool, worker};
    use crate::tui::jobs::fixture::{id, job};
    use crate::wire::Message;

    fn sending(target: Target) -> Sending {
        Sending {
            number: 1,
            target,
            text: String::new(),
            since: MonoTime::ZERO,
            fate: Fate::Waits,
            is_shown: true,
            settled: None,
        }
    }

    fn reply(number: u32, millis: u64) -> Reply {
        Reply {
            worker: worker("resize", number),
            message: Message::parse("{\"ok\":true}").unwrap(),
            latency: Duration::from_micros(millis * 1000 + 100),
        }
    }

    fn words(sending: &Sending) -> String {
        let at = MonoTime::from_start(Duration::from_secs(3));
        let (text, json) = sending.words(at);
        format!("{text}|{}", json.unwrap_or_default())
    }

    #[test]
    fn an_answer_is_tied_to_what_was_sent() {
        let mut one = sending(Target::Message(Address::Pool(pool("resize"))));
        assert_eq!(words(&one), "sent to one of resize/* · no answer for 3s|");
        let delivered = vec![worker("resize", 1)];
        let replies = vec![reply(1, 17)];
        one.take(&Ok(Outcome::Sent { delivered, replies }), MonoTime::ZERO);
        assert_eq!(words(&one), "answered by resize/1 in 17ms|{\"ok\":true}");
    }

    #[test]
    fn answers_of_many_are_counted() {
        let mut all = sending(Target::Message(Address::All));
        let delivered: Vec<_> = (1..=4).map(|number| worker("resize", number)).collect();
        let replies = vec![reply(1, 17), reply(2, 40)];
        let some = Outcome::Sent {
            delivered: delivered.clone(),
            replies,
        };
        all.take(&Ok(some), MonoTime::ZERO);
        assert_eq!(words(&all), "2 of 4 answered within 40ms|");
        let none = Outcome::Sent {
            delivered,
            replies: Vec::new(),
        };
        all.take(&Ok(none), MonoTime::ZERO);
        assert_eq!(words(&all), "sent to 4 workers · no answers|");
    }

    #[test]
    fn a_job_tells_its_end() {
        let mut one = sending(Target::Job(pool("resize")));
        let mut view = job(1, JobState::Dead, "1");
        view.error = Some("boom".into());
        one.take(&Ok(Outcome::Job(Box::new(view))), MonoTime::ZERO);
        let name = short(id(1));
        assert_eq!(words(&one), format!("job {name} is dead: boom|"));
    }
}
