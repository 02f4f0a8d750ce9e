use proptest::prelude::*;

use super::*;
use crate::wire::OutBuffer;

/// What a channel turns out to be that ends after these bytes, read in pieces of the given sizes, over and over.
fn decode(max_frame: usize, channel: &[u8], sizes: &[usize]) -> Vec<Frame> {
    let mut decoder = LineDecoder::new(max_frame);
    let mut frames = Vec::new();
    let mut rest = channel;
    for &size in sizes.iter().cycle() {
        let (piece, after) = rest.split_at(size.min(rest.len()));
        decoder.push(piece, &mut frames);
        assert!(held(&decoder) <= max_frame.max(HEAD));
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    frames.extend(decoder.finish().map(Frame::Fault));
    assert_eq!(decoder.finish(), None);
    frames
}

fn held(decoder: &LineDecoder) -> usize {
    match &decoder.partial {
        Partial::Kept(rest) => rest.len(),
        Partial::Skipped(skipped) => skipped.head.len(),
    }
}

/// A frame in one line: what it is, its bytes, and its text or head.
fn told(frame: &Frame) -> String {
    match frame {
        Frame::Message { message, bytes } => format!("message {bytes} {message}"),
        Frame::Internal {
            message,
            bytes,
            kind,
        } => format!("{kind:?} {bytes} {message}"),
        Frame::Fault(fault) => {
            // How much of a mismatch is there when it is recognised depends on the read.
            let shown = if fault.kind == FaultKind::Mismatch {
                5
            } else {
                HEAD
            };
            let head: Vec<_> = fault.head.iter().take(shown).copied().collect();
            let head = head.escape_ascii().to_string().replace("\\\"", "\"");
            let hint = fault
                .hint
                .as_deref()
                .and_then(|hint| hint.split(' ').next());
            format!(
                "{:?} {} {head} {}",
                fault.kind,
                fault.bytes,
                hint.unwrap_or_default()
            )
            .trim_end()
            .to_owned()
        }
    }
}

/// Checks every line of a table whole and cut into pieces of every small size.
fn check(table: &[(&[u8], &[&str])]) {
    for (channel, expected) in table {
        for size in 1..=channel.len().max(1) {
            let frames: Vec<_> = decode(40, channel, &[size]).iter().map(told).collect();
            assert_eq!(frames, *expected, "{} by {size}", channel.escape_ascii());
        }
    }
}

#[test]
fn lines_are_messages_or_internal() {
    check(&[
        (b"", &[]),
        (b"{\"a\":1}\n", &["message 8 {\"a\":1}"]),
        (
            b"1\n\"x\"\nnull\n",
            &["message 2 1", "message 4 \"x\"", "message 5 null"],
        ),
        (b" [1] \r\n", &["message 7 [1]"]),
        (b"\"\xc3\xa4\xff\"\n", &["message 6 \"ä\u{fffd}\""]),
        (
            b"\"\\ud800\"\n1e400\n",
            &["message 9 \"\\ud800\"", "message 6 1e400"],
        ),
        (
            b"{\"cmd\":\"NODE_HANDLE\"}\n",
            &["Handle 22 {\"cmd\":\"NODE_HANDLE\"}"],
        ),
        (b"[\"NODE_HANDLE\"]\n", &["message 16 [\"NODE_HANDLE\"]"]),
        (
            b"\x02{\"cmd\":1}\n2\n",
            &["Other 11 {\"cmd\":1}", "message 2 2"],
        ),
    ]);
}

#[test]
fn a_bad_line_is_told_and_the_next_one_is_read() {
    check(&[
        (b"\n1\n", &["Invalid 1  an", "message 2 1"]),
        (b"{a:1}\n1\n", &["Invalid 6 {a:1}", "message 2 1"]),
        (b"hello\n1\n", &["Invalid 6 hello", "message 2 1"]),
        (b"1 2\n\r\n", &["Invalid 4 1 2", "Invalid 2 \\r"]),
        (b"\xef\xbb\xbf1\n", &["Invalid 5 \\xef\\xbb\\xbf1"]),
        (b"\x02{\n", &["Invalid 3 \\x02{"]),
        (
            b"\x00\x00\x00\x00\x00\n",
            &["Invalid 6 \\x00\\x00\\x00\\x00\\x00"],
        ),
        (
            b"{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}\n",
            &["Invalid 41 {aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],
        ),
    ]);
}

#[test]
fn what_the_end_cuts_off_is_told_with_its_size() {
    check(&[
        (b"1\n{\"a\":", &["message 2 1", "Truncated 5 {\"a\":"]),
        (b"{\"a\":1}", &["Truncated 7 {\"a\":1}"]),
        (b"hello", &["Truncated 5 hello"]),
        (b"\x00\x00", &["Truncated 2 \\x00\\x00"]),
    ]);
}

#[test]
fn a_line_over_the_limit_is_told_at_its_newline_or_at_the_end() {
    let fits = format!("\"{}\"\n", "x".repeat(38));
    let long = format!("\"{}\"\n1\n", "x".repeat(39));
    let cut = format!("\"{}", "x".repeat(40));
    let garbage = "x".repeat(41) + "\n1\n";
    let head = format!("\"{}", "x".repeat(31));
    check(&[
        (
            fits.as_bytes(),
            &[&format!("message 41 {}", fits.trim_end())],
        ),
        (
            long.as_bytes(),
            &[&format!("TooLong 42 {head}"), "message 2 1"],
        ),
        (cut.as_bytes(), &[&format!("TooLong 41 {head}")]),
        (
            garbage.as_bytes(),
            &[&format!("TooLong 42 {}", "x".repeat(32)), "message 2 1"],
        ),
    ]);
}

#[test]
fn another_serialization_is_told_once_until_a_message_comes() {
    let mut binary = Vec::new();
    for length in [5_u8, 10, 11] {
        binary.extend([0, 0, 0, length, 0xFF, 0x0F]);
        binary.extend(std::iter::repeat_n(b'\n', usize::from(length) - 2));
    }
    let mut header_with_newline = b"\x00\x00\x00\x0a\xff\x0fo\"\x01aI\x02{\x01".repeat(3);
    header_with_newline.extend(b"\n");

    let mut frames: Vec<_> = decode(40, &binary, &[3]).iter().map(told).collect();
    assert_eq!(frames.len(), 1);
    assert!(
        frames
            .remove(0)
            .starts_with("Mismatch 9 \\x00\\x00\\x00\\x05\\xff")
    );
    check(&[
        (&header_with_newline, &["Mismatch 4 \\x00\\x00\\x00 the"]),
        (
            b"\x00\n1\n\x00\n\x00\n{\n",
            &[
                "Mismatch 2 \\x00 the",
                "message 2 1",
                "Mismatch 2 \\x00 the",
            ],
        ),
    ]);
}

#[test]
fn another_serialization_is_told_before_any_newline_and_not_buffered() {
    let mut decoder = LineDecoder::new(1 << 20);
    let mut frames = Vec::new();

    decoder.push(b"\x00\x00\x10\x00\xff", &mut frames);
    assert_eq!(frames, []);
    decoder.push(b"\x0f", &mut frames);
    for _ in 0..1000 {
        decoder.push(&[0; 1000], &mut frames);
    }

    assert_eq!(frames.len(), 1);
    assert!(matches!(
        &frames[0],
        Frame::Fault(Fault { kind: FaultKind::Mismatch, bytes: 4100, hint: Some(hint), .. })
            if hint.contains("serialization")
    ));
    assert!(held(&decoder) <= HEAD);
    assert_eq!(decoder.finish(), None);
}

#[test]
fn bun_s_own_serialization_is_told_by_its_version_packet() {
    let frames = decode(40, b"\x01\x02\x00\x00\x00\x02\x05\x00\x00\x00hello", &[100]);

    assert_eq!(frames.len(), 1);
    assert!(told(&frames[0]).starts_with("Mismatch 5 "));
}

#[test]
fn memory_stays_bounded_on_endless_input() {
    for byte in *b"{x\x00\x02 " {
        let mut decoder = LineDecoder::new(4096);
        let mut frames = Vec::new();
        for _ in 0..1000 {
            decoder.push(&[byte; 5000], &mut frames);
            assert!(held(&decoder) <= 4096);
        }
        decoder.push(b"\n", &mut frames);
        assert_eq!(frames.len(), 1);
        assert!(
            matches!(&frames[0], Frame::Fault(fault) if fault.kind == FaultKind::TooLong && fault.bytes == 5_000_001)
        );
        assert!(matches!(&decoder.partial, Partial::Kept(rest) if rest.capacity() == 0));
    }
}

#[test]
fn a_message_among_much_else_does_not_keep_it() {
    let mut channel = b"1\n".to_vec();
    channel.extend(format!("{{\"cmd\":\"NODE_X\",\"a\":\"{}\"}}\n", "x".repeat(60_000)).bytes());
    channel.extend(b"2\n");

    let frames = decode(1 << 20, &channel, &[channel.len()]);

    let [
        Frame::Message { message: first, .. },
        Frame::Internal { .. },
        Frame::Message {
            message: second, ..
        },
    ] = &frames[..]
    else {
        panic!("{} frames", frames.len())
    };
    let apart = second
        .as_bytes()
        .as_ptr()
        .addr()
        .abs_diff(first.as_bytes().as_ptr().addr());
    assert_ne!(apart, channel.len() - 2, "both are where they were read to");
}

#[test]
fn a_deep_message_does_not_exhaust_the_stack() {
    let mut channel = b"{\"cmd\":".repeat(10_000);
    channel.extend(b"\"NODE_X\"");
    channel.extend(b"}".repeat(10_000));
    channel.push(b'\n');

    let frames = decode(1 << 20, &channel, &[64 * 1024]);

    assert!(matches!(frames[..], [Frame::Message { .. }]));
}

/// Lines as workers may write them, good, bad and foreign.
fn channel() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"{\"a\":[1,\"x\"]}\n".to_vec()),
        Just(b"{\"cmd\":\"NODE_HANDLE\"}\n".to_vec()),
        Just(b"\x02{}\n".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\x00\x00\x00\x05\xff\x0fI\x02_".to_vec()),
        Just(b"\x00\x00\x00\x0a\xff\x0fo\"\x01aI\x02{\x01".to_vec()),
        Just(b"\x01\x02\x00\x00\x00".to_vec()),
        Just(b"\x02\x00\x00\x05\xff\x0f".to_vec()),
        (0..80_usize).prop_map(|length| format!("\"{}\"\n", "y".repeat(length)).into_bytes()),
        prop::collection::vec(any::<u8>(), 0..60),
        prop::collection::vec(
            prop::sample::select(b"\x00\x01\x02\x0f\xff\n\"{} 1".to_vec()),
            0..12
        ),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn wherever_reads_cut_the_frames_are_the_same(
        channel in channel(),
        sizes in prop::collection::vec(1..30_usize, 1..20),
        max_frame in 0..60_usize,
    ) {
        let whole = decode(max_frame, &channel, &[channel.len().max(1)]);
        let cut = decode(max_frame, &channel, &sizes);

        let whole: Vec<_> = whole.iter().map(told).collect();
        let cut: Vec<_> = cut.iter().map(told).collect();
        prop_assert_eq!(cut, whole);
    }

    #[test]
    fn no_bytes_make_it_panic(
        channel in prop::collection::vec(any::<u8>(), 0..2000),
        max_frame in 0..3000_usize,
    ) {
        decode(max_frame, &channel, &[700, 1, 64]);
    }

    #[test]
    fn what_is_encoded_is_decoded(
        texts in prop::collection::vec(any::<String>(), 0..20),
        size in 1..100_usize,
    ) {
        let messages: Vec<_> = texts
            .iter()
            .map(|text| Message::from_value(&serde_json::json!({ "text": text, "n": [1.5, null] })).unwrap())
            .collect();
        let mut out = OutBuffer::default();
        for message in &messages {
            out.push(message);
        }

        let frames = decode(1 << 20, out.chunk(), &[size]);

        let expected: Vec<_> = messages
            .into_iter()
            .map(|message| Frame::Message { bytes: message.len() + 1, message })
            .collect();
        prop_assert_eq!(frames, expected);
    }
}

#[test]
fn what_a_filter_prints_that_is_no_message_is_explained() {
    let mut decoder = LineDecoder::new(100).of_stdout();
    let mut frames = Vec::new();
    decoder.push(b"{\n  \"a\": 1\n}\nhello\n\n{\"a\":1}\n", &mut frames);

    let hints: Vec<Option<&str>> = frames
        .iter()
        .map(|frame| match frame {
            Frame::Fault(fault) => fault.hint.as_deref(),
            _ => None,
        })
        .collect();
    let (spread, printed) = (Some(SPREAD), Some(PRINTED));
    assert_eq!(hints, [spread, spread, spread, printed, printed, None]);
}
