//! Web workers: the same script under node, bun and deno.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Rpc, folder, runtime, skip};

const SCRIPT: &str = r"
importScripts('lib.js');
const here = typeof WorkerGlobalScope === 'function' && self instanceof WorkerGlobalScope;
onmessage = ({ data, target }) => {
  if (data.fail) throw new RangeError(`no ${data.fail}`);
  if (data.later) { setTimeout(() => { throw new Error('later'); }, 1); return; }
  if (data.reject) { Promise.reject(new Error('rejected')); return; }
  if (data.clone) {
    try { postMessage({ f() {} }); } catch (error) { postMessage([error.name, error instanceof DOMException]); }
    return;
  }
  if (data.internal) {
    try { postMessage({ cmd: 'NODE_x' }); } catch (error) { postMessage(error.name); }
    return;
  }
  if (data.close) { postMessage('x'.repeat(1 << 20)); close(); postMessage('never'); return; }
  postMessage({ twice: twice(data.n), name, here, self: target === self });
};
addEventListener('error', (event) => {
  if (event.message.includes('handled')) { event.preventDefault(); postMessage({ handled: event.lineno }); }
});
addEventListener('message', { handleEvent(event) { if (event.data.listener) postMessage('an object listens'); } });
";

/// Starts the script under a runtime; nothing when that is not here, which is said.
fn start(name: &str, folder: &std::path::Path) -> Option<Rpc> {
    let Some(program) = runtime(name) else {
        skip(&format!("there is no {name}"));
        return None;
    };
    fs::write(folder.join("w.js"), SCRIPT).unwrap();
    fs::write(folder.join("lib.js"), "function twice(n) { return 2 * n; }").unwrap();
    let mut command = vec![program.to_str().unwrap().to_owned()];
    if name == "deno" {
        command.extend(["run".to_owned(), "-A".to_owned()]);
    }
    command.push("w.js".to_owned());
    let config = format!(
        "[pools.w]\ncommand = {}\napi = \"web-worker\"\nretries = 0\n",
        json!(command)
    );
    Some(Rpc::up(folder, &config))
}

fn ask(deck: &mut Rpc, message: &Value) -> Value {
    let params = json!({"to": "w/1", "message": message, "wait": true, "timeout_ms": 30_000});
    let mut answer = deck.call("send", &params).unwrap();
    answer["replies"][0]["message"].take()
}

fn tell(deck: &mut Rpc, message: &Value) -> String {
    deck.call("send", &json!({"to": "w/1", "message": message}))
        .unwrap();
    let told = deck.event("the error event", |event| event["event"] == "frame_error");
    assert_eq!(told["kind"], "uncaught", "{told}");
    told["hint"].as_str().unwrap().to_owned()
}

fn speaks(name: &str) {
    let folder = folder(&[]);
    let Some(mut deck) = start(name, folder.path()) else {
        return;
    };

    let twice = ask(&mut deck, &json!({"n": 21}));
    assert_eq!(
        twice,
        json!({"twice": 42, "name": "w/1", "here": true, "self": true})
    );
    assert_eq!(
        ask(&mut deck, &json!({"clone": true})),
        json!(["DataCloneError", true])
    );

    assert_eq!(ask(&mut deck, &json!({"internal": true})), "DataCloneError");

    let error = tell(&mut deck, &json!({"fail": "luck"}));
    assert!(
        error.starts_with("Uncaught RangeError: no luck ("),
        "{error}"
    );
    assert!(error.contains("w.js:5:"), "{error}");
    assert!(tell(&mut deck, &json!({"later": true})).starts_with("Uncaught Error: later"));
    assert!(tell(&mut deck, &json!({"reject": true})).starts_with("Uncaught Error: rejected"));
    assert_eq!(
        ask(&mut deck, &json!({"fail": "luck, handled"})),
        json!({"handled": 5})
    );

    let failed = deck.call(
        "submit",
        &json!({"pool": "w", "payload": {"fail": "job"}, "wait": true}),
    );
    let failed = failed.unwrap();
    assert!(
        failed.to_string().contains("Uncaught RangeError: no job"),
        "{failed}"
    );
    let done = deck
        .call(
            "submit",
            &json!({"pool": "w", "payload": {"n": 2}, "wait": true}),
        )
        .unwrap();
    assert_eq!(done["result"]["twice"], 4, "{done}");

    // It lived through all that, and what it posted before its end arrives.
    let last = ask(&mut deck, &json!({"close": true}));
    assert_eq!(last.as_str().map(str::len), Some(1 << 20));
    let exit = deck.event("its end", |event| event["event"] == "exit");
    assert_eq!(exit["code"], 0, "{exit}");
}

#[test]
fn a_web_worker_runs_under_node() {
    speaks("node");
}

#[test]
fn a_web_worker_runs_under_bun() {
    speaks("bun");
}

#[test]
fn a_web_worker_runs_under_deno() {
    speaks("deno");
}

#[test]
fn a_program_that_loads_nothing_is_refused() {
    let folder = folder(&[("w.py", "")]);
    let args = ["run", "--api", "web-worker", "--headless", "w.py"];

    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_forkdeck"));
    let output = command
        .args(args)
        .current_dir(folder.path())
        .output()
        .unwrap();

    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("python3 loads nothing before its script"),
        "{said}"
    );
}
