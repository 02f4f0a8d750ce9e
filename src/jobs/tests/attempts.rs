//! How attempts fail, and what follows.

use std::time::Duration;

use crate::jobs::tests::world::{World, died, message, pointer, secs, worker};
use crate::jobs::{Effect, Input};
use crate::model::{
    JobChanged, JobId, JobNews, JobState, JobsSpec, KeepSpec, LeaseId, Loss, ReplyRule,
};

fn failing() -> JobsSpec {
    JobsSpec {
        failed_when: Some(pointer("/error")),
        ..JobsSpec::default()
    }
}

fn timed(reply: ReplyRule, concurrency: u32) -> JobsSpec {
    JobsSpec {
        reply,
        concurrency,
        timeout: Some(secs(30)),
        ..JobsSpec::default()
    }
}

fn events(world: &World, job: JobId) -> Vec<(JobState, u32)> {
    let events = world.effects.iter().filter_map(|effect| match effect {
        Effect::Publish(JobChanged {
            job: id,
            state,
            attempts,
            ..
        }) if *id == job => Some((*state, *attempts)),
        _ => None,
    });
    events.collect()
}

fn relieved(world: &World) -> Vec<String> {
    let reasons = world.effects.iter().filter_map(|effect| match effect {
        Effect::Relieve { reason, .. } => Some(reason.to_string()),
        _ => None,
    });
    reasons.collect()
}

#[test]
fn an_answer_ends_a_job() {
    let mut world = World::new(1, JobsSpec::default());
    let (id, wait) = world.submit_as(World::submission("1"));
    world.advance(secs(2));

    world.answer(1, r#"{"r":1}"#);

    let end = world.end(wait);
    assert_eq!(end.state, JobState::Done);
    assert_eq!(end.result, Some(message(r#"{"r":1}"#)));
    assert_eq!(end.run, Some(secs(2)));
    assert_eq!(end.worker, Some(worker(1)));
    assert_eq!(end.finished, Some(world.now.wall));
    let told = [JobState::Ready, JobState::Running, JobState::Done];
    assert_eq!(
        events(&world, id)
            .iter()
            .map(|(s, _)| *s)
            .collect::<Vec<_>>(),
        told
    );
}

#[test]
fn a_failed_attempt_is_followed_by_another_one_after_a_growing_wait() {
    let mut world = World::new(1, failing());
    let (id, wait) = world.submit_as(World::submission("1"));

    for attempt in 1..=3_u32 {
        world.answer(1, r#"{"error":"no disk"}"#);
        let view = world.view(id);
        assert_eq!((view.state, view.attempts), (JobState::Scheduled, attempt));
        let due = view.due.unwrap().0 - world.now.wall.0;
        let most = 1_000 << (attempt - 1);
        assert!(due * 2 >= most && due <= most, "{due} of {most} ms");
        world.pass(secs(4));
        assert_eq!(world.held(1), ["1"], "attempt {attempt}");
    }
    world.answer(1, r#"{"error":"no disk"}"#);

    let end = world.end(wait);
    assert_eq!(
        (end.state, end.attempts, end.max_attempts),
        (JobState::Dead, 4, 4)
    );
    assert_eq!(end.error.as_deref(), Some("no disk"));
    let attempts: Vec<u32> = end.causes.iter().map(|cause| cause.attempt).collect();
    assert_eq!(attempts, [1, 2, 3, 4]);
    let told = events(&world, id);
    assert_eq!(
        told[2..5],
        [
            (JobState::Failed, 1),
            (JobState::Scheduled, 1),
            (JobState::Ready, 1)
        ]
    );
    assert_eq!(told.last(), Some(&(JobState::Dead, 4)));
    let figures = world.figures();
    assert_eq!((figures.failed, figures.dead, figures.done), (3, 1, 0));
}

#[test]
fn a_failure_that_is_not_to_be_retried_is_final() {
    let mut world = World::new(1, failing());
    let (_, wait) = world.submit_as(World::submission("1"));

    world.answer(1, r#"{"error":{"code":7},"retryable":false}"#);

    let end = world.end(wait);
    assert_eq!((end.state, end.attempts), (JobState::Dead, 1));
    assert_eq!(end.error.as_deref(), Some(r#"{"code":7}"#));
}

#[test]
fn a_long_error_is_cut_within_no_letter() {
    let mut world = World::new(1, failing());
    let id = world.submit("1");

    world.answer(1, &format!(r#"{{"error":"x{}"}}"#, "ä".repeat(5_000)));

    let error = world.view(id).error.unwrap();
    assert_eq!(error.len(), 4095);
}

#[test]
fn only_the_newest_ten_causes_are_kept() {
    let mut world = World::new(
        1,
        JobsSpec {
            retries: 20,
            ..failing()
        },
    );
    let id = world.submit("1");
    for n in 0..15 {
        world.answer(1, &format!(r#"{{"error":"e{n}"}}"#));
        world.pass(secs(600));
    }

    let view = world.view(id);

    assert_eq!(view.causes.len(), 10);
    assert_eq!(view.causes[0].error.as_ref(), "e5");
}

#[test]
fn without_a_reply_a_job_is_done_when_it_is_written() {
    let mut world = World::new(
        1,
        JobsSpec {
            reply: ReplyRule::None,
            ..JobsSpec::default()
        },
    );
    let (_, wait) = world.submit_as(World::submission("1"));
    let lease = world.hands[&worker(1)][0].lease;

    world.give(Input::News(JobNews::Written {
        worker: worker(1),
        now: world.now,
        leases: vec![lease],
    }));

    let end = world.end(wait);
    assert_eq!((end.state, end.result), (JobState::Done, None));
}

#[test]
fn with_a_reply_a_written_job_still_runs() {
    let mut world = World::new(1, JobsSpec::default());
    let id = world.submit("1");
    let lease = world.hands[&worker(1)][0].lease;
    world.give(Input::News(JobNews::Written {
        worker: worker(1),
        now: world.now,
        leases: vec![lease],
    }));
    assert_eq!(world.state(id), JobState::Running);
}

/// W10.
#[test]
fn a_job_that_times_out_costs_its_worker_its_life_and_its_answer_is_stale() {
    let mut world = World::new(1, timed(ReplyRule::Next, 1));
    let id = world.submit("1");
    let lease = world.hands[&worker(1)][0].lease;

    world.pass(Duration::from_millis(29_999));
    assert_eq!(world.state(id), JobState::Running);
    world.pass(Duration::from_millis(1));

    let view = world.view(id);
    assert_eq!(
        (view.state, view.attempts, view.kills),
        (JobState::Scheduled, 1, 0)
    );
    assert_eq!(view.error.as_deref(), Some("timed out after 30s"));
    assert_eq!(relieved(&world), [format!("job {id} timed out")]);

    world.answer_lease(1, lease, "{}");
    assert_eq!(world.figures().stale, 1);
    world.pass(secs(5));
    assert!(
        world.held(1).len() == 1,
        "given to a worker that is to be ended"
    );
    world.lose(1, Loss::Stopped, 1);
    world.serve(1);
    assert_eq!(world.held(1), ["1"]);
    assert_eq!(world.view(id).attempts, 2);
}

#[test]
fn jobs_behind_one_that_timed_out_are_given_back_uncounted() {
    let mut world = World::new(1, timed(ReplyRule::Next, 3));
    let first = world.submit("1");
    let second = world.submit("2");
    world.pass(secs(30));
    assert_eq!(world.state(second), JobState::Running);

    world.lose(1, died(), 2);

    let view = world.view(second);
    assert_eq!(
        (view.state, view.attempts, view.kills),
        (JobState::Ready, 0, 0)
    );
    assert_eq!(world.view(first).attempts, 1);
}

#[test]
fn who_was_to_be_ended_anyway_charges_no_other_job() {
    let mut world = World::new(1, timed(ReplyRule::Next, 2));
    world.submit("1");
    let second = world.submit("2");
    world.pass(secs(30));
    world.hands.get_mut(&worker(1)).unwrap().pop_front();

    world.lose(1, died(), 1);

    let view = world.view(second);
    assert_eq!(
        (view.state, view.attempts, view.kills),
        (JobState::Ready, 0, 0)
    );
}

#[test]
fn an_answer_gives_the_next_job_the_whole_time() {
    let mut world = World::new(1, timed(ReplyRule::Next, 2));
    world.submit("1");
    let second = world.submit("2");
    world.pass(secs(29));
    world.answer(1, "{}");

    world.pass(secs(29));
    assert_eq!(world.state(second), JobState::Running);
    world.pass(secs(1));
    assert_eq!(world.state(second), JobState::Scheduled);
}

#[test]
fn a_job_with_an_id_times_out_alone() {
    let mut world = World::new(1, timed(ReplyRule::Id(pointer("/id")), 4));
    let first = world.submit(r#"{"id":1}"#);
    world.pass(secs(10));
    let second = world.submit(r#"{"id":2}"#);
    let lease = world.hands[&worker(1)][0].lease;

    world.pass(secs(20));

    assert_eq!(world.state(first), JobState::Scheduled);
    assert_eq!(world.state(second), JobState::Running);
    assert!(relieved(&world).is_empty());
    let forgotten = world
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::Forget { leases, .. } if *leases == [lease]));
    assert!(forgotten);
    world.pass(secs(1));
    assert_eq!(
        world.state(first),
        JobState::Running,
        "the worker serves on"
    );
}

#[test]
fn a_reply_that_cannot_be_read_is_a_failed_attempt_of_a_worker_that_lives_on() {
    let mut world = World::new(
        1,
        JobsSpec {
            retries: 1,
            ..JobsSpec::default()
        },
    );
    let (id, wait) = world.submit_as(World::submission("1"));

    world.garble(1);
    let view = world.view(id);
    assert_eq!(
        (view.state, view.attempts, view.kills),
        (JobState::Scheduled, 1, 0)
    );
    world.pass(secs(5));
    assert_eq!(world.held(1), ["1"], "it is given to the same worker again");
    world.garble(1);

    let end = world.end(wait);
    assert_eq!((end.state, end.attempts), (JobState::Dead, 2));
    assert_eq!(end.error.as_deref(), Some("its reply is not valid JSON"));
    assert_eq!(relieved(&world), [""; 0]);
}

/// C9.
#[test]
fn an_answer_for_a_job_that_the_worker_does_not_have_is_counted_and_dropped() {
    let mut world = World::new(2, JobsSpec::default());
    let first = world.submit("1");
    let second = world.submit("2");
    let theirs = world.hands[&worker(1)][0].lease;

    world.answer_lease(2, theirs, "{}");
    world.answer_lease(2, LeaseId(999), "{}");
    world.answer(1, "{}");
    world.answer_lease(1, theirs, "{}");
    world.give(Input::News(JobNews::Stale {
        worker: worker(1),
        count: 4,
    }));

    assert_eq!(world.figures().stale, 7);
    assert_eq!(world.state(first), JobState::Done);
    assert_eq!(world.state(second), JobState::Running);
}

#[test]
fn where_nothing_is_kept_a_job_is_gone_once_it_is_answered() {
    let mut world = World::new(
        1,
        JobsSpec {
            keep: KeepSpec::NOTHING,
            retries: 0,
            ..failing()
        },
    );
    let (done, done_end) = world.submit_as(World::submission("1"));
    let (dead, dead_end) = world.submit_as(World::submission("2"));

    world.answer(1, r#"{"r":1}"#);
    world.answer(1, r#"{"error":"no"}"#);

    assert_eq!(world.end(done_end).result, Some(message(r#"{"r":1}"#)));
    assert_eq!(world.end(done_end).state, JobState::Done);
    assert_eq!(world.end(dead_end).error.as_deref(), Some("no"));
    for id in [done, dead] {
        assert!(world.command(crate::model::JobCommand::Look(id)).is_err());
    }
    assert_eq!(world.jobs.next_deadline(), None);
}
