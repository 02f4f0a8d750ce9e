//! The terminal of a deck that died.

use std::fs::File;
use std::io::Read;
use std::sync::{Arc, Mutex};

use forkdeck::process::Spawner;
use forkdeck::process::keeper::Keeper;
use portable_pty::{PtySize, native_pty_system};
use rustix::fd::AsFd;
use rustix::termios::{Action, LocalModes, OptionalActions, tcflow, tcgetattr, tcsetattr};

use crate::support::{exe, until, until_gone};

struct Terminal {
    _pair: portable_pty::PtyPair,
    tty: File,
    screen: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    fn open() -> Self {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let name = pair.master.tty_name().unwrap();
        let tty = File::options().read(true).write(true).open(name).unwrap();
        let screen = Arc::new(Mutex::new(Vec::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let seen = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                seen.lock().unwrap().extend_from_slice(&buffer[..length]);
            }
        });
        Self {
            _pair: pair,
            tty,
            screen,
        }
    }

    fn make_raw(&self) {
        let mut modes = tcgetattr(&self.tty).unwrap();
        modes.make_raw();
        tcsetattr(&self.tty, OptionalActions::Now, &modes).unwrap();
    }

    fn is_cooked(&self) -> bool {
        let modes = tcgetattr(&self.tty).unwrap().local_modes;
        modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
    }

    fn shows(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).contains(text)
    }
}

#[tokio::test]
async fn a_dead_deck_gives_its_terminal_back() {
    let terminal = Terminal::open();
    let keeper = Keeper::start(exe()).unwrap();
    keeper
        .terminal()
        .lend_terminal(terminal.tty.as_fd())
        .unwrap();
    terminal.make_raw();

    drop(keeper);

    until("the modes are restored", || terminal.is_cooked()).await;
    for part in [
        "\x1b[?1049l",
        "\x1b[?25h",
        "\x1b[?1006l",
        "\x1b[?2004l",
        "\x1b[0m",
    ] {
        until("the screen is restored", || terminal.shows(part)).await;
    }
}

#[tokio::test]
async fn a_stopped_terminal_does_not_hold_the_keeper_up() {
    let terminal = Terminal::open();
    let keeper = Keeper::start(exe()).unwrap();
    let pid = keeper.pid().unwrap();
    keeper
        .terminal()
        .lend_terminal(terminal.tty.as_fd())
        .unwrap();
    terminal.make_raw();
    tcflow(&terminal.tty, Action::OOff).unwrap();

    drop(keeper);

    until_gone(&[pid]).await;
    assert!(terminal.is_cooked());
}

#[tokio::test]
async fn a_terminal_that_was_given_back_is_left_alone() {
    let terminal = Terminal::open();
    let keeper = Keeper::start(exe()).unwrap();
    let pid = keeper.pid().unwrap();
    keeper
        .terminal()
        .lend_terminal(terminal.tty.as_fd())
        .unwrap();
    keeper.terminal().give_back();
    terminal.make_raw();

    drop(keeper);

    until_gone(&[pid]).await;
    assert!(!terminal.is_cooked());
    assert!(!terminal.shows("\x1b"));
}

#[tokio::test]
async fn the_modes_that_a_shell_has_set_meanwhile_are_left_alone() {
    let terminal = Terminal::open();
    let keeper = Keeper::start(exe()).unwrap();
    let pid = keeper.pid().unwrap();
    keeper
        .terminal()
        .lend_terminal(terminal.tty.as_fd())
        .unwrap();
    terminal.make_raw();
    let mut modes = tcgetattr(&terminal.tty).unwrap();
    modes.local_modes |= LocalModes::ISIG;
    tcsetattr(&terminal.tty, OptionalActions::Now, &modes).unwrap();

    drop(keeper);

    until_gone(&[pid]).await;
    assert!(!terminal.is_cooked());
    until("the screen is restored", || terminal.shows("\x1b[?1049l")).await;
}

#[test]
fn what_is_no_terminal_cannot_be_lent() {
    let keeper = Keeper::start(exe()).unwrap();
    let null = File::open("/dev/null").unwrap();

    assert!(keeper.terminal().lend_terminal(null.as_fd()).is_err());
    assert!(keeper.terminal().lend_terminal(null.as_fd()).is_err());
}

#[test]
fn an_executable_that_is_no_keeper_is_refused() {
    assert!(Keeper::start("/bin/true".as_ref()).is_err());
    assert!(Keeper::start("/no/such".as_ref()).is_err());
}
