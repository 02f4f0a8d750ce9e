//! Keeps the shape of the source: layers, sizes, and what a `mod.rs` holds.

#![expect(
    clippy::unwrap_used,
    reason = "a source that cannot be read fails the test"
)]

use std::fs;
use std::path::Path;

/// Each room with the rooms to its left that it may use.
const LAYERS: [(&str, &[&str]); 10] = [
    ("wire", &[]),
    ("model", &["wire"]),
    ("supervisor", &["wire", "model"]),
    ("jobs", &["wire", "model"]),
    ("cluster", &["wire", "model"]),
    ("process", &["wire", "model"]),
    (
        "deck",
        &["wire", "model", "supervisor", "jobs", "cluster", "process"],
    ),
    (
        "control",
        &[
            "wire",
            "model",
            "supervisor",
            "jobs",
            "cluster",
            "process",
            "deck",
        ],
    ),
    (
        "tui",
        &[
            "wire",
            "model",
            "supervisor",
            "jobs",
            "cluster",
            "process",
            "deck",
        ],
    ),
    (
        "cli",
        &[
            "wire",
            "model",
            "supervisor",
            "jobs",
            "cluster",
            "process",
            "deck",
            "control",
            "tui",
        ],
    ),
];

/// The rooms without a runtime.
const WITHOUT_TOKIO: [&str; 5] = ["wire", "model", "supervisor", "jobs", "cluster"];

/// The crate's roots, which may use everything.
const ROOTS: [&str; 2] = ["lib.rs", "main.rs"];

const MAX_LINES: usize = 400;

#[test]
fn the_source_keeps_its_layers() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&src, &src, &mut files);
    assert!(files.len() > 10, "too few files below {}", src.display());

    let violations: Vec<_> = files
        .iter()
        .flat_map(|(path, text)| check(path, text))
        .collect();

    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

/// Reads every Rust file with its path below `src`.
fn collect(src: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(src, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(src).unwrap().to_str().unwrap().to_owned();
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The violations in one file, each as `src/FILE:LINE: what is wrong`.
fn check(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let code = without_comments(text);
    let lines = text.lines().count();
    if lines > MAX_LINES {
        found.push((lines, format!("the file has more than {MAX_LINES} lines")));
    }
    for at in positions(&code, "super::super") {
        found.push((line_of(&code, at), "super::super".to_owned()));
    }
    if !ROOTS.contains(&path) {
        check_room(path, &code, &mut found);
    }
    if path.ends_with("mod.rs") {
        check_mod(&code, &mut found);
    }
    found
        .into_iter()
        .map(|(line, what)| format!("src/{path}:{line}: {what}"))
        .collect()
}

fn check_room(path: &str, code: &str, found: &mut Vec<(usize, String)>) {
    let room = path.split('/').next().unwrap_or_default();
    let Some((_, below)) = LAYERS.iter().find(|(name, _)| *name == room) else {
        found.push((1, format!("`{room}` is no known layer")));
        return;
    };
    for (line, used) in crate_uses(code) {
        if used != room && !below.contains(&used.as_str()) {
            found.push((line, format!("`{room}` uses `crate::{used}`")));
        }
    }
    if path == format!("{room}/mod.rs") {
        for at in words(code, "super::") {
            found.push((line_of(code, at), format!("`{room}` leaves by `super::`")));
        }
    }
    if WITHOUT_TOKIO.contains(&room) {
        for at in words(code, "tokio") {
            found.push((line_of(code, at), format!("`{room}` uses tokio")));
        }
    }
}

/// A `mod.rs` holds documentation, attributes, `mod` and `use`.
fn check_mod(code: &str, found: &mut Vec<(usize, String)>) {
    let mut at = 0;
    for statement in code.split_inclusive(';') {
        let start = at + statement.len() - statement.trim_start().len();
        at += statement.len();
        let mut rest = statement.trim_start();
        while let Some(end) = rest.strip_prefix('#').and_then(|_| rest.find("]\n")) {
            rest = rest[end + 1..].trim_start();
        }
        let item = ["pub(crate) ", "pub(super) ", "pub "]
            .iter()
            .find_map(|visibility| rest.strip_prefix(visibility))
            .unwrap_or(rest);
        let is_allowed =
            item.starts_with("use ") || (item.starts_with("mod ") && !item.contains('{'));
        if !rest.is_empty() && !is_allowed {
            let line = line_of(code, start);
            found.push((
                line,
                "mod.rs holds more than docs, `mod` and `use`".to_owned(),
            ));
        }
    }
}

/// Every top-level module named after `crate::`, also within braces, with its line.
fn crate_uses(code: &str) -> Vec<(usize, String)> {
    let mut uses = Vec::new();
    for at in words(code, "crate::") {
        let start = at + "crate::".len();
        let Some(group) = code[start..].strip_prefix('{') else {
            uses.push((line_of(code, at), identifier(&code[start..])));
            continue;
        };
        let mut depth = 1;
        let mut expects_name = true;
        for (offset, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' => expects_name = true,
                _ if depth == 1 && expects_name && !character.is_whitespace() => {
                    uses.push((
                        line_of(code, start + 1 + offset),
                        identifier(&group[offset..]),
                    ));
                    expects_name = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    uses
}

/// The text with what follows `//` on a line left out, lines kept. A `//` within a string goes too: no import is there.
fn without_comments(text: &str) -> String {
    text.lines()
        .flat_map(|line| [line.split("//").next().unwrap_or_default(), "\n"])
        .collect()
}

fn identifier(code: &str) -> String {
    code.chars()
        .take_while(|&character| is_word(character))
        .collect()
}

fn positions(code: &str, needle: &str) -> Vec<usize> {
    code.match_indices(needle).map(|(at, _)| at).collect()
}

/// Where the needle is not the end of a longer word.
fn words(code: &str, needle: &str) -> Vec<usize> {
    let mut found = positions(code, needle);
    found.retain(|&at| !code[..at].ends_with(is_word));
    found
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// Checks texts planted as files against what is to be told of them.
fn assert_caught(table: &[(&str, &str, &[&str])]) {
    for (path, text, expected) in table {
        let expected: Vec<_> = expected
            .iter()
            .map(|what| format!("src/{path}:{what}"))
            .collect();
        assert_eq!(check(path, text), expected, "{text}");
    }
}

#[test]
fn planted_imports_are_caught() {
    assert_caught(&[
        (
            "wire/a.rs",
            "use crate::model::State;",
            &["1: `wire` uses `crate::model`"],
        ),
        (
            "model/a.rs",
            "\nuse crate::deck::Deck;",
            &["2: `model` uses `crate::deck`"],
        ),
        (
            "process/a.rs",
            "use crate::supervisor::Input;",
            &["1: `process` uses `crate::supervisor`"],
        ),
        (
            "tui/view/a.rs",
            "use crate::control::Client;",
            &["1: `tui` uses `crate::control`"],
        ),
        (
            "deck/a.rs",
            "use crate::fork;",
            &["1: `deck` uses `crate::fork`"],
        ),
        (
            "model/a.rs",
            "use crate::{\n    wire::{Frame, Message},\n    deck,\n    tui::App,\n};",
            &[
                "3: `model` uses `crate::deck`",
                "4: `model` uses `crate::tui`",
            ],
        ),
        (
            "wire/a.rs",
            "fn f() { crate::cli::run(); }",
            &["1: `wire` uses `crate::cli`"],
        ),
        (
            "model/a.rs",
            "use super::super::wire;",
            &["1: super::super"],
        ),
    ]);
}

#[test]
fn planted_tokio_rooms_sizes_and_items_are_caught() {
    assert_caught(&[
        (
            "supervisor/a.rs",
            "use tokio::time;",
            &["1: `supervisor` uses tokio"],
        ),
        ("utils/a.rs", "", &["1: `utils` is no known layer"]),
        ("errors.rs", "", &["1: `errors.rs` is no known layer"]),
        (
            "wire/mod.rs",
            "use super::model;",
            &["1: `wire` leaves by `super::`"],
        ),
        (
            "wire/mod.rs",
            "//! Docs.\nmod a;\n\nfn f() {}\n",
            &["4: mod.rs holds more than docs, `mod` and `use`"],
        ),
        (
            "wire/mod.rs",
            "mod a {\n    fn f() {}\n}\n",
            &["1: mod.rs holds more than docs, `mod` and `use`"],
        ),
        (
            "wire/mod.rs",
            "#[cfg(unix)]\nconst A: u8 = 1;\n",
            &["1: mod.rs holds more than docs, `mod` and `use`"],
        ),
    ]);
    assert_eq!(
        check("wire/a.rs", &"\n".repeat(401)),
        ["src/wire/a.rs:401: the file has more than 400 lines"]
    );
}

#[test]
fn what_is_allowed_is_not_reported() {
    let table = [
        ("main.rs", "use crate::cli::run;"),
        ("lib.rs", "pub use crate::deck::Deck;"),
        (
            "model/a.rs",
            "/// See [`Deck`](crate::deck::Deck).\nuse crate::model::b; // not tokio",
        ),
        ("cli/a.rs", "use crate::{control::Server, tui};"),
        ("process/a.rs", "use tokio::sync::mpsc;"),
        ("wire/a.rs", "use my_crate::deck; let _ = crate::wire::f;"),
        (
            "wire/mod.rs",
            "//! Docs.\n#![warn(x)]\n\n#[cfg(test)]\nmod tests;\npub mod a;\npub(crate) use a::{\n    B,\n    C,\n};\n",
        ),
    ];
    for (path, text) in table {
        assert_eq!(check(path, text), Vec::<String>::new(), "{text}");
    }
    assert_eq!(check("wire/a.rs", &"\n".repeat(400)), Vec::<String>::new());
}
