//! A process's input and output against orders of events that a scheduler may bring.

use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::deck::ends::Ends;
use crate::deck::link::{End, Link};
use crate::deck::{Clock, Deck, Subscription, Update, start};
use crate::model::{
    Address, Command, DeckSpec, Event, Exit, Incarnation, PoolName, PoolSpec, Stream, WorkerId,
};
use crate::process::{Channel, Order, OutputPipe, PipeBudget, ProcessKey, Report, Spawner};

/// Makes workers that say `first` before their spawner tells that they exist.
struct Fake {
    first: &'static str,
    workers: mpsc::Sender<Played>,
}

/// A worker that the test plays.
struct Played {
    key: ProcessKey,
    channel: UnixStream,
    outputs: [OwnedFd; 2],
    reports: mpsc::Sender<Report>,
}

impl Spawner for Fake {
    fn pid(&self) -> Option<u32> {
        None
    }

    async fn serve(self, mut orders: mpsc::Receiver<Order>, reports: mpsc::Sender<Report>) {
        while let Some(order) = orders.recv().await {
            let Order::Spawn(order) = order else {
                continue;
            };
            let key = order.key;
            let mut channel = UnixStream::from(order.channel.unwrap());
            channel.write_all(self.first.as_bytes()).unwrap();
            // The runtime looks at its descriptors after 61 turns at the latest.
            for _ in 0..200 {
                tokio::task::yield_now().await;
            }
            let spawned = Report::Spawned { key, pid: 1 << 30 };
            reports.send(spawned).await.unwrap();
            let played = Played {
                key,
                channel,
                outputs: [order.stdout, order.stderr],
                reports: reports.clone(),
            };
            self.workers.send(played).await.unwrap();
        }
    }
}

async fn lay(first: &'static str) -> (Deck, Subscription, mpsc::Receiver<Played>) {
    let (workers, played) = mpsc::channel(16);
    let pool = PoolSpec::new(PoolName::new("a").unwrap(), "played", ".");
    let spec = DeckSpec::new("test", vec![pool]);
    let (deck, driver) = start(spec, Fake { first, workers }, Clock::start());
    tokio_util::task::TaskTracker::new().spawn(driver);
    let updates = deck.subscribe().await.unwrap();
    deck.issue(Command::Start { to: Address::All }).await;
    (deck, updates, played)
}

/// The messages that are told until `is_last` holds, within ten seconds.
async fn messages_until(updates: &mut Subscription, is_last: impl Fn(&Event) -> bool) -> usize {
    let mut count = 0;
    let told = async {
        loop {
            let Some(Update::Events(events)) = updates.next().await else {
                continue;
            };
            for stamped in events.iter() {
                if let Event::Messages(messages) = &stamped.event {
                    count += messages.envelopes.len();
                }
                if is_last(&stamped.event) {
                    return;
                }
            }
        }
    };
    let is_told = tokio::time::timeout(Duration::from_secs(10), told).await;
    assert!(is_told.is_ok(), "not told; {count} messages were");
    count
}

#[tokio::test]
async fn what_a_worker_says_before_its_start_is_told_is_not_lost() {
    let (_deck, mut updates, mut played) = lay("1\n2\n3\n").await;
    let worker = played.recv().await.unwrap();
    let exit = Exit::Code(0);
    let Played { key, reports, .. } = &worker;
    let exited = Report::Exited { key: *key, exit };
    reports.send(exited).await.unwrap();

    let count = messages_until(&mut updates, |event| matches!(event, Event::Exit(_))).await;
    assert_eq!(count, 3);
}

#[tokio::test]
async fn an_exit_is_told_though_a_descendant_floods_an_output() {
    let (_deck, mut updates, mut played) = lay("").await;
    let worker = played.recv().await.unwrap();
    let Played {
        key,
        channel,
        outputs: [stdout, stderr],
        reports,
    } = worker;
    drop((channel, stderr));
    // Ends when the deck does, and with it the read end.
    let flood = std::thread::Builder::new();
    let flooding = flood.spawn(move || {
        let mut stdout = std::fs::File::from(stdout);
        let lines = vec![b'\n'; 64 << 10];
        while stdout.write_all(&lines).is_ok() {}
    });
    drop(flooding);
    messages_until(&mut updates, |event| matches!(event, Event::Logs(_))).await;
    let exit = Exit::Code(0);
    reports.send(Report::Exited { key, exit }).await.unwrap();

    messages_until(&mut updates, |event| matches!(event, Event::Exit(_))).await;
}

#[tokio::test]
async fn an_end_that_is_drained_and_then_closes_counts_once() {
    let mut link = link();
    link.exited(Exit::Code(0));

    link.drained(End::Output(Stream::Stdout));
    link.closed(End::Output(Stream::Stdout));
    link.closed(End::Output(Stream::Stderr));
    assert_eq!(link.take_exit(), None, "the channel is not drained");

    link.drained(End::Channel);
    assert_eq!(link.take_exit(), Some(Exit::Code(0)));
    assert!(!link.is_done(), "a descendant holds the channel");
    link.closed(End::Channel);
    assert!(link.is_done());
}

fn link() -> Link {
    let worker = WorkerId::new(PoolName::new("a").unwrap(), 1);
    let (channel, _) = Channel::pair().unwrap();
    let output = |stream| {
        let (output, _) = OutputPipe::new(&PipeBudget::default()).unwrap();
        (output.reader(1024).unwrap(), stream)
    };
    let ends = Ends {
        channel: Some(channel.split(1024).unwrap()),
        outputs: vec![output(Stream::Stdout), output(Stream::Stderr)],
        inodes: vec![
            (End::Channel, 1),
            (End::Output(Stream::Stdout), 2),
            (End::Output(Stream::Stderr), 3),
        ],
        ..Ends::default()
    };
    Link::new((worker, Incarnation::default()), ends)
}

#[tokio::test]
async fn only_what_is_open_after_the_end_is_held() {
    let mut link = link();
    assert!(link.held().is_empty());
    link.exited(Exit::Code(0));
    link.closed(End::Channel);
    link.drained(End::Output(Stream::Stdout));
    link.drained(End::Output(Stream::Stderr));
    link.take_exit().unwrap();

    assert_eq!(link.held(), [2, 3]);
    link.held_by = Some(9);
    assert!(link.held().is_empty());
    link.closed(End::Output(Stream::Stdout));
    assert_eq!(link.held(), [3]);
}
