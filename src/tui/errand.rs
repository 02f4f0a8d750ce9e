//! What takes the dashboard's thread too long: writing a file, and running the clipboard's program. Each goes on a thread
//! of its own and says how it ended.
//!
//! No errand holds the terminal: a program gets a pipe and a process group of its own. Called by `app`.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc as std_mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, kill_process_group, waitpgid};
use tokio::sync::mpsc;

use crate::model::WallTime;
use crate::tui::clip::{self, Around};
use crate::tui::figures;
use crate::tui::save;

/// How many errands run at once; a further one is refused.
const MOST: usize = 8;

/// How long a program may take for the clipboard; then it is ended, and its place is free for another errand.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is to be said about an errand, and whether it went wrong.
pub(crate) type Said = (String, bool);

/// The errands that run.
#[derive(Debug)]
pub(crate) struct Errands {
    around: Around,
    running: usize,
    tell: mpsc::Sender<Option<Said>>,
    told: mpsc::Receiver<Option<Said>>,
}

impl Errands {
    /// None yet.
    pub(crate) fn new(around: Around) -> Self {
        let (tell, told) = mpsc::channel(MOST);
        Self {
            around,
            running: 0,
            tell,
            told,
        }
    }

    /// What is to be said about the next errand that ends; waits for ever where none runs.
    ///
    /// Cancel safe: what was not taken stays.
    pub(crate) async fn next(&mut self) -> Option<Said> {
        // A sender is kept, so the channel never ends.
        let said = self.told.recv().await.flatten();
        self.running = self.running.saturating_sub(1);
        said
    }

    /// Waits until none runs any more.
    pub(crate) async fn finish(&mut self) {
        while self.running > 0 {
            self.next().await;
        }
    }

    /// Copies a text: what is to be written to the terminal, and what is to be said, with what else there is to do.
    pub(crate) fn copy(
        &mut self,
        text: String,
        what: &str,
        saves: &str,
    ) -> (Vec<u8>, Option<Said>) {
        let programs = self.around.programs();
        let copied = format!("Copied {}: {what}", figures::size(text.len()));
        let sequence = clip::sequence(&text, self.around);
        let Some(bytes) = sequence else {
            let too_long = format!(
                "{} is too long for the terminal's clipboard{saves}",
                figures::size(text.len())
            );
            if programs.is_empty() {
                return (Vec::new(), Some((too_long, true)));
            }
            let refused = self.start(move || {
                Some(match pipe(&programs, &text.into(), PATIENCE) {
                    Some(Took::Yes) => (copied, false),
                    Some(Took::Hung(program)) => (format!("{} · w saves it", hung(&program)), true),
                    _ => (too_long, true),
                })
            });
            return (Vec::new(), refused);
        };
        if !programs.is_empty() {
            // The terminal has it already: that a program says no to it changes nothing that is said.
            self.start(move || match pipe(&programs, &text.into(), PATIENCE) {
                Some(Took::Hung(program)) => Some((hung(&program), true)),
                _ => None,
            });
        }
        (bytes, Some((copied, false)))
    }

    /// Saves a text into a new file in this folder; what is to be said at once.
    pub(crate) fn save(
        &mut self,
        folder: PathBuf,
        (deck, what, ending): (&str, &'static str, &'static str),
        now: WallTime,
        text: String,
    ) -> Option<Said> {
        let name = save::name(deck, what, now);
        self.start(move || {
            let written = save::write(&folder, &name, ending, &text);
            Some(match written {
                Ok(file) => (
                    format!("Saved {}: {file}", figures::size(text.len())),
                    false,
                ),
                Err(error) => (
                    format!("Cannot save {name}.{ending}: {}", cause(&error)),
                    true,
                ),
            })
        })
    }

    fn start(&mut self, errand: impl FnOnce() -> Option<Said> + Send + 'static) -> Option<Said> {
        if self.running >= MOST {
            return Some((
                "Too much is being copied and saved already".to_owned(),
                true,
            ));
        }
        let tell = self.tell.clone();
        let started = thread::Builder::new()
            .name("errand".to_owned())
            // The dashboard may be gone when the errand ends.
            .spawn(move || drop(tell.blocking_send(errand())));
        match started {
            Ok(_) => {
                self.running += 1;
                None
            }
            Err(error) => Some((format!("Cannot start a thread: {}", cause(&error)), true)),
        }
    }
}

/// What is said about a program that was ended.
fn hung(program: &str) -> String {
    let time = PATIENCE.as_secs();
    format!("{program} took no copy within {time} s and was ended")
}

/// An error's own words, without the number.
fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    text.to_lowercase()
}

/// What a program did with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Took {
    /// It took it.
    Yes,
    /// It said no.
    No,
    /// It did neither in time and was ended: its name.
    Hung(String),
}

/// Gives a text to the first of these programs that is there and takes it; none where none is there.
fn pipe(programs: &[&[&str]], text: &Arc<str>, patience: Duration) -> Option<Took> {
    let mut found = None;
    for words in programs {
        let Some((program, arguments)) = words.split_first() else {
            continue;
        };
        match run(program, arguments, text, patience) {
            Ok(Took::Yes) => return Some(Took::Yes),
            Ok(other) => found = Some(other),
            // It is not there, or cannot be run: the next one may.
            Err(_) => {}
        }
    }
    found
}

/// Runs a program to its end, or ends it where it takes too long.
fn run(program: &str, arguments: &[&str], text: &Arc<str>, patience: Duration) -> io::Result<Took> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let (tell, told) = std_mpsc::channel();
    let text = Arc::clone(text);
    // A program that reads nothing holds up who writes to it, one that never ends who waits for it.
    let serve = move || {
        let written = child
            .stdin
            .take()
            .map(|mut stdin| stdin.write_all(text.as_bytes()));
        let is_written = written.is_some_and(|written| written.is_ok());
        let ended = child.wait();
        tell.send(ended.map(|ended| ended.success() && is_written))
    };
    let name = "clipboard".to_owned();
    let served = thread::Builder::new().name(name).spawn(serve);
    let took = match served {
        Ok(_) => told.recv_timeout(patience).ok(),
        Err(_) => None,
    };
    if let Some(group) = group {
        if took.is_none() {
            // Its group is its own: nothing else is in it. Where it is gone there is nobody to be ended.
            let _ = kill_process_group(group, Signal::KILL);
        }
        reap(group);
    }
    served?;
    Ok(match took.transpose()? {
        Some(true) => Took::Yes,
        Some(false) => Took::No,
        None => Took::Hung(program.to_owned()),
    })
}

/// Leaves no zombie: some of these programs go on in the background as long as they hold the clipboard, and come to this
/// process once their parent is gone.
fn reap(group: Pid) {
    let wait =
        move || while waitpgid(group, WaitOptions::empty()).is_ok_and(|one| one.is_some()) {};
    let started = thread::Builder::new()
        .name("clipboard".to_owned())
        .spawn(wait);
    // Without a thread they stay until the deck ends.
    drop(started);
}

#[cfg(test)]
#[path = "errand_tests.rs"]
mod tests;
