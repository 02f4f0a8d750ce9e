//! What terminals send is understood, and nothing else is.

use super::*;

fn read(bytes: &[u8], cut: usize) -> String {
    let mut decoder = Decoder::default();
    let mut msgs = Vec::new();
    for part in bytes.chunks(cut) {
        msgs.extend(decoder.feed(part));
    }
    msgs.extend(decoder.flush());
    format!("{msgs:?}")
}

#[test]
fn bytes_mean_the_same_wherever_they_are_cut() {
    let bytes = "a\x1b[A\x1b[1;5Cé日\x1b[<0;10;5M\x1b[<65;1;1M\x1b[200~q\x1b[A\r\x1b[201~\x03\x1b\r\x1bOB\x1b[Z\x1b";
    let whole = read(bytes.as_bytes(), 1000);
    for cut in 1..20 {
        assert_eq!(read(bytes.as_bytes(), cut), whole, "cut at {cut}");
    }
    assert!(whole.contains("Paste(\"q\\u{1b}[A\\r\")"), "{whole}");
    assert!(whole.contains("ScrollDown") && whole.contains("'日'"));
    assert!(whole.contains("Esc") && whole.contains("BackTab"));
}

#[test]
fn rubbish_is_left_out() {
    for bytes in [
        &b"\x1b[999;999;999R"[..],
        b"\xff\xfe\xc3",
        b"\x1b[I\x1b[O",
        b"\x1b[?62;1c",
        b"\x1b[M abc"[..6].as_ref(),
    ] {
        assert_eq!(read(bytes, 1000), "[]", "{bytes:?}");
    }
    assert!(read(&[b"\x1b[", vec![b'1'; 200].as_slice(), b"x"].concat(), 7).contains('x'));
}

#[test]
fn a_long_paste_is_cut() {
    let mut decoder = Decoder::default();
    decoder.feed(b"\x1b[200~");
    for _ in 0..300 {
        assert!(decoder.feed(&[b'x'; 8192]).is_empty());
    }
    let msgs = decoder.feed(b"\x1b[201~");
    assert!(matches!(msgs.as_slice(), [Msg::Paste(text)] if text.len() == PASTE));
}

const ESCAPED: &str = "Key(KeyEvent { code: Esc, modifiers: KeyModifiers(0x0), kind: Press, state: KeyEventState(0x0) })";

/// What a terminal answers to the question for its background and its kind.
const ANSWERS: [&[u8]; 4] = [
    b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\\x1b[?62;22c",
    b"\x1b]11;rgb:ffff/ffff/ffff\x07\x1b[?1;2c",
    b"\x1b]11;rgba:0000/0000/0000/ffff\x1b\\\x1b[?6c",
    b"\x1b[?62;4c",
];

#[test]
fn an_answer_means_the_same_wherever_it_is_cut() {
    for (answer, wanted) in ANSWERS
        .iter()
        .zip(["30, 30, 46", "255, 255, 255", "0, 0, 0", ""])
    {
        for cut in 1..answer.len() {
            let mut decoder = Decoder::default();
            decoder.asked();
            let mut msgs = decoder.feed(b"k");
            for part in answer.chunks(cut) {
                msgs.extend(decoder.feed(part));
            }
            msgs.extend(decoder.feed(b"j"));
            assert!(!decoder.is_asked() && !decoder.is_waiting());
            let (first, last) = (&msgs[0], &msgs[msgs.len() - 1]);
            assert!(format!("{first:?}").contains("'k'") && format!("{last:?}").contains("'j'"));
            let between = format!("{:?}", &msgs[1..msgs.len() - 1]);
            let told = format!("[Background([{wanted}])]");
            assert_eq!(between, if wanted.is_empty() { "[]" } else { &told });
        }
    }
}

#[test]
fn an_answer_that_comes_in_two_parts_far_apart_is_no_key() {
    let answer = ANSWERS[0];
    for cut in 1..answer.len() {
        let mut decoder = Decoder::default();
        decoder.asked();
        let mut msgs = decoder.feed(&answer[..cut]);
        msgs.extend(decoder.flush());
        msgs.extend(decoder.feed(&answer[cut..]));
        // An Escape that long alone cannot be told from the key.
        let is_escape = answer[cut - 1] == ESCAPE && answer[cut] != b'\\';
        msgs.retain(|msg| !is_escape || format!("{msg:?}") != ESCAPED);
        let told = matches!(msgs.as_slice(), [Msg::Background([30, 30, 46])]);
        assert!(told && !decoder.is_asked(), "cut at {cut}: {msgs:?}");
    }
}

#[test]
fn a_broken_answer_is_left_out_and_no_key_behind_it_is_lost() {
    for broken in [
        &b"\x1b]11;rgb:zz/1/1\x07"[..],
        b"\x1b]11;?\x1b\\",
        b"\x1b]4;1;rgb:ffff/ffff/ffff\x07",
        b"\x1b]11;rgb:ffff",
        b"\x1b]1",
    ] {
        let mut decoder = Decoder::default();
        decoder.asked();
        let mut msgs = decoder.feed(broken);
        msgs.extend(decoder.flush());
        msgs.extend(decoder.flush());
        assert!(
            msgs.is_empty() && !decoder.is_waiting(),
            "{broken:?}: {msgs:?}"
        );
        assert_eq!(decoder.feed(b"q").len(), 1);
    }
    let mut decoder = Decoder::default();
    assert!(decoder.feed(b"\x1b]11;rgb:ffff").is_empty());
    let msgs = format!("{:?}", decoder.feed(b"\x03"));
    assert!(msgs.contains("'c'") && msgs.contains("CONTROL"), "{msgs}");
    let endless = [b"\x1b]11;", vec![b'f'; 500].as_slice()].concat();
    assert!(!Decoder::default().feed(&endless).is_empty());
}

#[test]
fn alt_with_a_bracket_is_still_a_key() {
    let mut decoder = Decoder::default();
    assert!(decoder.feed(b"\x1b]").is_empty());
    let msgs = format!("{:?}", decoder.flush());
    assert!(msgs.contains("']'") && msgs.contains("ALT"), "{msgs}");
    let msgs = format!("{:?}", Decoder::default().feed(b"\x1b]x"));
    assert!(msgs.contains("']'") && msgs.contains("'x'"), "{msgs}");
}

#[test]
fn function_keys_are_read_from_every_terminal() {
    for (bytes, number) in [
        (&b"\x1bOP"[..], 1),
        (b"\x1b[11~", 1),
        (b"\x1b[[A", 1),
        (b"\x1bOS", 4),
        (b"\x1b[1;5R", 3),
        (b"\x1b[15~", 5),
        (b"\x1b[[E", 5),
        (b"\x1b[17~", 6),
        (b"\x1b[24~", 12),
    ] {
        for cut in 1..=bytes.len() {
            let shown = read(bytes, cut);
            assert!(
                shown.contains(&format!("F({number})")),
                "{bytes:?}: {shown}"
            );
            assert_eq!(shown.matches("Key(").count(), 1, "{shown}");
        }
    }
    assert_eq!(read(b"\x1b[16~\x1b[22~\x1b[[Z", 100), "[]");
}

#[test]
fn a_control_character_told_by_its_number_is_a_key() {
    for (number, code) in [
        (8, KeyCode::Backspace),
        (9, KeyCode::Tab),
        (13, KeyCode::Enter),
        (27, KeyCode::Esc),
        (127, KeyCode::Backspace),
        (97, KeyCode::Char('a')),
    ] {
        let told = Decoder::default().feed(format!("\x1b[{number}u").as_bytes());
        let wanted = vec![key(code, KeyModifiers::NONE)];
        assert_eq!(format!("{told:?}"), format!("{wanted:?}"), "{number}");
    }
    assert!(Decoder::default().feed(b"\x1b[7u\x1b[133u").is_empty());
}
