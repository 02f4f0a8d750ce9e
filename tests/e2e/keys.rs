//! Every key of the dashboard that is no view's own, pressed on a real terminal, with what is seen of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use forkdeck::tui::{Context, actions};

use crate::support::{Screen, until};

const CONFIG: &str = "
[pools.pair]
command = [\"sh\", \"-c\", \"echo hello; exec sleep 1000\"]
instances = 2
[pools.one]
command = [\"sleep\", \"1000\"]
";

/// What is to be seen.
enum Seen {
    /// This text.
    Shows(&'static str),
    /// This text no longer.
    Hides(&'static str),
}

use Seen::{Hides, Shows};

/// The action, the keys for it, and what is to be seen after each; in this order.
const STEPS: &[(&str, &str, Seen)] = &[
    ("down", "\x1b[B", Shows("▌ ├ pair/1")),
    ("down", "j", Shows("▌ ╰ pair/2")),
    ("up", "k", Shows("▌ ├ pair/1")),
    ("bottom", "G", Shows("▌   one/1")),
    ("top", "g", Shows("▌ ▾ pair ×2")),
    ("page-down", "\x1b[6~", Shows("▌   one/1")),
    ("page-up", "\x1b[5~", Shows("▌ ▾ pair ×2")),
    ("fold", "\x1b[D", Shows("▸ pair ×2")),
    ("unfold", "\x1b[C", Shows("▾ pair ×2")),
    ("fold-all", "H", Shows("▸ pair ×2")),
    ("unfold-all", "L", Shows("▾ pair ×2")),
    ("sort", "o", Shows("Workers by worker ▲")),
    ("reverse-sort", "O", Shows("Workers by worker ▼")),
    ("previous-sort", "<", Hides("Workers by worker")),
    ("cpu-share", "%", Shows(" cores ")),
    ("cpu-share", "%", Hides(" cores ")),
    ("sort-cpu", "c", Shows("Workers by cpu")),
    ("sort-cpu", "c", Hides("Workers by cpu")),
    ("sort-cpu", "c", Shows("Workers by cpu")),
    ("sort-cpu", "c", Hides("Workers by cpu")),
    ("grow", "+", Shows("pair ×3")),
    ("shrink", "-", Shows("pair ×2")),
    ("whole", "a", Shows("Messages · whole deck")),
    ("whole", "a", Shows("Messages · pair/*")),
    ("message", "m", Shows("Send to one of pair")),
    ("back", "\x1b", Hides("Send to")),
    ("broadcast", "b", Shows("Send to all of pair")),
    ("back", "\x1b", Hides("Send to")),
    ("broadcast-all", "B", Shows("Send to every worker")),
    ("back", "\x1b", Hides("Send to")),
    ("open", "j\r", Shows("╭─ Worker pair/1")),
    ("back", "\x1b", Hides("╭─ Worker pair/1")),
    ("stop-start", "s", Shows("○ stopped")),
    ("stop-start", "s", Hides("○ stopped")),
    ("rolling-restart", "R", Shows("Restarted 2 of 2 of pair")),
    ("next-pane", "\t", Shows("f follow")),
    ("previous-pane", "\x1b[Z", Hides("f follow")),
    ("zoom", "z", Hides("Messages ·")),
    ("zoom", "z", Shows("Messages ·")),
    ("filter", "/hello", Shows("filter: hello")),
    ("back", "\x1b", Hides("filter: hello")),
    ("follow", "\t\tkkf", Shows("following")),
    ("palette", ":", Shows("Command")),
    ("back", "\x1b", Hides("Command")),
    ("palette", "\x10", Shows("Command")),
    ("back", "\x1b", Hides("Command")),
    ("help", "?", Shows("Esc closes")),
    ("back", "\x1b", Hides("Esc closes")),
    ("messages", "2", Hides("Workers")),
    ("deck", "1", Shows("Workers")),
    ("logs", "3", Hides("Workers")),
    ("deck", "1", Shows("Workers")),
    ("jobs", "4", Shows("Jobs")),
    ("deck", "1", Shows("Workers")),
];

/// Actions whose effect is no text on the screen, tested apart; and one that only the demo has.
const APART: [&str; 10] = [
    "restart",
    "kill",
    "redraw",
    "suspend",
    "quit",
    "off-load",
    "border-up",
    "border-down",
    "border-left",
    "border-right",
];

fn deck(folder: &tempfile::TempDir) -> Screen {
    fs::write(folder.path().join("forkdeck.toml"), CONFIG).unwrap();
    let screen = Screen::start(folder.path(), &["up"], (120, 40));
    screen.wait("all workers run", |text| text.contains("● 3 ready"));
    screen
}

#[test]
fn every_key_has_an_effect_that_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = deck(&folder);
    for (action, keys, seen) in STEPS {
        screen.keys(keys);
        match seen {
            Shows(text) => {
                screen.wait(&format!("{action} shows {text}"), |shown| {
                    shown.contains(text)
                });
            }
            Hides(text) => {
                screen.wait(&format!("{action} hides {text}"), |shown| {
                    !shown.contains(text)
                });
            }
        }
    }
    screen.keys("q");
    assert!(screen.end().success());
}

#[test]
fn no_action_is_left_out() {
    let views = [
        Context::Inspector,
        Context::Reader,
        Context::Jobs,
        Context::OffLoad,
    ];
    let all: BTreeSet<String> = actions()
        .filter(|row| !views.contains(&row.context))
        .map(|row| row.action.id())
        .collect();
    let tested = STEPS.iter().map(|(action, ..)| (*action).to_owned());
    let apart = APART.iter().map(|action| (*action).to_owned());
    let tested: BTreeSet<String> = tested.chain(apart).collect();
    assert_eq!(all, tested);
}

/// The pid in the row of a worker.
fn pid(screen: &Screen, worker: &str) -> Option<u32> {
    let text = screen.text();
    let row = text.lines().find(|line| line.contains(worker))?;
    row.split_whitespace().find_map(|word| word.parse().ok())
}

#[test]
fn restart_and_kill_give_the_worker_another_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = deck(&folder);
    screen.keys("G");
    for keys in ["r", "K"] {
        let before = until("a pid", || pid(&screen, "one/1"));
        screen.keys(keys);
        until("another pid", || {
            pid(&screen, "one/1").filter(|pid| *pid != before)
        });
    }
    screen.keys(":down\r");
    assert!(screen.end().success());
}

#[test]
fn redraw_draws_every_cell_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = deck(&folder);
    let clears = |screen: &Screen| {
        let bytes = screen.bytes();
        bytes.windows(4).filter(|part| part == b"\x1b[2J").count()
    };
    let before = clears(&screen);
    screen.keys("\x0c");
    until("the screen is cleared", || {
        (clears(&screen) > before).then_some(())
    });
    screen.shows("pair/2");
    screen.keys("q");
    assert!(screen.end().success());
}

#[test]
fn borders_move_by_keys_and_by_the_mouse() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = deck(&folder);
    let height = |text: &str| {
        text.lines()
            .position(|line| line.starts_with("╭─ Messages"))
    };
    let width = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("╭─ Messages"))?;
        line.chars().position(|c| c == '╮')
    };
    let before = screen.text();
    screen.keys("\x1b[1;5B\x1b[1;5C");
    screen.wait("both grow", |text| {
        height(text) > height(&before) && width(text) > width(&before)
    });
    let after = screen.text();
    screen.keys("\x1b[1;5A\x1b[1;5D");
    screen.wait("both shrink", |text| {
        height(text) < height(&after) && width(text) < width(&after)
    });

    let row = height(&screen.text()).unwrap() + 1;
    screen.keys(&format!("\x1b[<0;10;{row}M\x1b[<32;10;20M\x1b[<0;10;20m"));
    screen.wait("the border is where it was let go", |text| {
        height(text).is_some_and(|at| (18..=21).contains(&at))
    });
    screen.keys("q");
    assert!(screen.end().success());
}

#[test]
fn the_palette_says_what_is_wrong_and_does_what_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = deck(&folder);
    screen.keys(":stop onw/1");
    screen.shows("did you mean one/1?");
    screen.keys("\x15stop one/1\r");
    screen.shows("○ stopped");
    screen.keys(":send one {\"n\": {{seq}}}\r");
    screen.shows("✖ ");
    screen.keys("q");
    assert!(screen.end().success());
}

#[test]
fn what_is_shown_whole_is_copied_and_saved() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = deck(&folder);
    screen.shows("hello");
    screen.keys("\t\t\r");
    screen.shows("╭─ Line of pair/");
    screen.keys("y");
    screen.shows("● Copied 5 bytes: line of pair/");
    // The text of a log line, `hello`.
    let sequence = b"\x1b]52;c;aGVsbG8=\x07";
    let bytes = screen.bytes();
    assert!(bytes.windows(sequence.len()).any(|part| part == sequence));

    screen.keys("w");
    screen.shows("● Saved 6 bytes:");
    let entries = fs::read_dir(folder.path()).unwrap().flatten();
    let files = entries.map(|entry| entry.path());
    let is_saved = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "txt");
    let saved: Vec<PathBuf> = files.filter(is_saved).collect();
    assert_eq!(saved.len(), 1);
    assert_eq!(fs::read_to_string(&saved[0]).unwrap(), "hello\n");
    screen.keys("\x1b");
    screen.shows("q quit");
    screen.keys("q");
    assert!(screen.end().success());
}
