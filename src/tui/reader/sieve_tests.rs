use bytes::Bytes;

use super::*;
use crate::model::{Incarnation, PoolName, Stream, WallTime};

fn worker(number: u32) -> WorkerView {
    WorkerView::new(WorkerId::new(PoolName::new("a").unwrap(), number), None)
}

fn push(worker: &mut WorkerView, order: u64, text: &str) {
    worker.logs.push(LogLine {
        at: WallTime::default(),
        incarnation: Incarnation(1),
        order,
        stream: Stream::Stdout,
        bytes: Bytes::copy_from_slice(text.as_bytes()),
        cut: 0,
    });
}

fn wanted(text: &str) -> Narrowed {
    let mut narrowed = Narrowed::default();
    narrowed.with.add(text);
    narrowed
}

fn orders(sieve: &Sieve) -> Vec<u64> {
    sieve.hits().iter().map(|hit| hit.order).collect()
}

#[test]
fn old_lines_are_looked_at_in_steps_and_new_ones_at_once() {
    let mut workers = [worker(1), worker(2)];
    for order in 1..=100_u32 {
        let text = if order % 10 == 0 { "ten" } else { "no" };
        let slot = usize::from(order % 3 == 1);
        push(&mut workers[slot], u64::from(order), text);
    }
    let mut sieve = Sieve::default();
    let [one, two] = &workers;
    sieve.want(&wanted("ten"), None, &[one, two]);
    sieve.advance(&[one, two], 30);
    assert_eq!(orders(&sieve), [80, 90, 100]);
    assert!(sieve.is_searching() && !sieve.has_looked_from(10) && sieve.has_looked_from(71));

    push(&mut workers[1], 101, "ten");
    let [one, two] = &workers;
    sieve.advance(&[one, two], 1_000);
    let all = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 101];
    assert_eq!(orders(&sieve), all);
    assert!(!sieve.is_searching());
}

#[test]
fn a_line_that_comes_late_finds_its_place() {
    let mut workers = [worker(1), worker(2)];
    push(&mut workers[0], 1, "x");
    let mut sieve = Sieve::default();
    let [one, two] = &workers;
    sieve.want(&wanted("x"), None, &[one, two]);
    sieve.advance(&[one, two], 10);

    push(&mut workers[0], 9, "x");
    let [one, two] = &workers;
    sieve.advance(&[one, two], 10);
    push(&mut workers[1], 5, "x");
    let [one, two] = &workers;
    sieve.advance(&[one, two], 10);

    assert_eq!(orders(&sieve), [1, 5, 9]);
}

#[test]
fn finds_go_with_their_lines() {
    let mut workers = [worker(1)];
    workers[0].logs = Ring::new(5, 1 << 20);
    for order in 1..=5 {
        push(&mut workers[0], order, "x");
    }
    let mut sieve = Sieve::default();
    sieve.want(&wanted("x"), None, &[&workers[0]]);
    sieve.advance(&[&workers[0]], 10);
    for order in 6..=8 {
        push(&mut workers[0], order, "y");
    }
    sieve.advance(&[&workers[0]], 10);

    assert_eq!(orders(&sieve), [4, 5]);
}

#[test]
fn another_text_or_other_workers_are_looked_for_anew() {
    let mut workers = [worker(1), worker(2)];
    push(&mut workers[0], 1, "abc");
    push(&mut workers[1], 2, "abd");
    let [one, two] = &workers;
    let mut sieve = Sieve::default();
    for (text, workers, found) in [
        ("ab", vec![one, two], vec![1, 2]),
        ("abd", vec![one, two], vec![2]),
        ("ab", vec![one], vec![1]),
        ("", vec![one], vec![]),
    ] {
        sieve.want(&wanted(text), None, &workers);
        sieve.advance(&workers, 10);
        assert_eq!(orders(&sieve), found, "{text}");
    }
    assert!(sieve.is_open() && !sieve.is_searching());
}
