//! The table of all rows in `tests/conformance/README.md`: kept true by every run.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use crate::row::{Cell, Row};
use crate::worker::Runtime;

const BEGIN: &str = "<!-- rows -->\n";
const END: &str = "<!-- /rows -->";

/// One row of the table at a time.
static TABLE: Mutex<()> = Mutex::new(());

/// A row as a line of the table.
pub(crate) fn line<'a>(row: &Row, cells: impl Iterator<Item = &'a Cell>) -> String {
    let cells: Vec<&str> = cells.map(shown).collect();
    format!("{} {} |", key(row), cells.join(" | "))
}

/// Sees that the table says what was seen, or has it say so.
///
/// # Panics
/// When it says something else.
pub(crate) fn agree(row: &Row, cells: &[(Runtime, Cell)]) {
    let _one = TABLE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once(BEGIN).unwrap();
    let (table, tail) = rest.split_once(END).unwrap();
    let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
    let at = lines.iter().position(|line| line.starts_with(&key(row)));
    let old = at.map(|at| lines.remove(at)).unwrap_or_default();

    // What is not installed here stays as it was seen elsewhere.
    let said: Vec<&str> = old
        .strip_prefix(&key(row))
        .unwrap_or_default()
        .split('|')
        .map(str::trim)
        .collect();
    let seen = cells
        .iter()
        .enumerate()
        .map(|(index, (_, cell))| match cell {
            Cell::Missing => said.get(index).copied().unwrap_or_default(),
            cell => shown(cell),
        });
    let new = format!("{} {} |", key(row), seen.collect::<Vec<_>>().join(" | "));
    if std::env::var_os("UPDATE_README").is_none() {
        assert_eq!(
            old, new,
            "the table says otherwise; UPDATE_README=1 writes it anew"
        );
        return;
    }
    lines.push(new);
    lines.get_mut(2..).unwrap().sort_by_key(|line| place(line));
    fs::write(
        path,
        format!("{head}{BEGIN}{}\n{END}{tail}", lines.join("\n")),
    )
    .unwrap();
}

fn key(row: &Row) -> String {
    format!("| {} | {} |", row.section, row.claim)
}

fn shown(cell: &Cell) -> &str {
    match cell {
        Cell::Holds => "✔",
        Cell::Differs(how) => how,
        Cell::Blank => "–",
        Cell::Missing => "?",
        Cell::Fails(_) => "✘",
    }
}

/// Where a line belongs: by section, then by claim.
fn place(line: &str) -> (Vec<u32>, String) {
    let mut cells = line.split('|').map(str::trim).skip(1);
    let section = cells.next().unwrap_or_default();
    let numbers = section
        .split('.')
        .map(|part| part.parse().unwrap_or_default());
    (
        numbers.collect(),
        cells.next().unwrap_or_default().to_owned(),
    )
}
