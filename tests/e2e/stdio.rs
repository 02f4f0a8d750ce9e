//! Workers that are filters: lines of JSON on their standard input and output; and workers without any channel.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::support::{Filter, Rpc, folder, map, runtime, skip, until};

/// Answers each line, and says when its input is at its end.
const POLITE: &str = "while read -r line; do printf '%s\\n' \"$line\"; done; echo 'the end' >&2";

/// Whether a program is here; a test without it is left out, which is said.
fn has(program: &str) -> bool {
    let found = runtime(program).is_some();
    if !found {
        skip(&format!("there is no {program}"));
    }
    found
}

/// So many jobs `{"x":N}`.
fn jobs(count: u32) -> String {
    (1..=count).fold(String::new(), |mut text, number| {
        writeln!(text, "{{\"x\":{number}}}").unwrap();
        text
    })
}

/// Maps jobs in order with a filter, and expects no word on standard error.
fn mapped(flags: &str, filter: &[&str], input: &str) -> String {
    let folder = folder(&[]);
    let flags = flags.split_whitespace();
    let mut args = vec!["--channel", "stdio", "--ordered"];
    args.extend(flags);
    args.push("--");
    args.extend(filter);

    let done = map(folder.path(), &args, input);

    assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{filter:?}");
    done.out
}

#[test]
fn jq_does_jobs_as_it_is() {
    if !has("jq") {
        return;
    }

    for flags in ["-n 1", "-n 3", "-n 2 --concurrency 100"] {
        let out = mapped(flags, &["jq", "-c", "{y: .x}"], &jobs(500));
        assert!(out == jobs(500).replace('x', "y"), "{flags}: {out}");
    }
}

#[test]
fn filters_of_every_system_do_jobs() {
    let wanted = jobs(200).replace('x', "y");
    for filter in [
        &["sed", "-u", "s/x/y/"][..],
        &["sed", "s/x/y/"],
        &["tr", "x", "y"],
        &[
            "sh",
            "-c",
            "while read -r l; do echo \"$l\" | sed s/x/y/; done",
        ],
    ] {
        for flags in ["-n 2", "-n 1 --concurrency 100"] {
            assert_eq!(mapped(flags, filter, &jobs(200)), wanted, "{filter:?}");
        }
    }
    assert_eq!(mapped("-n 2", &["cat"], &jobs(200)), jobs(200));
}

#[test]
fn a_filter_may_open_its_standard_input_anew() {
    let cat = ["cat", "/dev/stdin"];
    assert_eq!(mapped("-n 2", &cat, &jobs(20)), jobs(20));

    let shell = "while read -r l; do echo \"$l\"; done < /dev/stdin > /dev/stdout";
    assert_eq!(mapped("-n 2", &["sh", "-c", shell], &jobs(20)), jobs(20));
}

#[test]
fn python_and_node_filters_are_found_by_their_ending() {
    let python = "import sys\nfor line in sys.stdin: print(line.strip())\n";
    let node = "require('readline').createInterface({ input: process.stdin }).on('line', l => console.log(l))";
    for (program, name, text) in [("python3", "echo.py", python), ("node", "echo.js", node)] {
        if !has(program) {
            continue;
        }
        let folder = folder(&[(name, text)]);
        let args = ["--channel", "stdio", "--ordered", "-n", "2", name];

        let done = map(folder.path(), &args, &jobs(100));

        assert_eq!(
            (done.code, done.out.as_str()),
            (Some(0), &*jobs(100)),
            "{done:?}"
        );
    }
}

#[test]
fn a_filter_that_answers_only_at_the_end_of_its_input_is_given_one() {
    // The whole input is read before the first word.
    let tac = "all=$(cat); printf '%s\\n' \"$all\"";

    let out = mapped("-n 2 --concurrency 50", &["sh", "-c", tac], &jobs(60));

    assert_eq!(out, jobs(60));
}

#[test]
fn a_filter_that_keeps_its_answers_and_dies_of_their_end_is_tried_again() {
    let once =
        "all=$(cat); if mkdir died 2>/dev/null; then kill -9 $$; fi; printf '%s\\n' \"$all\"";

    let out = mapped("-n 1 --concurrency 10", &["sh", "-c", once], &jobs(5));

    assert_eq!(out, jobs(5));
}

#[test]
fn a_filter_that_prints_a_value_on_many_lines_is_told_to_use_one() {
    if !has("jq") {
        return;
    }
    let folder = folder(&[]);
    let args = ["--channel", "stdio", "-n", "1", "--retries", "0", "jq", "."];

    let done = map(folder.path(), &args, &jobs(1));

    assert_eq!(done.code, Some(1));
    assert_eq!(done.failures()[0]["error"], "its reply is not valid JSON");
    let hint = "jq/1: (wrote 2 bytes to its channel that are no message; a message is one line: \
                have it write each value on one, as jq does with -c)";
    assert!(done.err.contains(hint), "{}", done.err);
}

#[test]
fn a_filter_that_dies_in_a_job_costs_one_attempt_and_no_result() {
    let folder = folder(&[(
        "once.sh",
        "while read -r l; do
            if [ \"$l\" = '{\"x\":5}' ] && mkdir died 2>/dev/null; then echo \"$$\" >&2; sleep 100; fi
            echo \"$l\"
        done",
    )]);
    let args = [
        "--channel",
        "stdio",
        "-n",
        "1",
        "--concurrency",
        "4",
        "once.sh",
    ];
    let mut filter = Filter::start(folder.path(), &args, Stdio::piped());
    filter.input().write_all(jobs(50).as_bytes()).unwrap();

    let pid: i32 = filter.says("once/1: ").parse().unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();

    let out = filter.rest();
    assert_eq!(filter.end(), Some(0), "{}", filter.errors());
    let out = out.join().unwrap();
    let mut results: Vec<&str> = out.lines().collect();
    let jobs = jobs(50);
    let mut wanted: Vec<&str> = jobs.lines().collect();
    results.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(results, wanted);
}

#[test]
fn a_map_of_filters_that_only_crash_ends() {
    let folder = folder(&[]);
    let args = ["--channel", "stdio", "-n", "2", "sh", "-c", "exit 3"];

    let done = map(folder.path(), &args, &jobs(3));

    assert_eq!(done.code, Some(1));
    assert!(
        done.err
            .contains("the workers ended 5 times before any reply"),
        "{done:?}"
    );
    assert!(done.err.contains("on its standard input"), "{done:?}");
}

#[test]
fn a_filter_is_talked_to_by_hand_and_keeps_no_fork_channel() {
    let folder = folder(&[(
        "w.sh",
        "while read -r l; do
            printf '{\"got\":%s,\"fd\":\"%s\",\"me\":\"%s\"}\\n' \"$l\" \"$NODE_CHANNEL_FD\" \"$FORKDECK_WORKER\"
        done",
    )]);
    let mut deck = Rpc::start(
        folder.path(),
        &["run", "--rpc", "--channel", "stdio", "w.sh"],
    );
    deck.state("w/1", "ready");

    let reply = deck.reply("w/1", &json!({"a": 1}));

    assert_eq!(reply, json!({"got": {"a": 1}, "fd": "", "me": "w/1"}));
    assert_eq!(deck.end().code(), Some(0));
}

#[test]
fn jq_answers_a_message_at_once() {
    if !has("jq") {
        return;
    }
    let folder = folder(&[]);
    let mut deck = Rpc::start(
        folder.path(),
        &["run", "--rpc", "--channel", "stdio", "jq", "-c", "."],
    );
    deck.state("jq/1", "ready");

    for number in 1..4 {
        assert_eq!(deck.reply("jq/1", &json!([number])), json!([number]));
    }
}

#[test]
fn a_stopped_filter_ends_by_itself_and_its_last_words_are_heard() {
    let folder = folder(&[("polite.sh", POLITE)]);
    let config =
        "[pools.p]\nscript = \"polite.sh\"\nchannel = \"stdio\"\nstop = { grace = \"60s\" }\n";
    let mut deck = Rpc::up(folder.path(), config);
    deck.state("p/1", "ready");
    assert_eq!(deck.reply("p/1", &json!(7)), json!(7));

    deck.call("stop", &json!({"to": "p/1"})).unwrap();

    let mut ends = Vec::new();
    deck.event("p/1 is stopped", |event| {
        ends.push(event.clone());
        event["event"] == "state" && event["state"] == "stopped"
    });
    let exit = ends.iter().find(|event| event["event"] == "exit").unwrap();
    assert_eq!(exit["cause"], "exit 0, as asked");
    let log = ends.iter().find(|event| event["event"] == "log").unwrap();
    assert_eq!(log["line"], "the end");
}

#[test]
fn a_worker_without_a_channel_runs_and_takes_neither_messages_nor_jobs() {
    let folder = folder(&[("n.sh", "cat; echo \"stdin is at its end\"; exec sleep 100")]);
    let config = "[pools.n]\nscript = \"n.sh\"\nchannel = \"none\"\n";
    let mut deck = Rpc::up(folder.path(), config);
    deck.state("n/1", "ready");
    let logged = until("it has printed", || {
        let lines = deck.call("logs", &json!({"of": "n/1"})).unwrap();
        lines.as_array()?.first().cloned()
    });
    assert_eq!(logged["line"], "stdin is at its end");

    let worker = deck.ps("n/1");
    assert_eq!(worker["state"], "ready");
    assert_eq!(worker["liveness"]["channel"], "closed");
    assert_eq!(worker["liveness"]["stdout"], "open");
    let sent = deck
        .call("send", &json!({"to": "n/1", "message": 1}))
        .unwrap_err();
    assert_eq!(sent["message"], "n/1 has no channel");
    let submitted = deck
        .call("submit", &json!({"pool": "n", "payload": 1}))
        .unwrap_err();
    let said = "n takes no jobs: its workers have no channel";
    assert_eq!(submitted["message"], said);
    assert_eq!(deck.end().code(), Some(0));
}

#[test]
fn a_large_line_passes_a_filter_both_ways() {
    let large = format!("\"{}\"\n", "x".repeat(8 << 20));
    let folder = folder(&[]);
    fs::write(folder.path().join("in"), large.repeat(3)).unwrap();
    let input = fs::File::open(folder.path().join("in")).unwrap();
    let args = ["--channel", "stdio", "-n", "2", "cat"];
    let mut filter = Filter::start(folder.path(), &args, input.into());

    let out = filter.rest();

    assert_eq!(filter.end(), Some(0), "{}", filter.errors());
    assert!(out.join().unwrap() == large.repeat(3));
}
