//! A deck over a fake spawner: workers that a test plays.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::deck::{Clock, Deck, Ended, Opened, Subscription, Update, start_with};
use crate::model::{
    Address, Command, DeckSpec, Event, Exit, Outcome, PoolName, PoolSpec, Refusal, Signal,
};
use crate::process::{Order, ProcessKey, Report, Spawner};
use crate::wire::Message;

/// How long a test waits for anything before it fails.
const DEADLINE: Duration = Duration::from_secs(30);

/// Makes workers that the test plays.
pub(super) struct Fake {
    pub(super) workers: mpsc::Sender<Played>,
}

/// A worker that the test plays: its ends, and its death.
pub(super) struct Played {
    pub(super) key: ProcessKey,
    pub(super) channel: Option<UnixStream>,
    pub(super) stdout: Option<std::fs::File>,
    pub(super) stderr: Option<std::fs::File>,
    pub(super) reports: mpsc::Sender<Report>,
}

impl Spawner for Fake {
    fn pid(&self) -> Option<u32> {
        None
    }

    async fn serve(self, mut orders: mpsc::Receiver<Order>, reports: mpsc::Sender<Report>) {
        while let Some(order) = orders.recv().await {
            let report = match order {
                Order::Spawn(order) => {
                    let key = order.key;
                    let played = Played {
                        key,
                        channel: order.channel.map(UnixStream::from),
                        stdout: Some(std::fs::File::from(order.stdout)),
                        stderr: Some(std::fs::File::from(order.stderr)),
                        reports: reports.clone(),
                    };
                    let pid = 1_000_000 + u32::try_from(key.0).unwrap();
                    let spawned = reports.send(Report::Spawned { key, pid }).await;
                    spawned.unwrap();
                    self.workers.send(played).await.unwrap();
                    continue;
                }
                Order::Signal { key, signal, .. } if signal == Signal::CONT => {
                    Report::Continued { key }
                }
                Order::Signal { key, signal, .. } => {
                    let exit = Exit::Signal {
                        signal,
                        core: false,
                    };
                    Report::Exited { key, exit }
                }
            };
            if reports.send(report).await.is_err() {
                return;
            }
        }
    }
}

impl Played {
    /// Ends the process, with what it held.
    pub(super) async fn exit(mut self, exit: Exit) {
        self.channel = None;
        self.stdout = None;
        self.stderr = None;
        let key = self.key;
        self.reports
            .send(Report::Exited { key, exit })
            .await
            .unwrap();
    }

    /// The next line that it is told.
    pub(super) async fn hear(&mut self) -> String {
        let channel = self.channel.take().unwrap();
        channel.set_read_timeout(Some(DEADLINE)).unwrap();
        let read = move || {
            let mut line = String::new();
            BufReader::with_capacity(1, &channel)
                .read_line(&mut line)
                .unwrap();
            (line, channel)
        };
        let (line, channel) = tokio::task::spawn_blocking(read).await.unwrap();
        self.channel = Some(channel);
        line
    }

    pub(super) fn say(&mut self, text: &str) {
        self.channel
            .as_mut()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
    }
}

pub(super) struct Table {
    pub(super) deck: Deck,
    pub(super) played: mpsc::Receiver<Played>,
    pub(super) driver: tokio::task::JoinHandle<Ended>,
}

pub(super) fn pool(name: &str) -> PoolSpec {
    PoolSpec::new(PoolName::new(name).unwrap(), "played", ".")
}

pub(super) fn lay(pools: Vec<PoolSpec>) -> Table {
    lay_with(pools, None)
}

pub(super) fn lay_with(pools: Vec<PoolSpec>, opened: Option<Opened>) -> Table {
    let (workers, played) = mpsc::channel(16);
    let spec = DeckSpec::new("test", pools);
    let (deck, driver) = start_with(spec, Fake { workers }, Clock::start(), opened);
    let tasks = tokio_util::task::TaskTracker::new();
    Table {
        deck,
        played,
        driver: tasks.spawn(driver),
    }
}

impl Table {
    pub(super) async fn start_all(&self) {
        self.deck.issue(Command::Start { to: Address::All }).await;
    }

    pub(super) async fn send(&self, to: &str, text: &str) -> Result<Outcome, Refusal> {
        let message = Message::parse(text).unwrap();
        let to = to.parse().unwrap();
        self.deck
            .command(Command::Send {
                to,
                message,
                wait: None,
            })
            .await
    }
}

/// The next event for which `wanted` holds.
pub(super) async fn event(updates: &mut Subscription, wanted: impl Fn(&Event) -> bool) -> Event {
    let found = async {
        loop {
            let update = updates.next().await.expect("the deck is there");
            let Update::Events(events) = update else {
                continue;
            };
            if let Some(found) = events.iter().find(|stamped| wanted(&stamped.event)) {
                return found.event.clone();
            }
        }
    };
    let found = tokio::time::timeout(DEADLINE, found).await;
    found.expect("it is told")
}
