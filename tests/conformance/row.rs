//! One row: a claim of the protocol, the scripts that show it, and what each runtime makes of it.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::matrix;
use crate::wait::skip;
use crate::worker::{Runtime, Worker};

/// What one runtime makes of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// It is as claimed.
    Holds,
    /// It is another way, as is known and allowed for.
    Differs(&'static str),
    /// It cannot be shown there.
    Blank,
    /// The runtime is not installed.
    Missing,
    /// It is neither as claimed nor as known.
    Fails(String),
}

/// A claim of the protocol and how to see whether it holds.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) section: &'static str,
    pub(crate) claim: &'static str,
    scripts: BTreeMap<Runtime, String>,
    pub(crate) is_quiet: bool,
    pub(crate) config: String,
}

impl Row {
    /// A claim of a section of the protocol; a section is a number such as `2.1`.
    pub(crate) fn new(section: &'static str, claim: &'static str) -> Self {
        Self {
            section,
            claim,
            scripts: BTreeMap::new(),
            is_quiet: false,
            config: String::new(),
        }
    }

    /// Has the worker's messages counted and not told.
    pub(crate) fn quietly(mut self) -> Self {
        self.is_quiet = true;
        self
    }

    /// Further lines for the worker's pool in the config, then other tables.
    pub(crate) fn config(mut self, config: &str) -> Self {
        config.clone_into(&mut self.config);
        self
    }

    /// The script for node, bun and deno.
    pub(crate) fn js(mut self, script: &str) -> Self {
        for runtime in [Runtime::Node, Runtime::Bun, Runtime::Deno] {
            self.scripts.insert(runtime, script.to_owned());
        }
        self
    }

    /// The script for python, which has `forkdeck.py` beside it.
    pub(crate) fn python(self, script: &str) -> Self {
        self.only(Runtime::Python, script)
    }

    /// The script for sh.
    pub(crate) fn sh(self, script: &str) -> Self {
        self.only(Runtime::Sh, script)
    }

    /// The script for one runtime.
    pub(crate) fn only(mut self, runtime: Runtime, script: &str) -> Self {
        self.scripts.insert(runtime, script.to_owned());
        self
    }

    /// Runs each runtime's script and looks at it; then the row is printed and compared with the table.
    ///
    /// # Panics
    /// When a runtime does something else than claimed or known.
    pub(crate) fn check(self, look: impl Fn(&mut Worker) -> Cell) {
        let cells: Vec<(Runtime, Cell)> = Runtime::ALL
            .into_iter()
            .map(|runtime| (runtime, self.see(runtime, &look)))
            .collect();
        let failures: Vec<String> = cells
            .iter()
            .filter_map(|(runtime, cell)| match cell {
                Cell::Fails(why) => Some(format!("{}: {why}", runtime.name())),
                _ => None,
            })
            .collect();
        println!(
            "{}",
            matrix::line(&self, cells.iter().map(|(_, cell)| cell))
        );
        let (section, claim) = (self.section, self.claim);
        assert!(
            failures.is_empty(),
            "§{section} {claim}:\n{}",
            failures.join("\n")
        );
        matrix::agree(&self, &cells);
    }

    fn see(&self, runtime: Runtime, look: &impl Fn(&mut Worker) -> Cell) -> Cell {
        let Some(script) = self.scripts.get(&runtime) else {
            return Cell::Blank;
        };
        let Some(program) = runtime.program() else {
            skip(&format!("there is no {}", runtime.name()));
            return Cell::Missing;
        };
        let seen = catch_unwind(AssertUnwindSafe(|| {
            look(&mut Worker::start(runtime, &program, script, self))
        }));
        seen.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let word = panic.downcast_ref::<&str>().map(|&word| word.to_owned());
            Cell::Fails(text.or(word).unwrap_or_default())
        })
    }
}
