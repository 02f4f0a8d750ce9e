//! The command line from outside: what it prints, and how it ends. Whatever starts a worker is bounded by a deadline.

#![expect(
    clippy::unwrap_used,
    reason = "a test root: what is not there fails the test"
)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// What a command line did: its exit code, what it printed, and what it complained.
#[derive(Debug, PartialEq, Eq)]
struct Done {
    code: Option<i32>,
    out: String,
    err: String,
}

/// Runs `forkdeck ARG…` in a folder, without a terminal and with nothing to read.
fn forkdeck(folder: &Path, args: &[&str]) -> Done {
    let output = Command::new("timeout")
        .args(["-k", "1", "30", env!("CARGO_BIN_EXE_forkdeck")])
        .args(args)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    done(&output)
}

fn done(output: &Output) -> Done {
    Done {
        code: output.status.code(),
        out: String::from_utf8(output.stdout.clone()).unwrap(),
        err: String::from_utf8(output.stderr.clone()).unwrap(),
    }
}

const GOOD: &str =
    "[pools.a]\ncommand = [\"true\"]\ninstances = 2\n[pools.b]\ncommand = [\"true\"]\n";

#[test]
fn a_bare_forkdeck_says_what_to_try() {
    let done = forkdeck(folder(&[]).path(), &[]);

    assert_eq!(done.code, Some(0));
    for word in ["forkdeck demo", "forkdeck run process.js", "forkdeck init"] {
        assert!(done.out.contains(word), "{}", done.out);
    }
}

#[test]
fn a_bare_forkdeck_is_up_where_a_config_is_above() {
    let folder = folder(&[("forkdeck.toml", GOOD)]);
    let below = folder.path().join("a/b");
    fs::create_dir_all(&below).unwrap();

    let done = forkdeck(&below, &[]);

    assert_eq!(done.code, Some(2));
    assert_eq!(
        done.err,
        "forkdeck: the dashboard needs a terminal\n  add --headless to print the workers' log lines instead\n"
    );
}

#[test]
fn only_what_is_built_is_in_the_help() {
    let done = forkdeck(folder(&[]).path(), &["--help"]);

    assert_eq!(done.code, Some(0));
    for verb in ["demo", "run", "up", "map", "check", "init"] {
        assert!(done.out.contains(&format!("  {verb} ")), "{}", done.out);
    }
    for hidden in ["fd-keeper", "worker ", "attach", "replay"] {
        let shown = done.out.lines().any(|line| line.trim().starts_with(hidden));
        assert!(!shown, "{hidden} in {}", done.out);
    }
}

#[test]
fn bad_usage_exits_with_2() {
    let folder = folder(&[("forkdeck.toml", GOOD), ("w.sh", "")]);
    let lines: [&[&str]; 15] = [
        &["frobnicate"],
        &["run"],
        &["run", "--frobnicate", "w.sh"],
        &["run", "-n", "0", "w.sh"],
        &["run", "-n", "1001", "w.sh"],
        &["run", "--name", "a/b", "--headless", "w.sh"],
        &["run", "--headless", "missing.js"],
        &["run", "--runtime", "perl", "w.sh"],
        &["map"],
        &["map", "missing.js"],
        &["map", "--timeout", "5", "w.sh"],
        &["map", "--fail-fast", "--keep-going", "w.sh"],
        &["--rpc", "map", "w.sh"],
        &["up", "--json"],
        &["check", "-c", "missing.toml"],
    ];
    for line in lines {
        let done = forkdeck(folder.path(), line);
        assert_eq!(done.code, Some(2), "{line:?}: {done:?}");
        assert!(
            !done.err.is_empty() && done.out.is_empty(),
            "{line:?}: {done:?}"
        );
    }
}

#[test]
fn a_map_is_no_cluster() {
    let done = forkdeck(
        folder(&[]).path(),
        &["map", "--api", "cluster", "node", "w.js"],
    );

    assert_eq!(done.code, Some(2));
    assert!(done.err.contains("--api cluster is for `run`"), "{done:?}");
}

#[test]
fn an_unknown_pool_exits_with_3() {
    let folder = folder(&[("forkdeck.toml", "[pools.resize]\ncommand = [\"true\"]\n")]);

    let done = forkdeck(folder.path(), &["up", "--headless", "resiez"]);

    assert_eq!(done.code, Some(3));
    assert_eq!(
        done.err,
        "forkdeck: the deck has no pool `resiez`\n  did you mean `resize`?\n"
    );
}

#[test]
fn check_says_that_a_config_is_good() {
    let folder = folder(&[("forkdeck.toml", GOOD)]);
    let expected = |name: &str| Done {
        code: Some(0),
        out: format!("{name} is good: 2 pools, 3 workers\n"),
        err: String::new(),
    };

    assert_eq!(
        forkdeck(folder.path(), &["check", "-c", "forkdeck.toml"]),
        expected("forkdeck.toml")
    );
    assert_eq!(
        forkdeck(folder.path(), &["check"]),
        expected("forkdeck.toml")
    );
}

#[test]
fn check_says_where_a_config_is_wrong_and_starts_nothing() {
    let text = "[pools.a]\ncommand = [\"touch\", \"started\"]\ninstnces = 4\npty = true\n";
    let folder = folder(&[("forkdeck.toml", text)]);
    let expected = "forkdeck.toml:3:1: unknown key `instnces`
 3 | instnces = 4
   | ^^^^^^^^
   = help: did you mean `instances`?
forkdeck.toml:4:1: `pty` is not built yet in this version
 4 | pty = true
   | ^^^
   = help: only its default works: pty = false
";

    for verb in [&["check"][..], &["up", "--headless"]] {
        let done = forkdeck(folder.path(), verb);
        assert_eq!(
            done,
            Done {
                code: Some(2),
                out: String::new(),
                err: expected.to_owned()
            }
        );
    }
    assert!(!folder.path().join("started").exists());
}

#[test]
fn files_that_are_no_config_are_refused() {
    let huge = format!("{}\n# {}", GOOD, "x".repeat(1 << 20));
    let folder = folder(&[
        ("huge.toml", &huge),
        ("bom.toml", &format!("\u{feff}{GOOD}")),
    ]);
    fs::write(folder.path().join("latin1.toml"), b"a = 1\n# caf\xe9\n").unwrap();
    let check = |name| forkdeck(folder.path(), &["check", "-c", name]);

    assert_eq!(check("bom.toml").code, Some(0));
    assert_eq!(
        check("huge.toml").err,
        "forkdeck: huge.toml is longer than 1MiB, which is no config\n"
    );
    assert_eq!(
        check("latin1.toml").err,
        "forkdeck: latin1.toml:2:6: not valid UTF-8\n"
    );
    assert_eq!(check(".").err, "forkdeck: . is not a file\n");
    assert!(check("none.toml").err.contains("forkdeck init"));
}

#[test]
fn a_found_config_that_everybody_may_write_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&[("forkdeck.toml", GOOD)]);
    let path = folder.path().join("forkdeck.toml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();

    let found = forkdeck(folder.path(), &["check"]);
    let named = forkdeck(folder.path(), &["check", "-c", "forkdeck.toml"]);

    assert_eq!(found.code, Some(2), "{found:?}");
    assert!(
        found.err.contains("can be written by everybody"),
        "{found:?}"
    );
    assert_eq!(named.code, Some(0), "{named:?}");
    assert!(named.err.contains("warning"), "{named:?}");
}

#[test]
fn a_fault_in_the_persons_own_file_is_told_with_its_place() {
    let folder = folder(&[("forkdeck.toml", GOOD)]);
    let own = folder.path().join("config/forkdeck");
    fs::create_dir_all(&own).unwrap();
    fs::write(own.join("config.toml"), "[keys]\nrestrat = \"x\"\n").unwrap();

    let done = forkdeck(folder.path(), &["check"]);

    assert_eq!(done.code, Some(2), "{done:?}");
    let wanted = "config/forkdeck/config.toml:2:1: there is no action `restrat`";
    assert!(done.err.starts_with(wanted), "{done:?}");
    assert!(done.err.contains("did you mean `restart`?"), "{done:?}");
}

#[test]
fn init_writes_a_config_that_is_good_and_never_overwrites_one() {
    for files in [&[][..], &[("worker.sh", "cat")]] {
        let folder = folder(files);

        let first = forkdeck(folder.path(), &["init"]);
        let text = fs::read_to_string(folder.path().join("forkdeck.toml")).unwrap();
        let check = forkdeck(folder.path(), &["check"]);
        let second = forkdeck(folder.path(), &["init"]);

        assert_eq!(first.code, Some(0), "{first:?}");
        assert_eq!(check.code, Some(0), "{check:?}");
        assert_eq!(second.code, Some(1), "{second:?}");
        let there = "forkdeck: there is a forkdeck.toml here already, and it stays as it is\n";
        assert!(second.err.starts_with(there), "{second:?}");
        let after = fs::read_to_string(folder.path().join("forkdeck.toml")).unwrap();
        assert_eq!(text, after);
    }
}

#[test]
fn a_headless_deck_whose_workers_all_finished_exits_with_0() {
    let folder = folder(&[]);

    let done = forkdeck(
        folder.path(),
        &["run", "--headless", "-n", "2", "echo", "--headless", "a  b"],
    );

    assert_eq!(done.code, Some(0), "{done:?}");
    let printed = done
        .out
        .lines()
        .filter(|line| line.ends_with("--headless a  b"));
    assert_eq!(printed.count(), 2, "{done:?}");
}

#[test]
fn a_headless_deck_with_a_failed_worker_exits_with_1() {
    let folder = folder(&[(
        "forkdeck.toml",
        "[pools.a]\ncommand = [\"sh\", \"-c\", \"exit 3\"]\nrestart = { when = \"never\" }\n",
    )]);

    let done = forkdeck(folder.path(), &["--headless"]);

    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.err.contains("a/1 failed"), "{done:?}");
}

#[test]
fn a_missing_program_fails_its_worker() {
    let done = forkdeck(
        folder(&[]).path(),
        &["run", "--headless", "no-such-program"],
    );

    assert_eq!(done.code, Some(1), "{done:?}");
}

/// Starts a deck with a worker of a shell script, waits until it says `up`, sends the first signal, waits until it says
/// `deaf`, and so on, and takes the exit code.
fn exit_after(signals: &[Signal], script: &str) -> Option<i32> {
    // `timeout --foreground` hands signals on as they are, and bounds the test.
    let folder = folder(&[]);
    let mut deck = Command::new("timeout")
        .args(["--foreground", "30"])
        .args([
            env!("CARGO_BIN_EXE_forkdeck"),
            "run",
            "--headless",
            "sh",
            "-c",
            script,
        ])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(deck.stdout.take().unwrap()).lines();
    let pid = Pid::from_child(&deck);
    let mut after = "up";
    for signal in signals {
        let seen = lines.by_ref().any(|line| line.unwrap().ends_with(after));
        assert!(seen, "no line ends with `{after}`");
        kill_process(pid, *signal).unwrap();
        after = "deaf";
    }
    deck.wait().unwrap().code()
}

#[test]
fn a_deck_stopped_by_a_signal_exits_with_0() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        assert_eq!(
            exit_after(&[signal], "echo up; exec sleep 60"),
            Some(0),
            "{signal:?}"
        );
    }
}

#[test]
fn a_second_interrupt_exits_with_130() {
    let script = "trap 'echo deaf' TERM; echo up; while :; do sleep 0.1; done";
    assert_eq!(exit_after(&[Signal::INT, Signal::INT], script), Some(130));
}

#[test]
fn headless_events_are_lines_of_json() {
    let done = forkdeck(
        folder(&[]).path(),
        &["run", "--headless", "--json", "echo", "hi"],
    );

    assert_eq!(done.code, Some(0), "{done:?}");
    let events: Vec<serde_json::Value> = done
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let has = |event: &str| events.iter().any(|line| line["event"] == event);
    assert!(has("state") && has("log") && has("exit"), "{}", done.out);
}

#[test]
fn the_end_of_input_takes_an_rpc_deck_down() {
    let done = forkdeck(folder(&[]).path(), &["run", "--rpc", "sleep", "60"]);

    assert_eq!(done.code, Some(0), "{done:?}");
}

#[test]
fn the_config_of_the_readme_is_good() {
    let readme = include_str!("../README.md");
    let config = readme.split("```toml\n").nth(1).unwrap();
    let config = config.split("```").next().unwrap();
    let folder = folder(&[("forkdeck.toml", config), (".env", "")]);
    fs::create_dir(folder.path().join("workers")).unwrap();
    fs::write(folder.path().join("workers/resize.js"), "").unwrap();
    // What the reader's machine has is no matter of the text.
    let node = folder.path().join("node");
    std::os::unix::fs::symlink("/bin/true", &node).unwrap();

    let output = Command::new(env!("CARGO_BIN_EXE_forkdeck"))
        .arg("check")
        .current_dir(folder.path())
        .env("PATH", folder.path())
        .output()
        .unwrap();

    let done = done(&output);
    assert_eq!(
        done.out, "forkdeck.toml is good: 1 pool, 1 worker\n",
        "{done:?}"
    );
}
