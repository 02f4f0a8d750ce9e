//! What leaves the jobs view: a payload or a result on the clipboard, the list in a file.

use crate::model::{JobState, JobView};
use crate::tui::action::Action;
use crate::tui::hint::hint;
use crate::tui::jobs::list::short;
use crate::tui::screen::Screen;
use crate::tui::update::Request;

/// Puts a job's payload or its result on the clipboard.
pub(crate) fn copy(screen: &mut Screen, job: &JobView, action: Action) -> Vec<Request> {
    let name = short(job.job);
    let (message, what) = match action {
        Action::CopyResult => (job.result.as_ref(), "result"),
        _ => (Some(&job.payload), "payload"),
    };
    if let Some(message) = message {
        return vec![Request::Copy {
            text: message.as_str().to_owned(),
            what: format!("{what} of job {name}"),
        }];
    }
    let text = match job.state {
        JobState::Done => format!("Job {name} was done without a result"),
        state => {
            let copies = hint(screen, Action::CopyPayload, "copies its payload");
            format!("Job {name} is {state} and has no result{copies}")
        }
    };
    screen.say(text, false);
    Vec::new()
}

/// Writes the jobs that are shown into a file, a line for each.
pub(crate) fn save(screen: &mut Screen) -> Vec<Request> {
    let mut text = String::new();
    for job in screen.jobs.shown() {
        line(&mut text, job);
    }
    if text.is_empty() {
        screen.say("No job is shown that could be written", false);
        return Vec::new();
    }
    vec![Request::Save {
        what: "jobs",
        ending: "jsonl",
        text,
    }]
}

/// A job as one line of JSON, its payload and its result as they are.
fn line(text: &mut String, job: &JobView) {
    let quoted = |value: &str| serde_json::Value::from(value).to_string();
    text.extend(["{\"job\":\"", &job.job.to_string(), "\",\"pool\":"]);
    text.extend([
        &*quoted(job.pool.as_str()),
        ",\"state\":\"",
        job.state.as_str(),
    ]);
    text.extend(["\",\"attempts\":", &job.attempts.to_string()]);
    if let Some(worker) = &job.worker {
        text.extend([",\"worker\":", &*quoted(&worker.to_string())]);
    }
    if let Some(key) = &job.key {
        text.extend([",\"key\":", &*quoted(key)]);
    }
    text.extend([",\"payload\":", job.payload.as_str()]);
    if let Some(result) = &job.result {
        text.extend([",\"result\":", result.as_str()]);
    }
    if let Some(error) = &job.error {
        text.extend([",\"error\":", &*quoted(error)]);
    }
    text.push_str("}\n");
}
