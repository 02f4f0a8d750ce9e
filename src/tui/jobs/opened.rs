//! A job that is shown whole.

use std::sync::Arc;

use crate::model::{JobView, WallTime};
use crate::tui::json;

/// How many causes the beginning of a job has.
const CAUSES: usize = 3;

/// A job with its payload and result as they are read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Opened {
    /// The job.
    pub(crate) job: JobView,
    /// When the deck knew it no longer: its time stands still from then on.
    pub(crate) gone: Option<WallTime>,
    /// What it was given and what it answered.
    pub(crate) texts: Arc<Texts>,
}

/// A job's payload and result over several lines, not yet harmless.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    /// The payload.
    pub(crate) payload: Vec<String>,
    /// The result; empty without one.
    pub(crate) result: Vec<String>,
}

/// A job's payload and result cut into lines of some width: views do so once, not each frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct Folded {
    /// What is cut.
    pub(crate) of: Arc<Texts>,
    /// The width.
    pub(crate) wide: usize,
    /// The name of what begins on a line, and the line.
    pub(crate) lines: Vec<(&'static str, String)>,
}

impl Texts {
    fn whole(job: &JobView) -> Arc<Self> {
        let result = job.result.as_ref();
        Arc::new(Self {
            payload: json::whole(job.payload.as_str()),
            result: result.map_or_else(Vec::new, |result| json::whole(result.as_str())),
        })
    }
}

impl Opened {
    /// The beginning of a job, for so many lines.
    pub(crate) fn beginning(job: &JobView, lines: usize) -> Self {
        let result = job.result.as_ref();
        let texts = Texts {
            payload: json::beginning(&job.payload, lines),
            result: result.map_or_else(Vec::new, |result| json::beginning(result, lines)),
        };
        let causes = job.causes.iter().rev().take(CAUSES).rev();
        Self {
            gone: None,
            texts: Arc::new(texts),
            job: JobView {
                causes: causes.cloned().collect(),
                ..job.clone()
            },
        }
    }

    /// A job that the deck just told of.
    pub(crate) fn new(job: JobView) -> Self {
        Self {
            gone: None,
            texts: Texts::whole(&job),
            job,
        }
    }

    /// The deck told of it again. What stayed the same is not read anew: it may be long.
    pub(crate) fn renew(&mut self, job: JobView) {
        if self.job.payload != job.payload || self.job.result != job.result {
            self.texts = Texts::whole(&job);
        }
        self.job = job;
        self.gone = None;
    }
}
