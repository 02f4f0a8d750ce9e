use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::control::event::tests::{object, worker};
use crate::model::{Event, JobId, PoolName, WallTime};

/// The one job of these tests.
pub(in crate::control) const ID: &str = "019c13ec-9e7b-7101-8101-010101010101";

const AT: WallTime = WallTime(1_769_860_800_123);

pub(in crate::control) fn job_id() -> JobId {
    JobId::new(AT, [1; 10])
}

/// A job that waits for its first attempt.
pub(in crate::control) fn job(state: JobState) -> JobView {
    JobView {
        job: job_id(),
        pool: PoolName::new("process").unwrap(),
        state,
        priority: 5,
        key: None,
        attempts: 0,
        max_attempts: 4,
        kills: 0,
        worker: None,
        payload: Message::parse(r#"{"n":1.50}"#).unwrap(),
        result: None,
        error: None,
        causes: Vec::new(),
        created: AT,
        due: None,
        started: None,
        finished: None,
        wait: None,
        run: None,
        cancelling: false,
    }
}

/// One that was done at the second attempt.
pub(in crate::control) fn done_job() -> JobView {
    JobView {
        key: Some("k".into()),
        attempts: 2,
        worker: Some(worker()),
        result: Some(Message::parse(r#"{"ok":1e1}"#).unwrap()),
        error: Some("timed out after 30s".into()),
        causes: vec![Cause {
            attempt: 1,
            worker: None,
            at: AT,
            error: "timed out after 30s".into(),
        }],
        started: Some(AT),
        finished: Some(AT),
        wait: Some(Duration::from_micros(1500)),
        run: Some(Duration::from_millis(20)),
        ..job(JobState::Done)
    }
}

/// One that was given up.
pub(in crate::control) fn dead_job() -> JobView {
    JobView {
        attempts: 1,
        max_attempts: 1,
        kills: 1,
        worker: Some(worker()),
        error: Some("process/1 was killed by SIGSEGV".into()),
        causes: vec![Cause {
            attempt: 1,
            worker: Some(worker()),
            at: AT,
            error: "process/1 was killed by SIGSEGV".into(),
        }],
        started: Some(AT),
        finished: Some(AT),
        ..job(JobState::Dead)
    }
}

pub(in crate::control) fn changed(state: JobState, result: Option<&str>) -> JobChanged {
    JobChanged {
        job: job_id(),
        pool: PoolName::new("process").unwrap(),
        state,
        worker: Some(worker()),
        attempts: 1,
        error: None,
        result: result.map(|text| Message::parse(text).unwrap()),
        wait: None,
        run: None,
    }
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).unwrap()
}

#[test]
fn a_job_that_waits_names_only_what_is_known() {
    let scheduled = JobView {
        due: Some(AT),
        ..job(JobState::Scheduled)
    };

    assert_eq!(
        text(job_json(&scheduled)),
        r#"{"job":"019c13ec-9e7b-7101-8101-010101010101","pool":"process","state":"scheduled","attempts":0,"max_attempts":4,"priority":5,"payload":{"n":1.50},"kills":0,"created":"2026-01-31T12:00:00.123Z","due":"2026-01-31T12:00:00.123Z"}"#
    );
}

#[test]
fn a_job_that_is_done_has_its_result_and_no_error() {
    assert_eq!(
        text(job_json(&done_job())),
        r#"{"job":"019c13ec-9e7b-7101-8101-010101010101","pool":"process","state":"done","attempts":2,"max_attempts":4,"priority":5,"key":"k","payload":{"n":1.50},"result":{"ok":1e1},"causes":[{"attempt":1,"at":"2026-01-31T12:00:00.123Z","error":"timed out after 30s"}],"kills":0,"worker":"process/1","created":"2026-01-31T12:00:00.123Z","started":"2026-01-31T12:00:00.123Z","finished":"2026-01-31T12:00:00.123Z","wait_ms":1.5,"run_ms":20.0}"#
    );
    assert_eq!(
        text(end_json(&done_job())),
        r#"{"job":"019c13ec-9e7b-7101-8101-010101010101","state":"done","result":{"ok":1e1}}"#
    );
}

#[test]
fn a_dead_job_tells_every_cause() {
    let causes = r#"[{"attempt":1,"worker":"process/1","at":"2026-01-31T12:00:00.123Z","error":"process/1 was killed by SIGSEGV"}]"#;

    assert_eq!(
        text(job_json(&dead_job())),
        format!(
            r#"{{"job":"{ID}","pool":"process","state":"dead","attempts":1,"max_attempts":1,"priority":5,"payload":{{"n":1.50}},"error":"process/1 was killed by SIGSEGV","causes":{causes},"kills":1,"worker":"process/1","created":"2026-01-31T12:00:00.123Z","started":"2026-01-31T12:00:00.123Z","finished":"2026-01-31T12:00:00.123Z"}}"#
        )
    );
    assert_eq!(
        text(end_json(&dead_job())),
        format!(
            r#"{{"job":"{ID}","state":"dead","error":"process/1 was killed by SIGSEGV","causes":{causes}}}"#
        )
    );
}

#[test]
fn a_cancelled_job_is_told_to_its_submitter_by_its_state() {
    assert_eq!(
        text(end_json(&job(JobState::Cancelled))),
        format!(r#"{{"job":"{ID}","state":"cancelled"}}"#)
    );
}

#[test]
fn a_list_tells_the_size_of_what_is_long() {
    let string = |bytes: usize| Message::parse(&format!("\"{}\"", "x".repeat(bytes - 2))).unwrap();
    let long = JobView {
        payload: string(MOST_OF_ONE + 1),
        result: Some(string(MOST_OF_ONE)),
        ..job(JobState::Done)
    };

    let listed: Value = serde_json::from_slice(&jobs_json(std::slice::from_ref(&long))).unwrap();
    assert_eq!(listed[0].get("payload"), None);
    assert_eq!(listed[0]["payload_bytes"], 65_537);
    assert_eq!(listed[0]["result"].as_str().unwrap().len(), 65_534);
    assert_eq!(listed[0].get("result_bytes"), None);

    let whole: Value = serde_json::from_slice(&job_json(&long)).unwrap();
    assert_eq!(whole["payload"].as_str().unwrap().len(), 65_535);
}

#[test]
fn a_list_of_many_long_bodies_stays_within_its_bound() {
    let body = Message::parse(&format!("\"{}\"", "x".repeat(MOST_OF_ONE - 2))).unwrap();
    let long = JobView {
        payload: body,
        ..job(JobState::Ready)
    };
    let fit = MOST_OF_ALL / MOST_OF_ONE;
    let jobs = vec![long; fit + 2];

    let listed: Value = serde_json::from_slice(&jobs_json(&jobs)).unwrap();

    assert!(listed[fit - 1].get("payload").is_some());
    assert_eq!(listed[fit].get("payload"), None);
    assert_eq!(listed[fit + 1]["payload_bytes"], MOST_OF_ONE);
    assert_eq!(jobs_json(&[]), b"[]");
}

#[test]
fn an_event_tells_what_became_of_a_job() {
    let failed = JobChanged {
        error: Some("exit 1".into()),
        wait: Some(Duration::from_micros(250)),
        run: Some(Duration::from_millis(3)),
        ..changed(JobState::Failed, None)
    };

    assert_eq!(
        object(Event::Jobs([failed].into())),
        json!({"at": "2026-01-31T12:00:00.123Z", "event": "job", "job": ID, "pool": "process", "state": "failed",
            "worker": "process/1", "attempts": 1, "error": "exit 1", "wait_ms": 0.25, "run_ms": 3.0})
    );
}
