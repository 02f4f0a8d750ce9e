//! Puts a deck together and runs it: keeper, driver, and one face towards the person or program that asked for it.
//!
//! Owns the order in which things start, what signals mean, and what the process answers in the end. The driver and
//! its companions share one current-thread runtime; the dashboard has a thread of its own.
//!
//! ```text
//! keeper -> limits -> dashboard's thread -> driver + { signals, start, face, feeder }
//! ```

use std::fs;
use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::pin::pin;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::{self, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::cli::args::{Color, Face};
use crate::cli::config;
use crate::cli::demo::{self, Show};
use crate::cli::diagnose::{Code, Failure, failed};
use crate::cli::face::{self, Dashboard};
use crate::cli::fate::{self, Fate};
use crate::cli::preload;
use crate::cli::store;
use crate::deck::{self, Clock, Deck, Ended, Sockets};
use crate::model::{Address, Command, DeckSpec, StoreSpec};
use crate::process::keeper::Keeper;
use crate::tui::{self, Script, Taste};

/// After a second Ctrl-C, how long the killed workers may take to be gone before the keeper is left alone with them.
pub(super) const LAST_WAIT: Duration = Duration::from_secs(2);

/// What is to be run, and how it shows itself.
#[derive(Debug)]
pub(super) struct Plan {
    /// The deck.
    pub(super) spec: DeckSpec,
    /// The face as asked for.
    pub(super) face: Face,
    /// Colours of the dashboard.
    pub(super) color: Color,
    /// What the person likes in this deck.
    pub(super) taste: Taste,
    /// The demo to be shown on it.
    pub(super) demo: Option<demo::Wish>,
}

/// The faces a deck can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Dashboard,
    Lines { json: bool, color: Color },
    Rpc,
}

/// Runs a deck to its end.
pub(super) fn run(plan: Plan) -> Result<(), Failure> {
    let shape = shape(&plan)?;
    let script = script(&plan.face)?;
    let taste = match shape {
        // What a script shows is not to depend on who runs it.
        Shape::Dashboard if script.is_some() => plan.taste,
        Shape::Dashboard => plan.taste.over(config::personal()?),
        Shape::Lines { .. } | Shape::Rpc => Taste::default(),
    };
    preload::provide(&plan.spec.pools)?;
    let clock = Clock::start();
    let (keeper, runtime) = ground()?;
    let opened = store::open(&plan.spec.store, clock)?;
    let sockets = Sockets::open(&plan.spec);
    let sockets = sockets.map_err(|error| Failure::new(Code::Failed, error.to_string()))?;
    let lease = keeper.terminal();
    let keeps_jobs = plan.spec.store != StoreSpec::Memory;
    let is_seen = shape == Shape::Dashboard;
    let show = plan.demo.map(|wish| Show::new(&plan.spec, wish, is_seen));
    let studio = show.as_ref().map(Show::studio);
    let (deck, driver) = deck::start_on(plan.spec, keeper, clock, (opened, Some(sockets)));
    let dashboard = is_seen
        .then(|| {
            let options = tui::Options {
                script,
                studio,
                ..face::options(lease, plan.color, taste, keeps_jobs)
            };
            Dashboard::start(deck.clone(), clock, options)
        })
        .transpose()?;
    let showing = (show.as_ref(), clock);
    let result = runtime.block_on(live(deck, driver, shape, dashboard, showing));
    // A thread that still waits for standard input must not hold the process.
    runtime.shutdown_background();
    if let (Some(show), Shape::Lines { json: false, .. }) = (show, shape) {
        // A reader that is gone has had enough.
        let _ = writeln!(io::stdout(), "{}", show.summary());
    }
    result
}

/// What every deck stands on: its keeper and its runtime.
pub(super) fn ground() -> Result<(Keeper, Runtime), Failure> {
    let exe = std::env::current_exe()
        .map_err(|error| Failure::new(Code::Failed, format!("cannot find this binary: {error}")))?;
    // Before any thread, and before the limit is raised, which workers would inherit.
    let keeper = Keeper::start(&exe).map_err(|error| failed("cannot start the keeper", &error))?;
    raise_descriptor_limit();
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| failed("cannot start the runtime", &error))?;
    Ok((keeper, runtime))
}

/// What drives the dashboard instead of a person.
fn script(face: &Face) -> Result<Option<Script>, Failure> {
    let Some(path) = &face.script else {
        return Ok(None);
    };
    let place = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::new(Code::Usage, format!("cannot read {place}: {error}")))?;
    let script = Script::parse(&place.to_string(), &text, face.frames.clone());
    let script = script.map_err(|error| Failure::new(Code::Usage, format!("{place}: {error}")))?;
    Ok(Some(script))
}

fn shape(plan: &Plan) -> Result<Shape, Failure> {
    let (face, color) = (&plan.face, plan.color);
    if face.rpc {
        return Ok(Shape::Rpc);
    }
    if face.headless {
        return Ok(Shape::Lines {
            json: face.json,
            color,
        });
    }
    if face.json {
        let failure = Failure::new(Code::Usage, "--json needs --headless");
        return Err(failure.help("add --headless to get every event as a line of JSON"));
    }
    if face.script.is_some() {
        return Ok(Shape::Dashboard);
    }
    // Keys come from the controlling terminal when standard input is something else.
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if io::stdout().is_terminal() && !is_dumb {
        return Ok(Shape::Dashboard);
    }
    let message = if is_dumb {
        "the dashboard needs a terminal that can move its cursor, and TERM is `dumb`"
    } else {
        "the dashboard needs a terminal"
    };
    let failure = Failure::new(Code::Usage, message);
    Err(failure.help(match plan.demo {
        Some(_) => "add --headless --seconds 10 to see in numbers what it shows",
        None => "add --headless to print the workers' log lines instead",
    }))
}

/// Runs the driver together with all that belongs to this process, until the deck is gone.
async fn live(
    deck: Deck,
    driver: impl Future<Output = Ended>,
    shape: Shape,
    dashboard: Option<Dashboard>,
    (show, clock): (Option<&Show>, Clock),
) -> Result<(), Failure> {
    let mut signals =
        Signals::new().map_err(|error| failed("cannot listen for signals", &error))?;
    let feeding = async {
        if let Some(show) = show {
            show.run(&deck, clock).await;
        }
    };
    let patience = CancellationToken::new();
    let showing = face(&deck, shape, dashboard, &patience);
    let whole = async { tokio::join!(driver, showing, feeding) };
    let mut whole = pin!(whole);
    let (ended, fate, ()) = tokio::select! {
        whole = &mut whole => whole,
        () = impatience(&mut signals, &deck, &patience) => {
            drop(deck.issue(Command::Kill { to: Address::All }).await);
            // What is left then is ended by the keeper, which sees this process go.
            let _ = tokio::time::timeout(LAST_WAIT, &mut whole).await;
            let message = "interrupted again, so every worker was killed";
            return Err(Failure::new(Code::Interrupted, message));
        }
    };
    match (ended.fault, fate?) {
        (Some(fault), _) => Err(Failure::new(Code::Failed, fault)),
        (None, Fate::Failed(worker)) => {
            let message = format!("every worker came to an end, and {worker} failed");
            Err(Failure::new(Code::Failed, message))
        }
        (None, Fate::Fine) => Ok(()),
    }
}

/// Starts the workers and shows the deck until it is gone.
async fn face(
    deck: &Deck,
    shape: Shape,
    dashboard: Option<Dashboard>,
    patience: &CancellationToken,
) -> Result<Fate, Failure> {
    match (shape, dashboard) {
        (Shape::Rpc, _) => face::rpc(deck).await.map(|()| Fate::Fine),
        (Shape::Lines { json, color }, _) => {
            let (shown, fate) = tokio::join!(face::lines(deck, json, color), fate::fate(deck));
            shown.map(|()| fate)
        }
        (Shape::Dashboard, None) => Ok(Fate::Fine),
        (Shape::Dashboard, Some(dashboard)) => {
            start_all(deck).await;
            dashboard.watch(deck, patience).await.map(|()| Fate::Fine)
        }
    }
}

/// Returns at a second Ctrl-C, whether it came as a signal or as a key of the dashboard.
async fn impatience(signals: &mut Signals, deck: &Deck, patience: &CancellationToken) {
    tokio::select! {
        () = signals.second_interrupt(deck) => {}
        () = patience.cancelled() => {}
    }
}

/// Starts every worker; what becomes of each is told by events.
pub(super) async fn start_all(deck: &Deck) {
    drop(deck.issue(Command::Start { to: Address::All }).await);
}

/// The signals that end a deck.
#[derive(Debug)]
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    /// Listens from now on; the signals end the process no longer by themselves.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for any of them, and tells which one came.
    pub(super) async fn any(&mut self) -> SignalKind {
        tokio::select! {
            _ = self.interrupt.recv() => SignalKind::interrupt(),
            _ = self.terminate.recv() => SignalKind::terminate(),
            _ = self.hangup.recv() => SignalKind::hangup(),
        }
    }

    /// Takes the deck down at the first signal, whichever it is, and returns at the second Ctrl-C.
    async fn second_interrupt(&mut self, deck: &Deck) {
        let mut interrupts = 0;
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => interrupts += 1,
                _ = self.terminate.recv() => {}
                _ = self.hangup.recv() => {}
            }
            if interrupts == 2 {
                return;
            }
            drop(deck.issue(Command::Down).await);
        }
    }
}

/// Lets the deck have as many descriptors as the system allows: a worker costs it three.
fn raise_descriptor_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // A deck that may not have more goes on with what it has.
    let _ = setrlimit(Resource::Nofile, raised);
}
