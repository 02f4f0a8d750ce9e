use serde_json::{Value, json};

use super::*;
use crate::model::WorkerId;

fn call(method: &str, params: &str) -> Call {
    Call::parse(method, Some(params)).unwrap()
}

fn refused(method: &str, params: &str) -> Value {
    serde_json::to_value(Call::parse(method, Some(params)).unwrap_err()).unwrap()
}

fn all() -> Address {
    Address::All
}

/// Checks what requests amount to.
fn check<const N: usize>(cases: [(&str, &str, Call); N]) {
    for (method, params, expected) in cases {
        assert_eq!(call(method, params), expected, "{method} {params}");
    }
}

#[test]
fn a_send_reads_its_documented_parameters() {
    let send = |wait: Option<u64>| {
        Call::Command(Command::Send {
            to: "process".parse().unwrap(),
            message: Message::parse(r#"{"hello":"world"}"#).unwrap(),
            wait: wait.map(Duration::from_millis),
        })
    };
    let plain = r#"{"to":"process","message":{ "hello": "world" }}"#;
    let waiting = r#"{"to":"process","message":{"hello":"world"},"wait":true}"#;
    let timed = r#"{"to":"process","message":{"hello":"world"},"wait":true,"timeout_ms":70}"#;
    check([
        ("send", plain, send(None)),
        ("send", waiting, send(Some(5000))),
        ("send", timed, send(Some(70))),
    ]);
}

#[test]
fn every_other_command_reads_its_documented_parameters() {
    let to = all;
    let inspect = Command::Inspect(WorkerId::new(PoolName::new("process").unwrap(), 1));
    let scale = Command::Scale {
        pool: PoolName::new("process").unwrap(),
        instances: 3,
    };
    let signal = Command::Signal {
        to: all(),
        signal: Signal::TERM,
    };
    let cases = [
        ("start", r#"{"to":"*"}"#, Command::Start { to: to() }),
        ("stop", r#"{"to":"*"}"#, Command::Stop { to: to() }),
        ("kill", r#"{"to":"*"}"#, Command::Kill { to: to() }),
        (
            "disconnect",
            r#"{"to":"*"}"#,
            Command::Disconnect { to: to() },
        ),
        (
            "restart",
            r#"{"to":"*","rolling":false}"#,
            Command::Restart {
                to: to(),
                rolling: false,
            },
        ),
        (
            "restart",
            r#"{"to":"*","rolling":true}"#,
            Command::Restart {
                to: to(),
                rolling: true,
            },
        ),
        ("signal", r#"{"to":"*","signal":"SIGTERM"}"#, signal),
        ("scale", r#"{"pool":"process","instances":3}"#, scale),
        ("worker", r#"{"worker":"process/1"}"#, inspect),
        ("down", "{}", Command::Down),
    ];
    check(cases.map(|(method, params, command)| (method, params, Call::Command(command))));
}

#[test]
fn every_question_reads_its_documented_parameters() {
    let wanted = Wanted::only(&["message".into(), "exit".into()]).unwrap();
    let subscribe = |wanted, snapshot| Call::Subscribe { wanted, snapshot };
    let history = |last| History { of: all(), last };
    let names = r#"{"events":["message","exit"],"internal":true}"#;
    check([
        ("hello", r#"{"client":"x","version":"1"}"#, Call::Hello),
        ("hello", "{}", Call::Hello),
        ("ps", "{}", Call::Ps),
        ("pools", "{}", Call::Pools),
        (
            "subscribe",
            names,
            subscribe(wanted.with_internal(true), false),
        ),
        (
            "subscribe",
            r#"{"snapshot":true}"#,
            subscribe(Wanted::all(), true),
        ),
        (
            "logs",
            r#"{"of":"*","last":2}"#,
            Call::Logs(history(Some(2))),
        ),
        ("messages", r#"{"of":"*"}"#, Call::Messages(history(None))),
    ]);
    assert_eq!(Call::parse("ps", None).unwrap(), Call::Ps);
}

#[test]
fn a_message_of_null_is_a_message() {
    let Call::Command(Command::Send { message, .. }) =
        call("send", r#"{"to":"process","message":null}"#)
    else {
        panic!("not a send");
    };
    assert_eq!(message.as_str(), "null");
}

#[test]
fn parameters_that_do_not_fit_are_refused_with_32602() {
    for (method, params) in [
        ("ps", r#"{"x":1}"#),
        ("ps", "[]"),
        ("ps", "null"),
        ("send", "{}"),
        ("send", r#"{"to":"process"}"#),
        ("send", r#"{"to":7,"message":1}"#),
        ("send", r#"{"to":"process","message":1,"wiat":true}"#),
        ("send", r#"{"to":"process","message":1,"timeout_ms":-1}"#),
        (
            "send",
            r#"{"to":"process","message":1,"handle":{"listen":"a:1"}}"#,
        ),
        ("start", r#"["process"]"#),
        ("restart", r#"{"to":"*","rolling":1}"#),
        ("signal", r#"{"to":"*","signal":"SIGNOPE"}"#),
        ("scale", r#"{"pool":"process","instances":-1}"#),
        ("subscribe", r#"{"events":["mesage"]}"#),
        ("logs", r#"{"last":1}"#),
    ] {
        let error = refused(method, params);
        assert_eq!(error["code"], -32602, "{method} {params}");
        assert_eq!(error.get("data"), None);
    }
    let unknown = refused("send", r#"{"to":"process","message":1,"wiat":true}"#);
    let text = unknown["message"].as_str().unwrap();
    assert!(text.contains("unknown field `wiat`"), "{text}");
    assert!(!text.contains("line"), "{text}");
}

#[test]
fn an_unknown_method_is_refused_with_the_nearest_one() {
    let error = refused("pss", "{}");
    assert_eq!(
        error,
        json!({"code": -32601, "message": "no method is named `pss`; did you mean `ps`?"})
    );
    let job = refused("sumbit", "{}");
    assert_eq!(
        job["message"],
        "no method is named `sumbit`; did you mean `submit`?"
    );
    let later = refused("reload", "{}");
    assert_eq!(later["code"], -32601);
    assert!(later["message"].as_str().unwrap().contains("`reload`"));
}

#[test]
fn what_is_wrong_with_a_target_or_a_message_has_a_kind() {
    let address = refused("stop", r#"{"to":"a b"}"#);
    assert_eq!(address["code"], -32000);
    assert_eq!(
        address["data"],
        json!({"kind": "bad_address", "address": "a b"})
    );

    for message in [r#""\ud800""#, &("[".repeat(200) + &"]".repeat(200))] {
        let error = refused(
            "send",
            &format!(r#"{{"to":"process","message":{message}}}"#),
        );
        assert_eq!(error["code"], -32000, "{message}");
        assert_eq!(error["data"]["kind"], "bad_message");
    }
}
