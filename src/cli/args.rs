//! The command line as clap reads it.
//!
//! Owns names, flags and help. Does nothing; read by `verb`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::config::positive_duration;
use crate::cli::how::How;
use crate::model::{ChannelKind, ListenSpec};
use crate::wire::Pointer;

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
    /// Do the JSON jobs of stdin, one a line, and print their results
    Map(Map),
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
#[derive(Clone, Debug, Default, Args)]
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
    /// Let a file drive the dashboard instead of a terminal and a person, to make pictures of it; what your own
    /// forkdeck/config.toml says does not count then
    #[arg(long, value_name = "FILE", conflicts_with_all = ["headless", "rpc"])]
    pub(crate) script: Option<PathBuf>,
    /// The folder for the pictures that --script makes
    #[arg(
        long,
        value_name = "FOLDER",
        requires = "script",
        default_value = "frames"
    )]
    pub(crate) frames: PathBuf,
}

impl Face {
    /// What was asked before the verb and after it, together.
    pub(crate) fn with(self, other: Self) -> Self {
        Self {
            headless: self.headless || other.headless,
            json: self.json || other.json,
            rpc: self.rpc || other.rpc,
            frames: if other.script.is_some() {
                other.frames
            } else {
                self.frames
            },
            script: other.script.or(self.script),
        }
    }
}

/// `demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// End after so many seconds
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) seconds: Option<u32>,
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
    #[command(flatten)]
    pub(crate) how: How,
    /// How the worker is talked to: by Node's fork channel, by lines on its stdin and stdout, or not at all
    #[arg(long, value_enum, default_value_t, value_name = "KIND")]
    pub(crate) channel: ChannelName,
    /// Listen here and give each worker the server: IP:PORT, unix:PATH or udp:IP:PORT; once for each address
    #[arg(long, value_name = "ADDRESS", value_parser = listen)]
    pub(crate) listen: Vec<ListenSpec>,
    #[command(flatten)]
    pub(crate) face: Face,
    /// A script (.js .cjs .mjs .ts .mts .py .sh) or a command, and its arguments, passed unchanged
    #[arg(value_name = "SCRIPT-OR-COMMAND", required = true)]
    #[arg(num_args = 1.., trailing_var_arg = true)]
    pub(crate) command: Vec<OsString>,
}

/// `map`.
#[derive(Debug, Args)]
#[command(override_usage = "forkdeck map [OPTIONS] SCRIPT-OR-COMMAND [ARG]...")]
#[expect(clippy::struct_excessive_bools, reason = "flags of the command line")]
pub(crate) struct Map {
    /// How many workers; as many as there are cores unless given
    #[arg(short = 'n', value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) instances: Option<u32>,
    /// How many jobs a worker has at once; its replies are taken in order, or by --id
    #[arg(long, value_name = "C", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) concurrency: u32,
    /// Print the results in the order of the jobs
    #[arg(long)]
    pub(crate) ordered: bool,
    /// How often a failed job is tried again
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) retries: u32,
    /// How long a worker has for a job, such as 30s; for ever unless given
    #[arg(long, value_name = "TIME", value_parser = positive_duration)]
    pub(crate) timeout: Option<Duration>,
    /// The place of a value that a job and its reply share, such as /id
    #[arg(long, value_name = "POINTER", value_parser = id_place)]
    pub(crate) id: Option<Pointer>,
    /// A reply with something at this place is a failure, such as /error
    #[arg(long, value_name = "POINTER", value_parser = some_place)]
    pub(crate) failed_when: Option<Pointer>,
    /// Stop at the first job that failed for good
    #[arg(long, conflicts_with = "keep_going")]
    pub(crate) fail_fast: bool,
    /// Do every job, whatever becomes of the others; this is the default
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// Say at the end how it went, without a terminal too
    #[arg(long)]
    pub(crate) summary: bool,
    /// Show neither progress nor a summary
    #[arg(short, long, conflicts_with = "summary")]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) how: How,
    /// How a worker gets its jobs: by Node's fork channel (fork), or on its stdin, as any filter does (stdio)
    #[arg(long, value_parser = both_ways, default_value = "fork", value_name = "KIND")]
    pub(crate) channel: ChannelName,
    /// A script (.js .cjs .mjs .ts .mts .py .sh) or a command, and its arguments, passed unchanged
    #[arg(value_name = "SCRIPT-OR-COMMAND", required = true)]
    #[arg(num_args = 1.., trailing_var_arg = true)]
    pub(crate) command: Vec<OsString>,
}

/// What links a worker to the deck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChannelName {
    #[default]
    Fork,
    Stdio,
    None,
}

impl ChannelName {
    /// What it names.
    pub(crate) fn kind(self) -> ChannelKind {
        match self {
            Self::Fork => ChannelKind::Fork,
            Self::Stdio => ChannelKind::Stdio,
            Self::None => ChannelKind::None,
        }
    }
}

fn listen(text: &str) -> Result<ListenSpec, String> {
    ListenSpec::parse(text).map_err(|error| error.to_string())
}

/// A channel by which a job can be given and answered.
fn both_ways(text: &str) -> Result<ChannelName, String> {
    match ChannelName::from_str(text, false) {
        Ok(ChannelName::None) => Err("without a channel no job can be given".to_owned()),
        Ok(name) => Ok(name),
        Err(_) => Err("must be fork or stdio".to_owned()),
    }
}

/// A pointer that is not to the whole value, which is always there.
fn some_place(text: &str) -> Result<Pointer, String> {
    place(text, "every reply would be a failure")
}

/// Reads where a job and its reply share a value; not the whole of them.
fn id_place(text: &str) -> Result<Pointer, String> {
    place(text, "a reply would have to be its whole job again")
}

fn place(text: &str, if_empty: &str) -> Result<Pointer, String> {
    if text.is_empty() {
        return Err(if_empty.to_owned());
    }
    Pointer::parse(text).map_err(|error| error.to_string())
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
    /// Computes tiles of a picture.
    Tiles,
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
    fn a_map_reads_its_quantities_and_pointers() {
        let line = "forkdeck map -n 3 --timeout 1.5s --id /id --failed-when /error w.js -n 2";
        let Some(Verb::Map(map)) = Cli::try_parse_from(line.split(' ')).unwrap().verb else {
            panic!("not a map");
        };

        assert_eq!(map.instances, Some(3));
        assert_eq!(map.timeout, Some(Duration::from_millis(1500)));
        assert_eq!(map.id.unwrap().to_string(), "/id");
        assert_eq!((map.concurrency, map.retries), (1, 3));
        assert_eq!(map.command, ["w.js", "-n", "2"]);
        for wrong in [
            "--timeout 5",
            "--id id",
            "--failed-when=",
            "--concurrency 0",
            "--fail-fast --keep-going",
            "-q --summary",
            "--channel none",
            "--channel pipe",
        ] {
            let line = format!("forkdeck map {wrong} w.js");
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{wrong}");
        }
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
