use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::*;
use crate::process::WriteEnd;
use crate::process::outlet::Unread;
use crate::wire::{FaultKind, Message};

fn open() -> (ChannelReader, ChannelWriter, UnixStream) {
    let (channel, worker) = Channel::pair().unwrap();
    let (reader, writer) = channel.split(1 << 20).unwrap();
    (reader, writer, worker.into())
}

/// Writes some messages at once; how many the kernel took.
async fn write(writer: &mut ChannelWriter, messages: &[&str]) -> Result<usize, WriteEnd> {
    for message in messages {
        writer.push(&Message::parse(message).unwrap());
    }
    writer.write().await.map(|wrote| wrote.messages)
}

fn is_message(frame: &Frame, text: &str) -> bool {
    matches!(frame, Frame::Message { message, .. } if message.as_str() == text)
}

#[tokio::test]
async fn messages_go_both_ways() {
    let (mut reader, mut writer, mut worker) = open();

    let told = write(&mut writer, &["1", "{\"a\":2}"]).await.unwrap();
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
    write(&mut writer, &["1"]).await.unwrap();
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
    let late = write(&mut writer, &["2"]).await;
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
    for n in 0..count {
        writer.push(&Message::parse(&format!("\"{n:05000}\"")).unwrap());
    }
    let mut told = 0;
    let moment = Duration::from_millis(50);
    while let Ok(taken) = tokio::time::timeout(moment, writer.write()).await {
        told += taken.unwrap().messages;
    }
    assert!(told < count && !writer.is_empty());

    let reading = std::thread::spawn(move || {
        let mut all = Vec::new();
        (&worker).read_to_end(&mut all).unwrap();
        all
    });
    while !writer.is_empty() {
        told += writer.write().await.unwrap().messages;
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

    write(&mut writer, &["123456789"]).await.unwrap();
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
    write(&mut writer, &["1"]).await.unwrap();
    write(&mut writer, &["1"]).await.unwrap();
    assert!(!writer.unread().progressed);

    worker.read_exact(&mut [0; 2]).unwrap();
    // Now as much is queued as before, yet the worker read.
    write(&mut writer, &["1"]).await.unwrap();
    let unread = writer.unread();
    assert!(unread.progressed);
    assert!((4..=6).contains(&unread.bytes));

    write(&mut writer, &["1"]).await.unwrap();
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
