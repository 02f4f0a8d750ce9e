//! Workers on their standard streams, and workers without any channel.

use crate::model::{
    ChannelKind, Command, Event, Exit, Fact, Liveness, PoolSpec, RefusalKind, Signal, State,
};
use crate::supervisor::Effect;
use crate::supervisor::tests::orders::news;
use crate::supervisor::tests::world::{World, by, frame, message, ms, pool, signals, writes};

fn of(channel: ChannelKind) -> PoolSpec {
    let mut spec = pool(1);
    spec.channel = channel;
    spec
}

fn stop() -> Command {
    let to = "a/1".parse().unwrap();
    Command::Stop { to }
}

fn closes(effects: &[Effect]) -> usize {
    let closed = |effect: &&Effect| matches!(effect, Effect::CloseChannel { .. });
    effects.iter().filter(closed).count()
}

fn liveness(world: &World) -> Liveness {
    let mut told = world
        .effects
        .iter()
        .rev()
        .filter_map(|effect| match effect {
            Effect::Publish(Event::Liveness(changed)) => Some(changed.liveness),
            _ => None,
        });
    told.next().unwrap()
}

#[test]
fn a_filter_is_stopped_by_the_end_of_its_input_and_by_the_signal_only_later() {
    let mut world = World::started(of(ChannelKind::Stdio));
    world.send("a/1", "1");
    world.written(1, 1);
    let before = world.effects.len();

    let ticket = world.command(stop());
    assert_eq!(closes(&world.effects[before..]), 1);
    world.pass(ms(2_499));
    assert!(signals(&world.effects[before..]).is_empty());
    world.pass(ms(1));
    assert_eq!(
        signals(&world.effects[before..]),
        ["SIGTERM group", "SIGCONT group"]
    );

    world.exit(1, Exit::Code(0));
    assert!(world.answers[&ticket].is_ok());
    assert_eq!(&*world.last_exit().cause, "exit 0, as asked");
    assert_eq!(closes(&world.effects[before..]), 1);
}

#[test]
fn a_filter_that_was_given_nothing_gets_the_signal_at_once() {
    let mut world = World::started(of(ChannelKind::Stdio));
    let before = world.effects.len();

    world.command(stop());

    let effects = &world.effects[before..];
    assert_eq!(signals(effects), ["SIGTERM group", "SIGCONT group"]);
    assert_eq!(closes(effects), 0);
}

#[test]
fn a_filter_that_knows_a_stop_message_gets_it_before_the_end_of_its_input() {
    let mut spec = of(ChannelKind::Stdio);
    spec.stop.message = Some(message("\"end\""));
    let mut world = World::started(spec);
    let before = world.effects.len();

    world.command(stop());

    let effects = &world.effects[before..];
    let of_channel =
        |effect: &&Effect| matches!(effect, Effect::Write { .. } | Effect::CloseChannel { .. });
    let told: Vec<&Effect> = effects.iter().filter(of_channel).collect();
    assert!(matches!(
        told[..],
        [Effect::Write { .. }, Effect::CloseChannel { .. }]
    ));
    assert_eq!(writes(effects), ["\"end\""]);
    assert!(signals(effects).is_empty());
}

#[test]
fn a_drain_ends_the_input_of_a_filter_that_may_keep_its_answers_back() {
    let mut world = World::started(of(ChannelKind::Stdio));
    world.enlist();
    world.assign(1, &[(1, "1")]);
    world.written(1, 1);
    let before = world.effects.len();

    world.command(stop());
    assert_eq!(closes(&world.effects[before..]), 1);
    assert_eq!(world.reason(1), "finishes its jobs");
    let answered = world.receive(1, vec![frame("10")]);
    assert_eq!(news(&answered), ["answered 1=10"]);

    assert!(
        signals(&world.effects[before..]).is_empty(),
        "it may end by itself"
    );
    world.exit(1, Exit::Code(0));
    assert_eq!(closes(&world.effects[before..]), 1);
    assert_eq!(world.state(1), State::Stopped);
}

#[test]
fn a_timed_out_job_costs_a_filter_its_life_at_once() {
    let mut world = World::started(of(ChannelKind::Stdio));
    world.enlist();
    world.assign(1, &[(1, "1")]);
    world.written(1, 1);
    let before = world.effects.len();

    world.relieve(1, "a job timed out");

    let effects = &world.effects[before..];
    assert_eq!(signals(effects), ["SIGTERM group", "SIGCONT group"]);
}

#[test]
fn the_end_of_a_filters_output_is_the_end_of_its_channel() {
    let mut world = World::started(of(ChannelKind::Stdio));
    assert_eq!(liveness(&world).stdout, Fact::Open);

    world.close_channel(1);

    let told = liveness(&world);
    assert_eq!((told.channel, told.stdout), (Fact::Closed, Fact::Closed));
    assert_eq!(told.stderr, Fact::Open);
}

#[test]
fn a_worker_without_a_channel_is_ready_and_takes_nothing() {
    let mut world = World::started(of(ChannelKind::None));
    let told = liveness(&world);
    assert_eq!((told.channel, told.stdout), (Fact::Closed, Fact::Open));
    world.pass(ms(10_000));
    assert_eq!(world.state(1), State::Ready);

    let sent = world.send("a/1", "1");
    let to = "a/1".parse().unwrap();
    let disconnected = world.command(Command::Disconnect { to });

    for ticket in [sent, disconnected] {
        let refusal = world.answers[&ticket].as_ref().unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::ChannelClosed);
        assert_eq!(refusal.message, "a/1 has no channel");
    }
}

#[test]
fn a_worker_without_a_channel_takes_nothing_between_its_lives_either() {
    let mut world = World::started(of(ChannelKind::None));
    world.exit(1, Exit::Code(1));
    assert_eq!(world.state(1), State::Backoff);

    let sent = world.send("a", "1");

    let refusal = world.answers[&sent].as_ref().unwrap_err();
    assert_eq!(refusal.message, "a/1 has no channel");
}

#[test]
fn a_worker_without_a_channel_is_stopped_by_the_signal() {
    let mut world = World::started(of(ChannelKind::None));
    let before = world.effects.len();

    world.command(stop());
    assert_eq!(
        signals(&world.effects[before..]),
        ["SIGTERM group", "SIGCONT group"]
    );

    world.exit(1, by(Signal::TERM));
    assert_eq!(world.state(1), State::Stopped);
}
