//! However a deck, its keeper or its workers die: nothing is left behind, and what happened is told.

use std::fs;
use std::path::Path;

use crate::support::{Proc, Rpc, Screen, until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

/// A worker with every kind of descendant that tries to outlive it.
const STUBBORN: &str = r#"
trap '' TERM HUP INT
setsid sh -c 'trap "" TERM HUP INT; while :; do sleep 1; done' &
sh -c 'trap "" TERM HUP; sh -c "trap \"\" TERM HUP; while :; do sleep 1; done" & exit' &
sh -c 'kill -STOP $$; sleep 1000' &
setsid setsid sh -c 'kill -STOP $$; sleep 1000' &
echo started
while :; do sleep 1; done
"#;

fn signal(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

fn stubborn_deck(folder: &Path) -> Rpc {
    fs::write(folder.join("stubborn.sh"), STUBBORN).unwrap();
    let config = "[pools.stubborn]\ncommand = ['sh', 'stubborn.sh']\ninstances = 2\n";
    let mut deck = Rpc::up(folder, config);
    for _ in 0..2 {
        deck.event("a start", |event| {
            event["event"] == "log" && event["line"] == "started"
        });
    }
    deck
}

/// The deck's descendants once all that the two workers start is there: a keeper, and of each worker six or more.
fn family(deck: &Rpc) -> Vec<Proc> {
    until("all descendants are there", || {
        let family = Proc::descendants(deck.pid());
        (family.len() > 12).then_some(family)
    })
}

fn keeper(deck: &Rpc) -> Proc {
    until("the keeper is there", || {
        Proc::children(deck.pid()).into_iter().next()
    })
}

fn all_gone(family: &[Proc]) {
    until("every descendant is gone", || {
        (!family.iter().any(Proc::is_alive)).then_some(())
    });
}

#[test]
fn nothing_outlives_a_deck_that_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut deck = stubborn_deck(folder.path());
    let family = family(&deck);

    deck.kill();

    all_gone(&family);
}

#[test]
fn nothing_outlives_a_keeper_that_is_killed_and_the_deck_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut deck = stubborn_deck(folder.path());
    let family = family(&deck);

    signal(keeper(&deck).pid, Signal::KILL);

    all_gone(&family);
    assert_eq!(deck.wait().code(), Some(1));
}

#[test]
fn a_deck_goes_down_in_order_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("stubborn.sh"), STUBBORN).unwrap();
    let config = "[pools.stubborn]\ncommand = ['sh', 'stubborn.sh']\nstop = { grace = '300ms' }\n";
    let mut deck = Rpc::up(folder.path(), config);
    deck.event("a start", |event| {
        event["event"] == "log" && event["line"] == "started"
    });
    let family = Proc::descendants(deck.pid());

    assert_eq!(deck.call("down", &json!({})).unwrap(), json!({}));

    let exit = deck.event("its exit", |event| event["event"] == "exit");
    assert_eq!(exit["planned"], true);
    assert_eq!(exit["escalated"], true);
    assert!(deck.wait().success());
    all_gone(&family);
}

#[test]
fn a_killed_worker_is_back_with_its_cause_told() {
    let folder = tempfile::tempdir().unwrap();
    let config = "[pools.a]\ncommand = ['sleep', '1000']\ninstances = 2\n";
    let mut deck = Rpc::up(folder.path(), config);
    deck.state("a/1", "ready");
    deck.state("a/2", "ready");
    let other = deck.worker_pid("a/2");

    signal(deck.worker_pid("a/1"), Signal::KILL);

    let exit = deck.event("its exit", |event| event["event"] == "exit");
    assert_eq!(exit["worker"], "a/1");
    assert_eq!(exit["signal"], "SIGKILL");
    assert_eq!(exit["planned"], false);
    assert!(
        exit["cause"].as_str().unwrap().contains("not by us"),
        "{exit}"
    );
    let back = deck.state("a/1", "ready");
    assert_eq!(back["restarts"], 1);
    assert_eq!(deck.worker_pid("a/2"), other);
    assert!(deck.end().success());
}

#[test]
fn a_descendant_that_holds_an_output_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let script = "sleep 1000 2>/dev/null 3>&- & echo $!; exit 0";
    fs::write(folder.path().join("holder.sh"), script).unwrap();
    let config = "[pools.a]\ncommand = ['sh', 'holder.sh']\nrestart = { when = 'never' }\n";
    let mut deck = Rpc::up(folder.path(), config);
    let told = deck.event("its child's pid", |event| event["event"] == "log");
    let child: u32 = told["line"].as_str().unwrap().parse().unwrap();
    deck.state("a/1", "finished");

    let held = deck.event("who holds its output", |event| event["held_by"].is_u64());

    assert_eq!(held["held_by"], child);
    assert_eq!(held["stdout"], "open");
    assert_eq!(held["channel"], "closed");
    let child = Proc::find(child).unwrap();
    assert!(deck.end().success());
    assert!(!child.is_alive());
}

#[test]
fn a_worker_that_crashes_at_once_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let config = "[pools.a]\ncommand = ['false']\nrestart = { backoff = '10ms..40ms', intensity = '3 in 30s' }\n";
    let mut deck = Rpc::up(folder.path(), config);

    let failed = deck.state("a/1", "failed");

    assert_eq!(failed["restarts"], 3);
    let refusal = deck
        .call("send", &json!({"to": "a/1", "message": 1}))
        .unwrap_err();
    assert_eq!(refusal["data"]["kind"], "not_running");
    assert!(deck.end().success());
}

#[test]
fn a_deaf_worker_is_killed_after_its_grace() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("deaf.sh"),
        "trap '' TERM\necho deaf\nwhile :; do sleep 0.1; done",
    )
    .unwrap();
    let config = "[pools.a]\ncommand = ['sh', 'deaf.sh']\nstop = { grace = '200ms' }\n";
    let mut deck = Rpc::up(folder.path(), config);
    deck.event("it is deaf", |event| event["event"] == "log");

    let stopped = deck.call("stop", &json!({"to": "a/1"})).unwrap();

    assert_eq!(stopped["workers"][0]["state"], "stopped");
    let exit = deck.event("its exit", |event| event["event"] == "exit");
    assert_eq!(exit["signal"], "SIGKILL");
    assert_eq!(exit["planned"], true);
    assert_eq!(exit["escalated"], true);
    assert!(deck.end().success());
}

#[test]
fn a_program_that_is_not_there_fails_at_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data"), "no program").unwrap();
    for (command, told) in [("./missing", "ENOENT"), ("./data", "EACCES")] {
        let config = format!("[pools.a]\ncommand = ['{command}']\n");
        let mut deck = Rpc::up(folder.path(), &config);
        let failed = deck.state("a/1", "failed");
        let reason = failed["reason"].as_str().unwrap();
        assert!(
            reason.contains(told) && reason.contains(&command[2..]),
            "{reason}"
        );
        assert!(deck.end().success());
    }
}

#[test]
fn a_killed_deck_gives_the_terminal_back() {
    let folder = tempfile::tempdir().unwrap();
    // A shell stays on the terminal, as in life.
    let mut command = portable_pty::CommandBuilder::new("sh");
    let binary = env!("CARGO_BIN_EXE_forkdeck");
    command.args([
        "-c",
        &format!("trap 'echo redraw' WINCH; {binary} run sleep 1000; until read line; do :; done; echo got $line"),
    ]);
    let mut screen = Screen::start_command(command, folder.path(), (100, 30));
    screen.shows("● ready");
    assert!(screen.is_alternate() && !screen.is_cooked());
    let deck = until("the deck is there", || {
        Proc::children(screen.pid()).into_iter().next()
    });
    let family = Proc::descendants(deck.pid);

    signal(deck.pid, Signal::KILL);

    all_gone(&family);
    screen.is_given_back();
    // Whoever is in the foreground now is told to draw again.
    screen.shows("redraw");
    screen.keys("typed\r");
    screen.shows("got typed");
}

#[test]
fn a_shell_that_edits_lines_has_its_prompt_back_after_a_killed_deck() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = Screen::in_a_shell(folder.path(), (100, 30));
    let deck = until("the deck is there", || {
        Proc::children(screen.pid()).into_iter().next()
    });
    let family = Proc::descendants(deck.pid);

    signal(deck.pid, Signal::KILL);

    all_gone(&family);
    until("the main screen is back", || {
        (!screen.is_alternate()).then_some(())
    });
    screen.wait("the prompt is drawn", |text| {
        text.trim_end().ends_with("prompt$")
    });
    screen.keys("echo $((6 * 7))\r");
    screen.shows("42");
    screen.keys("exit\r");
    screen.end();
}
