//! Frames of advanced mode, wherever they are cut.

use proptest::prelude::*;

use super::*;
use crate::wire::{OutBuffer, Serialization};

fn decode(max_frame: usize, bytes: &[u8], size: usize) -> (Vec<Frame>, Option<Fault>) {
    let mut decoder = FrameDecoder::new(max_frame);
    let mut frames = Vec::new();
    for read in bytes.chunks(size.max(1)) {
        decoder.push(read, &mut frames);
    }
    (frames, decoder.finish())
}

fn frames(bytes: &[u8]) -> Vec<Frame> {
    let (whole, end) = decode(1 << 16, bytes, usize::MAX);
    assert_eq!(end, None);
    let (cut, _) = decode(1 << 16, bytes, 1);
    assert_eq!(whole, cut);
    whole
}

fn fault(frames: &[Frame]) -> &Fault {
    match frames {
        [Frame::Fault(fault)] => fault,
        other => panic!("not one fault: {other:?}"),
    }
}

fn written(texts: &[&str]) -> Vec<u8> {
    let mut out = OutBuffer::new(Serialization::Advanced);
    for text in texts {
        out.push(&Message::parse(text).unwrap());
    }
    let mut bytes = Vec::new();
    while !out.is_empty() {
        let length = out.chunk().len();
        bytes.extend_from_slice(out.chunk());
        out.advance(length);
    }
    bytes
}

#[test]
fn messages_have_their_marks_and_their_size_on_the_wire() {
    let all = frames(b"\0\0\0\x05\xff\x0fI\x02_\0\0\0\x03\xff\x0f_");

    let [
        Frame::Message {
            message: one,
            bytes: 9,
        },
        Frame::Message {
            message: two,
            bytes: 7,
        },
    ] = &all[..]
    else {
        panic!("{all:?}");
    };
    assert_eq!(one.as_str(), "1");
    assert_eq!(two.as_str(), r#"{"$undefined":true}"#);
}

#[test]
fn messages_between_runtimes_are_told_apart() {
    let all = frames(&written(&[
        r#"{"cmd":"NODE_HANDLE_ACK"}"#,
        r#"{"cmd":"NODE_"}"#,
        r#"{"cmd":"NODE_CLUSTER","act":"online"}"#,
    ]));

    let [
        Frame::Internal {
            kind: InternalKind::HandleAck,
            ..
        },
        Frame::Message { .. },
        Frame::Internal { .. },
    ] = &all[..]
    else {
        panic!("{all:?}");
    };
}

#[test]
fn what_a_handle_carries_counts_its_references_from_itself() {
    let text = r#"{"cmd":"NODE_HANDLE","type":"net.Socket","msg":{"self":{"$ref":0}}}"#;
    let bytes = written(&[text]);

    assert!(bytes.windows(2).any(|two| two == b"^\x01"), "{bytes:?}");
    let all = frames(&bytes);
    let [Frame::Internal { message, .. }] = &all[..] else {
        panic!("{all:?}");
    };
    assert_eq!(message.as_str(), text);
}

#[test]
fn a_bad_body_is_told_and_the_next_one_read() {
    let all = frames(b"\0\0\0\0\0\0\0\x01x\0\0\0\x03\xff\x0f?\0\0\0\x03\xff\x0f0");

    let kinds: Vec<_> = all
        .iter()
        .map(|frame| match frame {
            Frame::Fault(fault) => (fault.kind, fault.bytes),
            _ => (FaultKind::Truncated, 0),
        })
        .collect();
    assert_eq!(
        kinds[..3],
        [
            (FaultKind::Invalid, 4),
            (FaultKind::Invalid, 5),
            (FaultKind::Invalid, 7)
        ]
    );
    assert!(matches!(&all[3..], [Frame::Message { bytes: 7, .. }]));
}

#[test]
fn a_frame_that_is_too_long_is_counted_and_passed_over() {
    let long = [
        &[0, 0, 0, 200, 0xFF, 0x0F][..],
        &[b'_'; 198],
        b"\0\0\0\x03\xff\x0f0",
    ]
    .concat();
    for size in [1, 7, 1000] {
        let (frames, end) = decode(100, &long, size);
        assert!(matches!(
            &frames[..],
            [
                Frame::Fault(Fault {
                    kind: FaultKind::TooLong,
                    bytes: 204,
                    ..
                }),
                Frame::Message { .. }
            ]
        ));
        assert_eq!(end, None);
    }
}

#[test]
fn a_body_whose_text_is_too_long_is_told() {
    let many = [
        &[0, 0, 0, 106, 0xFF, 0x0F, b'A', 98][..],
        &[b'_'; 98],
        &[b'$', 0, 98, 0],
    ]
    .concat();

    let (frames, _) = decode(110, &many, usize::MAX);

    assert_eq!(fault(&frames).kind, FaultKind::TooLong);
    assert_eq!(fault(&frames).hint.as_deref(), Some(LONG_TEXT));
}

#[test]
fn what_is_cut_off_is_told_with_its_size() {
    for (bytes, size) in [
        (&b"\0"[..], 1),
        (b"\0\0\0\x05\xff", 5),
        (b"\0\0\0\x05\xff\x0fI", 7),
    ] {
        let (frames, end) = decode(100, bytes, usize::MAX);
        assert_eq!(
            (
                frames.len(),
                end.as_ref().map(|fault| (fault.kind, fault.bytes))
            ),
            (0, Some((FaultKind::Truncated, size)))
        );
    }
    let (_, end) = decode(10, &[&[0, 0, 0, 200, 0xFF, 0x0F][..], &[0; 50]].concat(), 3);
    assert_eq!(
        end.map(|fault| (fault.kind, fault.bytes)),
        Some((FaultKind::TooLong, 56))
    );
    let (_, end) = decode(
        100,
        &[&[0, 0, 0, 200, 0xFF, 0x0F][..], &[0; 50]].concat(),
        3,
    );
    assert_eq!(
        end.map(|fault| (fault.kind, fault.bytes)),
        Some((FaultKind::Truncated, 56))
    );
}

#[test]
fn lines_of_json_are_told_once() {
    for line in [
        "{\"a\":1}\n",
        "[1,2,3]\n",
        "\"text\"\n",
        "12345678\n",
        "true\nfalse\n",
        "\n{\"a\":1}\n",
    ] {
        let (frames, end) = decode(64 << 20, line.repeat(10).as_bytes(), 3);
        assert_eq!(fault(&frames).kind, FaultKind::Mismatch, "{line}");
        assert!(
            fault(&frames)
                .hint
                .as_deref()
                .unwrap()
                .contains("lines of JSON")
        );
        assert_eq!(end, None);
    }
}

#[test]
fn bun_s_own_format_is_told_with_its_cure() {
    let bun = [&[1, 2, 0, 0, 0, 2, 5, 0, 0, 0][..], &[7; 100]].concat();
    for size in [1, 1000] {
        let (frames, end) = decode(64 << 20, &bun, size);
        assert_eq!(fault(&frames).kind, FaultKind::Mismatch);
        assert!(fault(&frames).hint.as_deref().unwrap().contains("bun"));
        assert_eq!(end, None);
    }
}

#[test]
fn after_a_length_that_is_none_nothing_is_read() {
    let (frames, end) = decode(100, b"\xff\xff\xff\xffabcdef\0\0\0\x03\xff\x0f0", 4);

    assert_eq!(fault(&frames).kind, FaultKind::Invalid);
    assert_eq!(end, None);
}

proptest! {
    #[test]
    fn frames_do_not_depend_on_where_reads_cut(
        texts in prop::collection::vec("[a-z]{0,20}", 0..8),
        noise in prop::collection::vec(any::<u8>(), 0..40),
        sizes in 1..30_usize,
    ) {
        let texts: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let bytes = [written(&texts), noise].concat();
        // How much of what is no frame is shown does depend on it.
        let told = |size| {
            let (mut frames, end) = decode(64, &bytes, size);
            for frame in &mut frames {
                if let Frame::Fault(fault) = frame {
                    fault.head.truncate(TELLING);
                }
            }
            (frames, end)
        };
        prop_assert_eq!(told(usize::MAX), told(sizes));
    }
}
