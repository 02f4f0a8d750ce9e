//! A filter's channel: two pipes.

use std::fs::File;
use std::io::{Read, Write};

use super::*;
use crate::process::WriteEnd;
use crate::process::outlet::Unread;
use crate::wire::{FaultKind, Message};

/// The deck's halves, and the filter's standard input and output.
fn open() -> (ChannelReader, ChannelWriter, File, File) {
    let (channel, ends) = Channel::pipes(&PipeBudget::new(0)).unwrap();
    let (reader, writer) = channel.split(1 << 20).unwrap();
    (reader, writer, ends.stdin.into(), ends.stdout.into())
}

async fn write(writer: &mut ChannelWriter, text: &str) -> Result<usize, WriteEnd> {
    writer.push(&Message::parse(text).unwrap());
    writer.write().await.map(|wrote| wrote.messages)
}

#[tokio::test]
async fn a_filter_answers_after_the_end_of_its_input() {
    let (mut reader, mut writer, mut stdin, mut stdout) = open();
    write(&mut writer, "[1]").await.unwrap();
    writer.shutdown_write();

    let mut read = String::new();
    stdin.read_to_string(&mut read).unwrap();
    stdout.write_all(read.as_bytes()).unwrap();
    drop((stdin, stdout));
    let first = reader.read().await;
    let last = reader.read().await;

    assert_eq!(read, "[1]\n");
    assert!(
        matches!(&first.frames[..], [Frame::Message { message, .. }] if message.as_str() == "[1]")
    );
    assert!((first.end || last.end) && !last.left_unread);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_a_filter_has_not_read_is_known_to_the_byte() {
    let (mut reader, mut writer, mut stdin, stdout) = open();
    let gauge = writer.gauge();
    write(&mut writer, "123456789").await.unwrap();
    let unread = |bytes, progressed| Unread { bytes, progressed };
    assert_eq!(gauge.unread(), unread(10, false));

    stdin.read_exact(&mut [0; 4]).unwrap();
    assert_eq!(gauge.unread(), unread(6, true));
    drop((stdin, stdout));
    let batch = reader.read().await;

    assert!(batch.end && batch.left_unread);
    drop(writer);
    assert_eq!(gauge.unread(), Unread::default());
}

#[tokio::test]
async fn writing_to_a_filter_that_closed_its_input_is_an_end() {
    let (_reader, mut writer, stdin, _stdout) = open();
    drop(stdin);

    let written = write(&mut writer, "1").await;

    assert_eq!(written, Err(WriteEnd));
}

#[tokio::test]
async fn a_writer_waits_for_a_filter_that_reads_slowly() {
    let (_reader, mut writer, mut stdin, _stdout) = open();
    let text = format!("\"{}\"", "x".repeat(1 << 20));
    writer.push(&Message::parse(&text).unwrap());

    let reading = std::thread::spawn(move || {
        let mut read = Vec::new();
        stdin.read_to_end(&mut read).unwrap();
        read.len()
    });
    let mut told = 0;
    while !writer.is_empty() {
        told += writer.write().await.unwrap().messages;
    }
    writer.shutdown_write();

    assert_eq!(told, 1);
    assert_eq!(reading.join().unwrap(), text.len() + 1);
}

#[tokio::test]
async fn a_line_that_was_cut_off_and_one_that_is_no_message_are_faults() {
    let (mut reader, _writer, stdin, mut stdout) = open();
    stdout.write_all(b"hello\n{\"a\"").unwrap();
    drop((stdin, stdout));

    let mut kinds = Vec::new();
    loop {
        let batch = reader.read().await;
        kinds.extend(batch.frames.into_iter().map(|frame| match frame {
            Frame::Fault(fault) => (fault.kind, fault.hint.is_some()),
            other => panic!("{other:?}"),
        }));
        if batch.end {
            break;
        }
    }

    assert_eq!(
        kinds,
        [(FaultKind::Invalid, true), (FaultKind::Truncated, false)]
    );
}
