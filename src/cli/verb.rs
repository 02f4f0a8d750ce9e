//! From the command line to what it asks for, and from what came of it to the exit code.
//!
//! Owns the dispatch of verbs and all that is printed outside of a running deck.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use crate::cli::args::{Cli, Config, Face, Up, Verb};
use crate::cli::config::{self, FILE_NAME, Loaded};
use crate::cli::deck::{self, Plan};
use crate::cli::demo::Wish;
use crate::cli::diagnose::{Code, Failure};
use crate::cli::{demo, init, map, run, worker};
use crate::model::{DeckSpec, PoolName};
use crate::tui::Taste;
use crate::tui::nearest;

/// What a bare `forkdeck` says where no config is.
const PAGE: &str = "\
forkdeck forks worker processes, speaks the channel of Node's child_process.fork() with them,
and shows live what every worker does: CPU, mailbox, messages, logs.

  forkdeck demo              watch a deck that needs nothing but this binary
  forkdeck run process.js    fork a worker of your own and send it messages
  forkdeck map resize.js     a filter: one JSON job a line in, one result a line out
  forkdeck init              write a forkdeck.toml here; `forkdeck` then starts its deck

`forkdeck --help` lists everything.
";

/// Does what the command line asks for; the keeper's argument is taken before, by `main`.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody is left to be told when this cannot be printed.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Code::Usage as u8));
        }
    };
    match dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.text.is_empty() {
                let _ = writeln!(io::stderr(), "{}", failure.text);
            }
            ExitCode::from(failure.code as u8)
        }
    }
}

fn dispatch(cli: Cli) -> Result<(), Failure> {
    let face = cli.face;
    let plan = |(spec, taste): (DeckSpec, Taste), own: Face, demo: Option<Wish>| Plan {
        spec,
        face: face.clone().with(own),
        color: cli.color,
        taste,
        demo,
    };
    let adhoc = |spec: DeckSpec| (spec, Taste::default());
    match cli.verb {
        None => bare(|loaded| plan(loaded, Face::default(), None)),
        Some(Verb::Demo(demo)) => {
            let lasts = demo
                .seconds
                .map(|seconds| Duration::from_secs(seconds.into()));
            let wish = Some(Wish { lasts });
            deck::run(plan(adhoc(demo::spec()?), demo.face, wish))
        }
        Some(Verb::Run(run)) => {
            let spec = run::spec(&run, &here()?)?;
            deck::run(plan(adhoc(spec), run.face, None))
        }
        Some(Verb::Up(up)) => deck::run(plan(up_spec(&up)?, up.face, None)),
        Some(Verb::Map(wanted)) => map::map(&wanted, &face, cli.color, &here()?),
        Some(Verb::Check(config)) => check(&config),
        Some(Verb::Init) => print(&init::init(&here()?)?),
        Some(Verb::Worker { kind }) => worker::work(kind),
    }
}

/// `up` where a config is, else the page.
fn bare(plan: impl FnOnce((DeckSpec, Taste)) -> Plan) -> Result<(), Failure> {
    if config::find(&here()?).is_none() {
        return print(PAGE);
    }
    deck::run(plan(up_spec(&Up::default())?))
}

fn check(wanted: &Config) -> Result<(), Failure> {
    // A dashboard of this deck would not start with a fault in the person's own file either.
    let loaded = match (load(wanted), config::personal()) {
        (Ok(loaded), Ok(_)) => loaded,
        (Err(failure), Ok(_)) | (Ok(_), Err(failure)) => return Err(failure),
        (Err(deck), Err(own)) => return Err(deck.and(&own)),
    };
    let pools = loaded.spec.pools.len();
    let workers: u32 = loaded.spec.pools.iter().map(|pool| pool.instances).sum();
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    print(&format!(
        "{} is good: {}, {}\n",
        loaded.shown,
        count(pools, "pool"),
        count(workers as usize, "worker")
    ))
}

fn up_spec(up: &Up) -> Result<(DeckSpec, Taste), Failure> {
    let loaded = load(&up.config)?;
    let mut spec = loaded.spec;
    for wanted in &up.pools {
        if !spec.pools.iter().any(|pool| pool.name.as_str() == wanted) {
            let names = || spec.pools.iter().map(|pool| pool.name.as_str());
            let failure = Failure::new(Code::NoSuch, format!("the deck has no pool `{wanted}`"));
            return Err(match nearest(wanted, names()) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help(format!(
                    "its pools: {}",
                    names().collect::<Vec<_>>().join(", ")
                )),
            });
        }
    }
    if !up.pools.is_empty() {
        let is_wanted = |name: &PoolName| up.pools.iter().any(|wanted| wanted == name.as_str());
        spec.pools.retain(|pool| is_wanted(&pool.name));
        spec.routes
            .retain(|route| is_wanted(&route.from) && is_wanted(&route.to));
    }
    Ok((spec, loaded.taste))
}

/// The config that was named, or the nearest one; a warning about it is printed.
fn load(wanted: &Config) -> Result<Loaded, Failure> {
    let path = match &wanted.file {
        Some(path) => path.clone(),
        None => config::find(&here()?).ok_or_else(|| {
            let message = format!("there is no {FILE_NAME} here or in a parent folder");
            Failure::new(Code::Usage, message).help("`forkdeck init` writes a first one")
        })?,
    };
    let loaded = config::load(&path, wanted.file.is_some())?;
    if let Some(warning) = &loaded.warning {
        let _ = writeln!(io::stderr(), "forkdeck: {warning}");
    }
    Ok(loaded)
}

fn here() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| {
        Failure::new(
            Code::Failed,
            format!("cannot tell the current folder: {error}"),
        )
    })
}

/// Prints to standard output; a reader that is gone has had enough.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Code::Failed, format!("cannot print: {error}")))
        }
        _ => Ok(()),
    }
}
