//! Jobs that a worker loses, and workers that a job costs.

use crate::model::{Command, Event, Exit, JobNews, LeaseId, Loss, Signal, State};
use crate::supervisor::tests::orders::{by_id, job, news, serving};
use crate::supervisor::tests::world::{World, a, by, dropped, frame, ms, pool, signals, writes};
use crate::supervisor::{Effect, Input};

#[test]
fn a_job_that_its_process_cannot_take_is_lost_at_once() {
    let mut world = serving(pool(1));
    let assign = |world: &mut World, number, incarnation| {
        world.give(Input::Assign {
            worker: a(number),
            incarnation,
            jobs: vec![job(1, "1"), job(2, "2")],
        })
    };
    let old = world.incarnation(1);
    let expected = [Effect::News(JobNews::Lost {
        worker: a(1),
        incarnation: old.next(),
        loss: Loss::Refused,
        leases: vec![(LeaseId(1), false), (LeaseId(2), false)],
    })];
    assert_eq!(assign(&mut world, 1, old.next()), expected);
    assert_eq!(news(&assign(&mut world, 9, old)), ["lost refused 1 2"]);

    world.command(Command::Disconnect {
        to: "a/1".parse().unwrap(),
    });
    assert_eq!(news(&world.assign(1, &[(1, "1")])), ["lost refused 1"]);
    world.exit(1, Exit::Code(1));
    assert_eq!(news(&world.assign(1, &[(1, "1")])), ["lost refused 1"]);
    assert!(world.assign(1, &[]).is_empty());
}

#[test]
fn a_death_tells_which_jobs_may_have_begun() {
    let mut world = serving(by_id());
    let text = format!("\"{}\"", "x".repeat(100_000));
    let jobs = [(1, text.as_str()), (2, &text), (3, &text), (4, "4")];
    world.assign(1, &jobs);

    let effects = world.exit_unread(1, by(Signal::INT), 1_000_000);

    assert_eq!(news(&effects), ["lost died of killed by SIGINT 1? 2? 3 4"]);
    assert_eq!(dropped(&effects), 0, "what is given to another is not lost");
    world.pass(ms(100));
    let before = world.effects.len();
    world.spawn_all();
    assert!(writes(&world.effects[before..]).is_empty());
    assert_eq!(news(&world.effects[before..]), ["serves"]);
}

#[test]
fn a_job_that_a_dying_process_never_read_did_not_begin() {
    let mut world = serving(by_id());
    world.assign(1, &[(1, "1"), (2, "2")]);
    world.written(1, 2);

    let effects = world.exit_unread(1, Exit::Code(0), 1);

    assert_eq!(news(&effects), ["lost died of exit 0 1? 2"]);
}

#[test]
fn a_job_that_was_read_may_have_killed_its_process() {
    let mut world = serving(by_id());
    world.assign(1, &[(1, "1"), (2, "2")]);
    world.written(1, 2);

    let effects = world.exit_unread(1, by(Signal::KILL), 0);

    assert_eq!(news(&effects), ["lost died of killed by SIGKILL 1? 2?"]);
}

#[test]
fn a_reply_that_was_read_before_the_exit_counts() {
    let mut world = serving(pool(1));
    world.assign(1, &[(1, "1"), (2, "2")]);
    world.written(1, 2);

    world.receive(1, vec![frame("10")]);
    let exit = world.exit(1, by(Signal::KILL));

    assert_eq!(news(&exit), ["lost died of killed by SIGKILL 2?"]);
}

#[test]
fn a_process_that_served_is_told_as_lost_even_without_jobs() {
    let mut world = serving(pool(1));

    assert_eq!(news(&world.exit(1, Exit::Code(1))), ["lost died of exit 1"]);
    world.pass(ms(100));
    world.spawn_all();
    world.command(Command::Kill {
        to: "a/1".parse().unwrap(),
    });
    assert_eq!(news(&world.exit(1, by(Signal::KILL))), ["lost stopped"]);
}

#[test]
fn a_process_that_outlives_its_channel_loses_its_jobs_at_once() {
    let mut world = serving(pool(1));
    world.assign(1, &[(1, "1"), (2, "2")]);
    world.written(1, 1);

    assert_eq!(news(&world.close_channel(1)), ["rests"]);
    let before = world.effects.len();
    world.pass(ms(50));
    assert_eq!(news(&world.effects[before..]), ["lost disconnected 1? 2?"]);
    assert_eq!(world.state(1), State::Disconnected);
    assert!(
        news(&world.exit(1, Exit::Code(1))).is_empty(),
        "it was told before"
    );
}

#[test]
fn a_death_that_closes_the_channel_first_is_told_as_a_death() {
    let mut world = serving(pool(1));
    world.assign(1, &[(1, "1")]);
    world.close_channel(1);
    world.pass(ms(49));

    assert_eq!(
        news(&world.exit(1, Exit::Code(7))),
        ["lost died of exit 7 1?"]
    );
}

#[test]
fn a_channel_that_ends_gives_back_at_once_what_was_not_given_out() {
    let mut world = serving(pool(1));
    world.send("a/1", "\"mail\"");
    world.written(1, 1);
    world.assign(1, &[(1, "1")]);

    assert_eq!(news(&world.close_channel(1)), ["lost refused 1"]);
}

#[test]
fn a_worker_that_is_disconnected_by_hand_may_answer_what_it_was_given() {
    let mut world = serving(pool(1));
    world.send("a/1", "\"mail\"");
    world.written(1, 1);
    world.assign(1, &[(1, "1")]);
    let before = world.effects.len();
    world.command(Command::Disconnect {
        to: "a/1".parse().unwrap(),
    });
    assert_eq!(news(&world.effects[before..]), ["lost refused 1"]);

    let mut world = serving(pool(1));
    world.assign(1, &[(1, "1")]);
    let before = world.effects.len();
    world.command(Command::Disconnect {
        to: "a/1".parse().unwrap(),
    });
    assert_eq!(news(&world.effects[before..]), ["rests"]);
    assert_eq!(
        news(&world.receive(1, vec![frame("10")])),
        ["answered 1=10"]
    );
}

#[test]
fn a_relieved_process_is_taken_down_and_followed_by_another_at_once() {
    let mut world = serving(pool(1));
    world.exit(1, Exit::Code(1));
    world.pass(ms(100));
    world.spawn_all();
    world.assign(1, &[(1, "1"), (2, "2")]);
    world.written(1, 2);
    world.forget(1, &[1]);

    let effects = world.relieve(1, "job 1 timed out");
    assert_eq!(signals(&effects), ["SIGTERM group", "SIGCONT group"]);
    assert_eq!(news(&effects), ["rests"]);
    assert_eq!(world.reason(1), "job 1 timed out");
    let late = world.receive(1, vec![frame("10"), frame("20")]);
    assert_eq!(news(&late), ["answered 2=20", "stale 1"]);
    assert_eq!(news(&world.exit(1, by(Signal::TERM))), ["lost stopped"]);

    assert_eq!(world.state(1), State::Starting);
    let exited = world.last_exit();
    assert!(exited.planned);
    assert_eq!(&*exited.cause, "killed by SIGTERM, because job 1 timed out");
    let told = world.effects.iter().rev().find_map(|effect| match effect {
        Effect::Publish(Event::State(state)) => Some(state.budget),
        _ => None,
    });
    assert_eq!(told, Some((1, 5)), "the budget is kept");
}

#[test]
fn a_deaf_relieved_process_is_killed_and_the_cause_tells_why() {
    let mut world = serving(pool(1));
    world.relieve(1, "job 1 timed out");
    world.pass(ms(5_000));
    world.exit(1, by(Signal::KILL));

    let exited = world.last_exit();
    assert!(exited.escalated);
    let said = "did not end within its grace of 5 s: killed by SIGKILL, because job 1 timed out";
    assert_eq!(&*exited.cause, said);
}

#[test]
fn a_stop_of_a_relieved_process_leaves_it_down() {
    let mut world = serving(pool(1));
    world.relieve(1, "job 1 timed out");
    world.command(Command::Stop {
        to: "a/1".parse().unwrap(),
    });

    world.exit(1, by(Signal::TERM));

    assert_eq!(world.state(1), State::Stopped);
}
