//! What clients ask about jobs.

use crate::jobs::Effect;
use crate::jobs::tests::world::{World, deck, pointer, pool, secs, worker};
use crate::model::{
    JobCommand, JobFilter, JobId, JobState, JobView, JobsSpec, Loss, Outcome, PoolName,
    RefusalKind, Submission,
};

fn failing() -> JobsSpec {
    JobsSpec {
        failed_when: Some(pointer("/error")),
        retries: 0,
        ..JobsSpec::default()
    }
}

fn of_state(state: JobState) -> JobFilter {
    JobFilter {
        states: vec![state],
        ..JobFilter::default()
    }
}

fn delayed(text: &str, by: u64) -> Submission {
    Submission {
        delay: secs(by),
        ..World::submission(text)
    }
}

fn changed(world: &mut World, command: JobCommand) -> Vec<JobView> {
    match world.command(command) {
        Ok(Outcome::Jobs(views)) => views,
        other => panic!("refused: {other:?}"),
    }
}

fn kind(world: &mut World, command: JobCommand) -> RefusalKind {
    world.command(command).unwrap_err().kind
}

/// One job of each state: running, ready, scheduled, dead, done, cancelled.
fn one_of_each(world: &mut World) -> [JobId; 6] {
    let done = world.submit("1");
    world.answer(1, "{}");
    world.pass(secs(1));
    let dead = world.submit("2");
    world.answer(1, r#"{"error":"no"}"#);
    world.pass(secs(1));
    let cancelled = world.submit_as(delayed("3", 9)).0;
    changed(world, JobCommand::Cancel(JobFilter::one(cancelled)));
    let running = world.submit("4");
    let ready = world.submit("5");
    let scheduled = world.submit_as(delayed("6", 60)).0;
    [running, ready, scheduled, cancelled, dead, done]
}

#[test]
fn whatever_happens_to_a_job_counts_as_a_change_of_its_pool() {
    let mut world = World::new(1, failing());
    let mut before = 0;
    let mut changes = |world: &mut World, what| {
        let changes = world.figures().changes;
        assert!(changes > before, "{what}");
        before = changes;
    };
    world.serve(1);
    let id = world.submit("1");
    changes(&mut world, "it runs");
    world.answer(1, r#"{"error":"no"}"#);
    changes(&mut world, "it is dead");
    let dead = JobCommand::Retry(JobFilter::one(id));
    changed(&mut world, dead.clone());
    changes(&mut world, "it runs again");
    world.answer(1, r#"{"error":"no"}"#);
    changes(&mut world, "it is dead again");
    let (scheduled, _) = world.submit_as(delayed("2", 60));
    changes(&mut world, "another one waits for its time");
    world.pass(secs(60));
    changes(&mut world, "which has come");
    changed(&mut world, JobCommand::Cancel(JobFilter::one(scheduled)));
    changes(&mut world, "it is being cancelled");
    changed(&mut world, JobCommand::Drop(JobFilter::one(id)));
    changes(&mut world, "the dead one is forgotten");
    assert_eq!(world.figures().changes, before, "nothing happened");
}

#[test]
fn a_text_is_found_in_every_part_that_is_searched_and_counted_with_the_states() {
    let mut world = World::new(1, failing());
    world.serve(1);
    let keyed = Submission {
        key: Some("Order-7".into()),
        ..World::submission(r#"{"path":"CAT.jpg"}"#)
    };
    let (dead, _) = world.submit_as(keyed);
    world.answer(1, r#"{"error":"out of paper"}"#);
    let running = world.submit("1");
    let ready = world.submit(r#""cat""#);
    let (scheduled, _) = world.submit_as(delayed(r#""a cat, later""#, 60));
    let with = |text: &str, states: &[JobState]| JobFilter {
        states: states.to_vec(),
        text: Some(text.into()),
        ..JobFilter::default()
    };
    for (text, found) in [
        ("cat", vec![ready, scheduled, dead]),
        ("order-7", vec![dead]),
        ("OUT OF PAPER", vec![dead]),
        (&worker(1).to_string(), vec![running, dead]),
        (&running.to_string()[24..].to_uppercase(), vec![running]),
        ("nowhere", vec![]),
    ] {
        let listed = world.list(with(text, &[]));
        let listed: Vec<JobId> = listed.iter().map(|view| view.job).collect();
        assert_eq!(listed, found, "{text}");
        let counted = world.command(JobCommand::Count(with(text, &[])));
        assert_eq!(counted, Ok(Outcome::Counted(found.len() as u64)), "{text}");
    }
    let waiting = with("cat", &[JobState::Ready, JobState::Scheduled]);
    let dropped = changed(&mut world, JobCommand::Drop(waiting.clone()));
    assert_eq!(dropped.len(), 2);
    let left = world.command(JobCommand::Count(waiting));
    assert_eq!(left, Ok(Outcome::Counted(0)));
}

#[test]
fn a_job_that_is_ready_again_tells_nothing_of_its_last_attempt() {
    let mut world = World::durable(1, failing());
    let id = world.submit("1");
    world.advance(secs(1));
    world.answer(1, r#"{"error":1,"retryable":false}"#);
    let dead = world.view(id);
    assert!(dead.worker.is_some() && dead.started.is_some() && dead.run.is_some());
    world.rest(1);
    let is_plain = |view: &JobView| {
        (&view.worker, view.started, view.wait, view.run) == (&None, None, None, None)
    };

    world
        .command(JobCommand::Retry(JobFilter::one(id)))
        .unwrap();
    let retried = world.view(id);
    assert_eq!(retried.state, JobState::Ready);
    assert!(is_plain(&retried), "{retried:?}");
    assert_eq!(retried.causes.len(), 1, "but why it failed");

    world.serve(1);
    assert_eq!(world.state(id), JobState::Running);
    world.lose(1, Loss::Stopped, 1);
    let given_back = world.view(id);
    assert_eq!(given_back.state, JobState::Ready);
    assert!(is_plain(&given_back), "{given_back:?}");
}

#[test]
fn jobs_are_listed_by_state_and_within_it_in_order() {
    let mut world = World::new(1, failing());
    let all = one_of_each(&mut world);

    let listed: Vec<_> = world
        .list(JobFilter::default())
        .iter()
        .map(|v| v.job)
        .collect();
    assert_eq!(listed, all);

    for (state, id) in [
        (JobState::Running, all[0]),
        (JobState::Cancelled, all[3]),
        (JobState::Done, all[5]),
    ] {
        let listed: Vec<_> = world.list(of_state(state)).iter().map(|v| v.job).collect();
        assert_eq!(listed, [id], "{state}");
    }
    let limited = world.command(JobCommand::List {
        filter: JobFilter::default(),
        limit: 2,
    });
    assert!(matches!(limited, Ok(Outcome::Jobs(views)) if views.len() == 2));
}

#[test]
fn a_filter_for_an_unknown_pool_is_refused() {
    let mut world = World::new(1, failing());
    let filter = JobFilter {
        pool: Some(PoolName::new("b").unwrap()),
        ..JobFilter::default()
    };
    assert_eq!(
        kind(&mut world, JobCommand::Drop(filter)),
        RefusalKind::NoSuchPool
    );
    let pause = JobCommand::Pause {
        pool: PoolName::new("b").unwrap(),
        paused: true,
    };
    assert_eq!(kind(&mut world, pause), RefusalKind::NoSuchPool);
}

#[test]
fn a_command_that_names_a_job_is_refused_if_it_cannot_be_done() {
    let mut world = World::new(1, failing());
    let [running, ready, _, _, dead, done] = one_of_each(&mut world);
    let nobody = JobId::from_bytes([9; 16]);

    for (command, refused) in [
        (JobCommand::Look(nobody), RefusalKind::NoSuchJob),
        (
            JobCommand::Retry(JobFilter::one(nobody)),
            RefusalKind::NoSuchJob,
        ),
        (
            JobCommand::Retry(JobFilter::one(running)),
            RefusalKind::WrongState,
        ),
        (
            JobCommand::Retry(JobFilter::one(ready)),
            RefusalKind::WrongState,
        ),
        (
            JobCommand::Retry(JobFilter::one(done)),
            RefusalKind::WrongState,
        ),
        (
            JobCommand::Drop(JobFilter::one(running)),
            RefusalKind::WrongState,
        ),
        (
            JobCommand::Cancel(JobFilter::one(done)),
            RefusalKind::WrongState,
        ),
        (
            JobCommand::Cancel(JobFilter::one(dead)),
            RefusalKind::WrongState,
        ),
    ] {
        assert_eq!(kind(&mut world, command.clone()), refused, "{command:?}");
    }
    let refusal = world.command(JobCommand::Drop(JobFilter::one(running)));
    assert_eq!(
        refusal.unwrap_err().hint.as_deref(),
        Some("cancel it first")
    );
}

#[test]
fn a_dead_job_is_tried_again_with_fresh_attempts_and_its_causes() {
    let mut world = World::new(1, failing());
    let [running, _, scheduled, cancelled, dead, _] = one_of_each(&mut world);
    world.answer(1, "{}");
    world.answer(1, "{}");
    assert_eq!(world.state(running), JobState::Done);

    let views = changed(&mut world, JobCommand::Retry(JobFilter::default()));

    let mut ids: Vec<_> = views.iter().map(|view| view.job).collect();
    ids.sort_unstable();
    let mut expected = [scheduled, cancelled, dead];
    expected.sort_unstable();
    assert_eq!(ids, expected);
    for view in views {
        assert_eq!(
            (view.state, view.attempts, view.kills),
            (JobState::Ready, 0, 0)
        );
        assert_eq!((view.finished, view.result), (None, None));
    }
    assert_eq!(world.view(dead).causes.len(), 1);
    for _ in 0..3 {
        world.answer(1, "{}");
    }
    assert_eq!(world.state(dead), JobState::Done);
}

#[test]
fn dropping_forgets_what_does_not_run_and_tells_who_waits() {
    let mut world = World::new(1, failing());
    let [running, ..] = one_of_each(&mut world);
    let (_, wait) = world.submit_as(World::submission("7"));

    let dropped = changed(&mut world, JobCommand::Drop(JobFilter::default()));

    assert_eq!(dropped.len(), 6);
    assert_eq!(world.list(JobFilter::default()).len(), 1);
    assert_eq!(world.state(running), JobState::Running);
    assert_eq!(world.refusal(wait).kind, RefusalKind::NoSuchJob);
}

#[test]
fn a_dropped_jobs_key_is_free_again() {
    let mut world = World::start(deck(1, failing()), None);
    let keyed = || Submission {
        key: Some("k".into()),
        ..World::submission("1")
    };
    let first = world.submit_as(keyed()).0;
    changed(&mut world, JobCommand::Drop(JobFilter::one(first)));

    assert_ne!(world.submit_as(keyed()).0, first);
}

#[test]
fn a_waiting_job_is_cancelled_at_once_and_only_once() {
    let mut world = World::start(deck(1, failing()), None);
    let (id, wait) = world.submit_as(World::submission("1"));

    let first = changed(&mut world, JobCommand::Cancel(JobFilter::one(id)));
    let again = changed(&mut world, JobCommand::Cancel(JobFilter::one(id)));

    assert_eq!(first[0].state, JobState::Cancelled);
    assert_eq!(first, again);
    assert_eq!(world.end(wait).state, JobState::Cancelled);
}

#[test]
fn a_running_job_is_cancelled_by_the_end_of_its_worker() {
    let mut world = World::new(1, failing());
    let (id, wait) = world.submit_as(World::submission("1"));

    let views = changed(&mut world, JobCommand::Cancel(JobFilter::one(id)));
    changed(&mut world, JobCommand::Cancel(JobFilter::one(id)));

    assert_eq!(views[0].state, JobState::Running);
    let relieved = world
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Relieve { worker: of, .. } if *of == worker(1)));
    assert_eq!(relieved.count(), 1);
    world.lose(1, Loss::Stopped, 1);
    let end = world.end(wait);
    assert_eq!((end.state, end.attempts), (JobState::Cancelled, 1));
}

#[test]
fn an_answer_wins_over_a_cancellation_but_a_failure_is_not_retried() {
    let mut world = World::new(
        1,
        JobsSpec {
            retries: 5,
            ..failing()
        },
    );
    let (done, done_end) = world.submit_as(World::submission("1"));
    changed(&mut world, JobCommand::Cancel(JobFilter::one(done)));
    world.answer(1, "{}");
    world.lose(1, Loss::Stopped, 0);
    world.serve(1);
    let (failed, failed_end) = world.submit_as(World::submission("2"));
    changed(&mut world, JobCommand::Cancel(JobFilter::one(failed)));
    world.answer(1, r#"{"error":"no"}"#);

    assert_eq!(world.end(done_end).state, JobState::Done);
    let end = world.end(failed_end);
    assert_eq!((end.state, end.causes.len()), (JobState::Cancelled, 1));
}

#[test]
fn cancelling_all_leaves_out_what_has_ended() {
    let mut world = World::new(1, failing());
    let [running, ready, scheduled, ..] = one_of_each(&mut world);

    let views = changed(
        &mut world,
        JobCommand::Cancel(JobFilter {
            pool: Some(pool()),
            ..JobFilter::default()
        }),
    );

    let mut ids: Vec<_> = views.iter().map(|view| view.job).collect();
    ids.sort_unstable();
    let mut expected = [running, ready, scheduled];
    expected.sort_unstable();
    assert_eq!(ids, expected);
}
