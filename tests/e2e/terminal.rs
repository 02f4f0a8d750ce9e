//! The terminal is given back as it was found, whatever ends the dashboard.

use crate::support::{Proc, Screen, until};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

fn signal(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), signal).unwrap();
}

fn dashboard(folder: &tempfile::TempDir, size: (u16, u16)) -> Screen {
    let screen = Screen::start(folder.path(), &["run", "sleep", "1000"], size);
    screen.shows("● ready");
    assert!(screen.is_alternate() && !screen.is_cooked());
    screen
}

#[test]
fn quitting_gives_the_terminal_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = dashboard(&folder, (120, 40));
    screen.keys("q");
    assert!(screen.end().success());
    screen.is_given_back();
}

#[test]
fn ctrl_c_quits_like_q() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = dashboard(&folder, (120, 40));
    screen.keys("\x03");
    assert!(screen.end().success());
    screen.is_given_back();
}

#[test]
fn sigterm_and_sighup_give_the_terminal_back() {
    for ended_by in [Signal::TERM, Signal::HUP] {
        let folder = tempfile::tempdir().unwrap();
        let mut screen = dashboard(&folder, (80, 24));
        let family = Proc::descendants(screen.pid());
        signal(screen.pid(), ended_by);
        assert!(screen.end().success());
        screen.is_given_back();
        assert!(!family.iter().any(Proc::is_alive));
    }
}

#[test]
fn a_closed_terminal_ends_the_deck_and_its_workers() {
    let folder = tempfile::tempdir().unwrap();
    // Another program holds the terminal, as a window does, and is killed.
    let window = "import pty, sys; pty.spawn(sys.argv[1:])";
    let mut child = Command::new("python3")
        .args(["-c", window, env!("CARGO_BIN_EXE_forkdeck")])
        .args(["run", "sleep", "1000"])
        .env("TERM", "xterm-256color")
        .env("XDG_STATE_HOME", folder.path())
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // The deck, its keeper, and the worker.
    let family = until("the worker runs", || {
        let family = Proc::descendants(child.id());
        (family.len() == 3).then_some(family)
    });

    child.kill().unwrap();
    child.wait().unwrap();

    until("every descendant is gone", || {
        (!family.iter().any(Proc::is_alive)).then_some(())
    });
}

#[test]
fn ctrl_z_suspends_the_deck_and_fg_brings_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = Screen::in_a_shell(folder.path(), (100, 30));

    screen.keys("\x1a");
    screen.shows("Stopped");
    screen.is_left();

    screen.keys("fg\r");
    screen.shows("● ready");
    assert!(screen.is_alternate());
    screen.keys("q");
    screen.wait("the shell is back", |text| {
        text.trim_end().ends_with("prompt$")
    });
    screen.is_left();
    screen.keys("exit\r");
    screen.end();
}

#[test]
fn a_resize_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = dashboard(&folder, (120, 40));
    for size in [(80, 24), (40, 12), (20, 5), (3, 2), (200, 60), (120, 40)] {
        screen.resize(size);
    }
    screen.shows("● ready");
    screen.keys("q");
    assert!(screen.end().success());
}
