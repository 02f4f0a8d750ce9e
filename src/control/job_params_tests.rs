use serde_json::Value;

use super::*;
use crate::control::job_object::tests::{ID, job_id};
use crate::model::{Command, PoolName};
use crate::wire::Message;

fn call(method: &str, params: &str) -> Call {
    Call::parse(method, Some(params)).unwrap()
}

fn refused(method: &str, params: &str) -> Value {
    serde_json::to_value(Call::parse(method, Some(params)).unwrap_err()).unwrap()
}

fn pool() -> PoolName {
    PoolName::new("resize").unwrap()
}

#[test]
fn a_submit_reads_its_documented_parameters() {
    let payload = Message::parse("null").unwrap();
    let plain = Submission::new(pool(), payload);
    let full = Submission {
        priority: Some(9),
        delay: Duration::from_millis(1500),
        key: Some("k".into()),
        ..plain.clone()
    };

    let submit = |submission, wait| Call::Submit { submission, wait };
    assert_eq!(
        call("submit", r#"{"pool":"resize","payload":null}"#),
        submit(plain, false)
    );
    assert_eq!(
        call(
            "submit",
            r#"{"pool":"resize","payload":null,"priority":9,"delay_ms":1500,"key":"k","wait":true}"#
        ),
        submit(full, true)
    );
}

#[test]
fn every_other_method_about_jobs_reads_its_documented_parameters() {
    let everything = JobFilter::default();
    let dead = JobFilter {
        pool: Some(pool()),
        states: vec![JobState::Dead],
        ..JobFilter::default()
    };
    let one = format!(r#"{{"id":"{ID}"}}"#);
    let cats = JobFilter {
        text: Some("cat".into()),
        ..JobFilter::default()
    };
    let both = r#"{"pool":"resize","state":"dead"}"#;
    let list = |filter, limit| JobCommand::List { filter, limit };
    let pause = |paused| JobCommand::Pause {
        pool: pool(),
        paused,
    };

    for (method, params, expected) in [
        ("jobs", "{}", list(everything, 100)),
        (
            "jobs",
            r#"{"pool":"resize","state":"dead","limit":7}"#,
            list(dead.clone(), 7),
        ),
        ("jobs", r#"{"text":"cat"}"#, list(cats.clone(), 100)),
        ("drop", r#"{"text":"cat"}"#, JobCommand::Drop(cats)),
        ("job", one.as_str(), JobCommand::Look(job_id())),
        ("retry", &one, JobCommand::Retry(JobFilter::one(job_id()))),
        ("retry", both, JobCommand::Retry(dead.clone())),
        ("drop", both, JobCommand::Drop(dead.clone())),
        ("cancel", both, JobCommand::Cancel(dead)),
        ("pause", r#"{"pool":"resize"}"#, pause(true)),
        ("resume", r#"{"pool":"resize"}"#, pause(false)),
    ] {
        let expected = Call::Command(Command::Jobs(expected));
        assert_eq!(call(method, params), expected, "{method} {params}");
    }
}

#[test]
fn what_does_not_fit_is_refused_with_32602() {
    let long_key = format!(r#"{{"pool":"a","payload":1,"key":"{}"}}"#, "k".repeat(1025));
    for (method, params) in [
        ("submit", r#"{"pool":"a"}"#),
        ("submit", r#"{"payload":1}"#),
        ("submit", r#"{"pool":"a","payload":1,"priority":256}"#),
        ("submit", r#"{"pool":"a","payload":1,"priority":-1}"#),
        ("submit", r#"{"pool":"a","payload":1,"delay_ms":-1}"#),
        (
            "submit",
            r#"{"pool":"a","payload":1,"delay_ms":18446744073709551615}"#,
        ),
        ("submit", r#"{"pool":"a","payload":1,"key":""}"#),
        ("submit", &long_key),
        ("submit", r#"{"pool":"a","payload":1,"delay":1}"#),
        ("jobs", r#"{"id":"x"}"#),
        ("jobs", r#"{"limit":-1}"#),
        ("jobs", r#"{"limit":10001}"#),
        ("job", "{}"),
        ("job", r#"{"id":"nope"}"#),
        ("retry", r#"{"id":7}"#),
        ("retry", "{}"),
        ("drop", "{}"),
        ("drop", r#"{"text":""}"#),
        ("cancel", r#"{"id":null}"#),
        ("pause", "{}"),
    ] {
        let error = refused(method, params);
        assert_eq!(error["code"], -32602, "{method} {params}");
        assert_eq!(error.get("data"), None, "{method} {params}");
    }
}

#[test]
fn a_list_holds_ten_thousand_jobs_at_the_most() {
    let most = JobCommand::List {
        filter: JobFilter::default(),
        limit: 10_000,
    };

    assert_eq!(
        call("jobs", r#"{"limit":10000}"#),
        Call::Command(Command::Jobs(most))
    );
    let error = refused("jobs", r#"{"limit":10001}"#);
    assert!(
        error["message"].as_str().unwrap().contains("10000"),
        "{error}"
    );
}

#[test]
fn a_refusal_says_what_to_write_instead() {
    let text = |method, params| {
        refused(method, params)["message"]
            .as_str()
            .unwrap()
            .to_owned()
    };

    assert_eq!(
        text("jobs", r#"{"state":"runing"}"#),
        "no job is in a state named `runing`; did you mean `running`?"
    );
    assert!(text("jobs", r#"{"state":"failed"}"#).contains("`dead`"));
    assert!(text("job", r#"{"id":"nope"}"#).starts_with("`nope` is not the id of a job"));
    assert_eq!(
        text("drop", "{}"),
        "`drop` would mean every job of the deck: name an `id`, a `pool`, a `state` or a `text`"
    );
}

#[test]
fn what_is_wrong_with_a_pool_or_a_payload_has_a_kind() {
    let kind = |method, params| refused(method, params)["data"]["kind"].clone();

    assert_eq!(kind("pause", r#"{"pool":"a b"}"#), "bad_address");
    assert_eq!(kind("jobs", r#"{"pool":"a/1"}"#), "bad_address");
    assert_eq!(
        kind("submit", r#"{"pool":"a","payload":"\ud800"}"#),
        "bad_message"
    );
}
