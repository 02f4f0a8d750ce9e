//! A deck on a real terminal: keys go in, a screen of cells comes out.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use rustix::fs::{Mode, OFlags};
use rustix::termios::{LocalModes, tcgetattr};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

use super::wait::until;

/// A program on a pseudo-terminal. Dropped, it is killed and its keeper ends its workers.
pub(crate) struct Screen {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    input: Box<dyn Write + Send>,
    shown: Arc<Mutex<Shown>>,
}

struct Shown {
    parser: vt100::Parser,
    bytes: Vec<u8>,
}

impl Screen {
    /// Starts `forkdeck ARG…` in a folder on a terminal of this size.
    pub(crate) fn start(folder: &Path, args: &[&str], (columns, rows): (u16, u16)) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_forkdeck"));
        command.args(args);
        Self::start_command(command, folder, (columns, rows))
    }

    /// Starts any command in a folder on a terminal of this size.
    pub(crate) fn start_command(
        mut command: CommandBuilder,
        folder: &Path,
        (columns, rows): (u16, u16),
    ) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        command.cwd(folder);
        command.env("TERM", "xterm-256color");
        command.env("XDG_STATE_HOME", folder.join("state"));
        command.env("XDG_CONFIG_HOME", folder.join("config"));
        // No test touches a clipboard that somebody uses.
        for clipboard in ["TMUX", "STY", "DISPLAY", "WAYLAND_DISPLAY"] {
            command.env_remove(clipboard);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let shown = Arc::new(Mutex::new(Shown {
            parser: vt100::Parser::new(cells(rows), cells(columns), 0),
            bytes: Vec::new(),
        }));
        let mut output = pair.master.try_clone_reader().unwrap();
        let showing = Arc::clone(&shown);
        thread::spawn(move || {
            let mut buffer = [0; 16 << 10];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let mut shown = showing.lock().unwrap();
                shown.parser.process(&buffer[..count]);
                shown.bytes.extend_from_slice(&buffer[..count]);
            }
        });
        let input = pair.master.take_writer().unwrap();
        Self {
            child,
            master: pair.master,
            input,
            shown,
        }
    }

    /// An interactive shell at its prompt `prompt$`, in which the dashboard of one sleeping worker runs.
    pub(crate) fn in_a_shell(folder: &Path, size: (u16, u16)) -> Self {
        let mut command = CommandBuilder::new("bash");
        command.args(["--norc", "--noprofile", "-i"]);
        command.env("PS1", "prompt$ ");
        let mut screen = Self::start_command(command, folder, size);
        screen.shows("prompt$");
        let binary = env!("CARGO_BIN_EXE_forkdeck");
        screen.keys(&format!("{binary} run sleep 1000\r"));
        screen.shows("● ready");
        screen
    }

    /// Waits until the dashboard's screen is gone: the main screen, a cursor, no mouse.
    pub(crate) fn is_left(&self) {
        until("the main screen is back", || {
            (!self.is_alternate()).then_some(())
        });
        until("the cursor is back", || {
            (!self.hides_cursor()).then_some(())
        });
        until("the mouse is free", || (!self.takes_mouse()).then_some(()));
    }

    /// Waits until the terminal is as it was found: the dashboard's screen gone, and cooked mode.
    pub(crate) fn is_given_back(&self) {
        until("cooked mode is back", || self.is_cooked().then_some(()));
        self.is_left();
    }

    /// The pid of the program.
    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Types.
    pub(crate) fn keys(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    /// Changes the terminal's size.
    pub(crate) fn resize(&mut self, (columns, rows): (u16, u16)) {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.shown
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        self.master.resize(size).unwrap();
    }

    /// What is on the screen, as text.
    pub(crate) fn text(&self) -> String {
        self.shown.lock().unwrap().parser.screen().contents()
    }

    /// Every byte the program wrote so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.shown.lock().unwrap().bytes.clone()
    }

    /// Whether the program shows the alternate screen.
    pub(crate) fn is_alternate(&self) -> bool {
        self.shown
            .lock()
            .unwrap()
            .parser
            .screen()
            .alternate_screen()
    }

    /// Whether the cursor is hidden.
    pub(crate) fn hides_cursor(&self) -> bool {
        self.shown.lock().unwrap().parser.screen().hide_cursor()
    }

    /// Whether the program asked for the mouse.
    pub(crate) fn takes_mouse(&self) -> bool {
        let shown = self.shown.lock().unwrap();
        shown.parser.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    /// Whether the terminal is in cooked mode: it edits lines, echoes, and turns Ctrl-C into a signal.
    pub(crate) fn is_cooked(&self) -> bool {
        let terminal = self.master.tty_name().unwrap();
        let terminal = rustix::fs::open(terminal, OFlags::RDWR | OFlags::NOCTTY, Mode::empty());
        let modes = tcgetattr(terminal.unwrap()).unwrap().local_modes;
        modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
    }

    /// Waits until the screen's text satisfies `wanted`.
    pub(crate) fn wait(&self, what: &str, mut wanted: impl FnMut(&str) -> bool) {
        let mut last = String::new();
        let shown = || {
            last = self.text();
            wanted(&last).then_some(())
        };
        let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| until(what, shown)));
        assert!(
            found.is_ok(),
            "waited in vain: {what}; the screen:\n{}",
            self.text()
        );
    }

    /// Waits until the screen shows a text.
    pub(crate) fn shows(&self, text: &str) {
        self.wait(text, |shown| shown.contains(text));
    }

    /// Waits until the program ends.
    pub(crate) fn end(&mut self) -> ExitStatus {
        let child = &mut self.child;
        until("the program ends", || child.try_wait().unwrap())
    }
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

impl Drop for Screen {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
