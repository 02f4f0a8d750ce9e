//! Puts a map together: keeper, standard streams, driver and flow on one runtime.
//!
//! Owns the order in which things start, and the end by a second Ctrl-C. Called by `verb`.

use std::io;
use std::path::Path;
use std::pin::pin;

use tokio_util::sync::CancellationToken;

use crate::cli::args::{Color, Face, Map};
use crate::cli::deck::{LAST_WAIT, Signals, ground};
use crate::cli::diagnose::{Code, Failure, failed};
use crate::cli::map::console::{Console, Style};
use crate::cli::map::feed;
use crate::cli::map::flow::{Flow, Streams};
use crate::cli::map::pen::Pen;
use crate::cli::map::plan::Plan;
use crate::cli::map::room::Room;
use crate::cli::preload;
use crate::deck::{self, Clock, Ended};
use crate::model::{Address, Command};

/// Does the jobs of standard input.
pub(crate) fn map(map: &Map, face: &Face, color: Color, here: &Path) -> Result<(), Failure> {
    if face.headless || face.json || face.rpc {
        let message = "map is a filter: it takes none of --headless, --json and --rpc";
        return Err(Failure::new(Code::Usage, message));
    }
    let (spec, plan) = Plan::new(map, here)?;
    preload::provide(&spec.pools)?;
    let (keeper, runtime) = ground()?;
    let style = Style::of_this_process(color);
    let clock = Clock::start();
    let (deck, driver) = deck::start(spec, keeper, clock);
    // A task, and not part of what is blocked on: that is polled only once the system was asked for news.
    let driver = runtime.spawn(driver);
    let whole = async {
        // Within the runtime: both may need it.
        let signals =
            Signals::new().map_err(|error| failed("cannot listen for signals", &error))?;
        let streams = streams(&plan, style)?;
        let patience = CancellationToken::new();
        let flow = Flow::new(deck.clone(), clock, plan, streams);
        let flowing = flow.run(signals, &patience);
        let whole = async { tokio::join!(driver, flowing) };
        let mut whole = pin!(whole);
        let (ended, result) = tokio::select! {
            whole = &mut whole => whole,
            () = patience.cancelled() => {
                drop(deck.issue(Command::Kill { to: Address::All }).await);
                // What is left then is ended by the keeper, which sees this process go.
                let _ = tokio::time::timeout(LAST_WAIT, &mut whole).await;
                let message = "interrupted again, so every worker was killed";
                return Err(Failure::new(Code::Interrupted, message));
            }
        };
        let ended = ended.unwrap_or_else(|error| Ended {
            fault: Some(format!("the deck broke down: {error}")),
        });
        match ended.fault {
            Some(fault) => Err(Failure::new(Code::Failed, fault)),
            None => result,
        }
    };
    let result = runtime.block_on(whole);
    // Threads that still wait for standard streams must not hold the process.
    runtime.shutdown_background();
    result
}

/// The standard streams, each with its thread.
fn streams(plan: &Plan, style: Style) -> Result<Streams, Failure> {
    let cannot = |error: io::Error| failed("cannot start a thread", &error);
    let room = Room::new(plan.window.bytes);
    Ok(Streams {
        feed: feed::start(plan.longest, room.clone()).map_err(cannot)?,
        room,
        size: feed::size(),
        out: Pen::start("stdout", io::stdout()).map_err(cannot)?,
        console: Console::new(Pen::start("stderr", io::stderr()).map_err(cannot)?, style),
        style,
    })
}
