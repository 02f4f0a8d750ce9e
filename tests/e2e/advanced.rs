//! Advanced serialization, from the client to the worker and back: every mark, what is refused, what does not fit.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Rpc, folder, map, runtime, skip};

const ECHO: &str = "import process from 'node:process';
process.on('message', (message) => {
  if (message === 'kinds') {
    const shared = { deep: [new Date(0)] };
    const cause = new RangeError('inner');
    const error = new TypeError('outer', { cause });
    cause.stack = error.stack = 'gone';
    shared.self = shared;
    process.send([undefined, NaN, -0, 10n ** 400n, [1, , 3], Object.assign([1], { own: true }), new Map([[shared, new Set([1])]]), error, /a/gi, shared]);
  } else if (message === 'type') {
    process.send({ date: message instanceof Date });
  } else process.send(message);
});
";

/// A deck with one advanced worker; nothing when its runtime is not here, which is said.
fn start(name: &str, folder: &Path) -> Option<Rpc> {
    let Some(program) = runtime(name) else {
        skip(&format!("there is no {name}"));
        return None;
    };
    fs::write(folder.join("w.mjs"), ECHO).unwrap();
    let mut command = vec![program.to_str().unwrap().to_owned()];
    if name == "deno" {
        command.extend(["run".to_owned(), "-A".to_owned()]);
    }
    command.push("w.mjs".to_owned());
    let config = format!(
        "[pools.w]\ncommand = {}\nserialization = \"advanced\"\nretries = 0\n",
        json!(command)
    );
    Some(Rpc::up(folder, &config))
}

fn ask(deck: &mut Rpc, message: &Value) -> Value {
    let params = json!({"to": "w/1", "message": message, "wait": true, "timeout_ms": 30_000});
    let mut answer = deck.call("send", &params).unwrap();
    answer["replies"][0]["message"].take()
}

#[test]
fn every_mark_comes_back_from_node_and_deno() {
    for name in ["node", "deno"] {
        let folder = folder(&[]);
        let Some(mut deck) = start(name, folder.path()) else {
            continue;
        };
        for message in [
            // Alone neither `undefined` nor a bigint may be sent.
            json!([{"$undefined": true}]),
            json!({"$number": "NaN"}),
            json!({"$number": "-0"}),
            json!([{"$bigint": "-123456789012345678901234567890"}]),
            json!({"$date": "2026-11-24T12:00:00.000Z"}),
            json!({"$date": null}),
            json!({"$regexp": ["a+[é✓]", "gi"]}),
            json!({"$map": [[{"$map": []}, {"$set": [1, "a"]}]]}),
            json!({"$buffer": "aGk="}),
            json!({"$uint8array": "AQID"}),
            json!({"$float64array": "AAAAAAAA8D8="}),
            json!({"$biguint64array": "AQAAAAAAAAA="}),
            json!({"$dataview": "AAAA"}),
            json!({"$arraybuffer": "AQID"}),
            json!({"$boxed": "é"}),
            json!([1, {"$hole": 3}, 2, {"$properties": {"$$x": 1}}]),
            json!({"a": {"b": {"$ref": 0}}, "c": {"$ref": 1}, "7": "✓"}),
            json!({"$error": {"name": "TypeError", "message": "no", "stack": "gone"}}),
        ] {
            assert_eq!(ask(&mut deck, &message), message, "{name}");
        }
        let kinds = ask(&mut deck, &json!("kinds"));
        assert_eq!(kinds[0], json!({"$undefined": true}));
        assert!(
            kinds[3]["$bigint"].as_str().unwrap().starts_with("0x"),
            "{kinds}"
        );
        assert_eq!(kinds[4], json!([1, {"$hole": true}, 3]));
        assert_eq!(kinds[5], json!([1, {"$properties": {"own": true}}]));
        let shared = json!({"deep": [{"$date": "1970-01-01T00:00:00.000Z"}], "self": {"$ref": 4}});
        assert_eq!(kinds[6], json!({"$map": [[shared, {"$set": [1]}]]}));
        let cause = json!({"$error": {"name": "RangeError", "message": "inner", "stack": "gone"}});
        assert_eq!(kinds[7]["$error"]["cause"], cause);
        assert_eq!(kinds[9], json!({"$ref": 4}), "{name}: {kinds}");
    }
}

#[test]
fn a_mark_that_means_nothing_is_refused_and_harms_nobody() {
    let folder = folder(&[]);
    let Some(mut deck) = start("node", folder.path()) else {
        return;
    };
    let wrong = json!({"a": [{"$date": "x"}]});

    for (method, params) in [
        ("send", json!({"to": "w/1", "message": wrong})),
        ("submit", json!({"pool": "w", "payload": wrong})),
    ] {
        let error = deck.call(method, &params).unwrap_err();
        assert_eq!(error["data"]["kind"], "bad_message", "{error}");
        let hint = error["data"]["hint"].as_str().unwrap();
        assert!(
            hint.starts_with(r#"{"$date":"x"} at /a/0: not a date"#),
            "{error}"
        );
    }

    assert_eq!(ask(&mut deck, &json!(1)), 1);
}

#[test]
fn lines_of_json_on_an_advanced_channel_are_told() {
    let folder = folder(&[]);
    let script = "import sys, os\nos.write(3, b'{\"a\":1}\\n' * 3)\nsys.stdin.read()\nimport time\ntime.sleep(60)\n";
    fs::write(folder.path().join("w.py"), script).unwrap();
    if runtime("python3").is_none() {
        skip("there is no python3");
        return;
    }
    let config = "[pools.w]\ncommand = [\"python3\", \"w.py\"]\nserialization = \"advanced\"\n";
    let mut deck = Rpc::up(folder.path(), config);

    let told = deck.event("the mismatch", |event| event["event"] == "frame_error");

    assert_eq!(told["kind"], "mismatch", "{told}");
    assert!(
        told["hint"].as_str().unwrap().contains("lines of JSON"),
        "{told}"
    );
    // Nobody waits for what cannot be read: it is a worker without a channel.
    deck.event("its state", |event| event["state"] == "disconnected");
}

#[test]
fn a_map_ends_where_workers_speak_another_serialization() {
    if runtime("python3").is_none() {
        skip("there is no python3");
        return;
    }
    let script = "import os\nos.read(3, 9999)\nos.write(3, b'{\"a\":1}\\n')\nos.read(3, 1)\n";
    let folder = folder(&[("w.py", script)]);

    let done = map(
        folder.path(),
        &["--serialization", "advanced", "w.py"],
        "1\n2\n",
    );

    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(
        done.err.contains("w/1 speaks another serialization")
            || done.err.contains("speaks another serialization: "),
        "{}",
        done.err
    );
}

#[test]
fn bun_and_filters_are_refused_with_the_cure() {
    let folder = folder(&[]);
    fs::write(folder.path().join("w.js"), "").unwrap();
    let refused = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_forkdeck"))
            .args(args)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };

    let bun = refused(&[
        "run",
        "--headless",
        "--serialization",
        "advanced",
        "bun",
        "w.js",
    ]);
    assert!(
        bun.contains("bun has another format") && bun.contains("use the serialization json"),
        "{bun}"
    );
    let filter = refused(&[
        "map",
        "--serialization",
        "advanced",
        "--channel",
        "stdio",
        "cat",
    ]);
    assert!(filter.contains("needs the channel fork"), "{filter}");
}
