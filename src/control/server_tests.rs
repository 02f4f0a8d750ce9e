use serde_json::{Value, json};

use super::*;
use crate::control::test_client::{Client, let_others_run, session};
use crate::model::Address;

#[tokio::test]
async fn the_documented_example_goes_as_documented() {
    let (served, commands, ()) = session(Options::default(), async |mut client: Client| {
        client
            .ask(r#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"events":["message","exit"]}}"#)
            .await;
        assert_eq!(client.line().await, r#"{"jsonrpc":"2.0","id":1,"result":{}}"#);
        client
            .ask(r#"{"jsonrpc":"2.0","id":2,"method":"send","params":{"to":"process","message":{"hello":"world"}}}"#)
            .await;
        let mut lines = vec![client.line().await, client.line().await, client.line().await];
        lines.sort();
        assert_eq!(
            lines,
            [
                r#"{"jsonrpc":"2.0","id":2,"result":{"delivered":["process/1"]}}"#,
                r#"{"jsonrpc":"2.0","method":"event","params":{"at":"2026-01-31T12:00:00.123Z","event":"message","worker":"process/1","incarnation":1,"direction":"in","message":{"ok":true},"bytes":12,"seq":1,"latency_ms":192.3}}"#,
                r#"{"jsonrpc":"2.0","method":"event","params":{"at":"2026-01-31T12:00:00.123Z","event":"message","worker":"process/1","incarnation":1,"direction":"out","message":{"hello":"world"},"bytes":18,"seq":1}}"#,
            ]
        );
        client.ask(r#"{"jsonrpc":"2.0","id":3,"method":"down"}"#).await;
        assert_eq!(client.line().await, r#"{"jsonrpc":"2.0","id":3,"result":{}}"#);
    })
    .await;

    assert_eq!(served, Served::Down);
    assert_eq!(commands[0], Command::Start { to: Address::All });
    assert_eq!(commands.len(), 3);
}

#[tokio::test]
async fn requests_take_effect_in_order_and_answers_do_not_wait_for_each_other() {
    let (_, commands, ()) = session(Options::default(), async |mut client: Client| {
        client
            .ask(concat!(
                r#"{"jsonrpc":"2.0","id":1,"method":"stop","params":{"to":"process/1"}}"#,
                "\n",
                r#"{"jsonrpc":"2.0","id":2,"method":"send","params":{"to":"process","message":1,"wait":true}}"#,
                "\n",
                r#"{"jsonrpc":"2.0","method":"kill","params":{"to":"*"}}"#,
                "\n",
                r#"{"jsonrpc":"2.0","id":3,"method":"ps"}"#,
            ))
            .await;
        let replies = client.answer(2).await;
        assert_eq!(
            replies["result"],
            json!({"delivered": ["process/1"], "replies": [{"worker": "process/1", "message": {"ok": true}, "ms": 192.3}]})
        );
        client.ask(r#"{"jsonrpc":"2.0","id":4,"method":"down"}"#).await;
        let stopped = client.answer(1).await;
        assert_eq!(stopped["error"]["data"]["kind"], "shutting_down");
    })
    .await;

    let names: Vec<String> = commands
        .iter()
        .map(|command| format!("{command:?}").split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["Start", "Stop", "Send", "Kill", "Down"]);
}

#[tokio::test(start_paused = true)]
async fn the_same_id_has_one_effect_while_it_is_not_answered() {
    let (_, commands, ()) = session(Options::default(), async |mut client: Client| {
        let stop = r#"{"jsonrpc":"2.0","id":1,"method":"stop","params":{"to":"*"}}"#;
        client.ask(stop).await;
        client.ask(stop).await;
        let refused = client.value().await;
        assert_eq!(refused["error"]["code"], -32600);
        client.leave().await;
    })
    .await;

    let stops = commands
        .iter()
        .filter(|command| matches!(command, Command::Stop { .. }));
    assert_eq!(stops.count(), 1);
}

#[tokio::test]
async fn end_of_input_means_down_after_what_is_on_its_way() {
    let (served, commands, rest) = session(Options::default(), async |mut client: Client| {
        client
            .ask(r#"{"jsonrpc":"2.0","id":1,"method":"send","params":{"to":"process","message":1,"wait":true}}"#)
            .await;
        client.leave().await
    })
    .await;

    assert_eq!(served, Served::InputEnded);
    assert_eq!(commands.last(), Some(&Command::Down));
    assert!(rest[0].contains(r#""replies":[{"#), "{rest:?}");
}

#[tokio::test]
async fn garbage_is_answered_and_harms_nothing() {
    let options = Options {
        max_request: 100,
        ..Options::default()
    };
    let (.., ()) = session(options, async |mut client: Client| {
        client.ask("\u{16}\u{3}\u{1} no json").await;
        assert_eq!(client.value().await["error"]["code"], -32700);
        client.ask("").await;
        client.ask("[]").await;
        assert_eq!(client.value().await["error"]["code"], -32600);
        client.ask(&"x".repeat(100_000)).await;
        assert_eq!(client.value().await["error"]["code"], -32600);
        client.ask(r#"{"jsonrpc":"2.0","method":"nope"}"#).await;
        client
            .ask(r#"{"jsonrpc":"2.0","id":"a","method":"nope"}"#)
            .await;
        assert_eq!(client.value().await["id"], "a");
        client
            .ask(r#"{"jsonrpc":"2.0","id":1,"method":"hello"}"#)
            .await;
        let hello = client.value().await;
        assert_eq!(hello["result"]["deck"], "thumbs");
        assert_eq!(hello["result"]["protocol"], 1);
        client.leave().await;
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_comes_with_the_answer_and_histories_on_demand() {
    let (.., ()) = session(Options::default(), async |mut client: Client| {
        client
            .ask(r#"{"jsonrpc":"2.0","id":1,"method":"send","params":{"to":"process","message":1}}"#)
            .await;
        client.answer(1).await;
        client
            .ask(r#"{"jsonrpc":"2.0","id":2,"method":"subscribe","params":{"events":[],"snapshot":true}}"#)
            .await;
        let board = client.answer(2).await;
        assert_eq!(board["result"]["board"]["workers"][0]["received"], 1);
        client
            .ask(r#"{"jsonrpc":"2.0","id":3,"method":"messages","params":{"of":"process","last":1}}"#)
            .await;
        let messages = client.answer(3).await;
        assert_eq!(messages["result"].as_array().unwrap().len(), 1);
        assert_eq!(messages["result"][0]["message"], json!({"ok": true}));
        client
            .ask(r#"{"jsonrpc":"2.0","id":4,"method":"logs","params":{"of":"process/9"}}"#)
            .await;
        assert_eq!(client.answer(4).await["error"]["data"]["kind"], "no_such_worker");
        client.leave().await;
    })
    .await;
}

#[tokio::test]
async fn a_slow_client_loses_bodies_then_events_and_gets_a_snapshot() {
    let options = Options {
        max_buffered: 100_000,
        ..Options::default()
    };
    let (.., ()) = session(options, async |mut client: Client| {
        client
            .ask(r#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"events":["message"]}}"#)
            .await;
        client
            .ask(r#"{"jsonrpc":"2.0","id":2,"method":"send","params":{"to":"flood","message":1}}"#)
            .await;
        let (mut told, mut without_body, mut dropped) = (0, 0, 0);
        let (lagged, snapshot) = loop {
            let params = client.value().await["params"].take();
            match params["event"].as_str() {
                Some("message") if params.get("message").is_none() => without_body += 1,
                Some("message") => told += 1,
                Some("dropped") => dropped += params["count"].as_u64().unwrap(),
                Some("lagged") => break (params["count"].as_u64().unwrap(), client.value().await),
                _ => {}
            }
        };
        assert!(told > 0 && without_body > 0);
        assert_eq!(dropped, without_body);
        assert_eq!(told + without_body + lagged, 1002);
        assert_eq!(snapshot["params"]["event"], "snapshot");
        assert_eq!(snapshot["params"]["board"]["workers"][0]["received"], 1001);
        client.leave().await;
    })
    .await;
}

#[tokio::test]
async fn a_slow_client_is_told_what_it_missed_even_when_the_deck_is_gone() {
    let options = Options {
        max_buffered: 100_000,
        ..Options::default()
    };
    let (.., lines) = session(options, async |mut client: Client| {
        client
            .ask(concat!(
                r#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"events":["message"]}}"#,
                "\n",
                r#"{"jsonrpc":"2.0","id":2,"method":"send","params":{"to":"flood","message":1}}"#,
                "\n",
                r#"{"jsonrpc":"2.0","id":3,"method":"down"}"#,
            ))
            .await;
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        client.leave().await
    })
    .await;

    let (mut told, mut missed) = (0, 0);
    for line in lines {
        let value: Value = serde_json::from_str(&line).unwrap();
        match value["params"]["event"].as_str() {
            Some("message") => told += 1,
            Some("lagged") => missed += value["params"]["count"].as_u64().unwrap(),
            _ => {}
        }
    }
    assert!(missed > 0);
    assert_eq!(told + missed, 1002);
}

#[tokio::test]
async fn a_client_that_closes_its_end_takes_the_deck_down_quietly() {
    let (served, commands, ()) = session(Options::default(), async |client: Client| {
        drop(client);
    })
    .await;
    assert!(matches!(served, Served::OutputClosed | Served::InputEnded));
    assert_eq!(commands.last(), Some(&Command::Down));
}

#[tokio::test(start_paused = true)]
async fn workers_start_by_themselves_when_nobody_subscribes() {
    let (_, commands, ()) = session(Options::default(), async |client: Client| {
        tokio::time::advance(Duration::from_millis(100)).await;
        let_others_run().await;
        client.leave().await;
    })
    .await;
    assert_eq!(
        commands,
        [Command::Start { to: Address::All }, Command::Down]
    );
}
