//! Many workers at once.

use std::time::{Duration, Instant};

use forkdeck::process::Report;

use crate::support::{Rig, until_gone};

#[tokio::test]
async fn many_workers_at_once_are_all_made_and_all_ended() {
    made_and_ended(100).await;
}

#[tokio::test]
#[ignore = "prints rates; run by hand, in release"]
async fn a_thousand_workers_are_made_and_ended() {
    let (made, ended) = made_and_ended(1000).await;

    assert!(
        made < Duration::from_secs(1),
        "{made:?} to make them, {ended:?} to end them"
    );
    assert!(ended < Duration::from_secs(2), "{ended:?} to end them");
}

#[expect(clippy::disallowed_methods, reason = "a measurement for people")]
async fn made_and_ended(count: usize) -> (Duration, Duration) {
    rustix::process::setrlimit(
        rustix::process::Resource::Nofile,
        rustix::process::Rlimit {
            current: Some(10_000),
            ..rustix::process::getrlimit(rustix::process::Resource::Nofile)
        },
    )
    .unwrap();
    let mut rig = Rig::start();
    let begin = Instant::now();
    let mut workers = Vec::new();
    let mut pids = Vec::new();
    while pids.len() < count {
        // At most as many outstanding as the queues hold.
        if workers.len() < count && workers.len() < pids.len() + 16 {
            workers.push(rig.spawn("/bin/sleep", &["100"], &[]).await);
            continue;
        }
        match rig.report().await {
            Report::Spawned { pid, .. } => pids.push(pid),
            other => panic!("{other:?}"),
        }
    }
    let made = begin.elapsed();

    let begin = Instant::now();
    rig.end();
    let ended = begin.elapsed();

    until_gone(&pids).await;
    (made, ended)
}
