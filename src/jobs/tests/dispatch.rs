//! Who gets what, and when.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::jobs::tests::world::{World, deck, pointer, pool, secs, worker};
use crate::jobs::{Effect, Input};
use crate::model::{
    Assignment, Dispatch, JobCommand, JobsSpec, Loss, Percentiles, Rate, ReplyRule, Submission,
};

fn prioritised(text: &str, priority: u8) -> Submission {
    Submission {
        priority: Some(priority),
        ..World::submission(text)
    }
}

fn with(dispatch: Dispatch, concurrency: u32) -> JobsSpec {
    JobsSpec {
        concurrency,
        dispatch,
        ..JobsSpec::default()
    }
}

fn assignments(effects: &[Effect]) -> Vec<&[Assignment]> {
    let assigned = effects.iter().filter_map(|effect| match effect {
        Effect::Assign { jobs, .. } => Some(jobs.as_slice()),
        _ => None,
    });
    assigned.collect()
}

#[test]
fn the_highest_priority_goes_first_and_within_it_the_oldest() {
    let mut world = World::start(deck(1, JobsSpec::default()), None);
    for (text, priority) in [("1", 3), ("2", 7), ("3", 7), ("4", 5), ("5", 0)] {
        world.submit_as(prioritised(text, priority));
    }

    world.serve(1);
    let mut order = Vec::new();
    while let Some(next) = world.held(1).first().cloned() {
        order.push(next);
        world.answer(1, "{}");
    }

    assert_eq!(order, ["2", "3", "4", "1", "5"]);
}

#[test]
fn a_job_climbs_one_priority_with_each_minute_it_waits() {
    for (waited, first) in [(59, "\"high\""), (119, "\"high\""), (120, "\"low\"")] {
        let mut world = World::start(deck(1, JobsSpec::default()), None);
        world.submit_as(prioritised("\"low\"", 3));
        world.pass(secs(waited));
        world.submit_as(prioritised("\"high\"", 5));

        world.serve(1);

        assert_eq!(world.held(1), [first], "after {waited} s");
    }
}

#[test]
fn a_job_that_was_given_back_does_not_hide_the_age_of_those_behind_it() {
    let mut world = World::new(1, JobsSpec::default());
    world.submit_as(prioritised("\"given back\"", 3));
    world.submit_as(prioritised("\"old\"", 3));
    world.pass(secs(130));
    world.lose(1, Loss::Stopped, 1);
    world.submit_as(prioritised("\"high\"", 5));

    world.serve(1);

    assert_eq!(world.held(1), ["\"given back\""]);
    world.answer(1, "{}");
    assert_eq!(world.held(1), ["\"old\""]);
}

#[test]
fn a_worker_has_at_most_its_concurrency_and_gets_it_in_one_piece() {
    let mut world = World::start(deck(1, with(Dispatch::LeastBusy, 3)), None);
    for text in ["1", "2", "3", "4"] {
        world.submit(text);
    }

    let effects = world.serve(1);

    let assigned = assignments(&effects);
    assert_eq!(assigned.len(), 1);
    assert_eq!(assigned[0].len(), 3);
    world.answer(1, "{}");
    assert_eq!(world.held(1), ["2", "3", "4"]);
}

#[test]
fn the_least_busy_goes_first_then_who_has_been_without_longest() {
    let mut world = World::new(3, with(Dispatch::LeastBusy, 2));
    for text in ["1", "2", "3"] {
        world.submit(text);
    }
    for number in [2, 1, 3] {
        world.answer(number, "{}");
    }

    for text in ["4", "5", "6", "7"] {
        world.submit(text);
    }

    assert_eq!(world.held(2), ["4", "7"]);
    assert_eq!(world.held(1), ["5"]);
    assert_eq!(world.held(3), ["6"]);
}

#[test]
fn round_robin_goes_by_number_past_those_that_are_busy() {
    let mut world = World::new(3, with(Dispatch::RoundRobin, 1));
    for text in ["1", "2", "3"] {
        world.submit(text);
    }
    world.answer(3, "{}");
    world.answer(1, "{}");
    world.submit("4");
    world.submit("5");
    assert_eq!(
        (world.held(1), world.held(3)),
        (vec!["4".into()], vec!["5".into()])
    );
}

#[test]
fn jobs_with_the_same_value_go_to_the_same_worker() {
    let mut world = World::new(4, with(Dispatch::Hash(pointer("/user")), 100));
    for n in 0..40 {
        world.submit(&format!(r#"{{"n":{n},"user":{{"a":{},"b":1}}}}"#, n % 8));
        world.submit(&format!(r#"{{"user":{{"b":1.0,"a":{}}}}}"#, n % 8));
    }
    world.submit("{}");
    world.submit(r#"{"user":null}"#);

    let mut homes = BTreeMap::new();
    for number in 1..=4 {
        for payload in world.held(number) {
            let value: serde_json::Value = serde_json::from_str(&payload).unwrap();
            let home = homes
                .entry(value["user"]["a"].to_string())
                .or_insert(number);
            assert_eq!(*home, number, "{payload}");
        }
    }
    assert_eq!(homes.len(), 9);
    let used: std::collections::BTreeSet<_> = homes.values().collect();
    assert!(used.len() > 1, "all values go to one worker");
}

#[test]
fn a_busy_lane_blocks_no_other_one() {
    let mut world = World::new(2, with(Dispatch::Hash(pointer("")), 1));
    for n in 0..20 {
        world.submit(&n.to_string());
    }
    let lane = |world: &World, number| world.held(number);
    assert!(lane(&world, 1).len() == 1 && lane(&world, 2).len() == 1);

    let before = world.figures().queue;
    world.answer(2, "{}");

    assert_eq!(world.held(2).len(), 1, "its lane holds more");
    assert_eq!(world.figures().queue, before - 1);
}

#[test]
fn lanes_follow_the_size_of_the_pool() {
    let mut world = World::new(4, with(Dispatch::Hash(pointer("")), 1));
    for n in 0..40 {
        world.submit(&n.to_string());
    }
    for number in 2..=4 {
        world.lose(number, Loss::Stopped, 1);
    }

    world.give(Input::Resized {
        pool: pool(),
        instances: 1,
    });
    for _ in 0..40 {
        world.answer(1, "{}");
    }

    assert_eq!(world.figures().done, 40);
}

#[test]
fn only_workers_that_serve_are_given_jobs() {
    let mut world = World::new(2, JobsSpec::default());
    world.rest(1);

    world.submit("1");
    world.submit("2");

    assert_eq!(world.held(1).len() + world.held(2).len(), 1);
    assert_eq!(world.held(2), ["1"]);
    world.serve(1);
    assert_eq!(world.held(1), ["2"]);
}

#[test]
fn a_paused_pool_gives_nothing_out_until_it_goes_on() {
    let mut world = World::new(1, JobsSpec::default());
    let pause = |paused| JobCommand::Pause {
        pool: pool(),
        paused,
    };
    world.command(pause(true)).unwrap();
    world.submit("1");
    assert!(world.held(1).is_empty());
    assert!(world.figures().paused);

    world.command(pause(false)).unwrap();

    assert_eq!(world.held(1), ["1"]);
    assert!(!world.figures().paused);
}

#[test]
fn a_rate_lets_a_burst_through_and_then_one_by_one() {
    let rate = Rate {
        count: 20,
        per: secs(1),
    };
    let mut world = World::new(
        1,
        JobsSpec {
            concurrency: 1_000,
            rate: Some(rate),
            ..JobsSpec::default()
        },
    );
    for n in 0..50 {
        world.submit(&n.to_string());
    }
    assert_eq!(world.held(1).len(), 2, "a tenth of a second's worth");

    world.pass(secs(1));
    assert_eq!(world.held(1).len(), 22);

    world.pass(secs(5));
    assert_eq!(world.held(1).len(), 50);
    assert_eq!(world.jobs.next_deadline(), None);
}

#[test]
fn a_pool_that_answers_by_id_is_told_the_id() {
    let mut world = World::new(
        1,
        JobsSpec {
            reply: ReplyRule::Id(pointer("/id")),
            ..JobsSpec::default()
        },
    );

    let (ticket, wait) = (world.ticket(), world.ticket());
    let effects = world.give(Input::Submit {
        ticket,
        wait: Some(wait),
        submission: World::submission(r#"{"id":1.0}"#),
    });

    let assigned = assignments(&effects);
    let id = assigned[0][0].reply_id.as_ref().unwrap();
    assert_eq!(&*id.0, b"1");
}

#[test]
fn a_thousand_workers_share_the_work() {
    let mut world = World::new(1_000, JobsSpec::default());
    for n in 0..1_500 {
        world.submit(&n.to_string());
    }
    assert!((1..=1_000).all(|number| world.held(number).len() == 1));
    assert_eq!(world.figures().queue, 500);
    assert_eq!(world.hands[&worker(7)][0].payload, "6");
}

#[test]
fn figures_tell_how_long_jobs_wait_and_run() {
    let mut world = World::new(1, JobsSpec::default());
    world.submit("1");
    world.submit("2");
    let submitted = world.now.wall;
    world.advance(Duration::from_millis(500));
    assert_eq!(world.figures().oldest, Some(submitted));

    world.answer(1, "{}");
    let figures = world.figures();

    let is_near = |told: Duration, ms: u64| {
        told.abs_diff(Duration::from_millis(ms)) <= Duration::from_millis(ms / 50)
    };
    assert!(is_near(figures.wait.unwrap().max, 500));
    assert!(is_near(figures.run.unwrap().max, 500));
    assert!(is_near(figures.total.unwrap().max, 500));
    assert!((figures.rate - 0.1).abs() < 1e-6);
    assert_eq!(
        (figures.done, figures.in_flight, figures.oldest),
        (1, 1, None)
    );
    let theirs = world.jobs.worker_figures(&worker(1), world.now);
    assert_eq!(theirs.done, 1);
    let is_close = |told: Option<Percentiles>, ms: u64| {
        let told = told.unwrap().max;
        told.abs_diff(Duration::from_millis(ms)) <= Duration::from_millis(50)
    };
    assert!(is_close(theirs.run, 500) && is_close(theirs.total, 500));
    assert!(is_close(theirs.wait, 500), "of the second one");
    assert_eq!(theirs.current.map(|(_, since)| since), Some(world.now.wall));
}

#[test]
fn a_pool_in_which_nothing_happens_is_told_alike_however_the_clocks_are_read() {
    let mut world = World::start(deck(1, JobsSpec::default()), None);
    world.advance(Duration::from_micros(700));
    world.submit("1");
    let figures = world.figures();

    for wall in [0, 1, 0, -1, 3] {
        world.advance(Duration::from_micros(400));
        world.now.wall.0 += wall;
        assert_eq!(world.figures(), figures);
    }
}
