//! The command line as clap reads it.
//!
//! Owns names, flags and help. Does nothing; read by `verb`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::runtime::RuntimeName;

/// Supervise forked workers, talk to them over Node's fork channel, and watch them live.
#[derive(Debug, Parser)]
#[command(name = "forkdeck", version, about, max_term_width = 100)]
#[command(subcommand_value_name = "VERB", subcommand_help_heading = "Verbs")]
#[command(disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// When to use colours; auto honours `NO_COLOR`
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", global = true)]
    pub(crate) color: Color,
    #[command(flatten)]
    pub(crate) face: Face,
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
}

/// What to do; without one, `up` where a `forkdeck.toml` is.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Show a deck that needs nothing but this binary
    Demo(Demo),
    /// Fork a worker and talk to it
    Run(Run),
    /// Run the deck of a forkdeck.toml
    Up(Up),
    /// Say what is wrong with a config, without starting anything
    Check(Config),
    /// Write a first forkdeck.toml into this folder
    Init,
    /// Be a worker of `demo`.
    #[command(hide = true)]
    Worker {
        /// What to be good at.
        kind: WorkerKind,
    },
}

/// How a deck shows itself.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct Face {
    /// Show no dashboard: print the workers' log lines
    #[arg(long)]
    pub(crate) headless: bool,
    /// With --headless: print every event as a line of JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Show no dashboard: speak JSON-RPC on stdin and stdout
    #[arg(long)]
    pub(crate) rpc: bool,
}

impl Face {
    /// What was asked before the verb and after it, together.
    pub(crate) fn with(self, other: Self) -> Self {
        Self {
            headless: self.headless || other.headless,
            json: self.json || other.json,
            rpc: self.rpc || other.rpc,
        }
    }
}

/// `demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) face: Face,
}

/// `run`.
#[derive(Debug, Args)]
#[command(override_usage = "forkdeck run [OPTIONS] SCRIPT-OR-COMMAND [ARG]...")]
pub(crate) struct Run {
    /// How many workers
    #[arg(short = 'n', value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) instances: u32,
    /// What the pool is called; after the script's file unless given
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// What runs the script; by its ending unless given
    #[arg(long, value_enum)]
    pub(crate) runtime: Option<RuntimeName>,
    #[command(flatten)]
    pub(crate) face: Face,
    /// A script (.js .cjs .mjs .ts .mts .py .sh) or a command, and its arguments, passed unchanged
    #[arg(value_name = "SCRIPT-OR-COMMAND", required = true)]
    #[arg(num_args = 1.., trailing_var_arg = true)]
    pub(crate) command: Vec<OsString>,
}

/// `up`.
#[derive(Debug, Default, Args)]
pub(crate) struct Up {
    #[command(flatten)]
    pub(crate) config: Config,
    #[command(flatten)]
    pub(crate) face: Face,
    /// Only these pools; all of them unless given
    #[arg(value_name = "POOL")]
    pub(crate) pools: Vec<String>,
}

/// Which config.
#[derive(Debug, Default, Args)]
pub(crate) struct Config {
    /// The config; forkdeck.toml here or in a parent folder unless given
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    // Without words of their own: a list of them would bury the help.
    #[default]
    Auto,
    Always,
    Never,
}

/// What a worker of the demo does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WorkerKind {
    /// Counts primes.
    Primes,
    /// Counts primes and dies of it now and then.
    Fragile,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn run(line: &[&str]) -> Run {
        match Cli::try_parse_from(line).unwrap().verb {
            Some(Verb::Run(run)) => run,
            other => panic!("not a run: {other:?}"),
        }
    }

    #[test]
    fn the_arguments_of_a_worker_are_passed_unchanged() {
        let line = [
            "forkdeck",
            "run",
            "-n",
            "2",
            "--json",
            "w.js",
            "--headless",
            "--",
            "-n",
            "-x",
            "a b",
        ];
        let run = run(&line);

        assert_eq!(run.command, ["w.js", "--headless", "--", "-n", "-x", "a b"]);
        assert_eq!(run.instances, 2);
        assert!(run.face.json && !run.face.headless);
    }

    #[test]
    fn a_command_may_be_set_apart() {
        assert_eq!(
            run(&["forkdeck", "run", "--", "sh", "-c", "exit"]).command,
            ["sh", "-c", "exit"]
        );
    }

    #[test]
    fn a_flag_before_the_worker_must_be_known() {
        assert!(Cli::try_parse_from(["forkdeck", "run", "--headles", "w.js"]).is_err());
        assert!(Cli::try_parse_from(["forkdeck", "run", "-x"]).is_err());
    }

    #[test]
    fn a_face_may_stand_before_the_verb_or_after_it() {
        for line in [
            &["forkdeck", "--rpc", "up", "a", "b"][..],
            &["forkdeck", "up", "--rpc", "a", "b"],
            &["forkdeck", "up", "a", "b", "--rpc"],
        ] {
            let cli = Cli::try_parse_from(line).unwrap();
            let Some(Verb::Up(up)) = cli.verb else {
                panic!("not an up: {line:?}");
            };
            assert!(cli.face.with(up.face).rpc, "{line:?}");
            assert_eq!(up.pools, ["a", "b"]);
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
