//! Real workers in advanced mode on a real channel. Says that it skipped where there is no such runtime.

use std::path::{Path, PathBuf};

use forkdeck::process::{Channel, ChannelReader, ChannelWriter};
use forkdeck::wire::{Frame, Message, Serialization};
use tokio::time::timeout;

use crate::support::{DEADLINE, Rig};

const LARGEST: usize = 64 << 20;

/// Where a runtime is.
fn runtime(name: &str) -> Option<PathBuf> {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/runtimes/node_modules/.bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([packages]);
    let found = folders
        .map(|folder| folder.join(name))
        .find(|program| program.is_file());
    if found.is_none() {
        eprintln!("skipped: there is no {name}");
    }
    found
}

/// Starts a script on an advanced channel.
async fn start(rig: &mut Rig, name: &str, script: &str) -> Option<(ChannelReader, ChannelWriter)> {
    let program = runtime(name)?;
    let (channel, worker) = Channel::pair().unwrap();
    let halves = channel.split_in(LARGEST, Serialization::Advanced).unwrap();
    let program = program.to_str().unwrap();
    let mut args = vec![
        "NODE_CHANNEL_SERIALIZATION_MODE=advanced",
        "DENO_NO_UPDATE_CHECK=1",
        program,
    ];
    args.push(if name == "deno" { "eval" } else { "-e" });
    args.push(script);
    rig.spawn_on(worker, "env", &args).await;
    rig.spawned().await;
    Some(halves)
}

const ECHO: &str = "process.on('message', message => process.send(message))";

/// Deno has no global `process` in all of its modes.
const DENO_ECHO: &str =
    "import process from 'node:process'; process.on('message', message => process.send(message))";

fn echo(name: &str) -> &'static str {
    if name == "deno" { DENO_ECHO } else { ECHO }
}

/// Writes all that is pushed.
async fn write(writer: &mut ChannelWriter) -> usize {
    let mut messages = 0;
    while !writer.is_empty() {
        messages += writer.write().await.unwrap().messages;
    }
    messages
}

/// Reads so many messages: their number and their size on the wire.
async fn read(reader: &mut ChannelReader, count: usize) -> Vec<(Message, usize)> {
    let mut messages = Vec::new();
    while messages.len() < count {
        let batch = timeout(DEADLINE * 2, reader.read()).await.unwrap();
        assert!(
            !batch.end,
            "the channel ended after {} messages",
            messages.len()
        );
        messages.extend(batch.frames.into_iter().map(|frame| match frame {
            Frame::Message { message, bytes } => (message, bytes),
            other => panic!("{other:?}"),
        }));
    }
    messages
}

#[tokio::test]
async fn a_buffer_of_32_mib_comes_back_whole() {
    for name in ["node", "deno"] {
        let mut rig = Rig::start();
        let Some((mut reader, mut writer)) = start(&mut rig, name, echo(name)).await else {
            continue;
        };
        let letters = "AAECAwQFBgcICQoL".repeat((32 << 20) / 12);
        let large = Message::parse(&format!("{{\"$buffer\":\"{letters}\"}}")).unwrap();
        writer.push(&large);

        let (_, back) = tokio::join!(write(&mut writer), read(&mut reader, 1));

        assert!(back[0].0 == large, "{name} sent something else back");
        assert!(
            back[0].1 > 33_554_000 && back[0].1 < 33_555_000,
            "{}",
            back[0].1
        );
    }
}

#[tokio::test]
async fn two_sides_that_flood_each_other_do_not_wait_for_ever() {
    for name in ["node", "deno"] {
        let mut rig = Rig::start();
        let flood =
            "for (let n = 0; n < 400; n++) process.send(new Map([[n, Buffer.alloc(65536, n)]]));";
        let script = match name {
            "deno" => format!("import {{ Buffer }} from 'node:buffer'; {DENO_ECHO}; {flood}"),
            _ => format!("{ECHO}; {flood}"),
        };
        let Some((mut reader, mut writer)) = start(&mut rig, name, &script).await else {
            continue;
        };
        let letters = "AQID".repeat(16 << 10);
        let message = Message::parse(&format!(
            "[{{\"$uint8array\":\"{letters}\"}},{{\"$undefined\":true}}]"
        ))
        .unwrap();
        (0..400).for_each(|_| writer.push(&message));

        let (written, back) = tokio::join!(write(&mut writer), read(&mut reader, 800));

        assert_eq!(written, 400);
        let echoed = back.iter().filter(|(text, _)| *text == message).count();
        assert_eq!(echoed, 400, "{name}");
        let maps = back
            .iter()
            .filter(|(text, _)| text.as_str().starts_with("{\"$map\":[["));
        assert_eq!(maps.count(), 400, "{name}");
    }
}

#[tokio::test]
async fn what_an_advanced_worker_left_unfinished_is_told_with_its_size() {
    let mut rig = Rig::start();
    let cut = "require('fs').writeSync(3, Buffer.from([0, 0, 1, 0, 255, 15, 73, 2])); process.reallyExit(0)";
    let Some((mut reader, _writer)) = start(&mut rig, "node", cut).await else {
        return;
    };
    let mut frames = Vec::new();
    loop {
        let batch = timeout(DEADLINE, reader.read()).await.unwrap();
        frames.extend(batch.frames);
        if batch.end {
            break;
        }
    }

    let [Frame::Fault(fault)] = &frames[..] else {
        panic!("{frames:?}");
    };
    assert_eq!(
        (fault.bytes, &fault.head[..]),
        (8, &[0, 0, 1, 0, 255, 15, 73, 2][..])
    );
}
