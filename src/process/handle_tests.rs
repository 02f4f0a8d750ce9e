//! Handles on a fork channel, against a peer that is played here.

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use tokio::time::timeout;

use super::*;
use crate::process::Wrote;
use crate::process::rights::{receive, send_with};
use crate::wire::{FaultKind, Handle, HandleKind, InternalKind, Message};

const DEADLINE: Duration = Duration::from_secs(20);
const ACK: &[u8] = b"{\"cmd\":\"NODE_HANDLE_ACK\"}\n";
const NACK: &[u8] = b"{\"cmd\":\"NODE_HANDLE_NACK\"}\n";

fn open() -> (ChannelReader, ChannelWriter, UnixStream) {
    let (channel, worker) = Channel::pair().unwrap();
    let (reader, writer) = channel.split(1 << 20).unwrap();
    (reader, writer, worker.into())
}

fn plain(text: &str) -> Message {
    Message::parse(text).unwrap()
}

/// A message with a connection, and the connection's other end.
fn carrier(text: &str, kind: HandleKind) -> (Message, UnixStream) {
    let (one, other) = UnixStream::pair().unwrap();
    other.set_nonblocking(true).unwrap();
    (plain(text).with_handle(Handle::new(kind, one)), other)
}

/// What the worker has got: the text, and how many descriptors came along.
fn got(worker: &UnixStream) -> (String, usize) {
    worker.set_nonblocking(true).unwrap();
    let mut room = vec![0; 1 << 20];
    let (mut text, mut descriptors) = (String::new(), Vec::new());
    while let Ok(length @ 1..) = receive(worker, &mut room, &mut descriptors) {
        text.push_str(std::str::from_utf8(&room[..length]).unwrap());
    }
    worker.set_nonblocking(false).unwrap();
    (text, descriptors.len())
}

fn frame(kind: &str, message: &str) -> String {
    format!("{{\"cmd\":\"NODE_HANDLE\",\"type\":\"{kind}\",\"msg\":{message}}}\n")
}

/// Whether everybody closed the connection.
fn is_closed(mut other: &UnixStream) -> bool {
    matches!(other.read(&mut [0]), Ok(0))
}

async fn write(writer: &mut ChannelWriter) -> Wrote {
    timeout(DEADLINE, writer.write()).await.unwrap().unwrap()
}

/// The messages and faults in what was read, as text, and a mark for each handle.
fn told(frames: &[Frame]) -> Vec<String> {
    let told = frames.iter().map(|frame| match frame {
        Frame::Message { message, .. } => match message.handle() {
            None => message.to_string(),
            Some(handle) => format!("{message} {}", handle.kind()),
        },
        Frame::Internal { kind, .. } => format!("{kind:?}"),
        Frame::Fault(fault) => format!("{:?}", fault.kind),
    });
    told.collect()
}

#[tokio::test]
async fn what_follows_a_handle_waits_for_its_acknowledgement() {
    let (mut reader, mut writer, mut worker) = open();
    let (first, connection) = carrier("1", HandleKind::Socket);
    let (second, _other) = carrier("3", HandleKind::Server);
    for message in [plain("0"), first, plain("2"), second, plain("4")] {
        writer.push(&message);
    }

    assert_eq!(write(&mut writer).await.messages, 1);
    // It begins a read of its own.
    assert!(
        timeout(Duration::from_millis(20), writer.write())
            .await
            .is_err()
    );
    assert_eq!(got(&worker), ("0\n".to_owned(), 0));
    assert!(write(&mut writer).await.is_empty());
    assert_eq!(got(&worker), (frame("net.Socket", "1"), 1));
    assert!(writer.gauge().under_way().is_some() && !is_closed(&connection));

    worker.write_all(ACK).unwrap();
    let batch = reader.read().await;
    assert_eq!(
        (batch.handed, told(&batch.frames)),
        (1, vec!["HandleAck".to_owned()])
    );
    assert!(is_closed(&connection));
    assert_eq!(write(&mut writer).await.messages, 1);
    assert_eq!(got(&worker), ("2\n".to_owned(), 0));
    assert!(write(&mut writer).await.is_empty());
    assert_eq!(got(&worker), (frame("net.Server", "3"), 1));

    worker.write_all(ACK).unwrap();
    assert_eq!(reader.read().await.handed, 1);
    assert_eq!(write(&mut writer).await.messages, 1);
    assert_eq!(got(&worker), ("4\n".to_owned(), 0));
    assert!(writer.is_empty() && writer.gauge().under_way().is_none());
}

#[tokio::test]
async fn a_connection_that_did_not_arrive_is_sent_four_times() {
    let (mut reader, mut writer, mut worker) = open();
    let (message, connection) = carrier("1", HandleKind::Socket);
    writer.push(&message);
    drop(message);
    writer.push(&plain("2"));

    for _ in 0..3 {
        write(&mut writer).await;
        assert_eq!(got(&worker), (frame("net.Socket", "1"), 1));
        worker.write_all(NACK).unwrap();
        let batch = reader.read().await;
        assert_eq!(
            (batch.handed, told(&batch.frames)),
            (0, vec!["HandleNack".to_owned()])
        );
    }
    write(&mut writer).await;
    assert_eq!(got(&worker), (frame("net.Socket", "1"), 1));
    worker.write_all(NACK).unwrap();
    let batch = reader.read().await;

    assert_eq!(batch.handed, 1);
    assert_eq!(told(&batch.frames), ["HandleNack", "Handle"]);
    assert!(is_closed(&connection));
    assert_eq!(write(&mut writer).await.messages, 1);
    assert_eq!(got(&worker), ("2\n".to_owned(), 0));
}

#[tokio::test]
async fn a_server_that_did_not_arrive_is_not_sent_again() {
    let (mut reader, mut writer, mut worker) = open();
    writer.push(&carrier("1", HandleKind::Server).0);
    write(&mut writer).await;
    got(&worker);

    worker.write_all(NACK).unwrap();
    let batch = reader.read().await;

    assert_eq!(batch.handed, 1);
    assert_eq!(told(&batch.frames), ["HandleNack", "Handle"]);
    assert!(writer.write().await.unwrap().is_empty() && writer.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_handle_that_is_never_answered_is_given_up_once_it_was_read() {
    let (_reader, mut writer, worker) = open();
    writer.push(&carrier("1", HandleKind::Socket).0);
    writer.push(&plain("2"));
    write(&mut writer).await;

    // A worker that reads nothing is busy.
    assert!(
        timeout(Duration::from_mins(1), writer.write())
            .await
            .is_err()
    );
    got(&worker);
    let wrote = write(&mut writer).await;

    assert_eq!((wrote.messages, wrote.faults.len()), (1, 1));
    assert_eq!(wrote.faults[0].kind, FaultKind::Handle);
    assert_eq!(write(&mut writer).await.messages, 1);
    assert_eq!(got(&worker), ("2\n".to_owned(), 0));
}

#[tokio::test]
async fn the_lane_passes_mail_that_waits_and_is_not_counted() {
    let (mut reader, mut writer, mut worker) = open();
    let lane = writer.lane();
    writer.push(&carrier("1", HandleKind::Socket).0);
    writer.push(&plain("2"));
    write(&mut writer).await;
    got(&worker);

    let (raw, _other) = carrier(r#"{"cmd":"NODE_CLUSTER"}"#, HandleKind::DgramNative);
    for message in [
        plain(r#"{"cmd":"NODE_A"}"#),
        raw,
        plain(r#"{"cmd":"NODE_B"}"#),
    ] {
        lane.push(message).unwrap();
    }
    let wrote = write(&mut writer).await;
    assert_eq!((wrote.messages, wrote.internal.len()), (0, 1));
    assert_eq!(got(&worker), ("{\"cmd\":\"NODE_A\"}\n".to_owned(), 0));

    worker.write_all(ACK).unwrap();
    assert_eq!(reader.read().await.handed, 1);
    let wrote = write(&mut writer).await;
    assert_eq!((wrote.messages, wrote.internal.len()), (0, 1));
    let cluster = frame("dgram.Native", "{\"cmd\":\"NODE_CLUSTER\"}");
    assert_eq!(got(&worker), (cluster, 1));

    worker.write_all(ACK).unwrap();
    assert_eq!(reader.read().await.handed, 0);
    let wrote = write(&mut writer).await;
    assert_eq!((wrote.messages, wrote.internal.len()), (1, 1));
    assert_eq!(got(&worker), ("{\"cmd\":\"NODE_B\"}\n2\n".to_owned(), 0));
}

#[tokio::test]
async fn handles_belong_to_their_frames_however_they_are_cut() {
    let (mut reader, mut writer, worker) = open();
    let (one, one_end) = UnixStream::pair().unwrap();
    let (two, _two_end) = UnixStream::pair().unwrap();
    one_end.set_nonblocking(true).unwrap();
    let text = format!(
        "0\n{}1\n{}2\n",
        frame("net.Socket", "\"a\""),
        frame("net.Server", "\"b\"")
    );
    let second = text.find("1\n").unwrap() + 2;

    // Text before the frame, and the frame in parts; the descriptor comes with the first one.
    let mut all = Vec::new();
    send_with(&worker, &text.as_bytes()[..10], one.as_fd()).unwrap();
    drop(one);
    all.extend(reader.read().await.frames);
    (&worker).write_all(&text.as_bytes()[10..second]).unwrap();
    all.extend(reader.read().await.frames);
    send_with(&worker, &text.as_bytes()[second..], two.as_fd()).unwrap();
    all.extend(reader.read().await.frames);

    assert_eq!(
        told(&all),
        ["0", "\"a\" net.Socket", "1", "\"b\" net.Server", "2"]
    );
    assert!(!is_closed(&one_end));
    drop(all);
    assert!(is_closed(&one_end));
    let wrote = write(&mut writer).await;
    assert_eq!(wrote.internal.len(), 2);
    assert_eq!(got(&worker).0.as_bytes(), [ACK, ACK].concat());
}

#[tokio::test]
async fn descriptors_that_nobody_claims_are_closed_at_the_end() {
    let (mut reader, _writer, worker) = open();
    let (one, end) = UnixStream::pair().unwrap();
    end.set_nonblocking(true).unwrap();

    send_with(&worker, b"1\n", one.as_fd()).unwrap();
    drop(one);
    assert_eq!(told(&reader.read().await.frames), ["1"]);
    assert!(!is_closed(&end));
    drop(worker);

    assert!(reader.read().await.end && is_closed(&end));
}

#[tokio::test]
async fn a_frame_without_its_handle_or_of_an_unknown_kind_is_refused() {
    let (mut reader, mut writer, worker) = open();
    let (one, end) = UnixStream::pair().unwrap();
    end.set_nonblocking(true).unwrap();

    (&worker)
        .write_all(frame("net.Socket", "1").as_bytes())
        .unwrap();
    let first = reader.read().await.frames;
    send_with(&worker, frame("net.Future", "2").as_bytes(), one.as_fd()).unwrap();
    drop(one);
    let second = reader.read().await.frames;

    assert_eq!(told(&first), ["Handle", "Handle"]);
    assert_eq!(told(&second), ["Handle", "Handle"]);
    assert!(matches!(&first[1], Frame::Fault(fault) if fault.head.starts_with(b"{\"cmd\"")));
    assert!(is_closed(&end));
    write(&mut writer).await;
    assert_eq!(got(&worker).0.as_bytes(), [NACK, NACK].concat());
}

#[tokio::test]
async fn an_answer_that_nobody_waits_for_changes_nothing() {
    let (mut reader, mut writer, mut worker) = open();
    worker.write_all(&[ACK, NACK, ACK].concat()).unwrap();
    let batch = reader.read().await;
    assert_eq!((batch.handed, batch.frames.len()), (0, 3));

    writer.push(&carrier("1", HandleKind::Socket).0);
    writer.push(&plain("2"));
    write(&mut writer).await;

    assert_eq!(got(&worker), (frame("net.Socket", "1"), 1));
    assert!(writer.gauge().under_way().is_some());
}

#[tokio::test]
async fn two_that_wait_for_each_other_both_go_on() {
    let (channel, other) = Channel::pair().unwrap();
    let (mut reader, mut writer) = channel.split(1 << 20).unwrap();
    let (mut their_reader, mut their_writer) = Channel::over(other).split(1 << 20).unwrap();
    for half in [&mut writer, &mut their_writer] {
        half.push(&carrier("1", HandleKind::Socket).0);
        half.push(&plain("2"));
        write(half).await;
    }

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    while !(writer.is_empty() && their_writer.is_empty()) {
        ours.extend(reader.drain().frames);
        theirs.extend(their_reader.drain().frames);
        for half in [&mut writer, &mut their_writer] {
            if !half.is_empty() {
                let _ = timeout(Duration::from_millis(20), half.write()).await;
            }
        }
    }
    ours.extend(reader.drain().frames);
    theirs.extend(their_reader.drain().frames);

    for mut frames in [told(&ours), told(&theirs)] {
        frames.retain(|frame| frame != "HandleAck");
        assert_eq!(frames, ["1 net.Socket", "2"]);
    }
}

#[tokio::test]
async fn what_is_under_way_to_a_worker_that_ends_is_closed_and_not_counted() {
    let (mut reader, mut writer, worker) = open();
    let (message, connection) = carrier("1", HandleKind::Socket);
    writer.push(&message);
    drop(message);
    writer.push(&carrier("2", HandleKind::Socket).0);
    write(&mut writer).await;
    drop(worker);

    let batch = reader.read().await;

    assert!(batch.end && batch.handed == 0);
    assert!(timeout(DEADLINE, writer.write()).await.unwrap().is_err());
    assert!(is_closed(&connection));
}

#[tokio::test]
async fn a_message_between_runtimes_comes_with_its_handle() {
    let (mut reader, _writer, worker) = open();
    let (one, _end) = UnixStream::pair().unwrap();
    let text = frame(
        "net.Native",
        "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"newconn\"}",
    );
    send_with(&worker, text.as_bytes(), one.as_fd()).unwrap();

    let frames = reader.read().await.frames;

    let Frame::Internal { message, kind, .. } = &frames[0] else {
        panic!("{frames:?}");
    };
    let connection = HandleKind::Native {
        is_pipe: true,
        is_listener: false,
    };
    assert_eq!(*kind, InternalKind::Cluster);
    assert_eq!(message.handle().map(Handle::kind), Some(connection));
}
