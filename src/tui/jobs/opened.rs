//! A job that is shown whole.

use crate::model::JobView;
use crate::tui::json;

/// How many causes the beginning of a job has.
const CAUSES: usize = 2;

/// A job with its payload and result as they are read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Opened {
    /// The job.
    pub(crate) job: JobView,
    /// Whether the deck does not know it any more.
    pub(crate) is_gone: bool,
    /// Its payload over several lines, not yet harmless.
    pub(crate) payload: Vec<String>,
    /// Its result, the same.
    pub(crate) result: Vec<String>,
}

impl Opened {
    /// The beginning of a job, for so many lines.
    pub(crate) fn beginning(job: &JobView, lines: usize) -> Self {
        let result = job.result.as_ref();
        Self {
            is_gone: false,
            payload: json::beginning(job.payload.as_str(), lines),
            result: result.map_or_else(Vec::new, |result| json::beginning(result.as_str(), lines)),
            job: JobView {
                causes: job
                    .causes
                    .iter()
                    .rev()
                    .take(CAUSES)
                    .rev()
                    .cloned()
                    .collect(),
                ..job.clone()
            },
        }
    }

    /// A job that the deck just told of.
    pub(crate) fn new(job: JobView) -> Self {
        let result = job.result.as_ref();
        Self {
            is_gone: false,
            payload: json::whole(job.payload.as_str()),
            result: result.map_or_else(Vec::new, |result| json::whole(result.as_str())),
            job,
        }
    }
}
