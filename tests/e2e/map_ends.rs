//! How `forkdeck map` ends: by its input, its reader, a signal or its workers; and what it needs meanwhile.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdout, Stdio};

use portable_pty::CommandBuilder;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Filter, Proc, Screen, folder, map, memory, runtime, skip, until};

/// Answers each job with itself.
const ECHO: &str = "while read -r line <&3; do printf '%s\\n' \"$line\" >&3; done";

/// Says that it has a job, and answers once the file `go` is there.
const PATIENT: &str = "while read -r n <&3; do
    echo \"busy $$\"
    while ! [ -e go ]; do sleep 0.02; done
    echo $n >&3
done";

/// Reads so many lines.
fn take(output: &mut BufReader<ChildStdout>, count: usize) {
    let read = output.by_ref().lines().map_while(Result::ok).take(count);
    assert_eq!(read.count(), count);
}

fn all_gone(family: &[Proc]) {
    assert!(!family.is_empty());
    until("every descendant is gone", || {
        (!family.iter().any(Proc::is_alive)).then_some(())
    });
}

#[test]
fn a_reader_that_has_enough_ends_a_map_with_success_and_nothing_is_left() {
    let folder = folder(&[("echo.sh", ECHO)]);
    let mut filter = Filter::endless(folder.path(), &["-n", "2", "echo.sh"], "1");
    let mut output = filter.output();
    take(&mut output, 1);
    let family = Proc::descendants(filter.pid());

    drop(output);

    assert_eq!(filter.end(), Some(0), "{}", filter.errors());
    assert_eq!(filter.errors(), "");
    all_gone(&family);
}

#[test]
fn an_interrupted_map_finishes_what_runs() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let folder = folder(&[("patient.sh", PATIENT)]);
        let mut filter = Filter::endless(folder.path(), &["-n", "1", "patient.sh"], "[7]");
        filter.says("patient/1: busy ");
        let family = Proc::descendants(filter.pid());

        filter.signal(signal);
        let words = filter.says("forkdeck: finishing what runs");
        let is_person = signal == Signal::INT;
        assert_eq!(words.contains("a second Ctrl-C"), is_person, "{words}");
        fs::write(folder.path().join("go"), "").unwrap();

        let out = filter.rest();
        assert_eq!(filter.end(), Some(130), "{signal:?}: {}", filter.errors());
        assert_eq!(out.join().unwrap(), "[7]\n");
        let errors = filter.errors();
        assert!(
            errors.contains("jobs that were read are not done"),
            "{errors}"
        );
        assert!(!errors.contains("\"job\""), "{errors}");
        all_gone(&family);
    }
}

#[test]
fn a_second_interrupt_ends_a_map_at_once() {
    let folder = folder(&[("patient.sh", PATIENT)]);
    let mut filter = Filter::endless(folder.path(), &["-n", "2", "patient.sh"], "[7]");
    filter.says("patient/1: busy ");
    let family = Proc::descendants(filter.pid());

    filter.signal(Signal::INT);
    filter.says("forkdeck: finishing what runs");
    filter.signal(Signal::INT);

    assert_eq!(filter.end(), Some(130), "{}", filter.errors());
    all_gone(&family);
}

#[test]
fn a_worker_killed_in_mid_job_costs_one_retry_and_no_result() {
    let folder = folder(&[("patient.sh", PATIENT)]);
    let args = ["-n", "1", "--summary", "patient.sh"];
    let mut filter = Filter::start(folder.path(), &args, Stdio::piped());
    filter.input().write_all(b"1\n2\n3\n").unwrap();
    let pid = filter.says("patient/1: busy ");

    let pid = Pid::from_raw(pid.parse().unwrap()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    fs::write(folder.path().join("go"), "").unwrap();

    let out = filter.rest();
    assert_eq!(filter.end(), Some(0), "{}", filter.errors());
    let out = out.join().unwrap();
    let mut results: Vec<&str> = out.lines().collect();
    results.sort_unstable();
    assert_eq!(results, ["1", "2", "3"]);
    let errors = filter.errors();
    assert!(
        errors.contains("3 jobs in ") && errors.contains(" 0 failed, 1 retry"),
        "{errors}"
    );
}

#[test]
fn the_first_failed_job_ends_a_map_that_is_to_fail_fast() {
    let worker = "while read -r n <&3; do echo '{\"error\":1}' >&3; done";
    let folder = folder(&[("fail.sh", worker)]);
    let args = [
        "-n",
        "1",
        "--fail-fast",
        "--retries",
        "0",
        "--failed-when",
        "/error",
        "fail.sh",
    ];
    let mut filter = Filter::endless(folder.path(), &args, "1");

    assert_eq!(filter.end(), Some(1), "{}", filter.errors());
    let told = filter.errors().matches("\"attempts\":1").count();
    // What was given out meanwhile comes to its end.
    assert!((1..100).contains(&told), "{told}");
}

#[test]
fn five_exits_before_any_reply_end_a_map() {
    let folder = folder(&[]);
    let mut filter = Filter::endless(folder.path(), &["-n", "2", "sh", "-c", "exit 3"], "1");

    assert_eq!(filter.end(), Some(1));
    let errors = filter.errors();
    assert!(errors.contains("5 times before any reply"), "{errors}");
    assert!(errors.contains("exit 3"), "{errors}");
}

#[test]
fn a_program_that_is_not_there_ends_a_map() {
    let folder = folder(&[]);

    let done = map(folder.path(), &["no-such-program"], "1\n2\n");

    assert_eq!((done.code, done.out.as_str()), (Some(1), ""));
    assert!(
        done.err
            .contains("no worker can be started: find no-such-program"),
        "{}",
        done.err
    );
    assert!(done.err.contains("is it installed"), "{}", done.err);
}

#[test]
fn an_input_without_end_needs_bounded_memory() {
    if runtime("node").is_none() {
        return skip("there is no node");
    }
    let echo = "process.on('message', job => process.send(job))";
    let folder = folder(&[("echo.js", echo)]);
    let args = ["-n", "2", "--concurrency", "32", "echo.js"];
    let mut filter = Filter::endless(folder.path(), &args, "{}");
    let mut output = filter.output();

    take(&mut output, 50_000);
    let early = memory(filter.pid());
    take(&mut output, 150_000);
    let late = memory(filter.pid());

    drop(output);
    assert_eq!(filter.end(), Some(0), "{}", filter.errors());
    assert!(late < early + (24 << 20), "{early} bytes, then {late}");
    assert!(late < 256 << 20, "{late} bytes");
}

#[test]
fn a_terminal_sees_progress_and_in_the_end_a_summary() {
    let worker = "while read -r n <&3; do
        [ $n = 5 ] && { echo seen; until [ -e go ]; do sleep 0.02; done; }
        echo $n >&3
    done";
    let folder = folder(&[("w.sh", worker), ("jobs", "1\n2\n3\n4\n5\n6\n7\n8\n")]);
    let mut command = CommandBuilder::new("sh");
    let binary = env!("CARGO_BIN_EXE_forkdeck");
    command.args([
        "-c",
        &format!("{binary} map -n 1 w.sh < jobs > out; echo ended $?"),
    ]);

    let screen = Screen::start_command(command, folder.path(), (100, 24));

    screen.shows("w/1: seen");
    screen.shows("[##########..........]  50%  4 done");
    fs::write(folder.path().join("go"), "").unwrap();
    screen.shows("ended 0");
    let text = screen.text();
    assert!(text.contains("forkdeck: 8 jobs in "), "{text}");
    assert!(!text.contains("50%"), "{text}");
    assert!(
        text.lines().any(|line| line.trim_end() == "w/1: seen"),
        "{text}"
    );
    let out = fs::read_to_string(folder.path().join("out")).unwrap();
    assert_eq!(out, "1\n2\n3\n4\n5\n6\n7\n8\n");
}

#[test]
fn a_second_interrupt_kills_workers_that_stay_when_all_is_done() {
    let worker = "trap '' TERM; read -r n <&3; echo $n >&3; while :; do sleep 0.05; done";
    let folder = folder(&[("stay.sh", worker)]);
    let mut filter = Filter::start(folder.path(), &["-n", "1", "stay.sh"], Stdio::piped());
    filter.input().write_all(b"1\n").unwrap();
    let mut output = filter.output();
    take(&mut output, 1);
    let family = Proc::descendants(filter.pid());

    filter.signal(Signal::INT);
    filter.says("forkdeck: ");
    filter.signal(Signal::INT);

    assert_eq!(filter.end(), Some(130), "{}", filter.errors());
    all_gone(&family);
}
