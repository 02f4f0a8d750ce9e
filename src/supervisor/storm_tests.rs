//! Random runs against the invariants: nothing that can happen, in any order, breaks the machine.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::model::{Command, Exit, Incarnation, OnDisconnect, PoolSpec, RestartWhen, Signal};
use crate::supervisor::world::{World, name, worker};
use crate::supervisor::{Effect, Input, SpawnFault};
use crate::wire::Message;

/// One thing that can happen.
#[derive(Clone, Debug)]
enum Happening {
    Pass(u64),
    Start(u8),
    Stop(u8),
    Restart(u8),
    Kill(u8),
    Signal(u8),
    Disconnect(u8),
    Scale(u8, u32),
    Send(u8, bool),
    Exit(u8, i32),
    Close(u8),
    Say(u8),
    Unread(u8, u64, bool),
    Suspend(u8, bool),
    Stale(u8),
    Fault(bool),
    Deaf(bool),
    Writes(bool),
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening::{
        Close, Deaf, Disconnect, Exit, Fault, Kill, Pass, Restart, Say, Scale, Send, Signal, Stale,
        Start, Stop, Suspend, Unread, Writes,
    };
    let who = 0..6_u8;
    prop_oneof![
        8 => (0..40_000_u64).prop_map(Pass),
        6 => (0..300_u64).prop_map(Pass),
        4 => who.clone().prop_map(Start),
        3 => who.clone().prop_map(Stop),
        3 => who.clone().prop_map(Restart),
        2 => who.clone().prop_map(Kill),
        1 => who.clone().prop_map(Signal),
        1 => who.clone().prop_map(Disconnect),
        1 => (who.clone(), 0..5_u32).prop_map(|(pool, size)| Scale(pool, size)),
        9 => (who.clone(), any::<bool>()).prop_map(|(id, wait)| Send(id, wait)),
        6 => (who.clone(), -1..2).prop_map(|(id, code)| Exit(id, code)),
        1 => who.clone().prop_map(Close),
        6 => who.clone().prop_map(Say),
        3 => (who.clone(), 0..3_u64, any::<bool>()).prop_map(|(id, n, p)| Unread(id, n, p)),
        2 => (who.clone(), any::<bool>()).prop_map(|(id, on)| Suspend(id, on)),
        1 => who.prop_map(Stale),
        1 => any::<bool>().prop_map(Fault),
        1 => any::<bool>().prop_map(Deaf),
        1 => any::<bool>().prop_map(Writes),
    ]
}

/// Two pools with different policies.
fn world() -> World {
    let mut first = PoolSpec::new(name("a"), "program", ".");
    first.instances = 2;
    first.stop.grace = Duration::from_millis(700);
    first.mailbox.capacity = 3;
    let mut second = PoolSpec::new(name("b"), "program", ".");
    second.instances = 2;
    second.restart.when = RestartWhen::OnFailure;
    second.stop.message = Some(Message::parse("\"stop\"").unwrap());
    second.on_disconnect = OnDisconnect::Stop;
    World::new(vec![first, second])
}

fn address(index: u8) -> String {
    ["a", "a/1", "b/2", "a/*", "*", "b"][usize::from(index)].to_owned()
}

fn apply(world: &mut World, happening: &Happening) {
    let to = |index: &u8| address(*index).parse().unwrap();
    let id = |index: &u8| worker(if *index < 3 { "a" } else { "b" }, u32::from(index % 3) + 1);
    let pool = |index: &u8| name(if *index < 3 { "a" } else { "b" });
    match happening {
        Happening::Pass(ms) => world.pass(Duration::from_millis(*ms)),
        Happening::Start(index) => drop(world.ask(Command::Start { to: to(index) })),
        Happening::Stop(index) => drop(world.ask(Command::Stop { to: to(index) })),
        Happening::Restart(index) => drop(world.ask(Command::Restart { to: to(index) })),
        Happening::Kill(index) => drop(world.ask(Command::Kill { to: to(index) })),
        Happening::Disconnect(index) => drop(world.ask(Command::Disconnect { to: to(index) })),
        Happening::Signal(index) => {
            let signal = Signal::from_name("USR1").unwrap();
            world.ask(Command::Signal {
                to: to(index),
                signal,
            });
        }
        Happening::Scale(index, instances) => {
            world.ask(Command::Scale {
                pool: pool(index),
                instances: *instances,
            });
        }
        Happening::Send(index, waits) => {
            let wait = waits.then_some(Duration::from_secs(3));
            world.send(&address(*index), "{\"n\":1}", wait);
        }
        Happening::Exit(index, code) => {
            let exit = match code {
                -1 => Exit::Signal {
                    signal: Signal::KILL,
                    core: false,
                },
                code => Exit::Code(*code),
            };
            world.exit(&id(index), exit);
        }
        Happening::Say(index) => world.say(&id(index), &["1", "2"]),
        Happening::Fault(permanent) => {
            let reason = "a fault".to_owned();
            world.faults.push(SpawnFault {
                permanent: *permanent,
                reason,
            });
        }
        Happening::Deaf(is_deaf) => world.deaf = *is_deaf,
        Happening::Writes(takes) => world.takes_writes = *takes,
        report => apply_report(world, report, &id),
    }
}

fn apply_report(
    world: &mut World,
    report: &Happening,
    id: &impl Fn(&u8) -> crate::model::WorkerId,
) {
    match report {
        Happening::Close(index) => {
            let worker = id(index);
            let incarnation = world.newest(&worker);
            world.feed(Input::ChannelClosed {
                worker,
                incarnation,
            });
        }
        Happening::Unread(index, bytes, progressed) => {
            let worker = id(index);
            let incarnation = world.newest(&worker);
            let (bytes, progressed) = (*bytes, *progressed);
            world.feed(Input::Unread {
                worker,
                incarnation,
                bytes,
                progressed,
            });
        }
        Happening::Suspend(index, on) => {
            let worker = id(index);
            let incarnation = world.newest(&worker);
            world.feed(if *on {
                Input::Suspended {
                    worker,
                    incarnation,
                }
            } else {
                Input::Continued {
                    worker,
                    incarnation,
                }
            });
        }
        Happening::Stale(index) => {
            let worker = id(index);
            let incarnation = Incarnation(world.newest(&worker).0.saturating_sub(1));
            world.feed(Input::Exited {
                worker,
                incarnation,
                exit: Exit::Code(1),
                unread_bytes: 9,
            });
        }
        other => unreachable!("{other:?} is no report"),
    }
}

fn run(happenings: &[Happening]) -> World {
    let mut world = world();
    world.start_all();
    for happening in happenings {
        apply(&mut world, happening);
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_a_deck_goes_down_and_every_command_is_answered(
        happenings in vec(happening(), 1..300)
    ) {
        let mut world = run(&happenings);
        let asked = world.ask(Command::Down);
        world.pass(Duration::from_secs(20));

        prop_assert!(world.is_halted);
        prop_assert!(world.processes.values().all(|process| !process.alive));
        prop_assert_eq!(world.answers.len() as u64, asked.0);
    }

    #[test]
    fn the_same_inputs_have_the_same_effects(happenings in vec(happening(), 1..100)) {
        let effects = |world: World| -> Vec<Effect> { world.effects };
        prop_assert_eq!(effects(run(&happenings)), effects(run(&happenings)));
    }
}
