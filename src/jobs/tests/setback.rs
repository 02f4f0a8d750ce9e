//! A store that is slow, or cannot be written.

use crate::jobs::tests::world::{World, deck, died, pointer, pool, secs, worker};
use crate::jobs::{Effect, Input};
use crate::model::{
    JobCommand, JobFilter, JobState, JobsSpec, QueueSpec, RefusalKind, ReplyRule, Submission,
    WhenFull,
};

/// S2.
#[test]
fn a_failed_store_refuses_what_it_has_not_confirmed_and_nothing_else() {
    let mut world = World::durable(2, JobsSpec::default());
    let (first, first_end) = world.submit_as(World::submission("1"));
    world.is_slow = true;
    let keyed = Submission {
        key: Some("k".into()),
        ..World::submission("2")
    };
    let (second, second_end) = world.try_submit(keyed.clone());
    let (twin, twin_end) = world.try_submit(keyed.clone());

    world.give(Input::StoreFailed {
        reason: "ENOSPC".into(),
    });

    for ticket in [second, second_end, twin, twin_end] {
        assert_eq!(world.refusal(ticket).kind, RefusalKind::StoreFailed);
    }
    let (late, _) = world.try_submit(World::submission("3"));
    assert_eq!(world.refusal(late).kind, RefusalKind::StoreFailed);
    assert!(world.refusal(late).message.contains("ENOSPC"));
    world.answer(1, "{}");
    let figures = world.figures();
    assert_eq!((figures.done, figures.queue, figures.in_flight), (1, 0, 0));

    world.give(Input::StoreRecovered);
    world.commit();
    assert!(world.held(2).is_empty(), "a refused job was given out");
    assert_eq!(world.refusal(second).kind, RefusalKind::StoreFailed);
    world.is_slow = false;
    assert_eq!(world.end(first_end).job, first);
    world.submit_as(keyed);
    assert_eq!(world.held(2).len() + world.held(1).len(), 1);
}

/// B1.
#[test]
fn while_the_store_fails_looking_is_answered_and_changing_is_refused() {
    let mut world = World::durable(0, JobsSpec::default());
    let id = world.submit("1");
    world.is_slow = true;
    world.give(Input::StoreFailed {
        reason: "ENOSPC".into(),
    });
    let filter = JobFilter::default();

    assert_eq!(world.list(filter.clone()).len(), 1);
    assert_eq!(world.state(id), JobState::Ready);
    let changes = [
        JobCommand::Retry(filter.clone()),
        JobCommand::Drop(filter.clone()),
        JobCommand::Cancel(filter),
        JobCommand::Pause {
            pool: pool(),
            paused: true,
        },
    ];
    for change in changes {
        let refusal = world.command(change).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::StoreFailed);
        assert!(refusal.message.contains("ENOSPC"), "{refusal}");
    }
    assert_eq!(world.state(id), JobState::Ready);

    world.give(Input::StoreRecovered);
    world.is_slow = false;
    assert!(
        world
            .command(JobCommand::Cancel(JobFilter::default()))
            .is_ok()
    );
    assert_eq!(world.state(id), JobState::Cancelled);
}

#[test]
fn a_job_on_its_way_when_the_store_fails_is_given_back_and_given_out_again() {
    let mut world = World::start(
        deck(1, JobsSpec::default()),
        Some(crate::jobs::Kept::default()),
    );
    let id = world.submit("1");
    world.is_slow = true;
    world.serve(1);
    assert_eq!(world.jobs.figures(&pool(), world.now).in_flight, 1);

    world.give(Input::StoreFailed {
        reason: "EIO".into(),
    });
    assert_eq!(world.figures().in_flight, 0);
    assert!(world.held(1).is_empty());

    world.give(Input::StoreRecovered);
    world.commit();
    assert_eq!(world.held(1), ["1"]);
    world.is_slow = false;
    assert_eq!(world.view(id).attempts, 1);
}

#[test]
fn what_waits_for_room_is_refused_when_the_store_fails() {
    let mut world = World::durable(
        0,
        JobsSpec {
            queue: QueueSpec {
                capacity: 1,
                bytes: 100,
                when_full: WhenFull::Block,
            },
            ..JobsSpec::default()
        },
    );
    world.submit("1");
    let (blocked, _) = world.try_submit(World::submission("2"));

    world.give(Input::StoreFailed {
        reason: "EIO".into(),
    });

    assert_eq!(world.refusal(blocked).kind, RefusalKind::StoreFailed);
    assert_eq!(world.figures().queue, 1);
}

#[test]
fn a_job_on_its_way_is_cancelled_without_costing_a_life() {
    let mut world = World::durable(1, JobsSpec::default());
    world.is_slow = true;
    let (_, end) = world.try_submit(World::submission("1"));
    let listed = world.ticket();
    world.give(Input::Command {
        ticket: listed,
        command: JobCommand::Cancel(JobFilter::default()),
    });
    world.commit();

    assert_eq!(world.end(end).state, JobState::Cancelled);
    assert!(world.held(1).is_empty());
    let is_relief = |effect: &Effect| matches!(effect, Effect::Relieve { .. });
    assert!(!world.effects.iter().any(is_relief));
}

#[test]
fn a_worker_that_dies_while_its_job_is_on_its_way_is_not_charged_to_it() {
    let mut world = World::durable(1, JobsSpec::default());
    world.is_slow = true;
    world.try_submit(World::submission("1"));
    world.lose(1, died(), 0);
    world.serve(1);
    world.commit();

    world.commit();

    assert_eq!(world.held(1), ["1"]);
    world.is_slow = false;
    let view = world.list(JobFilter::default()).remove(0);
    assert_eq!((view.attempts, view.kills), (1, 0));
}

#[test]
fn a_slow_disk_lets_no_job_time_out() {
    let spec = JobsSpec {
        timeout: Some(secs(5)),
        ..JobsSpec::default()
    };
    let mut world = World::durable(1, spec);
    world.is_slow = true;
    world.try_submit(World::submission("1"));
    world.pass(secs(60));
    world.commit();
    assert_eq!(world.held(1), ["1"]);

    world.is_slow = false;
    world.pass(secs(5));

    let view = world.list(JobFilter::default()).remove(0);
    assert_eq!(view.error.as_deref(), Some("timed out after 5s"));
}

#[test]
fn a_key_that_is_known_and_kept_waits_for_no_store() {
    let keyed = || Submission {
        key: Some("k".into()),
        ..World::submission("1")
    };
    let mut world = World::durable(0, JobsSpec::default());
    world.is_slow = true;
    world.try_submit(keyed());
    world.try_submit(keyed());
    assert_eq!(world.jobs.log.awaited(), 2);
    world.commit();

    for _ in 0..100 {
        world.try_submit(keyed());
    }

    assert_eq!(world.jobs.log.awaited(), 0);
}

#[test]
fn the_wait_for_the_disk_costs_no_job_of_a_worker_its_time() {
    let spec = JobsSpec {
        timeout: Some(secs(10)),
        concurrency: 2,
        reply: ReplyRule::Id(pointer("/id")),
        ..JobsSpec::default()
    };
    let mut world = World::durable(1, spec);
    let (first, _) = world.submit_as(World::submission(r#"{"id":1}"#));
    world.pass(secs(5));
    world.is_slow = true;
    let (_, end) = world.try_submit(World::submission(r#"{"id":2}"#));
    world.pass(secs(4));
    let lease = world.hands[&worker(1)][0].lease;
    world.answer_lease(1, lease, "{}");
    world.pass(secs(5));
    world.commit();
    assert_eq!(world.held(1).len(), 2, "the second was not given");

    world.is_slow = false;
    world.pass(secs(9));
    assert_eq!(world.figures().in_flight, 1, "it timed out early");
    let lease = world.hands[&worker(1)][1].lease;
    world.answer_lease(1, lease, "{}");

    assert_eq!(world.state(first), JobState::Done);
    assert_eq!(world.end(end).run, Some(secs(9)));
    assert_eq!(world.end(end).attempts, 1);
}

#[test]
fn a_worker_is_not_ended_for_the_time_that_its_job_waited_for_the_disk() {
    let spec = JobsSpec {
        timeout: Some(secs(10)),
        ..JobsSpec::default()
    };
    let mut world = World::durable(1, spec);
    world.is_slow = true;
    world.try_submit(World::submission("1"));
    world.pass(secs(9));
    world.commit();
    world.is_slow = false;
    let is_relief = |effect: &Effect| matches!(effect, Effect::Relieve { .. });

    world.pass(secs(9));
    assert!(!world.effects.iter().any(is_relief));
    world.pass(secs(1));
    assert!(world.effects.iter().any(is_relief));
}
