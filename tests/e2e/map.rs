//! `forkdeck map` does jobs: what comes of each, and in which order.

use std::fmt::Write;

use serde_json::json;

use crate::support::{Done, folder, map, runtime, skip};

/// Answers each job with itself.
const ECHO: &str = "while read -r line <&3; do printf '%s\\n' \"$line\" >&3; done";

/// Doubles numbers.
const DOUBLE: &str = "process.on('message', n => process.send(n * 2))";

/// Answers each job with itself, later or sooner.
const WHENEVER: &str = "process.on('message', job => setTimeout(() => process.send(job), (job.id ?? job) * 7919 % 11))";

/// Whether the tests of Node workers can run.
fn has_node() -> bool {
    let found = runtime("node").is_some();
    if !found {
        skip("there is no node");
    }
    found
}

fn numbers(count: u32) -> String {
    (1..=count).fold(String::new(), |mut text, number| {
        writeln!(text, "{number}").unwrap();
        text
    })
}

#[test]
fn each_job_has_one_result_and_nothing_is_added() {
    if !has_node() {
        return;
    }
    let folder = folder(&[("double.js", DOUBLE)]);

    let done = map(folder.path(), &["-n", "2", "double.js"], &numbers(500));

    assert_eq!(done.code, Some(0), "{done:?}");
    let mut wanted: Vec<String> = (1..=500).map(|n| (n * 2).to_string()).collect();
    wanted.sort_unstable();
    assert_eq!(done.sorted(), wanted);
    assert_eq!(done.err, "");
}

#[test]
fn an_empty_input_has_no_results() {
    let folder = folder(&[("echo.sh", ECHO)]);

    let done = map(folder.path(), &["echo.sh"], "");

    assert_eq!(
        (done.code, done.out.as_str(), done.err.as_str()),
        (Some(0), "", "")
    );
}

#[test]
fn ordered_results_keep_the_order_of_their_jobs() {
    if !has_node() {
        return;
    }
    let folder = folder(&[("whenever.js", WHENEVER)]);

    let done = map(
        folder.path(),
        &["-n", "4", "--ordered", "whenever.js"],
        &numbers(300),
    );

    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(done.out, numbers(300));
}

#[test]
fn jobs_sent_ahead_are_paired_with_replies_in_order() {
    if !has_node() {
        return;
    }
    let folder = folder(&[("double.js", DOUBLE)]);
    let args = ["-n", "2", "--concurrency", "16", "--ordered", "double.js"];

    let done = map(folder.path(), &args, &numbers(5000));

    assert_eq!(done.code, Some(0), "{done:?}");
    let wanted = (1..=5000).fold(String::new(), |mut text, n| {
        writeln!(text, "{}", n * 2).unwrap();
        text
    });
    assert!(
        done.out == wanted,
        "{:?}",
        done.out.lines().take(20).collect::<Vec<_>>()
    );
}

#[test]
fn jobs_sent_ahead_are_paired_with_replies_by_id() {
    if !has_node() {
        return;
    }
    let folder = folder(&[("whenever.js", WHENEVER)]);
    let args = [
        "-n",
        "2",
        "--concurrency",
        "16",
        "--id",
        "/id",
        "--ordered",
        "whenever.js",
    ];
    let jobs = (1..=300).fold(String::new(), |mut text, n| {
        writeln!(text, "{{\"id\":{n}}}").unwrap();
        text
    });

    let done = map(folder.path(), &args, &format!("{jobs}{{\"no\":\"id\"}}\n"));

    assert_eq!(done.code, Some(1), "{}", done.err);
    assert_eq!(done.out, jobs);
    let failures = done.failures();
    assert_eq!(failures.len(), 1, "{}", done.err);
    assert_eq!(failures[0]["job"], json!({"no": "id"}));
    assert_eq!(
        (&failures[0]["line"], &failures[0]["attempts"]),
        (&json!(301), &json!(0))
    );
}

#[test]
fn a_line_that_is_no_json_is_a_failed_job() {
    let folder = folder(&[("echo.sh", ECHO)]);

    let done = map(
        folder.path(),
        &["-n", "1", "echo.sh"],
        "[1]\n\n{\"a\":\n[2]",
    );

    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(done.sorted(), ["[1]", "[2]"]);
    assert_eq!(
        done.err,
        "{\"job\":\"{\\\"a\\\":\",\"line\":3,\"error\":\"not valid JSON at column 5\",\"attempts\":0}\n"
    );
}

#[test]
fn a_job_that_keeps_failing_is_told_with_its_attempts() {
    let worker = r#"while read -r n <&3; do
        case $n in *[13579]) echo '{"error":"odd"}' >&3 ;; *) echo "$n" >&3 ;; esac
    done"#;
    let folder = folder(&[("even.sh", worker)]);
    let args = [
        "-n",
        "2",
        "--retries",
        "1",
        "--failed-when",
        "/error",
        "even.sh",
    ];

    let done = map(folder.path(), &args, &numbers(4));

    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(done.sorted(), ["2", "4"]);
    let failures = done.failures();
    assert_eq!(failures.len(), 2, "{}", done.err);
    for (failure, number) in failures.iter().zip([1, 3]) {
        let members: Vec<&String> = failure.as_object().unwrap().keys().collect();
        assert_eq!(members, ["job", "line", "error", "attempts"]);
        assert_eq!(failure["job"], number);
        assert_eq!(failure["line"], number);
        assert_eq!(failure["attempts"], 2);
        assert!(
            failure["error"].as_str().unwrap().contains("odd"),
            "{failure}"
        );
    }
}

#[test]
fn a_job_that_fails_at_first_is_tried_again() {
    let worker = r#"while read -r n <&3; do
        if [ -e "seen$n" ]; then echo "$n" >&3; else : > "seen$n"; echo '{"error":1}' >&3; fi
    done"#;
    let folder = folder(&[("second.sh", worker)]);
    let args = [
        "-n",
        "2",
        "--failed-when",
        "/error",
        "--summary",
        "second.sh",
    ];

    let done = map(folder.path(), &args, &numbers(5));

    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(done.sorted(), ["1", "2", "3", "4", "5"]);
    assert!(done.err.contains("5 jobs in "), "{done:?}");
    assert!(done.err.contains(" 0 failed, 5 retries"), "{done:?}");
    assert!(done.err.contains("2 workers busy "), "{done:?}");
}

/// Of three jobs only the second failed, after so many attempts and for that reason.
fn gave_up_the_second(done: &Done, attempts: u64, reason: &str) {
    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(done.sorted(), ["1", "3"]);
    let failures = done.failures();
    assert_eq!(failures.len(), 1, "{}", done.err);
    let failure = &failures[0];
    assert_eq!(failure["line"], 2, "{failure}");
    assert_eq!(failure["attempts"], attempts, "{failure}");
    let error = failure["error"].as_str().unwrap();
    assert!(error.contains(reason), "{failure}");
}

#[test]
fn a_job_that_takes_too_long_is_given_up_and_the_others_are_done() {
    let worker = "while read -r n <&3; do [ $n = 2 ] && sleep 1000; echo $n >&3; done";
    let folder = folder(&[("slow.sh", worker)]);
    let args = ["-n", "1", "--timeout", "300ms", "--retries", "1", "slow.sh"];

    let done = map(folder.path(), &args, &numbers(3));

    gave_up_the_second(&done, 2, "timed out");
}

#[test]
fn a_job_that_kills_its_workers_is_given_up_and_the_others_are_done() {
    let worker = "while read -r n <&3; do [ $n = 2 ] && kill -SEGV $$; echo $n >&3; done";
    let folder = folder(&[("poison.sh", worker)]);

    let done = map(
        folder.path(),
        &["-n", "1", "--retries", "9", "poison.sh"],
        &numbers(3),
    );

    gave_up_the_second(&done, 3, "SIGSEGV");
}

#[test]
fn a_large_job_comes_back_whole() {
    if !has_node() {
        return;
    }
    let echo = "process.on('message', job => process.send(job))";
    let folder = folder(&[("echo.js", echo)]);
    let large = format!(
        "{{\"text\":\"{}\"}}\n",
        "0123456789abcdef".repeat(512 << 10)
    );

    let done = map(
        folder.path(),
        &["-n", "1", "echo.js"],
        &format!("{large}1\n{large}"),
    );

    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(
        done.out == format!("{large}1\n{large}"),
        "{} bytes",
        done.out.len()
    );
}

#[test]
fn what_workers_print_goes_to_standard_error_with_their_name() {
    let worker = "echo hello; echo careful >&2; while read -r n <&3; do echo $n >&3; done";
    let folder = folder(&[("talk.sh", worker)]);

    let done = map(folder.path(), &["-n", "1", "talk.sh"], "1\n");

    assert_eq!((done.code, done.out.as_str()), (Some(0), "1\n"));
    let mut lines: Vec<&str> = done.err.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["talk/1: careful", "talk/1: hello"]);
}

#[test]
fn workers_know_who_they_are() {
    let worker =
        "while read -r n <&3; do echo \"\\\"$FORKDECK_WORKER $NODE_CHANNEL_FD\\\"\" >&3; done";
    let folder = folder(&[("who.sh", worker)]);

    let done = map(folder.path(), &["-n", "1", "who.sh"], "1\n");

    assert_eq!(done.out, "\"who/1 3\"\n", "{done:?}");
}

#[test]
fn a_program_that_does_one_job_and_ends_is_started_again_for_each() {
    let worker = "read -r n <&3; echo $n >&3";
    let folder = folder(&[("once.sh", worker)]);

    let done = map(
        folder.path(),
        &["-n", "2", "--retries", "1000", "once.sh"],
        &numbers(100),
    );

    let told = done.out.lines().count() + done.failures().len();
    assert_eq!(told, 100, "{done:?}");
    assert!(
        done.err.lines().all(|line| line.starts_with('{')),
        "{}",
        done.err
    );
}
