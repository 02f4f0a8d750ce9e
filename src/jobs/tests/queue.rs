//! What is accepted, held and refused.

use std::time::Duration;

use crate::jobs::tests::world::{World, deck, message, pointer, pool, secs};
use crate::jobs::{Effect, Input};
use crate::model::{
    ChannelKind, Forwarded, JobCommand, JobFilter, JobState, JobsSpec, Outcome, PoolName,
    QueueSpec, RefusalKind, ReplyRule, Submission, WhenFull, WorkerId,
};
use crate::wire::Message;

fn bounded(capacity: usize, bytes: usize, when_full: WhenFull) -> JobsSpec {
    JobsSpec {
        queue: QueueSpec {
            capacity,
            bytes,
            when_full,
        },
        ..JobsSpec::default()
    }
}

fn prioritised(text: &str, priority: u8) -> Submission {
    Submission {
        priority: Some(priority),
        ..World::submission(text)
    }
}

#[test]
fn a_job_for_an_unknown_pool_is_refused_with_the_known_ones() {
    let mut world = World::new(1, JobsSpec::default());
    let other = Submission::new(PoolName::new("b").unwrap(), message("1"));

    let (ticket, wait) = world.try_submit(other);

    let refusal = world.refusal(ticket);
    assert_eq!(refusal.kind, RefusalKind::NoSuchPool);
    assert_eq!(refusal.hint.as_deref(), Some("the pools are: a"));
    assert_eq!(world.refusal(wait).kind, RefusalKind::NoSuchPool);
}

#[test]
fn a_job_for_workers_without_a_channel_is_refused() {
    let mut spec = deck(1, JobsSpec::default());
    spec.pools[0].channel = ChannelKind::None;
    let mut world = World::start(spec, None);

    let (ticket, wait) = world.try_submit(World::submission("1"));

    for ticket in [ticket, wait] {
        let refusal = world.refusal(ticket);
        assert_eq!(refusal.kind, RefusalKind::ChannelClosed);
        assert_eq!(
            refusal.message,
            "a takes no jobs: its workers have no channel"
        );
    }
}

#[test]
fn a_payload_or_priority_that_does_not_fit_is_refused() {
    let mut spec = deck(
        1,
        JobsSpec {
            reply: ReplyRule::Id(pointer("/id")),
            ..JobsSpec::default()
        },
    );
    spec.pools[0].max_frame = 20;
    let mut world = World::start(spec, None);
    let long = World::submission(r#"{"id":"xxxxxxxxxxxxxxxxxxxx"}"#);
    let without_id = World::submission("{}");
    let high = prioritised(r#"{"id":1}"#, 10);
    let fitting = prioritised(r#"{"id":1}"#, 9);

    for (refused, said) in [
        (long, "is too long for a"),
        (without_id, "nothing at /id"),
        (high, "a has no priority 10"),
    ] {
        let (ticket, _) = world.try_submit(refused);
        let refusal = world.refusal(ticket);
        assert_eq!(refusal.kind, RefusalKind::BadMessage);
        assert!(refusal.message.contains(said), "{refusal}");
    }
    world.submit_as(fitting);
}

#[test]
fn a_full_queue_refuses_by_count_and_says_when_to_try_again() {
    let mut world = World::start(deck(1, bounded(2, 1 << 20, WhenFull::Reject)), None);
    world.submit("1");
    world.submit("2");

    let (ticket, _) = world.try_submit(World::submission("3"));

    let refusal = world.refusal(ticket);
    assert_eq!(refusal.kind, RefusalKind::QueueFull);
    assert_eq!(refusal.message, "the queue of a is full: 2 jobs wait");
    assert_eq!(refusal.retry_after, Some(secs(60)));
    assert_eq!(world.figures().queue, 2);
}

#[test]
fn a_full_queue_refuses_by_bytes_but_an_empty_one_takes_any_job() {
    let mut world = World::start(deck(1, bounded(10, 5, WhenFull::Reject)), None);
    world.submit("\"123456789\"");

    let (ticket, _) = world.try_submit(World::submission("1"));

    let refusal = world.refusal(ticket);
    assert_eq!(refusal.kind, RefusalKind::QueueFull);
    assert_eq!(
        refusal.message,
        "the queue of a is full: 11 of at most 5 bytes wait, and this job has 1"
    );
}

#[test]
fn what_free_workers_take_at_once_needs_no_room() {
    let mut world = World::new(3, bounded(1, 100, WhenFull::Reject));
    let submit = |world: &mut World| Input::Submit {
        ticket: world.ticket(),
        wait: None,
        submission: World::submission("1"),
    };
    let inputs = (0..4).map(|_| submit(&mut world)).collect();

    world.give_all(inputs);

    assert!(world.answers.values().all(Result::is_ok));
    assert_eq!((world.figures().in_flight, world.figures().queue), (3, 1));
}

#[test]
fn a_blocked_submission_is_accepted_in_turn_once_there_is_room() {
    let mut world = World::new(1, bounded(1, 100, WhenFull::Block));
    world.submit("0");
    world.submit("1");
    let (second, _) = world.try_submit(World::submission("2"));
    let (third, _) = world.try_submit(World::submission("3"));
    assert!(!world.answers.contains_key(&second));

    world.answer(1, "{}");
    assert!(matches!(world.answers[&second], Ok(Outcome::Submitted(_))));
    assert!(!world.answers.contains_key(&third));

    world.answer(1, "{}");
    assert!(world.answers.contains_key(&third));
    assert_eq!(world.held(1), ["2"]);
}

#[test]
fn a_small_submission_does_not_pass_a_large_one_that_is_blocked() {
    let mut world = World::start(deck(0, bounded(10, 12, WhenFull::Block)), None);
    world.submit("\"1234\"");
    let (large, _) = world.try_submit(World::submission("\"12345678\""));
    let (small, _) = world.try_submit(World::submission("1"));
    assert!(!world.answers.contains_key(&large) && !world.answers.contains_key(&small));

    world
        .command(JobCommand::Drop(JobFilter::default()))
        .unwrap();

    let accepted = world.list(JobFilter::default());
    let accepted: Vec<_> = accepted.iter().map(|view| view.payload.len()).collect();
    assert_eq!(accepted, [10, 1]);
}

#[test]
fn what_is_blocked_is_refused_when_the_deck_goes_down_and_waits_stay() {
    let mut world = World::new(1, bounded(1, 100, WhenFull::Block));
    let (_, running) = world.submit_as(World::submission("0"));
    let (_, waiting) = world.submit_as(World::submission("1"));
    let (blocked, wait) = world.try_submit(World::submission("2"));

    world.give(Input::Down);
    let (late, _) = world.try_submit(World::submission("3"));
    world.answer(1, "{}");

    for refused in [blocked, wait, late] {
        assert_eq!(world.refusal(refused).kind, RefusalKind::ShuttingDown);
    }
    assert_eq!(world.end(running).state, JobState::Done);
    assert!(!world.answers.contains_key(&waiting));
    assert!(world.held(1).is_empty(), "given out while going down");
}

#[test]
fn a_key_stands_for_its_job_for_a_day() {
    let mut world = World::new(1, JobsSpec::default());
    let keyed = || Submission {
        key: Some("k".into()),
        ..World::submission("1")
    };
    let (first, end) = world.submit_as(keyed());

    let (again, other_end) = world.submit_as(keyed());
    assert_eq!(first, again);
    world.answer(1, r#"{"r":1}"#);
    assert_eq!(world.end(end), world.end(other_end));

    let (_, late_end) = world.submit_as(keyed());
    assert_eq!(world.end(late_end).result, Some(message(r#"{"r":1}"#)));

    world.pass(secs(2 * 3600));
    let (still, gone) = world.submit_as(keyed());
    assert_eq!(still, first);
    let refusal = world.refusal(gone);
    assert_eq!(refusal.kind, RefusalKind::NoSuchJob);
    assert!(refusal.message.ends_with("is done and no longer kept"));

    world.advance(secs(22 * 3600));
    let (other, _) = world.submit_as(keyed());
    assert_ne!(other, first);
}

#[test]
fn a_delayed_job_becomes_ready_in_its_time() {
    let mut world = World::new(1, JobsSpec::default());
    let delayed = Submission {
        delay: secs(10),
        ..World::submission("1")
    };
    let (id, _) = world.submit_as(delayed);
    assert_eq!(world.state(id), JobState::Scheduled);

    world.pass(Duration::from_millis(9_999));
    assert!(world.held(1).is_empty());

    world.pass(Duration::from_millis(1));
    assert_eq!(world.held(1), ["1"]);
    assert_eq!(world.view(id).wait, Some(Duration::ZERO));
}

#[test]
fn a_delayed_job_waits_from_its_time_on_however_late_that_is_noticed() {
    let mut world = World::new(1, JobsSpec::default());
    let delayed = Submission {
        delay: secs(10),
        ..World::submission("1")
    };
    let (id, _) = world.submit_as(delayed);

    world.advance(secs(12));
    world.give(Input::Tick);

    assert_eq!(world.view(id).wait, Some(secs(2)));
}

#[test]
fn a_pool_is_enlisted_once_before_its_first_job() {
    let mut world = World::start(deck(1, JobsSpec::default()), None);
    world.submit("1");
    world.submit("2");

    let enlisted = Effect::Enlist { pool: pool() };
    let count = world.effects.iter().filter(|e| **e == enlisted).count();
    assert_eq!(count, 1);
    assert_eq!(world.effects.first(), Some(&enlisted));
}

#[test]
fn a_route_makes_a_job_whose_answer_goes_back() {
    let origin = WorkerId::new(PoolName::new("b").unwrap(), 3);
    let mut world = World::new(1, JobsSpec::default());
    let forward = |back| {
        Input::Forward(Forwarded {
            route: 4,
            pool: pool(),
            message: message("1"),
            origin: origin.clone(),
            hops: 2,
            back,
        })
    };
    world.give(forward(true));
    world.give(forward(false));

    world.answer(1, r#"{"r":1}"#);
    world.answer(1, r#"{"r":2}"#);

    assert_eq!(returned(&world), [(origin, message(r#"{"r":1}"#), 2)]);
}

fn returned(world: &World) -> Vec<(WorkerId, Message, u8)> {
    let returned = world.effects.iter().filter_map(|effect| match effect {
        Effect::Return { to, message, hops } => Some((to.clone(), message.clone(), *hops)),
        _ => None,
    });
    returned.collect()
}

/// B4.
#[test]
fn of_a_routed_job_that_ends_dead_the_last_reply_goes_back_and_nothing_else() {
    let spec = JobsSpec {
        failed_when: Some(pointer("/error")),
        retries: 1,
        ..JobsSpec::default()
    };
    let mut world = World::durable(1, spec);
    let forward = |world: &mut World, text| {
        world.give(Input::Forward(Forwarded {
            route: 4,
            pool: pool(),
            message: message(text),
            origin: WorkerId::new(PoolName::new("b").unwrap(), 3),
            hops: 2,
            back: true,
        }));
    };
    forward(&mut world, "1");
    world.answer(1, r#"{"error":1}"#);
    assert_eq!(returned(&world), [], "it is tried again");
    world.pass(secs(5));
    let last = world.answer(1, r#"{"error":2}"#);
    let first = |is_it: fn(&Effect) -> bool| last.iter().position(is_it).unwrap();
    let kept = first(|effect| matches!(effect, Effect::Persist(_)));
    assert!(kept < first(|effect| matches!(effect, Effect::Return { .. })));

    forward(&mut world, "2");
    world.answer(1, r#"{"error":3}"#);
    world.pass(secs(5));
    world.garble(1);

    let back = returned(&world);
    assert_eq!(back.len(), 1, "{back:?}");
    assert_eq!(back[0].1, message(r#"{"error":2}"#));
}

#[test]
fn a_route_into_a_full_queue_is_refused_even_where_clients_are_held() {
    let mut world = World::start(deck(1, bounded(1, 100, WhenFull::Block)), None);
    world.submit("1");

    let effects = world.give(Input::Forward(Forwarded {
        route: 4,
        pool: pool(),
        message: message("1"),
        origin: WorkerId::new(pool(), 1),
        hops: 1,
        back: true,
    }));

    assert_eq!(effects, [Effect::RouteRefused { route: 4 }]);
}

#[test]
fn a_submission_by_command_is_answered_like_any_other() {
    let mut world = World::new(1, JobsSpec::default());
    let outcome = world.command(JobCommand::Submit(World::submission("1")));
    assert!(matches!(outcome, Ok(Outcome::Submitted(_))));
}
