//! What a person likes is understood, and what cannot be is told with its place.

use std::path::Path;

use ratatui::style::Color;

use super::deck;
use super::tests::complaints;
use crate::cli::diagnose::Source;
use crate::cli::runtime::Programs;
use crate::tui::{Action, Place, Role, Taste, ThemeName, parse_key};

const POOL: &str = "[pools.a]\ncommand = [\"a\"]\n";

fn read(text: &str) -> Taste {
    let text = format!("{POOL}{text}");
    let read = deck::read(&text, Path::new("/srv/x"), &Programs::in_folders(&[]));
    read.unwrap_or_else(|faults| panic!("{faults:?}")).1
}

/// The faults of a text that stands behind a pool, which takes two lines.
fn wrong(text: &str) -> Vec<String> {
    complaints(&format!("{POOL}{text}"))
}

#[test]
fn all_that_a_person_may_like_is_understood() {
    let taste = read(
        r##"
        [theme]
        name = "high-contrast"
        accent = "#88c0d0"
        bad = "bright-red"
        load_low = 40
        background = "default"
        [keys]
        restart = ["r", "F5"]
        kill = []
        zoom = "ctrl-o"
        [columns]
        workers = ["state", "cpu", "pid"]
        [ui]
        reduced_motion = true
        ascii = "auto"
        mouse = false
        start = "jobs"
    "##,
    );

    assert_eq!(taste.theme.name, Some(ThemeName::HighContrast));
    assert_eq!(
        taste.theme.colors,
        [
            (Role::Background, Color::Reset),
            (Role::Accent, Color::Rgb(0x88, 0xc0, 0xd0)),
            (Role::Bad, Color::LightRed),
            (Role::LoadLow, Color::Indexed(40)),
        ]
    );
    let keys = |text: &[&str]| text.iter().map(|key| parse_key(key).unwrap()).collect();
    assert_eq!(
        taste.keys,
        [
            (Action::Restart, keys(&["r", "F5"])),
            (Action::Kill, Vec::new()),
            (Action::Zoom, keys(&["ctrl-o"])),
        ]
    );
    assert_eq!(taste.columns.unwrap(), ["state", "cpu", "pid"]);
    assert_eq!((taste.reduced_motion, taste.ascii), (Some(true), None));
    assert_eq!((taste.mouse, taste.start), (Some(false), Some(Place::Jobs)));
    assert_eq!(read("[ui]\nascii = true\n").ascii, Some(true));
    assert_eq!(read(""), Taste::default());
}

#[test]
fn keys_may_change_places() {
    let taste = read("[keys]\nrestart = \"K\"\nkill = \"r\"\n");
    assert_eq!(taste.keys.len(), 2);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_wrong_taste_says_what_would_be_right() {
    for (text, wanted) in [
        (
            "[theme]\nname = \"drak\"\n",
            &[
                "f:4:8: `name` must be \"auto\" or \"dark\" or \"light\" or \"high-contrast\" or \"monochrome\"",
                "? did you mean \"dark\"?",
            ][..],
        ),
        (
            "[theme]\nacent = 1\n",
            &["f:4:1: unknown key `acent`", "? did you mean `accent`?"],
        ),
        (
            "[theme]\naccent = \"#12345\"\n",
            &[
                "f:4:10: `accent` must be a colour: \"#88c0d0\", a name such as \"cyan\", or 0 to 255",
            ],
        ),
        (
            "[theme]\naccent = \"cian\"\n",
            &[
                "f:4:10: `accent` must be a colour: \"#88c0d0\", a name such as \"cyan\", or 0 to 255",
                "? did you mean \"cyan\"?",
            ],
        ),
        (
            "[theme]\naccent = 256\n",
            &[
                "f:4:10: `accent` must be a colour: \"#88c0d0\", a name such as \"cyan\", or 0 to 255",
            ],
        ),
        (
            "[keys]\nrestrat = \"x\"\n",
            &[
                "f:4:1: there is no action `restrat`",
                "? did you mean `restart`?",
            ],
        ),
        (
            "[keys]\nrestart = [\"r\", \"ctrl-\"]\n",
            &[
                "f:4:17: `restart` has a key that there is not: \"ctrl-\"",
                "? keys are written as r, R, +, ctrl-x, alt-enter, F5, space, shift-tab, pgup",
            ],
        ),
        (
            "[keys]\nrestart = \"ctrl-c\"\n",
            &["f:4:11: `restart` cannot have Ctrl-C, which means the same everywhere"],
        ),
        (
            "[keys]\nsuspend = \"x\"\n",
            &["f:4:1: the key of `suspend` is the terminal's own and stays what it is"],
        ),
        (
            "[keys]\nrestart = 5\n",
            &["f:4:11: `restart` must be a key or a list of keys, not an integer"],
        ),
        (
            "[keys]\nrestart = [\"F5\", \"z\"]\n",
            &[
                "f:4:18: the key z means `zoom` already where `restart` works",
                "? give `zoom` another one, or none: zoom = []",
            ],
        ),
        (
            "[keys]\nzoom = \"F9\"\nrestart = \"F9\"\n",
            &[
                "f:5:11: the key F9 means `zoom` already where `restart` works",
                "? give `zoom` another one, or none: zoom = []",
            ],
        ),
        ("keys = 5\n", &["f:3:1: unknown key `keys`"]),
        (
            "[columns]\nworkers = [\"cpu\", \"memry\"]\n",
            &[
                "f:4:19: `workers` must be \"worker\" or \"state\" or \"pid\" or \"cpu\" or \"memory\" or \
                 \"mailbox\" or \"unread\" or \"queue\" or \"jobs\" or \"messages\" or \"p50\" or \"p99\" or \
                 \"restarts\" or \"uptime\" or \"in-flight\" or \"dead\" or \"job\" or \"sent\" or \"received\" or \
                 \"runtime\" or \"exits\"",
                "? did you mean \"memory\"?",
            ],
        ),
        (
            "[columns]\nworkers = [\"cpu\", \"cpu\"]\n",
            &["f:4:19: `workers` names \"cpu\" twice"],
        ),
        (
            "[ui]\nascii = \"yes\"\nstart = \"dek\"\nmouse = 1\n",
            &[
                "f:4:9: `ascii` must be true, false or \"auto\"",
                "f:5:9: `start` must be \"deck\" or \"messages\" or \"logs\" or \"jobs\" or \"off-load\"",
                "? did you mean \"deck\"?",
                "f:6:9: `mouse` must be true or false, not an integer",
            ],
        ),
    ] {
        let found = wrong(text);
        let found = if wanted.len() == 1 {
            &found[..1]
        } else {
            &found[..]
        };
        assert_eq!(found, wanted, "{text}");
    }
}

fn personal(text: &str) -> Result<Taste, String> {
    deck::read_personal(text).map_err(|faults| {
        let source = Source { name: "c", text };
        let rendered: Vec<String> = faults.iter().map(|fault| source.render(fault)).collect();
        rendered.join("\n")
    })
}

#[test]
fn a_persons_own_file_makes_no_deck() {
    let taste = personal("[ui]\nmouse = false\n").unwrap();
    assert_eq!(taste.mouse, Some(false));
    assert_eq!(personal("").unwrap(), Taste::default());
    let told = personal("[ui]\n[pools.a]\ncommand = [\"a\"]\n").unwrap_err();
    assert!(
        told.starts_with("c:2:2: `pools` has no place in this file"),
        "{told}"
    );
    let told = personal("[[messages]]\nname = \"gc\"\n").unwrap_err();
    assert!(
        told.starts_with("c:1:3: `messages` has no place in this file"),
        "{told}"
    );
    assert!(!told.contains("unknown"), "{told}");
    let told = personal("[thme]\n").unwrap_err();
    assert!(told.contains("did you mean `theme`?"), "{told}");
}

#[test]
fn what_the_readme_shows_is_good() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, after) = text.split_once("## Looks and habits").unwrap();
    let (_, after) = after.split_once("```toml\n").unwrap();
    let (shown, after) = after.split_once("```").unwrap();

    let taste = personal(shown).unwrap();

    assert_eq!((taste.keys.len(), taste.mouse), (3, Some(true)));
    for role in Role::ALL {
        let number = role.name().strip_prefix("worker_");
        let is_told = after.contains(&format!("`{}`", role.name()));
        assert!(is_told || number.is_some(), "{}", role.name());
    }
}
