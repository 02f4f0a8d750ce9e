//! What is kept, forgotten, and found again.

use std::time::Duration;

use crate::jobs::tests::world::{World, deck, message, pointer, pool, secs};
use crate::jobs::{Effect, Input, Record};
use crate::model::{
    JobCommand, JobFilter, JobState, JobsSpec, KeepSpec, Now, PoolName, RefusalKind, ReplyRule,
    Submission,
};

fn keeping(time: Duration, count: usize, bytes: usize) -> JobsSpec {
    JobsSpec {
        failed_when: Some(pointer("/error")),
        retries: 0,
        keep: KeepSpec { time, count, bytes },
        ..JobsSpec::default()
    }
}

fn ids(world: &mut World, state: JobState) -> Vec<String> {
    let filter = JobFilter {
        states: vec![state],
        ..JobFilter::default()
    };
    let views = world.list(filter);
    views
        .iter()
        .map(|view| view.payload.as_str().to_owned())
        .collect()
}

/// A deck that finds what another one kept, `later` than its end.
fn reopened(world: &World, later: Duration) -> World {
    let now = Now {
        mono: crate::model::MonoTime::from_start(secs(1)),
        wall: crate::model::WallTime(world.now.wall.0 + i64::try_from(later.as_millis()).unwrap()),
    };
    World::start_at(world.spec.clone(), now, Some(world.store.kept()))
}

#[test]
fn finished_jobs_go_by_count_oldest_first_and_dead_ones_by_their_own() {
    let mut world = World::new(1, keeping(secs(60), 2, 1_000));
    for n in 0..4 {
        world.submit(&n.to_string());
        world.answer(1, "{}");
        world.submit(&format!("\"d{n}\""));
        world.answer(1, r#"{"error":"no"}"#);
    }
    assert_eq!(ids(&mut world, JobState::Done), ["3", "2"]);
    assert_eq!(ids(&mut world, JobState::Dead), ["\"d3\"", "\"d2\""]);

    world.pass(secs(62));

    assert!(ids(&mut world, JobState::Done).is_empty());
    assert_eq!(ids(&mut world, JobState::Dead).len(), 2, "dead ones stay");
    assert_eq!(world.jobs.next_deadline(), None);
}

#[test]
fn finished_jobs_go_by_bytes_of_payload_and_result() {
    let mut world = World::new(1, keeping(secs(60), 100, 10));
    for n in 0..4 {
        world.submit(&n.to_string());
        world.answer(1, "1234");
    }
    assert_eq!(ids(&mut world, JobState::Done), ["3", "2"]);
}

#[test]
fn many_are_forgotten_in_slices() {
    let mut world = World::durable(1, keeping(secs(60), 10_000, 1 << 20));
    for n in 0..600 {
        world.submit(&n.to_string());
        world.answer(1, "1");
    }
    world.advance(secs(100));

    let removed = |effects: &[Effect]| {
        let is_removal = |e: &&Effect| matches!(e, Effect::Persist(Record::Remove(_)));
        effects.iter().filter(is_removal).count()
    };
    let first = world.give(Input::Tick);
    assert_eq!(removed(&first), 256);
    assert_eq!(world.jobs.next_deadline(), Some(world.now.mono));
    world.give(Input::Tick);
    let last = world.give(Input::Tick);
    assert_eq!(removed(&last), 600 - 512);
}

#[test]
fn acceptance_is_answered_after_its_records_and_attempts_are_kept_before_they_begin() {
    let mut world = World::durable(1, JobsSpec::default());
    let (ticket, wait) = (world.ticket(), world.ticket());

    let effects = world.give(Input::Submit {
        ticket,
        wait: Some(wait),
        submission: Submission {
            key: Some("k".into()),
            ..World::submission("1")
        },
    });

    let told: Vec<&str> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Enlist { .. } => Some("enlist"),
            Effect::Persist(Record::Insert(_)) => Some("insert"),
            Effect::Persist(Record::Key { .. }) => Some("key"),
            Effect::Persist(Record::Update { progress, .. }) => {
                assert_eq!((progress.state, progress.attempts), (JobState::Running, 1));
                Some("update")
            }
            Effect::Answer { .. } => Some("answer"),
            Effect::Assign { .. } => Some("assign"),
            Effect::Publish(_) => None,
            other => panic!("unexpected: {other:?}"),
        })
        .collect();
    assert_eq!(
        told,
        ["enlist", "insert", "key", "answer", "update", "assign"]
    );
}

#[test]
fn in_memory_nothing_is_ever_to_be_kept() {
    let mut world = World::new(1, JobsSpec::default());
    world.submit("1");
    world.crash(1);
    world.pass(secs(2));
    world.answer(1, "{}");
    let is_record = |effect: &Effect| matches!(effect, Effect::Persist(_));
    assert!(!world.effects.iter().any(is_record));
}

#[test]
fn a_job_that_ran_when_the_deck_died_is_tried_again_first_and_counted() {
    let mut world = World::durable(1, JobsSpec::default());
    let running = world.submit("1");
    world.submit("2");

    let mut next = reopened(&world, secs(60));
    let view = next.view(running);

    assert_eq!((view.state, view.attempts), (JobState::Ready, 1));
    assert_eq!(view.error.as_deref(), Some("the deck ended while it ran"));
    let stored = next.store.job(running).unwrap();
    assert_eq!(stored.progress.state, JobState::Ready);
    assert!(next.effects.contains(&Effect::Enlist { pool: pool() }));
    next.serve(1);
    assert_eq!(next.held(1), ["1"]);
    assert_eq!(next.view(running).attempts, 2);
}

#[test]
fn jobs_that_ran_when_the_deck_died_go_first_in_their_order() {
    let mut world = World::durable(3, JobsSpec::default());
    for n in 1..=4 {
        world.submit(&n.to_string());
    }

    let mut next = reopened(&world, secs(60));
    let mut order = Vec::new();
    next.serve(1);
    while let Some(first) = next.held(1).first().cloned() {
        order.push(first);
        next.answer(1, "{}");
    }

    assert_eq!(order, ["1", "2", "3", "4"]);
}

#[test]
fn a_job_whose_attempts_are_used_up_when_the_deck_dies_is_dead() {
    let spec = JobsSpec {
        retries: 0,
        ..JobsSpec::default()
    };
    let mut world = World::durable(1, spec);
    let id = world.submit("1");

    let mut next = reopened(&world, secs(1));

    assert_eq!(next.state(id), JobState::Dead);
    assert_eq!(next.store.job(id).unwrap().progress.state, JobState::Dead);
}

#[test]
fn times_go_on_by_the_wall_clock() {
    let mut world = World::start(
        deck(1, JobsSpec::default()),
        Some(crate::jobs::Kept::default()),
    );
    let submitted = world.now.wall;
    world.submit("1");
    let delayed = Submission {
        delay: secs(100),
        ..World::submission("2")
    };
    let delayed = world.submit_as(delayed).0;
    world.pass(secs(30));

    let mut next = reopened(&world, secs(60));

    assert_eq!(next.figures().oldest, Some(submitted));
    next.pass(secs(9));
    assert_eq!(next.state(delayed), JobState::Scheduled);
    next.pass(secs(1));
    assert_eq!(next.state(delayed), JobState::Ready);
    next.serve(1);
    assert_eq!(next.held(1), ["1"]);
}

#[test]
fn keys_pauses_and_results_are_found_again() {
    let mut world = World::durable(1, JobsSpec::default());
    let keyed = || Submission {
        key: Some("k".into()),
        ..World::submission("1")
    };
    let id = world.submit_as(keyed()).0;
    world.answer(1, r#"{"r":1}"#);
    world
        .command(JobCommand::Pause {
            pool: pool(),
            paused: true,
        })
        .unwrap();

    let mut next = reopened(&world, secs(60));

    let (same, end) = next.submit_as(keyed());
    assert_eq!(same, id);
    assert_eq!(next.end(end).result, Some(message(r#"{"r":1}"#)));
    assert!(next.figures().paused);
    next.pass(secs(2 * 3600));
    assert!(next.store.job(id).is_none(), "kept beyond its time");
}

#[test]
fn jobs_of_a_pool_that_is_gone_stay_and_can_be_dropped() {
    let mut world = World::durable(1, JobsSpec::default());
    let id = world.submit("1");
    world.crash(1);
    let mut spec = world.spec.clone();
    spec.pools[0].name = PoolName::new("b").unwrap();

    let mut next = World::start_at(spec, world.now, Some(world.store.kept()));
    next.pass(secs(100));

    assert_eq!(next.state(id), JobState::Scheduled);
    let (refused, _) = next.try_submit(World::submission("2"));
    assert_eq!(next.refusal(refused).kind, RefusalKind::NoSuchPool);
    let retry = next.command(JobCommand::Retry(JobFilter::one(id)));
    assert_eq!(retry.unwrap_err().kind, RefusalKind::WrongState);
    next.command(JobCommand::Drop(JobFilter::one(id))).unwrap();
    assert!(next.store.job(id).is_none());
    assert!(!next.jobs.is_busy());
}

#[test]
fn a_kept_job_that_no_reply_can_be_paired_with_is_dead_and_holds_no_seat() {
    let mut world = World::durable(0, JobsSpec::default());
    let without = world.submit("1");
    let with = world.submit(r#"{"id":7}"#);
    let spec = deck(
        1,
        JobsSpec {
            reply: ReplyRule::Id(pointer("/id")),
            ..JobsSpec::default()
        },
    );

    let mut next = World::start_at(spec, world.now, Some(world.store.kept()));
    next.serve(1);

    let view = next.view(without);
    assert_eq!((view.state, view.attempts), (JobState::Dead, 0));
    assert_eq!(
        view.error.as_deref(),
        Some("has no value at /id, which reply = \"id:/id\" needs")
    );
    assert_eq!(next.held(1), [r#"{"id":7}"#]);
    assert_eq!(next.state(with), JobState::Running);
    let figures = next.figures();
    assert_eq!((figures.queue, figures.bytes, figures.dead), (0, 0, 1));
}
