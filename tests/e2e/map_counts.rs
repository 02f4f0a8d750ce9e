//! `forkdeck map` with workers that answer less or more often than they are asked.

use std::process::Stdio;
use std::{fmt::Write as _, io::Write as _};

use rustix::process::Signal;

use crate::support::{Done, Filter, folder, map, runtime, skip, skip_without_node};

/// Answers each line but those with a 2.
const DROP: &str = "while read -r l; do case $l in *2*) ;; *) echo \"$l\" ;; esac; done";

/// Answers each line twice.
const TWICE: &str = "while read -r l; do echo \"$l\"; echo \"$l\"; done";

/// What is said of every miscount.
const DOUBT: &str = "may belong to other jobs";

fn numbers(count: u32) -> String {
    (1..=count).fold(String::new(), |mut text, number| {
        writeln!(text, "{number}").unwrap();
        text
    })
}

/// Maps with a filter.
fn filtered(flags: &str, filter: &[&str], input: &str) -> Done {
    let folder = folder(&[]);
    let mut args = vec!["--channel", "stdio"];
    args.extend(flags.split_whitespace());
    args.push("--");
    args.extend(filter);
    map(folder.path(), &args, input)
}

/// The last but one line: the last one says what to do.
fn verdict(done: &Done) -> &str {
    let mut lines = done.err.lines().rev();
    let help = lines.next().unwrap_or_default();
    assert!(help.contains("--id /pointer"), "{}", done.err);
    lines.next().unwrap_or_default()
}

#[test]
fn a_filter_that_drops_lines_is_found_out_at_the_end_of_its_input() {
    for (code, drop) in [(0, DROP.to_owned()), (5, format!("{DROP}; exit 5"))] {
        let done = filtered("-n 1 --concurrency 8", &["sh", "-c", &drop], &numbers(5));

        assert_eq!(done.code, Some(1), "{code}: {done:?}");
        assert_eq!(
            verdict(&done),
            "forkdeck: sh/1 ended with 1 job unanswered: results from input line 1 on may belong to other jobs"
        );
        assert_eq!(done.out, "1\n3\n4\n5\n", "nothing is tried again");
        let failures = done.failures();
        assert_eq!(failures.len(), 1, "{}", done.err);
        assert_eq!(failures[0]["line"], 5);
        assert_eq!(failures[0]["error"], "sh/1 ended without an answer to it");
    }
}

#[test]
fn a_filter_that_drops_one_line_of_many_is_found_out() {
    let flags = "-n 2 --concurrency 64";
    let drop = "while read -r l; do [ \"$l\" = 777 ] || echo \"$l\"; done";

    let done = filtered(flags, &["sh", "-c", drop], &numbers(3000));

    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(verdict(&done).contains("ended with 1 job unanswered"));
    assert_eq!(done.out.lines().count(), 2999);
}

#[test]
fn jq_that_fails_on_a_line_or_answers_twice_is_found_out() {
    if runtime("jq").is_none() {
        return skip("there is no jq");
    }
    let jobs = "{\"x\":1}\n[1]\n{\"x\":3}\n{\"x\":4}\n";
    let done = filtered("-n 1 --concurrency 8", &["jq", "-c", ".x"], jobs);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(verdict(&done).contains("jq/1 ended with 1 job unanswered"));

    let jobs = "{\"x\":1,\"s\":\"a\"}\n{\"x\":2,\"s\":\"b\"}\n{\"x\":3,\"s\":\"c\"}\n";
    let done = filtered("-n 1 --concurrency 8", &["jq", "-c", ".x,.s"], jobs);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(verdict(&done).contains("jq/1 answered 3 times more than it was asked"));

    // As the manual has it.
    let args = ["jq", "-c", "try .x catch {error: .}"];
    let flags = "-n 1 --concurrency 8 --failed-when /error --retries 0";
    let done = filtered(flags, &args, "{\"x\":1}\n[1]\n{\"x\":3}\n");
    assert_eq!(done.sorted(), ["1", "3"], "{done:?}");
    assert_eq!(done.failures()[0]["line"], 2);
    assert!(!done.err.contains(DOUBT), "{}", done.err);
}

#[test]
fn a_filter_that_answers_twice_is_found_out_however_few_jobs_it_has() {
    for ahead in [1, 8] {
        for jobs in [1, 2, 40] {
            let flags = format!("-n 1 --concurrency {ahead}");

            let done = filtered(&flags, &["sh", "-c", TWICE], &numbers(jobs));

            assert_eq!(done.code, Some(1), "{done:?}");
            let times = match jobs {
                1 => "once".to_owned(),
                jobs => format!("{jobs} times"),
            };
            let wanted = format!("sh/1 answered {times} more than it was asked: ");
            assert!(verdict(&done).contains(&wanted), "{ahead}: {}", done.err);
        }
    }
}

#[test]
fn a_fork_worker_that_answers_twice_is_found_out() {
    if skip_without_node() {
        return;
    }
    let slow = "const end = Date.now() + 20; while (Date.now() < end);";
    for (work, jobs) in [("", 50), (slow, 4)] {
        let worker =
            format!("process.on('message', n => {{ {work} process.send(n); process.send(n) }})");
        let folder = folder(&[("two.js", &worker)]);
        let args = ["-n", "1", "--concurrency", "8", "two.js"];

        let done = map(folder.path(), &args, &numbers(jobs));

        assert_eq!(done.code, Some(1), "{done:?}");
        let verdict = verdict(&done);
        let wanted = "forkdeck: two/1 answered at least ";
        assert!(verdict.starts_with(wanted), "{}", done.err);
        let doubt = "results from input line 1 on may belong to other jobs";
        assert!(verdict.ends_with(doubt), "{}", done.err);
    }
}

#[test]
fn answers_that_name_their_jobs_cannot_be_mistaken() {
    let jobs = "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n";
    let flags = "-n 1 --concurrency 8 --id /id --ordered";

    let done = filtered(flags, &["sh", "-c", TWICE], jobs);

    assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{done:?}");
    assert_eq!(done.out, jobs);
}

#[test]
fn a_first_failure_that_ends_a_map_is_no_miscount() {
    let flags = "-n 2 --concurrency 8 --fail-fast --retries 0 --failed-when /error";
    let filter = "while read -r l; do [ $l = 20 ] && echo '{\"error\":1}' || echo $l; done";

    let done = filtered(flags, &["sh", "-c", filter], &numbers(500));

    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(!done.err.contains(DOUBT), "{}", done.err);
}

#[test]
fn a_map_of_filters_that_is_interrupted_is_no_miscount() {
    for signal in [Signal::INT, Signal::TERM] {
        let folder = folder(&[("slow.sh", "while read -r l; do sleep 0.01; echo $l; done")]);
        let args = [
            "--channel",
            "stdio",
            "-n",
            "2",
            "--concurrency",
            "8",
            "slow.sh",
        ];
        let mut filter = Filter::endless(folder.path(), &args, "7");
        let mut first = [0; 8];
        std::io::Read::read_exact(&mut filter.output(), &mut first).unwrap();

        filter.signal(signal);

        filter.end();
        assert!(!filter.errors().contains(DOUBT), "{}", filter.errors());
    }
}

#[test]
fn a_filter_that_says_nothing_to_a_line_is_named_with_that_line() {
    let folder = folder(&[("drop.sh", DROP)]);
    let args = ["--channel", "stdio", "-n", "1", "drop.sh"];
    let mut filter = Filter::start(folder.path(), &args, Stdio::piped());
    let mut input = filter.input();
    input.write_all(b"1\n\n2\n3\n").unwrap();

    let rest = filter.says("forkdeck: drop/1 has not answered input line 3 for 5 s; ");

    assert!(rest.contains("--timeout 30s gives a job up"), "{rest}");
}

#[test]
fn lines_that_are_no_messages_are_told_once_with_their_number() {
    let filter = "while read -r l; do echo {; echo }; done";

    let done = filtered("-n 1 --retries 0", &["sh", "-c", filter], &numbers(10));

    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(done.err.matches("(wrote 2 bytes").count(), 1);
    assert!(
        done.err
            .contains("sh/1: (wrote 19 more such lines, 38 bytes in all)"),
        "{}",
        done.err
    );
}
