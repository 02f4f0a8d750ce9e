//! Mailboxes, traffic, latency and waits.

use crate::model::{
    Command, Direction, Envelope, Event, Exit, Outcome, RefusalKind, Reply, ReplyRule,
};
use crate::supervisor::tests::world::{World, a, dropped, frame, message, ms, pool, writes};
use crate::supervisor::{Effect, Input};
use crate::wire::{Fault, FaultKind, Frame, InternalKind, Pointer};

fn refusal(world: &World, ticket: u64) -> RefusalKind {
    world.answers[&ticket].clone().unwrap_err().kind
}

fn replies(world: &World, ticket: u64) -> Vec<Reply> {
    match world.answers[&ticket].clone().unwrap() {
        Outcome::Sent { replies, .. } => replies,
        other => panic!("{other:?}"),
    }
}

fn traffic(effects: &[Effect]) -> Vec<Envelope> {
    let batches = effects.iter().filter_map(|effect| match effect {
        Effect::Traffic { envelopes, .. } => Some(envelopes.clone()),
        _ => None,
    });
    batches.flatten().collect()
}

#[test]
fn a_message_is_written_and_told_once_the_kernel_took_it() {
    let mut world = World::started(pool(1));
    world.send("a", r#"{"hello":"world"}"#);
    assert!(traffic(&world.effects).is_empty());
    world.pass(ms(5));

    let out = traffic(&world.written(1, 1));
    assert_eq!(
        (out[0].direction, out[0].seq, out[0].bytes),
        (Direction::Out, 1, 18)
    );
    world.pass(ms(192));
    let back = traffic(&world.receive(1, vec![frame(r#"{"ok":true}"#), frame("2")]));
    assert_eq!((back[0].direction, back[0].seq), (Direction::In, 2));
    assert_eq!((back[0].latency, back[0].answers), (Some(ms(192)), Some(1)));
    assert_eq!((back[1].seq, back[1].latency), (3, None));
    assert_eq!(back[1].answers, None);

    let gauges = world.machine.gauges(&a(1)).unwrap();
    assert_eq!((gauges.sent, gauges.received, gauges.mailbox), (1, 2, 0));
}

#[test]
fn a_full_mailbox_refuses_and_an_empty_one_takes_any_one_message() {
    let mut spec = pool(1);
    spec.mailbox.capacity = 3;
    spec.mailbox.bytes = 10;
    spec.max_frame = 1_000;
    let mut world = World::started(spec);

    let large = format!("\"{}\"", "x".repeat(900));
    let first = world.send("a/1", &large);
    assert!(world.answers[&first].is_ok());
    let second = world.send("a/1", "1");
    assert_eq!(refusal(&world, second), RefusalKind::MailboxFull);
    world.written(1, 1);
    for _ in 0..3 {
        let ticket = world.send("a/1", "1");
        assert!(world.answers[&ticket].is_ok());
    }
    let fourth = world.send("a/1", "1");
    assert_eq!(refusal(&world, fourth), RefusalKind::MailboxFull);
    let huge = world.send("a/1", &format!("\"{}\"", "x".repeat(998)));
    assert_eq!(refusal(&world, huge), RefusalKind::BadMessage);
}

#[test]
fn no_more_than_the_window_is_given_out() {
    let mut world = World::started(pool(1));
    let text = format!("\"{}\"", "x".repeat(100_000 - 3));
    for _ in 0..5 {
        world.send("a/1", &text);
    }
    let given = writes(&world.effects).len();
    assert_eq!(given, 2, "nothing more before half of the window is free");

    let effects = world.written(1, 1);
    assert_eq!(writes(&effects).len(), 1);
    let effects = world.written(1, 2);
    assert_eq!(writes(&effects).len(), 2);
}

#[test]
fn what_was_not_written_is_written_again_to_the_next_process() {
    let mut world = World::started(pool(1));
    for text in ["1", "2", "3"] {
        world.send("a/1", text);
    }
    world.written(1, 1);

    world.exit(1, Exit::Code(1));
    world.send("a/1", "4");
    world.pass(ms(100));
    let before = world.effects.len();
    world.spawn_all();

    assert_eq!(writes(&world.effects[before..]), ["2", "3", "4"]);
}

#[test]
fn what_the_kernel_took_and_nobody_read_is_counted_as_dropped() {
    let mut world = World::started(pool(1));
    for text in ["1", "22", "333", "4444"] {
        world.send("a/1", text);
    }
    world.written(1, 4);

    let effects = world.exit_unread(1, Exit::Code(1), 4 + 5);
    assert_eq!(dropped(&effects), 2);
}

#[test]
fn a_worker_at_rest_refuses_mail_and_drops_what_it_held() {
    let mut world = World::started(pool(1));
    world.send("a/1", "1");
    world.send("a/1", "2");
    world.command(Command::Stop {
        to: "a".parse().unwrap(),
    });
    let early = world.send("a/1", "3");
    assert_eq!(refusal(&world, early), RefusalKind::NotRunning);

    let effects = world.exit(1, Exit::Code(0));
    assert_eq!(dropped(&effects), 2);
    let late = world.send("a", "3");
    assert_eq!(refusal(&world, late), RefusalKind::NotRunning);
    assert_eq!(
        world.answers[&late].clone().unwrap_err().hint.unwrap(),
        "start a/1 first"
    );
}

#[test]
fn a_closed_channel_refuses_mail() {
    let mut world = World::started(pool(1));
    world.command(Command::Disconnect {
        to: "a/1".parse().unwrap(),
    });
    assert!(matches!(
        world.effects[world.effects.len() - 3..],
        [Effect::CloseChannel { .. }, ..]
    ));

    for to in ["a/1", "a", "a/*", "*"] {
        let ticket = world.send(to, "1");
        assert_eq!(refusal(&world, ticket), RefusalKind::ChannelClosed);
    }
}

#[test]
fn a_pool_gives_its_message_to_the_least_busy_worker_in_turns() {
    let mut world = World::started(pool(3));
    let to = |world: &World, ticket| match world.answers[&ticket].clone().unwrap() {
        Outcome::Sent { delivered, .. } => delivered[0].number,
        other => panic!("{other:?}"),
    };
    let mut chosen = Vec::new();
    for _ in 0..4 {
        let ticket = world.send("a", "1");
        chosen.push(to(&world, ticket));
    }
    assert_eq!(chosen, [1, 2, 3, 1]);

    world.written(3, 1);
    world.receive(3, vec![frame("1")]);
    let ticket = world.send("a", "1");
    assert_eq!(to(&world, ticket), 3);
}

#[test]
fn a_wait_is_answered_by_the_next_message_after_its_writing() {
    let mut world = World::started(pool(1));
    world.send("a/1", "0");
    let first = world.send_and_wait("a/1", "1", Some(5_000));
    let second = world.send_and_wait("a/1", "2", Some(5_000));
    world.receive(1, vec![frame("\"early\"")]);
    assert!(!world.answers.contains_key(&first));
    world.written(1, 3);
    world.pass(ms(7));

    world.receive(1, vec![frame("\"one\""), frame("\"two\"")]);

    assert_eq!(replies(&world, first)[0].message, message("\"one\""));
    assert_eq!(replies(&world, first)[0].latency, ms(7));
    assert_eq!(replies(&world, second)[0].message, message("\"two\""));
}

#[test]
fn where_replies_have_an_id_a_wait_takes_the_one_with_its_own() {
    let mut spec = pool(1);
    spec.jobs.reply = ReplyRule::Id(Pointer::parse("/id").unwrap());
    let mut world = World::started(spec);
    let first = world.send_and_wait("a/1", r#"{"id":1}"#, Some(5_000));
    let second = world.send_and_wait("a/1", r#"{"id":2}"#, Some(5_000));
    let other = world.send_and_wait("a/1", "{}", Some(5_000));
    world.written(1, 3);

    world.receive(
        1,
        vec![
            frame(r#"{"done":true,"id":2}"#),
            frame("0"),
            frame(r#"{"id":1}"#),
        ],
    );

    let told = [first, second, other].map(|ticket| replies(&world, ticket)[0].message.clone());
    assert_eq!(
        told,
        [r#"{"id":1}"#, r#"{"done":true,"id":2}"#, "0"].map(message)
    );
}

#[test]
fn a_wait_ends_with_what_came_when_its_time_is_over() {
    let mut world = World::started(pool(2));
    let ticket = world.send_and_wait("a/*", "1", Some(500));
    world.written(1, 1);
    world.written(2, 1);
    world.receive(2, vec![frame("2")]);

    world.pass(ms(499));
    assert!(!world.answers.contains_key(&ticket));
    world.pass(ms(1));

    assert_eq!(replies(&world, ticket).len(), 1);
    assert_eq!(replies(&world, ticket)[0].worker, a(2));
}

#[test]
fn a_wait_that_ran_out_of_time_takes_no_reply_from_the_next_one() {
    let mut world = World::started(pool(1));
    let ignored = world.send_and_wait("a/1", "1", Some(500));
    world.written(1, 1);
    world.pass(ms(500));
    assert!(replies(&world, ignored).is_empty());

    let next = world.send_and_wait("a/1", "2", Some(500));
    world.written(1, 1);
    world.receive(1, vec![frame("3")]);

    assert_eq!(replies(&world, next).len(), 1);
}

#[test]
fn a_death_ends_a_wait_only_for_what_was_written() {
    let mut world = World::started(pool(1));
    let written = world.send_and_wait("a/1", "1", Some(5_000));
    world.written(1, 1);
    let kept = world.send_and_wait("a/1", "2", Some(5_000));

    world.exit(1, Exit::Code(1));
    assert!(replies(&world, written).is_empty());
    assert!(!world.answers.contains_key(&kept));

    world.pass(ms(100));
    world.spawn_all();
    world.written(1, 1);
    world.receive(1, vec![frame("3")]);
    assert_eq!(replies(&world, kept).len(), 1);
}

#[test]
fn faults_and_internal_messages_are_told_in_order() {
    let mut world = World::started(pool(1));
    let fault = Frame::Fault(Fault {
        kind: FaultKind::Invalid,
        bytes: 2,
        head: vec![b'x'],
        hint: None,
    });
    let handle = Frame::Internal {
        message: message(r#"{"cmd":"NODE_HANDLE"}"#),
        bytes: 22,
        kind: InternalKind::Handle,
    };

    let effects = world.receive(1, vec![frame("1"), fault, handle, frame("2")]);

    assert!(matches!(
        effects[..],
        [
            Effect::Traffic { .. },
            Effect::Publish(Event::FrameError(_)),
            Effect::Traffic { .. },
        ]
    ));
    let seqs: Vec<u64> = traffic(&effects)
        .iter()
        .map(|envelope| envelope.seq)
        .collect();
    assert_eq!(seqs, [1, 0, 2]);
    assert!(traffic(&effects)[1].internal);
}

#[test]
fn a_worker_that_leaves_bytes_unread_is_stalled_until_it_reads() {
    let mut world = World::started(pool(1));
    let look = |world: &mut World, bytes, progressed| {
        let incarnation = world.incarnation(1);
        world.give(Input::Unread {
            worker: a(1),
            incarnation,
            bytes,
            progressed,
        });
    };
    let told = |world: &World| {
        let stalled = |effect: &&Effect| matches!(effect, Effect::Publish(Event::Stalled(_)));
        world.effects.iter().filter(stalled).count()
    };
    look(&mut world, 100, false);
    world.pass(ms(249));
    assert_eq!(world.state(1).as_str(), "ready");
    world.pass(ms(1));
    assert_eq!(world.state(1).as_str(), "stalled");
    world.pass(ms(2_500));
    assert_eq!(told(&world), 3);

    look(&mut world, 50, true);
    assert_eq!(world.state(1).as_str(), "ready");
    world.pass(ms(250));
    assert_eq!(world.state(1).as_str(), "stalled");
    look(&mut world, 0, true);
    assert_eq!(world.state(1).as_str(), "ready");
    assert_eq!(world.machine.next_deadline(), None);
}
