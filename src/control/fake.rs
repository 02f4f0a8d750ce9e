//! A deck for tests of the server: no workers, but every answer.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::control::event::tests::{board, message, stamped, worker};
use crate::deck::{Request as Asked, Subscriber};
use crate::model::{Board, Command, Direction, Now, Outcome, Refusal, RefusalKind, Reply, Stamped};
use crate::wire::Message;

/// A deck of one worker that is always there, answers `{"ok":true}` to everything, and keeps to its protocol.
pub(super) struct Fake {
    board: Board,
    subscribers: Vec<Subscriber>,
    commands: Vec<Command>,
    /// Answers to `stop` are held back until the deck goes down.
    held: Vec<Box<dyn FnOnce() + Send>>,
}

impl Fake {
    fn publish(&mut self, events: Vec<Stamped>, bytes: usize) {
        for event in &events {
            self.board.apply(event);
        }
        let events: Arc<[Stamped]> = events.into();
        self.subscribers.retain(|one| one.push(&events, bytes));
    }

    /// Serves requests until `down`; gives the commands it was given.
    pub(super) async fn drive(mut requests: mpsc::Receiver<Asked>) -> Vec<Command> {
        let mut fake = Self {
            board: board(),
            subscribers: Vec::new(),
            commands: Vec::new(),
            held: Vec::new(),
        };
        while let Some(asked) = requests.recv().await {
            match asked {
                Asked::Read(look) => look(&fake.board, Now::default()),
                Asked::Subscribe(answer) => {
                    let (subscriber, subscription) = Subscriber::new(&fake.board);
                    fake.subscribers.push(subscriber);
                    let _ = answer.send(subscription);
                }
                Asked::Command { command, answer } => {
                    fake.commands.push(command.clone());
                    if let Command::Stop { .. } = command {
                        fake.held.push(Box::new(move || {
                            let _ = answer.send(Ok(Outcome::Workers(vec![worker()])));
                        }));
                        continue;
                    }
                    let result = fake.carry_out(&command);
                    if command == Command::Down {
                        fake.held.drain(..).for_each(|answer| answer());
                    }
                    let _ = answer.send(result);
                    if command == Command::Down {
                        break;
                    }
                }
            }
        }
        fake.commands
    }

    fn carry_out(&mut self, command: &Command) -> Result<Outcome, Refusal> {
        match command {
            Command::Send {
                to,
                wait,
                message: sent,
            } => {
                if to.to_string() == "flood" {
                    let body = format!("\"{}\"", "x".repeat(1000));
                    let flood = |_| stamped(message(Direction::In, &body, None, false));
                    self.publish((0..1000).map(flood).collect(), 1 << 20);
                } else if to.to_string() != "process" {
                    return Err(Refusal::new(RefusalKind::NoSuchPool, "no such pool").at(to));
                }
                let latency = Duration::from_micros(192_300);
                self.publish(
                    vec![
                        stamped(message(Direction::Out, sent.as_str(), None, false)),
                        stamped(message(
                            Direction::In,
                            r#"{"ok":true}"#,
                            Some(latency),
                            false,
                        )),
                    ],
                    100,
                );
                let reply = Reply {
                    worker: worker(),
                    message: Message::parse(r#"{"ok":true}"#).unwrap(),
                    latency,
                };
                Ok(Outcome::Sent {
                    delivered: vec![worker()],
                    replies: wait.iter().map(|_| reply.clone()).collect(),
                })
            }
            Command::Scale { instances, .. } => Ok(Outcome::Scaled {
                instances: *instances,
            }),
            Command::Down => Ok(Outcome::Down),
            // Every other command reaches the one worker.
            _ => Ok(Outcome::Workers(vec![worker()])),
        }
    }
}
