use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::*;
use crate::wire::{FaultKind, Message};

fn open() -> (ChannelReader, ChannelWriter, UnixStream) {
    let (channel, worker) = Channel::pair().unwrap();
    let (reader, writer) = channel.split(1 << 20).unwrap();
    (reader, writer, worker.into())
}

fn buffer(messages: impl IntoIterator<Item = String>) -> OutBuffer {
    let mut out = OutBuffer::default();
    for message in messages {
        out.push(&Message::parse(&message).unwrap());
    }
    out
}

fn is_message(frame: &Frame, text: &str) -> bool {
    matches!(frame, Frame::Message { message, .. } if message.as_str() == text)
}

#[tokio::test]
async fn messages_go_both_ways() {
    let (mut reader, mut writer, mut worker) = open();
    let mut out = buffer(["1".to_owned(), "{\"a\":2}".to_owned()]);

    let told = writer.write(&mut out).await.unwrap();
    let mut received = [0; 10];
    worker.read_exact(&mut received).unwrap();
    worker.write_all(b"true\nfal").unwrap();
    let first = reader.read().await;
    worker.write_all(b"se\n").unwrap();
    let second = reader.read().await;

    assert_eq!(told, 2);
    assert_eq!(&received, b"1\n{\"a\":2}\n");
    assert!(is_message(&first.frames[0], "true") && first.frames.len() == 1);
    assert!(is_message(&second.frames[0], "false"));
}

#[tokio::test]
async fn the_end_comes_after_what_was_written_and_names_what_was_cut() {
    let (mut reader, mut writer, mut worker) = open();
    // The worker leaves input unread, so its death is a reset.
    writer.write(&mut buffer(["1".to_owned()])).await.unwrap();
    worker.write_all(b"[1]\n[2").unwrap();
    drop(worker);

    let mut frames = Vec::new();
    loop {
        let batch = reader.read().await;
        frames.extend(batch.frames);
        if batch.end {
            assert!(batch.left_unread);
            break;
        }
    }

    assert!(is_message(&frames[0], "[1]"));
    assert!(matches!(&frames[1], Frame::Fault(fault)
        if fault.kind == FaultKind::Truncated && fault.bytes == 2));
    assert_eq!(frames.len(), 2);
    assert!(reader.read().await.end);
    assert!(reader.drain().end);
    let late = writer.write(&mut buffer(["2".to_owned()])).await;
    assert_eq!(late, Err(WriteEnd));
}

#[tokio::test]
async fn draining_takes_all_and_does_not_wait() {
    let (mut reader, _writer, mut worker) = open();
    assert!(reader.drain().frames.is_empty());
    let line = format!("\"{}\"\n", "x".repeat(997));
    worker.set_nonblocking(true).unwrap();
    let mut sent = 0;
    while sent < 1000 && worker.write_all(line.as_bytes()).is_ok() {
        sent += 1;
    }

    let mut received = 0;
    loop {
        let batch = reader.drain();
        received += batch.frames.len();
        if !batch.more {
            break;
        }
    }

    assert!(sent > 260, "{sent} fit");
    assert_eq!(received, sent);
}

#[tokio::test]
async fn a_full_channel_waits_and_can_be_left_at_any_time() {
    let (_reader, mut writer, worker) = open();
    let count = 3000;
    let mut out = buffer((0..count).map(|n| format!("\"{n:05000}\"")));
    let mut told = 0;
    let moment = Duration::from_millis(50);
    while let Ok(taken) = tokio::time::timeout(moment, writer.write(&mut out)).await {
        told += taken.unwrap();
    }
    assert!(told < count && !out.is_empty());

    let reading = std::thread::spawn(move || {
        let mut all = Vec::new();
        (&worker).read_to_end(&mut all).unwrap();
        all
    });
    while !out.is_empty() {
        told += writer.write(&mut out).await.unwrap();
    }
    writer.shutdown_write();

    let all = reading.join().unwrap();
    assert_eq!(told, count);
    assert_eq!(all.len(), count * 5003);
    assert!(all.starts_with(b"\"00000"));
    assert!(all.ends_with(b"02999\"\n"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_is_unread_is_never_more_than_was_written() {
    let (_reader, mut writer, mut worker) = open();
    assert_eq!(writer.unread(), Unread::default());

    writer
        .write(&mut buffer(["123456789".to_owned()]))
        .await
        .unwrap();
    let unread = Unread {
        bytes: 10,
        progressed: false,
    };
    assert_eq!(writer.unread(), unread);
    assert_eq!(writer.gauge().unread(), unread);

    worker.read_exact(&mut [0; 10]).unwrap();
    let read = Unread {
        bytes: 0,
        progressed: true,
    };
    assert_eq!(writer.unread(), read);
    assert_eq!(writer.unread(), Unread::default());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn reading_is_noticed_while_writing_goes_on() {
    let (_reader, mut writer, mut worker) = open();
    let small = || buffer(["1".to_owned()]);
    writer.write(&mut small()).await.unwrap();
    writer.write(&mut small()).await.unwrap();
    assert!(!writer.unread().progressed);

    worker.read_exact(&mut [0; 2]).unwrap();
    // Now as much is queued as before, yet the worker read.
    writer.write(&mut small()).await.unwrap();
    let unread = writer.unread();
    assert!(unread.progressed);
    assert!((4..=6).contains(&unread.bytes));

    writer.write(&mut small()).await.unwrap();
    assert!(!writer.unread().progressed);
}

#[tokio::test]
async fn the_buffer_is_enlarged_as_far_as_the_system_lets() {
    let (channel, worker) = Channel::pair().unwrap();
    let (_, plain) = UnixStream::pair().unwrap();

    let enlarged = socket_send_buffer_size(&worker).unwrap();
    assert!(enlarged >= socket_send_buffer_size(&plain).unwrap());
    assert_eq!(channel.send_buffer(), enlarged);
}
