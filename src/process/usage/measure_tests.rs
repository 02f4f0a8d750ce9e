use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::*;
use crate::process::descendants;

/// A process tree that ends with its test.
struct Tree(Child);

impl Tree {
    #[expect(clippy::unwrap_used, reason = "a helper of tests")]
    fn start(script: &str) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::piped());
        Self(command.stdout(Stdio::piped()).spawn().unwrap())
    }

    /// Waits until the script said so.
    #[expect(clippy::unwrap_used, reason = "a helper of tests")]
    fn await_line(&mut self) {
        use std::io::Read;
        let mut byte = [0];
        self.0
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut byte)
            .unwrap();
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn at(seconds: u64) -> MonoTime {
    MonoTime::from_start(Duration::from_secs(seconds))
}

/// Spins until some time of CPU was used, then says so and waits for the end of its input.
const SPIN: &str = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo; read line";

#[test]
fn a_worker_is_measured_with_its_descendants() {
    let mut idle = Tree::start("echo; read line");
    let mut busy = Tree::start(&format!("({SPIN}); true"));
    let roots = [(ProcessKey(1), idle.0.id()), (ProcessKey(2), busy.0.id())];
    idle.await_line();
    let mut usage = Usage::new();

    let first = usage.measure(at(0), &roots);
    busy.await_line();
    let second = usage.measure(at(1), &roots);

    assert_eq!(first.len(), 2);
    assert!(
        first
            .iter()
            .all(|(_, measured)| measured.cpu_percent.is_none())
    );
    let measured = |key| {
        second
            .iter()
            .find(|(k, _)| *k == ProcessKey(key))
            .unwrap()
            .1
    };
    let (idle, busy) = (measured(1), measured(2));
    assert!(idle.cpu_percent.unwrap() < busy.cpu_percent.unwrap());
    assert!(busy.cpu_percent.unwrap() > 0.0);
    // Two shells hold more than one.
    assert!(busy.memory_bytes > idle.memory_bytes && idle.memory_bytes > 0);
}

#[test]
fn a_worker_that_is_gone_is_left_out() {
    let mut usage = Usage::new();
    let root = {
        let tree = Tree::start("read line");
        [(ProcessKey(1), tree.0.id())]
    };

    assert!(usage.measure(at(0), &root).is_empty());
}

#[test]
fn a_descendant_stays_its_workers_when_its_parent_is_gone() {
    // The middle shell ends when it reads a line; its child, in a session of its own, stays.
    let mut tree =
        Tree::start("(setsid sh -c 'echo; exec sleep 100 >&-' & read line); echo; exec sleep 100");
    let root = [(ProcessKey(1), tree.0.id())];
    tree.await_line();
    let mut usage = Usage::new();
    usage.measure(at(0), &root);
    let before: Vec<u32> = descendants(tree.0.id());

    std::io::Write::write_all(tree.0.stdin.as_mut().unwrap(), b"go\n").unwrap();
    tree.await_line();
    let after = usage.walk.read(at(1), &root);

    let orphans: Vec<&Reading> = after
        .iter()
        .filter(|reading| before.contains(&reading.pid) && reading.pid != tree.0.id())
        .collect();
    let now: Vec<u32> = descendants(tree.0.id());
    assert!(orphans.iter().any(|orphan| !now.contains(&orphan.pid)));
    for orphan in orphans {
        let pid = rustix::process::Pid::from_raw(orphan.pid.cast_signed()).unwrap();
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

#[test]
fn this_process_is_measured_with_others_as_one() {
    let other = Tree::start("read line");
    let mut usage = Usage::new();

    let alone = usage.measure_self(at(0), &[]);
    let both = usage.measure_self(at(1), &[other.0.id()]);

    assert_eq!(alone.cpu_percent, None);
    assert!(both.cpu_percent.is_some());
    assert!(both.memory_bytes > alone.memory_bytes / 2);
    assert!(usage.machine().cores > 0);
}

#[test]
#[ignore = "prints what a pass costs; run by hand, in release"]
#[expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement for people"
)]
fn a_pass_over_a_hundred_workers_costs_little() {
    let trees: Vec<Tree> = (0..100).map(|_| Tree::start("read line")).collect();
    let roots: Vec<(ProcessKey, u32)> = trees
        .iter()
        .map(|tree| (ProcessKey(tree.0.id().into()), tree.0.id()))
        .collect();
    let mut usage = Usage::new();
    usage.measure(at(0), &roots);

    let begin = std::time::Instant::now();
    for second in 1..9 {
        assert_eq!(usage.measure(at(second), &roots).len(), 100);
    }

    println!("{:?} a pass", begin.elapsed() / 8);
}
