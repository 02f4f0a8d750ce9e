//! What becomes of jobs when workers are lost.

use std::time::Duration;

use crate::jobs::Input;
use crate::jobs::tests::world::{World, deck, died, secs, worker};
use crate::model::{Exit, Incarnation, JobNews, JobState, JobsSpec, Loss, ReplyRule};

fn wide(concurrency: u32) -> JobsSpec {
    JobsSpec {
        concurrency,
        ..JobsSpec::default()
    }
}

#[test]
fn of_a_worker_that_died_only_the_oldest_job_is_charged() {
    let mut world = World::new(1, wide(4));
    let ids: Vec<_> = (0..4).map(|n| world.submit(&n.to_string())).collect();

    world.lose(1, died(), 3);

    let first = world.view(ids[0]);
    assert_eq!(
        (first.state, first.attempts, first.kills),
        (JobState::Scheduled, 1, 1)
    );
    let said = "a/1 was killed by SIGKILL, not by us";
    assert_eq!(first.error.as_deref(), Some(said));
    for id in &ids[1..] {
        let view = world.view(*id);
        assert_eq!(
            (view.state, view.attempts, view.kills),
            (JobState::Ready, 0, 0)
        );
    }
    world.serve(1);
    assert_eq!(world.held(1), ["1", "2", "3"], "given back in their order");
}

#[test]
fn a_worker_that_died_before_it_began_charges_nobody() {
    let mut world = World::new(1, wide(2));
    let id = world.submit("1");

    world.lose(1, died(), 0);

    let view = world.view(id);
    assert_eq!(
        (view.state, view.attempts, view.causes.len()),
        (JobState::Ready, 0, 0)
    );
}

#[test]
fn a_worker_that_ends_cleanly_was_not_killed_by_its_job() {
    let mut world = World::new(1, wide(1));
    let id = world.submit("1");
    let loss = Loss::Died {
        exit: Exit::Code(0),
        cause: "exit 0".into(),
    };

    world.lose(1, loss, 1);

    let view = world.view(id);
    assert_eq!(
        (view.state, view.attempts, view.kills),
        (JobState::Scheduled, 1, 0)
    );
}

#[test]
fn jobs_given_back_come_before_all_others() {
    let mut world = World::new(1, wide(2));
    for n in 0..4 {
        world.submit(&n.to_string());
    }

    world.lose(1, Loss::Stopped, 2);
    world.serve(1);

    assert_eq!(world.held(1), ["0", "1"]);
}

#[test]
fn of_a_worker_that_closed_its_channel_those_begun_are_tried_again_at_once() {
    let mut world = World::new(1, wide(2));
    let begun = world.submit("1");
    let other = world.submit("2");

    world.lose(1, Loss::Disconnected, 1);

    let view = world.view(begun);
    assert_eq!(
        (view.state, view.attempts, view.kills),
        (JobState::Ready, 1, 0)
    );
    assert_eq!(view.error.as_deref(), Some("a/1 closed its channel"));
    assert_eq!(world.view(other).attempts, 0);
    world.serve(1);
    assert_eq!(world.held(1), ["1", "2"]);
}

#[test]
fn what_a_worker_refuses_is_given_back_and_the_rest_it_keeps() {
    let mut world = World::new(1, wide(2));
    let kept = world.submit("1");
    let refused = world.submit("2");
    let lease = world
        .hands
        .get_mut(&worker(1))
        .unwrap()
        .pop_back()
        .unwrap()
        .lease;

    world.give(Input::News(JobNews::Lost {
        worker: worker(1),
        incarnation: world.incarnation(1),
        loss: Loss::Refused,
        leases: vec![(lease, false)],
    }));

    assert_eq!(world.state(kept), JobState::Running);
    assert_eq!(world.view(refused).attempts, 0);
    assert_eq!(world.state(refused), JobState::Ready, "it serves no more");
}

#[test]
fn an_earlier_process_cannot_be_lost_again() {
    let mut world = World::new(1, wide(1));
    let id = world.submit("1");
    world.crash(1);
    world.pass(secs(2));
    let lease = world.hands[&worker(1)][0].lease;

    world.give(Input::News(JobNews::Lost {
        worker: worker(1),
        incarnation: Incarnation(1),
        loss: died(),
        leases: vec![(lease, true)],
    }));

    assert_eq!(world.state(id), JobState::Running);
}

/// W2.
#[test]
fn ten_kills_among_a_hundred_jobs_lose_none() {
    let mut world = World::new(4, wide(1));
    let waits: Vec<_> = (0..100)
        .map(|n| world.submit_as(World::submission(&n.to_string())).1)
        .collect();

    let mut kills = 0;
    let mut executions = 0;
    while world.figures().done < 100 {
        for number in 1..=4 {
            if world.held(number).is_empty() {
                continue;
            }
            executions += 1;
            if executions % 9 == 0 && kills < 10 {
                kills += 1;
                world.crash(number);
            } else {
                world.answer(number, "{}");
            }
        }
        world.pass(Duration::from_millis(500));
    }

    assert_eq!((kills, executions), (10, 110));
    let ends: Vec<_> = waits.iter().map(|wait| world.end(*wait)).collect();
    assert!(ends.iter().all(|end| end.state == JobState::Done));
    let attempts: u32 = ends.iter().map(|end| end.attempts).sum();
    assert_eq!(attempts, 110, "each killed job has one attempt more");
}

/// W3.
#[test]
fn a_job_that_kills_three_workers_is_given_up_and_its_neighbours_finish() {
    let mut world = World::new(
        1,
        JobsSpec {
            concurrency: 2,
            retries: 1_000,
            ..JobsSpec::default()
        },
    );
    let (_, poison) = world.submit_as(World::submission("\"poison\""));
    for n in 0..100 {
        world.submit(&n.to_string());
    }

    let mut starts = 1;
    while world.figures().done < 100 || world.figures().dead == 0 {
        match world.held(1).first().map(String::as_str) {
            Some("\"poison\"") => {
                starts += 1;
                world.crash(1);
            }
            Some(_) => {
                world.answer(1, "{}");
            }
            None => {}
        }
        world.pass(secs(1));
    }

    let end = world.end(poison);
    assert_eq!((end.state, end.kills, end.attempts), (JobState::Dead, 3, 3));
    assert_eq!(end.causes.len(), 3);
    assert!(starts <= 5, "{starts} starts");
}

/// C10.
#[test]
fn a_result_that_came_before_the_death_counts() {
    let mut world = World::new(1, wide(1));
    let (_, wait) = world.submit_as(World::submission("1"));
    let held = world
        .hands
        .get_mut(&worker(1))
        .unwrap()
        .pop_front()
        .unwrap();

    world.give_all(vec![
        Input::News(JobNews::Answered {
            worker: worker(1),
            now: world.now,
            answers: vec![(held.lease, crate::jobs::tests::world::message("{}"))],
        }),
        Input::News(JobNews::Lost {
            worker: worker(1),
            incarnation: world.incarnation(1),
            loss: died(),
            leases: Vec::new(),
        }),
    ]);

    assert_eq!(world.end(wait).state, JobState::Done);
}

#[test]
fn a_stopped_worker_gives_its_jobs_back_even_while_the_deck_goes_down() {
    let mut world = World::durable(1, wide(1));
    let id = world.submit("1");
    world.give(Input::Down);

    world.lose(1, Loss::Stopped, 1);

    let stored = world.store.job(id).unwrap();
    assert_eq!(
        (stored.progress.state, stored.progress.attempts),
        (JobState::Ready, 0)
    );
}

#[test]
fn an_exit_code_is_told_with_the_worker() {
    let mut world = World::start(deck(1, wide(1)), None);
    world.serve(1);
    let id = world.submit("1");
    let loss = Loss::Died {
        exit: Exit::Code(3),
        cause: "exit 3 after 2 s".into(),
    };
    world.lose(1, loss, 1);
    assert_eq!(
        world.view(id).error.as_deref(),
        Some("a/1 exited with code 3")
    );
}

#[test]
fn a_job_that_is_done_when_written_is_given_back_when_it_was_not() {
    let mut world = World::new(
        1,
        JobsSpec {
            reply: ReplyRule::None,
            ..wide(1)
        },
    );
    let id = world.submit("1");
    world.lose(1, Loss::Stopped, 0);
    assert_eq!(world.state(id), JobState::Ready);
}
