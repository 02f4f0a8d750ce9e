//! What one worker or one pool whole looks like, at the sizes that are promised.

use std::time::Duration;

use insta::assert_snapshot;

use crate::model::{
    Api, Command, Event, Exit, Exited, Incarnation, ListenerView, Outcome, Schedule, State, Stream,
    WorkerId,
};
use crate::tui::fixture::{Fixture, worker};
use crate::tui::jobs::Asked;
use crate::tui::jobs::fixture::one_of_each;
use crate::tui::update::{Msg, Request};
use crate::tui::worker::fixture::pool_detail;

/// A worker that is shown whole and was told about.
fn opened(mut fixture: Fixture, keys: &str) -> Fixture {
    let requests = fixture.press(keys);
    fixture.tell(&requests);
    fixture
}

fn dies(fixture: &mut Fixture, id: &WorkerId, life: u32, code: i32) {
    fixture.event(Event::Exit(Exited {
        now: fixture.screen.now,
        worker: id.clone(),
        incarnation: Incarnation(life),
        pid: 4000 + life,
        exit: Exit::Code(code),
        planned: false,
        escalated: false,
        cause: format!("exit {code}").into(),
        uptime: Duration::from_millis(3_200),
    }));
}

/// A worker that said why it died, three times over.
fn crashing() -> Fixture {
    let mut fixture = Fixture::busy();
    let id = worker("mail", 1);
    fixture.log(&id, Stream::Stderr, b"mail.js:7");
    fixture.log(
        &id,
        Stream::Stderr,
        b"    throw new TypeError('no such host')",
    );
    fixture.log(
        &id,
        Stream::Stderr,
        b"\x1b[31mTypeError: no such host\x1b[0m",
    );
    fixture.log(&id, Stream::Stderr, b"    at connect (mail.js:7:9)");
    for _ in 0..3 {
        dies(&mut fixture, &id, 1, 1);
    }
    fixture
}

#[test]
fn a_busy_worker_at_120_by_40() {
    assert_snapshot!(opened(Fixture::busy(), "\n").draw(120, 40));
}

#[test]
fn a_busy_worker_at_80_by_24() {
    assert_snapshot!(opened(Fixture::busy(), "\n").draw(80, 24));
}

#[test]
fn a_busy_worker_at_40_by_12() {
    assert_snapshot!(opened(Fixture::busy(), "\n").draw(40, 12));
}

#[test]
fn a_worker_that_keeps_crashing_at_80_by_24() {
    let text = opened(crashing(), "G\n").draw(80, 24);
    assert!(text.contains("the same exit 3 times in a row"), "{text}");
    assert_snapshot!(text);
}

#[test]
fn a_worker_that_keeps_crashing_at_160_by_50() {
    assert_snapshot!(opened(crashing(), "G\n").draw(160, 50));
}

#[test]
fn a_worker_scrolled_to_the_environment() {
    let mut fixture = opened(Fixture::busy(), "\n");
    fixture.draw(80, 24);
    fixture.press("G");
    let text = fixture.draw(80, 24);
    assert!(text.contains("API_TOKEN=•••"), "{text}");
    assert_snapshot!(text);
}

#[test]
fn a_worker_nobody_told_of_at_80_by_24() {
    let mut fixture = Fixture::new(&[("process", 1)]);
    fixture.state(&worker("process", 1), State::Stopped);
    fixture.press("\n");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn a_pool_with_jobs_and_routes_at_120_by_40() {
    let mut fixture = Fixture::jobs_view(one_of_each());
    fixture.press("1");
    assert_snapshot!(opened(fixture, "g\n").draw(120, 40));
}

/// A pool whose two workers are behind one address, and both are to come back behind another.
fn cluster() -> Fixture {
    let mut fixture = Fixture::busy();
    let requests = fixture.press("g\n");
    let listener = |address: &str, workers: &[u32], awaited: &[u32]| ListenerView {
        address: address.to_owned(),
        schedule: Schedule::RoundRobin,
        workers: workers.to_vec(),
        awaited: awaited.to_vec(),
        waiting: awaited.len() * 3,
        offered: 0,
        handed_over: 12_345,
        refused: 2,
        reoffered: 1,
        dropped: 0,
    };
    for request in &requests {
        if let Request::Issue(command @ Command::InspectPool(name)) = request {
            let mut detail = pool_detail(&WorkerId::new(name.clone(), 1));
            detail.api = Api::Cluster;
            detail.listeners = vec![
                listener("tcp 0.0.0.0:8080", &[1, 2], &[]),
                listener("unix /run/app.sock", &[], &[1, 2]),
            ];
            let told = Ok(Outcome::Pool(Box::new(detail)));
            fixture.send(Msg::Answered(Asked::of(command), told));
        }
    }
    fixture
}

#[test]
fn a_cluster_at_120_by_40() {
    assert_snapshot!(cluster().draw(120, 40));
}

#[test]
fn a_cluster_is_asked_about_again_and_rules_are_not() {
    let due = |fixture: &Fixture| crate::tui::worker::due_at(&fixture.screen);
    assert!(due(&cluster()).is_some());
    assert!(due(&opened(Fixture::busy(), "g\n")).is_none());
}

#[test]
fn a_pool_at_80_by_24() {
    assert_snapshot!(opened(Fixture::busy(), "g\n").draw(80, 24));
}

#[test]
fn a_pool_at_40_by_12() {
    assert_snapshot!(opened(Fixture::busy(), "g\n").draw(40, 12));
}

#[test]
fn no_size_breaks_a_sheet() {
    for keys in ["\n", "g\n", "G\n"] {
        let mut fixture = opened(crashing(), keys);
        for (width, height) in [(0, 0), (20, 5), (21, 6), (60, 9), (113, 20), (300, 100)] {
            fixture.draw(width, height);
        }
    }
}
