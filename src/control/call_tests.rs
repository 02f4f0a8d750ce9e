use serde_json::{Value, json};

use super::*;

fn call(method: &str, params: &str) -> Call {
    Call::parse(method, Some(params)).unwrap()
}

fn refused(method: &str, params: &str) -> Value {
    serde_json::to_value(Call::parse(method, Some(params)).unwrap_err()).unwrap()
}

fn all() -> Address {
    Address::All
}

#[test]
fn every_method_reads_its_documented_parameters() {
    let message = Message::parse(r#"{"hello":"world"}"#).unwrap();
    let send = |wait| {
        Call::Command(Command::Send {
            to: "process".parse().unwrap(),
            message: message.clone(),
            wait,
        })
    };
    let wanted = Wanted::only(&["message".into(), "exit".into()]).unwrap();
    let command = Call::Command;
    let cases = [
        ("hello", r#"{"client":"x","version":"1"}"#, Call::Hello),
        ("hello", "{}", Call::Hello),
        ("ps", "{}", Call::Ps),
        ("pools", "{}", Call::Pools),
        (
            "send",
            r#"{"to":"process","message":{ "hello": "world" }}"#,
            send(None),
        ),
        (
            "send",
            r#"{"to":"process","message":{"hello":"world"},"wait":true}"#,
            send(Some(Duration::from_secs(5))),
        ),
        (
            "send",
            r#"{"to":"process","message":{"hello":"world"},"wait":true,"timeout_ms":70}"#,
            send(Some(Duration::from_millis(70))),
        ),
        (
            "start",
            r#"{"to":"*"}"#,
            command(Command::Start { to: all() }),
        ),
        (
            "stop",
            r#"{"to":"*"}"#,
            command(Command::Stop { to: all() }),
        ),
        (
            "kill",
            r#"{"to":"*"}"#,
            command(Command::Kill { to: all() }),
        ),
        (
            "disconnect",
            r#"{"to":"*"}"#,
            command(Command::Disconnect { to: all() }),
        ),
        (
            "restart",
            r#"{"to":"*","rolling":false}"#,
            command(Command::Restart { to: all() }),
        ),
        (
            "signal",
            r#"{"to":"*","signal":"SIGTERM"}"#,
            command(Command::Signal {
                to: all(),
                signal: Signal::TERM,
            }),
        ),
        (
            "scale",
            r#"{"pool":"process","instances":3}"#,
            command(Command::Scale {
                pool: PoolName::new("process").unwrap(),
                instances: 3,
            }),
        ),
        (
            "subscribe",
            r#"{"events":["message","exit"],"internal":true}"#,
            Call::Subscribe {
                wanted: wanted.with_internal(true),
                snapshot: false,
            },
        ),
        (
            "subscribe",
            r#"{"snapshot":true}"#,
            Call::Subscribe {
                wanted: Wanted::all(),
                snapshot: true,
            },
        ),
        (
            "logs",
            r#"{"of":"*","last":2}"#,
            Call::Logs(History {
                of: all(),
                last: Some(2),
            }),
        ),
        (
            "messages",
            r#"{"of":"*"}"#,
            Call::Messages(History {
                of: all(),
                last: None,
            }),
        ),
        ("down", "{}", command(Command::Down)),
    ];
    for (method, params, expected) in cases {
        assert_eq!(call(method, params), expected, "{method} {params}");
    }
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
        ("restart", r#"{"to":"*","rolling":true}"#),
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
    let later = refused("submit", "{}");
    assert_eq!(later["code"], -32601);
    assert!(later["message"].as_str().unwrap().contains("`submit`"));
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
