//! A real Node worker, made by the keeper, on a real channel. Passes without a word where there is no Node.

use std::process::{Command, Stdio};

use forkdeck::model::Exit;
use forkdeck::process::{Channel, ChannelReader, ChannelWriter};
use forkdeck::wire::{Frame, Message};
use tokio::time::timeout;

use crate::support::{DEADLINE, Rig};

async fn start(rig: &mut Rig, script: &str) -> Option<(ChannelReader, ChannelWriter)> {
    let mut version = Command::new("node");
    version.arg("--version").stdout(Stdio::null());
    version.status().ok()?;
    let (channel, worker) = Channel::pair().unwrap();
    let halves = channel.split(1 << 20).unwrap();
    rig.spawn_on(worker, "node", &["-e", script]).await;
    rig.spawned().await;
    Some(halves)
}

/// All frames up to the channel's end.
async fn all_frames(reader: &mut ChannelReader) -> Vec<Frame> {
    let mut frames = Vec::new();
    loop {
        let batch = timeout(DEADLINE, reader.read()).await.unwrap();
        frames.extend(batch.frames);
        if batch.end {
            return frames;
        }
    }
}

#[tokio::test]
async fn a_node_worker_answers_and_leaves_when_it_is_disconnected() {
    let mut rig = Rig::start();
    let echo = "process.on('message', message => process.send(message))";
    let Some((mut reader, mut writer)) = start(&mut rig, echo).await else {
        return;
    };
    let count = 1000;
    for number in 0..count {
        writer.push(&Message::parse(&format!("{{\"n\":{number}}}")).unwrap());
    }

    let mut told = 0;
    while !writer.is_empty() {
        told += writer.write().await.unwrap().messages;
    }
    let mut answers = 0;
    while answers < count {
        answers += timeout(DEADLINE, reader.read()).await.unwrap().frames.len();
    }
    let gauge = writer.gauge();
    writer.shutdown_write();
    let rest = all_frames(&mut reader).await;

    assert_eq!((told, answers, rest.len()), (count, count, 0));
    assert_eq!(rig.exited().await, Exit::Code(0));
    assert_eq!(gauge.unread().bytes, 0);
}

#[tokio::test]
async fn what_a_node_worker_sent_just_before_its_exit_is_kept() {
    let mut rig = Rig::start();
    let burst = "for (let n = 0; n < 2000; n++) process.send(n); process.exit()";
    let Some((mut reader, _writer)) = start(&mut rig, burst).await else {
        return;
    };

    // Nothing is read before the exit: the kernel alone keeps it.
    assert_eq!(rig.exited().await, Exit::Code(0));
    let frames = all_frames(&mut reader).await;

    // With the default buffer 278 survive; how many do depends on `net.core.wmem_max`.
    assert!(frames.len() > 300, "{} survived", frames.len());
}
