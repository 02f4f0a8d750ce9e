//! The whole deck over a fake spawner and a clock that tests move: what goes in comes out at the other end.

use std::io::{BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::time::Duration;

use super::*;
use crate::deck::Update;
use crate::deck::played::{event, lay, pool};
use crate::model::{Command, Direction, Event, Exit, Outcome, RefusalKind, Stamped, State, Stream};
use crate::wire::Message;

fn is_state(wanted: State) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::State(changed) if changed.state == wanted)
}

#[tokio::test]
async fn a_message_goes_to_the_worker_and_its_reply_comes_back() {
    let mut table = lay(vec![pool("a")]);
    table.start_all().await;
    let mut worker = table.played.recv().await.unwrap();
    let to = "a".parse().unwrap();
    let message = Message::parse("{\"hello\":\"world\"}").unwrap();
    let wait = Some(Duration::from_secs(5));
    let answer = table.deck.issue(Command::Send { to, message, wait }).await;

    let channel = worker.channel.take().unwrap();
    let (line, channel) = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(&channel).read_line(&mut line).unwrap();
        (line, channel)
    })
    .await
    .unwrap();
    assert_eq!(line, "{\"hello\":\"world\"}\n");
    worker.channel = Some(channel);
    worker.say("{\"ok\":true}\n");

    let Ok(Outcome::Sent { delivered, replies }) = answer.await else {
        panic!("refused")
    };
    assert_eq!(delivered.len(), 1);
    assert_eq!(replies[0].message.as_str(), "{\"ok\":true}");
}

#[tokio::test]
async fn what_a_worker_wrote_before_its_death_is_told_before_its_exit() {
    let mut table = lay(vec![pool("a")]);
    let mut updates = table.deck.subscribe().await.unwrap();
    table.start_all().await;
    let mut worker = table.played.recv().await.unwrap();
    for n in 0..5000 {
        worker.say(&format!("{n}\n"));
    }
    worker.say("{\"half");
    worker
        .stdout
        .as_mut()
        .unwrap()
        .write_all(b"a line\nits end")
        .unwrap();
    worker.exit(Exit::Code(0)).await;

    let mut received = 0;
    let mut lines = Vec::new();
    let mut faults = Vec::new();
    loop {
        let Some(Update::Events(events)) = updates.next().await else {
            continue;
        };
        for stamped in events.iter() {
            match &stamped.event {
                Event::Messages(messages) => {
                    let all_in = messages
                        .envelopes
                        .iter()
                        .all(|e| e.direction == Direction::In);
                    assert!(all_in);
                    received += messages.envelopes.len();
                }
                Event::Logs(logs) => {
                    assert!(logs.lines.iter().all(|line| line.stream == Stream::Stdout));
                    lines.extend(logs.lines.iter().map(|line| line.text().into_owned()));
                }
                Event::FrameError(fault) => faults.push(fault.bytes),
                Event::Exit(exited) => {
                    assert!(exited.exit.is_clean());
                    assert_eq!(received, 5000);
                    assert_eq!(lines, ["a line", "its end"]);
                    assert_eq!(faults, [6]);
                    return;
                }
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn an_exit_is_told_though_a_descendant_holds_the_outputs() {
    let mut table = lay(vec![pool("a")]);
    let mut updates = table.deck.subscribe().await.unwrap();
    table.start_all().await;
    let mut worker = table.played.recv().await.unwrap();
    let held: OwnedFd = worker.stdout.as_ref().unwrap().try_clone().unwrap().into();
    worker
        .stdout
        .as_mut()
        .unwrap()
        .write_all(b"before\n")
        .unwrap();
    let (key, reports) = (worker.key, worker.reports.clone());
    drop(worker);
    reports
        .send(Report::Exited {
            key,
            exit: Exit::Code(1),
        })
        .await
        .unwrap();

    event(&mut updates, |event| matches!(event, Event::Exit(_))).await;
    event(&mut updates, is_state(State::Ready)).await;

    std::fs::File::from(held).write_all(b"after\n").unwrap();
    let late = event(&mut updates, |event| matches!(event, Event::Logs(_))).await;
    let Event::Logs(logs) = late else {
        panic!("no logs")
    };
    assert_eq!(logs.lines[0].text(), "after");
    assert_eq!(logs.incarnation.0, 1);
}

#[tokio::test]
async fn a_board_and_the_events_after_it_make_the_later_board() {
    let mut table = lay(vec![pool("a"), pool("b")]);
    table.start_all().await;
    let mut updates = table.deck.subscribe().await.unwrap();
    let mut first = table.played.recv().await.unwrap();
    let second = table.played.recv().await.unwrap();
    for n in 0..100 {
        first.say(&format!("{{\"n\":{n}}}\nnonsense\n"));
        table.send("a/1", "1").await.unwrap();
    }
    first
        .stderr
        .as_mut()
        .unwrap()
        .write_all(b"a line\n")
        .unwrap();
    second.exit(Exit::Code(3)).await;
    table
        .deck
        .command(Command::Scale {
            pool: PoolName::new("b").unwrap(),
            instances: 3,
        })
        .await
        .unwrap();

    let Some(Update::Snapshot(mut folded)) = updates.next().await else {
        panic!("no snapshot")
    };
    let mut seen = 0;
    while seen < 100 {
        let Some(Update::Events(events)) = updates.next().await else {
            panic!("no events")
        };
        events.iter().for_each(|stamped| folded.apply(stamped));
        seen = folded.workers().next().unwrap().received;
    }
    // One more look makes the journal tell all that it gathered; then both are compared at the same place.
    let later = table
        .deck
        .read(|board, _| format!("{board:?}"))
        .await
        .unwrap();
    let end = table.deck.subscribe();
    let fold_rest = async {
        while format!("{folded:?}") != later {
            let Some(Update::Events(events)) = updates.next().await else {
                panic!("no events")
            };
            events
                .iter()
                .for_each(|stamped: &Stamped| folded.apply(stamped));
        }
    };
    tokio::time::timeout(Duration::from_secs(20), fold_rest)
        .await
        .expect("the boards agree");
    drop(end);
}

#[tokio::test]
async fn a_deck_that_went_down_tells_its_clients() {
    let mut table = lay(vec![pool("a")]);
    table.start_all().await;
    let _worker = table.played.recv().await.unwrap();
    let mut updates = table.deck.subscribe().await.unwrap();

    assert_eq!(table.deck.command(Command::Down).await, Ok(Outcome::Down));

    while updates.next().await.is_some() {}
    table.deck.ended().await;
    assert_eq!(table.driver.await.unwrap(), Ended { fault: None });
    let refusal = table.deck.command(Command::Down).await.unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::ShuttingDown);
    assert!(table.deck.subscribe().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn an_idle_deck_tells_nothing_but_its_beat() {
    let mut table = lay(vec![pool("a")]);
    table.start_all().await;
    let _worker = table.played.recv().await.unwrap();
    let mut updates = table.deck.subscribe().await.unwrap();
    for _ in 0..3 {
        event(&mut updates, |event| matches!(event, Event::Deck(_))).await;
    }

    for _ in 0..5 {
        let Some(Update::Events(events)) = updates.next().await else {
            panic!("no events")
        };
        let is_beat = events
            .iter()
            .all(|stamped| matches!(stamped.event, Event::Deck(_)));
        assert!(is_beat, "{events:?}");
    }
}
