//! When a worker is ready, what waits until then, and what follows when it never is.

use crate::model::{
    Assignment, Command, Exit, JobId, JobNews, LeaseId, PoolSpec, Ready, RestartWhen, Signal, State,
};
use crate::supervisor::tests::world::{
    World, a, by, fault, frame, message, ms, pool, signals, writes,
};
use crate::supervisor::{Effect, Input};
use crate::wire::{FaultKind, Frame, InternalKind};

fn spec(ready: Ready) -> PoolSpec {
    let mut spec = pool(1);
    spec.ready = ready;
    spec.ready_timeout = ms(2_000);
    spec
}

fn listening(world: &mut World) -> Vec<Effect> {
    let incarnation = world.incarnation(1);
    world.give(Input::Listening {
        worker: a(1),
        incarnation,
    })
}

fn enlist(world: &mut World) {
    world.give(Input::Enlist {
        pool: a(1).pool.clone(),
    });
}

fn serves(effects: &[Effect]) -> bool {
    let is_served = |effect: &Effect| matches!(effect, Effect::News(JobNews::Serves { .. }));
    effects.iter().any(is_served)
}

#[test]
fn the_first_message_makes_a_worker_ready_and_gives_it_its_mail() {
    let mut world = World::started(spec(Ready::Message));
    world.send("a/1", "1");
    world.pass(ms(1_999));
    assert_eq!(world.state(1), State::Starting);
    assert_eq!(world.reason(1), "waits for its first message");
    assert!(writes(&world.effects).is_empty());
    assert!(world.answers.contains_key(&2), "the mailbox took it");
    assert!(!world.answers.contains_key(&1), "the start is not done");

    let effects = world.receive(1, vec![frame("\"ready\"")]);

    assert_eq!(world.state(1), State::Ready);
    assert_eq!(writes(&effects), ["1"]);
    assert!(world.answers[&1].is_ok());
    let told = |effect: &Effect| matches!(effect, Effect::Traffic { envelopes, .. } if envelopes[0].seq == 1);
    assert!(effects.iter().any(told), "it is told as any other");
    world.pass(ms(60_000));
    assert_eq!(world.state(1), State::Ready);
}

#[test]
fn only_a_message_counts_as_the_first_one() {
    let mut world = World::started(spec(Ready::Message));
    let internal = Frame::Internal {
        message: message(r#"{"cmd":"NODE_HANDLE"}"#),
        bytes: 22,
        kind: InternalKind::Handle,
    };

    let effects = world.receive(1, vec![internal, fault(FaultKind::Invalid)]);
    listening(&mut world);

    assert_eq!(world.state(1), State::Starting);
    assert!(writes(&effects).is_empty());
}

#[test]
fn a_cluster_worker_is_ready_once_it_listens() {
    let mut world = World::started(spec(Ready::Listening));
    world.send("a/1", "1");
    world.receive(1, vec![frame("{}")]);
    assert_eq!(world.state(1), State::Starting);
    assert_eq!(world.reason(1), "waits until it listens");

    let effects = listening(&mut world);

    assert_eq!(world.state(1), State::Ready);
    assert_eq!(writes(&effects), ["1"]);
}

#[test]
fn no_job_is_given_before_it_is_ready_and_the_first_message_answers_none() {
    let mut world = World::new(spec(Ready::Message));
    enlist(&mut world);
    world.start_all();
    assert!(!serves(&world.effects));
    let incarnation = world.incarnation(1);
    let refused = world.give(Input::Assign {
        worker: a(1),
        incarnation,
        jobs: vec![Assignment {
            lease: LeaseId(1),
            job: JobId::from_bytes([0; 16]),
            payload: message("1"),
            reply_id: None,
            hops: 0,
        }],
    });
    assert!(matches!(&refused[0], Effect::News(JobNews::Lost { .. })));

    let effects = world.receive(1, vec![frame("\"ready\"")]);

    assert!(serves(&effects));
    let is_stale = |effect: &Effect| matches!(effect, Effect::News(JobNews::Stale { .. }));
    assert!(!effects.iter().any(is_stale), "{effects:?}");
}

#[test]
fn a_worker_that_never_gets_ready_is_taken_down_and_that_is_a_crash() {
    for (when, exit, state) in [
        (RestartWhen::Always, Exit::Code(0), State::Backoff),
        (RestartWhen::OnFailure, Exit::Code(0), State::Backoff),
        (RestartWhen::OnFailure, by(Signal::TERM), State::Backoff),
        (RestartWhen::Never, Exit::Code(0), State::Failed),
    ] {
        let mut spec = spec(Ready::Message);
        spec.restart.when = when;
        let mut world = World::started(spec);
        world.pass(ms(1_999));
        assert_eq!(world.state(1), State::Starting);
        let before = world.effects.len();

        world.pass(ms(1));

        assert_eq!(world.state(1), State::Stopping);
        assert_eq!(world.reason(1), "it did not get ready in time");
        assert_eq!(
            signals(&world.effects[before..]),
            ["SIGTERM group", "SIGCONT group"]
        );
        world.exit(1, exit);
        assert_eq!(world.state(1), state, "{when:?} {exit}");
        assert_eq!(world.reason(1), "not ready within 2 s");
        assert_eq!(&*world.last_exit().cause, "not ready within 2 s");
        assert!(!world.last_exit().planned);
        assert!(world.answers[&1].is_ok(), "the start came to its end");
    }
}

#[test]
fn a_life_that_was_never_ready_is_not_a_healthy_one() {
    let mut spec = spec(Ready::Message);
    spec.ready_timeout = ms(60_000);
    let mut world = World::started(spec);
    for wait in [100, 200, 400] {
        world.pass(ms(59_000));
        world.exit(1, Exit::Code(1));
        world.pass(ms(wait - 1));
        assert_eq!(world.state(1), State::Backoff);
        world.pass(ms(1));
        world.spawn_all();
    }

    world.receive(1, vec![frame("{}")]);
    world.pass(ms(10_000));
    world.exit(1, Exit::Code(1));
    world.pass(ms(100));

    assert_eq!(world.state(1), State::Starting);
}

#[test]
fn a_worker_without_a_channel_has_no_first_message_to_wait_for() {
    let mut spec = spec(Ready::Message);
    spec.channel = crate::model::ChannelKind::None;
    let world = World::started(spec);
    assert_eq!(world.state(1), State::Ready);
}

#[test]
fn a_worker_that_is_not_ready_can_be_stopped_killed_and_restarted() {
    let to = || "a/1".parse().unwrap();
    let mut world = World::started(spec(Ready::Message));
    let kill = world.command(Command::Kill { to: to() });
    world.exit(1, by(Signal::KILL));
    assert!(world.answers[&kill].is_ok());
    world.spawn_all();
    assert_eq!(world.state(1), State::Starting);

    let restart = world.command(Command::Restart {
        to: to(),
        rolling: false,
    });
    world.exit(1, by(Signal::TERM));
    world.spawn_all();
    assert!(!world.answers.contains_key(&restart));
    world.receive(1, vec![frame("{}")]);
    assert!(world.answers[&restart].is_ok());

    let stop = world.command(Command::Stop { to: to() });
    let effects = world.receive(1, vec![frame("{}")]);
    assert!(writes(&effects).is_empty());
    world.exit(1, Exit::Code(0));
    assert!(world.answers[&stop].is_ok());
    assert_eq!(world.state(1), State::Stopped);
}

#[test]
fn mail_for_a_pool_goes_to_a_worker_that_is_ready() {
    let mut spec = spec(Ready::Message);
    spec.instances = 2;
    let mut world = World::started(spec);
    world.receive(2, vec![frame("{}")]);

    world.send("a", "1");

    assert_eq!(writes(&world.effects), ["1"]);
}
