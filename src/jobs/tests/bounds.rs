//! What bounds what is kept, and what is never given up for a bound.

use crate::jobs::Input;
use crate::jobs::tests::world::{World, message, pointer, secs, worker};
use crate::model::{JobCommand, JobFilter, JobNews, JobState, JobsSpec, KeepSpec, Submission};

fn keeping(count: usize, bytes: usize) -> JobsSpec {
    JobsSpec {
        failed_when: Some(pointer("/error")),
        retries: 0,
        keep: KeepSpec {
            time: secs(60),
            count,
            bytes,
        },
        ..JobsSpec::default()
    }
}

#[test]
fn a_job_that_weighs_more_than_all_may_is_kept_and_those_it_displaces_are_counted() {
    let mut world = World::new(1, keeping(100, 60));
    let small: Vec<_> = (0..2)
        .map(|n| {
            let id = world.submit(&n.to_string());
            world.answer(1, r#"{"error":1}"#);
            id
        })
        .collect();
    assert!(small.iter().all(|id| world.state(*id) == JobState::Dead));
    assert_eq!(world.figures().forgotten, 0);

    let large = world.submit(&format!("\"{}\"", "x".repeat(100)));
    world.answer(1, r#"{"error":1}"#);

    assert_eq!(world.state(large), JobState::Dead);
    assert_eq!((world.figures().dead, world.figures().forgotten), (1, 2));
}

#[test]
fn jobs_whose_time_is_over_are_not_counted_as_forgotten() {
    let mut world = World::new(1, keeping(2, 1 << 20));
    for n in 0..3 {
        world.submit(&n.to_string());
        world.answer(1, "{}");
    }
    assert_eq!(world.figures().forgotten, 1);

    world.pass(secs(62));

    assert_eq!(world.figures().forgotten, 1);
    assert_eq!(world.jobs.next_deadline(), None, "jobs are kept still");
}

#[test]
fn a_key_stands_for_its_job_as_long_as_that_waits_or_runs_even_after_a_restart() {
    let keyed = || Submission {
        key: Some("k".into()),
        ..World::submission("1")
    };
    let day = secs(24 * 3600);
    let mut world = World::durable(0, JobsSpec::default());
    let (id, _) = world.submit_as(keyed());
    world.pass(day);
    world.give(Input::Tick);

    let kept = Some(world.store.kept());
    let mut world = World::start_at(world.spec.clone(), world.now, kept);
    assert_eq!(world.submit_as(keyed()).0, id, "still waiting");
    world.serve(1);
    world.pass(day);
    assert_eq!(world.submit_as(keyed()).0, id, "still running");
    world.answer(1, "{}");

    assert_ne!(world.submit_as(keyed()).0, id);
}

#[test]
fn the_key_of_a_job_that_is_tried_again_is_kept_with_it() {
    let keyed = || Submission {
        key: Some("k".into()),
        ..World::submission("1")
    };
    let mut world = World::durable(1, keeping(100, 1 << 20));
    let (id, _) = world.submit_as(keyed());
    world.answer(1, r#"{"error":1}"#);
    world.rest(1);
    world
        .command(JobCommand::Retry(JobFilter::one(id)))
        .unwrap();

    world.pass(secs(48 * 3600));
    world.give(Input::Tick);

    assert_eq!(world.submit_as(keyed()).0, id);
}

#[test]
fn a_result_is_kept_as_it_came_and_not_copied() {
    let mut world = World::new(1, keeping(100, 1 << 20));
    let id = world.submit("1");
    let reply = message(r#"{"r":1}"#);
    let lease = world.hands[&worker(1)][0].lease;

    world.give(Input::News(JobNews::Answered {
        worker: worker(1),
        now: world.now,
        answers: vec![(lease, reply.clone())],
    }));

    let result = world.view(id).result.unwrap();
    assert_eq!(result.as_str().as_ptr(), reply.as_str().as_ptr());
}
