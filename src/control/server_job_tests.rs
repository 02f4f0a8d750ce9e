use serde_json::{Value, json};

use super::*;
use crate::control::job_object::tests::ID;
use crate::control::test_client::{Client, let_others_run, session, two_sessions};
use crate::model::JobCommand;

/// A request as a line.
fn request(id: u64, method: &str, params: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()
}

/// Many submits as one text of as many lines, from id 1.
fn submits(count: u64, params: &Value) -> String {
    let lines: Vec<String> = (1..=count)
        .map(|id| request(id, "submit", params))
        .collect();
    lines.join("\n")
}

/// Asks, and gives the result.
async fn result(client: &mut Client, id: u64, method: &str, params: Value) -> Value {
    client.ask(&request(id, method, &params)).await;
    let answer = client.answer(id).await;
    assert_eq!(answer.get("error"), None, "{answer}");
    answer["result"].clone()
}

/// Asks what is refused, and gives the error.
async fn error(client: &mut Client, id: u64, method: &str, params: Value) -> Value {
    client.ask(&request(id, method, &params)).await;
    client.answer(id).await["error"].take()
}

fn is_submit(command: &Command) -> bool {
    matches!(command, Command::Jobs(JobCommand::Submit(_)))
}

#[tokio::test]
async fn a_submit_is_answered_with_its_job_or_with_its_end() {
    let (.., ()) = session(Options::default(), async |mut client: Client| {
        let submit = async |client: &mut Client, params| result(client, 1, "submit", params).await;

        let accepted = submit(&mut client, json!({"pool": "process", "payload": 1})).await;
        assert_eq!(accepted, json!({"job": ID}));

        let waiting = json!({"pool": "process", "payload": 1, "wait": true});
        client.ask(&request(2, "submit", &waiting)).await;
        assert_eq!(
            client.line().await,
            format!(
                r#"{{"jsonrpc":"2.0","id":2,"result":{{"job":"{ID}","state":"done","result":{{"ok":1e1}}}}}}"#
            )
        );

        let dies = json!({"pool": "process", "payload": "die", "wait": true});
        let dead = submit(&mut client, dies).await;
        let why = "process/1 was killed by SIGSEGV";
        assert_eq!(
            dead,
            json!({"job": ID, "state": "dead", "error": why, "causes": [
                {"attempt": 1, "worker": "process/1", "at": "2026-01-31T12:00:00.123Z", "error": why}]})
        );
        client.leave().await;
    })
    .await;
}

#[tokio::test]
async fn a_submit_that_is_refused_says_why_and_when_to_try_again() {
    let (.., ()) = session(Options::default(), async |mut client: Client| {
        for wait in [false, true] {
            let full = json!({"pool": "full", "payload": 1, "wait": wait});
            assert_eq!(
                error(&mut client, 1, "submit", full).await,
                json!({"code": -32000, "message": "the queue of `full` is full",
                    "data": {"kind": "queue_full", "retry_after_ms": 1500}})
            );
        }
        let nowhere = json!({"pool": "nowhere", "payload": 1});
        let refused = error(&mut client, 2, "submit", nowhere).await;
        assert_eq!(
            refused["data"],
            json!({"kind": "no_such_pool", "address": "nowhere"})
        );
        client.leave().await;
    })
    .await;
}

#[tokio::test]
async fn jobs_are_told_and_changed_by_id_and_by_filter() {
    let (.., ()) = session(Options::default(), async |mut client: Client| {
        let listed = result(&mut client, 1, "jobs", json!({"state": "scheduled"})).await;
        assert_eq!(listed[0]["job"], ID);
        assert_eq!(listed[0]["state"], "scheduled");
        assert_eq!(
            result(&mut client, 2, "jobs", json!({"limit": 0})).await,
            json!([])
        );

        let one = result(&mut client, 3, "job", json!({"id": ID})).await;
        assert_eq!(one["result"], json!({"ok": 10.0}));
        assert_eq!(one["max_attempts"], 4);

        let states = |jobs: Value| -> Vec<Value> {
            let jobs = jobs.as_array().unwrap();
            jobs.iter().map(|job| job["state"].clone()).collect()
        };
        let retried = result(&mut client, 4, "retry", json!({"id": ID})).await;
        assert_eq!(states(retried), ["ready"]);
        let dropped = result(&mut client, 5, "drop", json!({"pool": "process"})).await;
        assert_eq!(states(dropped), ["dead", "done"]);
        let cancelled = result(&mut client, 6, "cancel", json!({"state": "ready"})).await;
        assert_eq!(states(cancelled), ["cancelled"]);
        client.leave().await;
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_done_with_a_job_has_a_kind() {
    let (.., ()) = session(Options::default(), async |mut client: Client| {
        let nobody = json!({"id": "0199d3c4-5a9e-7d3a-8f10-2b6c7e9a1d42"});
        let unknown = error(&mut client, 1, "job", nobody).await;
        assert_eq!(unknown["code"], -32000);
        assert_eq!(unknown["data"]["kind"], "no_such_job");

        let running = error(&mut client, 2, "drop", json!({"state": "running"})).await;
        assert_eq!(running["data"], json!({"kind": "wrong_state"}));

        let every = error(&mut client, 3, "cancel", json!({})).await;
        assert_eq!(every["code"], -32602);
        client.leave().await;
    })
    .await;
}

#[tokio::test]
async fn a_pool_is_paused_and_resumed_and_its_event_says_so() {
    let (.., ()) = session(Options::default(), async |mut client: Client| {
        result(&mut client, 1, "subscribe", json!({"events": ["pool"]})).await;
        for (method, paused) in [("pause", true), ("resume", false)] {
            client
                .ask(&request(2, method, &json!({"pool": "process"})))
                .await;
            let event = client.value().await;
            assert_eq!(event["params"]["paused"], paused);
            assert_eq!(client.value().await["result"], json!({"paused": paused}));
        }
        client.leave().await;
    })
    .await;
}

#[tokio::test]
async fn requests_about_jobs_take_effect_in_order_and_notifications_are_not_answered() {
    let (_, commands, lines) = session(Options::default(), async |mut client: Client| {
        client
            .ask(concat!(
                r#"{"jsonrpc":"2.0","method":"pause","params":{"pool":"process"}}"#,
                "\n",
                r#"{"jsonrpc":"2.0","method":"submit","params":{"pool":"process","payload":1,"wait":true}}"#,
                "\n",
                r#"{"jsonrpc":"2.0","method":"submit","params":{"pool":"full","payload":2}}"#,
                "\n",
                r#"{"jsonrpc":"2.0","id":1,"method":"submit","params":{"pool":"process","payload":3}}"#,
                "\n",
                r#"{"jsonrpc":"2.0","method":"retry","params":{"state":"dead"}}"#,
                "\n",
                r#"{"jsonrpc":"2.0","method":"retry","params":{}}"#,
            ))
            .await;
        client.leave().await
    })
    .await;

    let names: Vec<String> = commands
        .iter()
        .map(|command| match command {
            Command::Jobs(JobCommand::Submit(submission)) => submission.payload.to_string(),
            Command::Jobs(command) => format!("{command:?}"),
            // Those that begin and end a session.
            other => format!("{other:?}"),
        })
        .map(|text| text.split([' ', '(']).next().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["Start", "Pause", "1", "2", "3", "Retry", "Down"]);
    assert_eq!(
        lines,
        [format!(
            r#"{{"jsonrpc":"2.0","id":1,"result":{{"job":"{ID}"}}}}"#
        )]
    );
}

#[tokio::test(start_paused = true)]
async fn asking_for_jobs_starts_no_workers() {
    let (_, commands, ()) = session(Options::default(), async |mut client: Client| {
        result(&mut client, 1, "jobs", json!({})).await;
        result(&mut client, 2, "job", json!({"id": ID})).await;
        client.ask(&request(3, "down", &json!({}))).await;
        client.answer(3).await;
    })
    .await;

    let starts = |command: &Command| matches!(command, Command::Start { .. });
    assert!(!commands.iter().any(starts), "{commands:?}");
}

/// How many jobs the pool `block` has not accepted.
async fn unaccepted(client: &mut Client) -> usize {
    let params = json!({"pool": "block", "limit": 1000});
    let jobs = result(client, 1, "jobs", params).await;
    jobs.as_array().unwrap().len()
}

#[tokio::test]
async fn a_client_with_256_submits_not_accepted_waits_and_others_do_not() {
    let commands = two_sessions(async |mut blocked: Client, mut free: Client| {
        let job = json!({"pool": "block", "payload": 1});
        blocked.ask(&submits(300, &job)).await;
        while unaccepted(&mut free).await < 256 {}
        let_others_run().await;
        assert_eq!(unaccepted(&mut free).await, 256);
        let other = json!({"pool": "process", "payload": 2});
        result(&mut free, 2, "submit", other).await;

        let block = json!({"pool": "block"});
        result(&mut free, 3, "resume", block.clone()).await;
        // What there was no room for takes effect now, and waits for the next time that the pool accepts.
        while unaccepted(&mut free).await < 44 {}
        result(&mut free, 4, "resume", block).await;

        for _ in 0..300 {
            assert_eq!(blocked.value().await["result"], json!({"job": ID}));
        }
        free.leave().await;
        blocked.leave().await;
    })
    .await;

    let submits = commands.iter().filter(|command| is_submit(command));
    assert_eq!(submits.count(), 301);
}

#[tokio::test(start_paused = true)]
async fn submits_that_wait_for_their_end_do_not_hold_up_what_comes_after_them() {
    let (_, commands, ()) = session(Options::default(), async |mut client: Client| {
        let later = json!({"pool": "process", "payload": "later", "wait": true});
        client.ask(&submits(2000, &later)).await;
        client
            .ask(&request(0, "cancel", &json!({"pool": "process"})))
            .await;
        let mut ends = 0;
        while ends < 2000 {
            let answer = client.value().await;
            if answer["id"] != 0 {
                assert_eq!(answer["result"], json!({"job": ID, "state": "cancelled"}));
                ends += 1;
            }
        }
        client.leave().await;
    })
    .await;

    assert_eq!(
        commands.iter().filter(|command| is_submit(command)).count(),
        2000
    );
}

#[tokio::test]
async fn a_deck_that_goes_names_the_job_that_was_accepted() {
    let (.., ()) = session(Options::default(), async |mut client: Client| {
        let later = json!({"pool": "process", "payload": "later", "wait": true});
        let block = json!({"pool": "block", "payload": 1});
        client.ask(&request(1, "submit", &later)).await;
        client.ask(&request(2, "submit", &block)).await;
        client.ask(&request(3, "down", &json!({}))).await;

        let mut answers = [
            client.value().await,
            client.value().await,
            client.value().await,
        ];
        answers.sort_by_key(|answer| answer["id"].as_u64());

        let data = |answer: &Value| answer["error"]["data"].clone();
        assert_eq!(
            data(&answers[0]),
            json!({"kind": "shutting_down", "job": ID})
        );
        assert_eq!(data(&answers[1]), json!({"kind": "shutting_down"}));
        client.leave().await;
    })
    .await;
}

#[tokio::test]
async fn jobs_are_told_only_to_those_who_want_them() {
    let (.., ()) = session(Options::default(), async |mut client: Client| {
        let submit = json!({"pool": "process", "payload": 1});
        result(&mut client, 1, "subscribe", json!({"events": ["message"]})).await;
        client.ask(&request(2, "submit", &submit)).await;
        assert_eq!(client.value().await["id"], 2);

        // A later subscription that names them has them without a gap in the others.
        client
            .ask(&request(3, "send", &json!({"to": "process", "message": 1})))
            .await;
        client
            .ask(&request(4, "subscribe", &json!({"events": ["message", "job"]})))
            .await;
        client.ask(&request(5, "submit", &submit)).await;
        let mut told = Vec::new();
        loop {
            let value = client.value().await;
            if value["id"] == 5 {
                break;
            }
            told.push(value["params"].clone());
        }
        let messages = told.iter().filter(|event| event["event"] == "message");
        assert_eq!(messages.count(), 2, "{told:?}");
        let jobs: Vec<&Value> = told.iter().filter(|event| event["event"] == "job").collect();
        assert_eq!(jobs.len(), 2, "{told:?}");
        assert_eq!(jobs[0]["state"], "ready");
        assert_eq!(
            *jobs[1],
            json!({"at": "2026-01-31T12:00:00.123Z", "event": "job", "job": ID, "pool": "process", "state": "done",
                "worker": "process/1", "attempts": 1, "result": {"ok": 10.0}})
        );
        client.leave().await;
    })
    .await;
}
