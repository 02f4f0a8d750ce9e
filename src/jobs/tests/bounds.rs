//! What bounds what is kept, and what is never given up for a bound.

use crate::jobs::tests::world::{World, pointer, secs};
use crate::model::{JobState, JobsSpec, KeepSpec};

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
