//! What was sent last and what came of it: the answer tied to its message. Called by `write`, `update` and the composer's
//! view.

use crate::model::{JobState, JobView, MonoTime, Outcome, Refusal, Reply};
use crate::tui::figures::{self, latency, plural};
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
}

impl Sending {
    /// Takes what came of it.
    pub(crate) fn take(&mut self, answer: &Result<Outcome, Refusal>) {
        self.fate = match answer {
            Ok(Outcome::Sent { delivered, replies }) => {
                Fate::Sent(delivered.len(), replies.clone())
            }
            Ok(Outcome::Job(job)) => Fate::Job(job.clone()),
            // A job that was taken, and not yet done.
            Ok(_) => Fate::Waits,
            Err(_) => Fate::Refused,
        };
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
    let by = job.worker.as_ref();
    let by = by.map_or_else(String::new, |worker| format!(" by {worker}"));
    let took = job
        .run
        .map_or_else(String::new, |run| format!(" in {}", latency(run)));
    match job.state {
        JobState::Done => (
            format!("done{by}{took}"),
            job.result.as_ref().map(|result| result.as_str().to_owned()),
        ),
        state => {
            let why = job.error.as_deref();
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            (format!("job is {state}{why}"), None)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::Address;
    use crate::tui::fixture::{pool, worker};
    use crate::tui::jobs::fixture::job;
    use crate::wire::Message;

    fn sending(target: Target) -> Sending {
        Sending {
            number: 1,
            target,
            text: String::new(),
            since: MonoTime::ZERO,
            fate: Fate::Waits,
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
        assert_eq!(words(&one), "sent to one of resize · no answer for 3s|");
        let delivered = vec![worker("resize", 1)];
        let replies = vec![reply(1, 17)];
        one.take(&Ok(Outcome::Sent { delivered, replies }));
        assert_eq!(words(&one), "answered by resize/1 in 17ms|{\"ok\":true}");
    }

    #[test]
    fn answers_of_many_are_counted() {
        let mut all = sending(Target::Message(Address::All));
        let delivered: Vec<_> = (1..=4).map(|number| worker("resize", number)).collect();
        let replies = vec![reply(1, 17), reply(2, 40)];
        all.take(&Ok(Outcome::Sent {
            delivered: delivered.clone(),
            replies,
        }));
        assert_eq!(words(&all), "2 of 4 answered within 40ms|");
        all.take(&Ok(Outcome::Sent {
            delivered,
            replies: Vec::new(),
        }));
        assert_eq!(words(&all), "sent to 4 workers · no answers|");
    }

    #[test]
    fn a_job_tells_its_end() {
        let mut one = sending(Target::Job(pool("resize")));
        let mut view = job(1, JobState::Dead, "1");
        view.error = Some("boom".into());
        one.take(&Ok(Outcome::Job(Box::new(view))));
        assert_eq!(words(&one), "job is dead: boom|");
    }
}
