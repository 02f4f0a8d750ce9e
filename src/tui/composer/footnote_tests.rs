//! For how long it is told what came of a sending, and what a text would send is told before.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::model::{Command, Outcome, Refusal, RefusalKind, Reply};
use crate::tui::action::Action;
use crate::tui::fixture::{Fixture, at, worker};
use crate::tui::keymap::{Keymap, parse};
use crate::tui::tests::issued;
use crate::tui::update::{Msg, Request};
use crate::wire::Message;

/// Sends a message to resize/1; its number.
fn sent(fixture: &mut Fixture) -> u64 {
    match fixture.press("m[1]\n").first() {
        Some(Request::Send { number, .. }) => *number,
        other => panic!("nothing is sent: {other:?}"),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as it comes")]
fn answer(json: Option<&str>) -> Result<Outcome, Refusal> {
    let reply = |json| Reply {
        worker: worker("resize", 1),
        message: Message::parse(json).unwrap(),
        latency: std::time::Duration::from_micros(17_100),
    };
    Ok(Outcome::Sent {
        delivered: vec![worker("resize", 1)],
        replies: json.map(reply).into_iter().collect(),
    })
}

fn plan(fixture: &mut Fixture) {
    let load = KeyEvent::new(KeyCode::Char('l'), KeyModifiers::CONTROL);
    fixture.send(Msg::Key(load));
}

#[test]
fn that_nobody_answered_is_told_for_a_while() {
    let mut fixture = Fixture::busy();
    let number = sent(&mut fixture);
    fixture.send(Msg::Sent(number, answer(None)));
    assert!(fixture.draw(120, 40).contains("gave no answer"));
    assert!(fixture.screen.has_countdown());

    fixture.send(Msg::Tick(at(250)));

    let drawn = fixture.draw(120, 40);
    assert!(
        !drawn.contains("gave no answer") && drawn.contains("Ctrl-R history"),
        "{drawn}"
    );
}

#[test]
fn the_next_text_and_the_next_target_end_what_is_told() {
    for keys in ["2", "\t"] {
        let mut fixture = Fixture::busy();
        let number = sent(&mut fixture);
        fixture.send(Msg::Sent(number, answer(Some("true"))));
        fixture.send(Msg::Tick(at(300)));
        assert!(fixture.draw(120, 40).contains("answered by resize/1"));

        fixture.press(keys);

        assert!(!fixture.draw(120, 40).contains("answered by resize/1"));
    }
}

#[test]
fn an_answer_is_told_though_the_next_text_is_begun() {
    let mut fixture = Fixture::busy();
    let number = sent(&mut fixture);
    fixture.press("2");
    assert!(!fixture.draw(120, 40).contains("sent to"));

    fixture.send(Msg::Sent(number, answer(Some("true"))));

    assert!(fixture.draw(120, 40).contains("answered by resize/1"));
    fixture.press("3");
    fixture.send(Msg::Sent(number, answer(None)));
    assert!(!fixture.draw(120, 40).contains("gave no answer"));
}

#[test]
fn an_answer_that_cannot_be_read_is_told_and_the_text_stays_sent() {
    let mut fixture = Fixture::busy();
    let number = sent(&mut fixture);
    let said = "resize/1 answered with a bad frame";
    let refusal = Refusal::new(RefusalKind::BadReply, said);

    fixture.send(Msg::Sent(number, Err(refusal.clone())));

    assert!(fixture.draw(120, 40).contains(said));
    assert_eq!(fixture.screen.composer.text(), "");
    assert!(fixture.screen.toasts.is_empty());
    fixture.press("\u{1b}");
    fixture.send(Msg::Sent(number, Err(refusal)));
    assert_eq!(fixture.screen.toasts[0].text, said);
}

#[test]
fn a_word_with_placeholders_is_sent_with_their_values() {
    let mut fixture = Fixture::busy();
    fixture.press("mn {{seq}}");
    let told = "Enter twice sends \"n {{seq}}\"";
    assert!(fixture.draw(120, 40).contains(told));
    assert!(fixture.draw(60, 20).contains(told));

    let sent = issued(fixture.press("\n\n"));

    assert!(
        matches!(sent.as_slice(), [Command::Send { message, .. }] if message.as_str() == "\"n 1\""),
        "{sent:?}"
    );
}

#[test]
fn a_load_of_a_word_fills_in_its_placeholders() {
    let mut fixture = Fixture::busy();
    fixture.press("mn {{rand 7 7}}");
    plan(&mut fixture);
    assert!(
        fixture
            .draw(120, 40)
            .contains("Enter starts \"n {{rand 7 7}}\"")
    );

    let requests = fixture.press("\n");

    let Some(Request::Fire(shots)) = requests.last() else {
        panic!("nothing is sent: {requests:?}");
    };
    assert_eq!(shots[0].message.as_str(), "\"n 7\"");
}

#[test]
fn what_is_no_placeholder_is_told_with_those_that_there_are() {
    let mut fixture = Fixture::busy();
    fixture.press("mhi {{when}}");
    let told = "no {{when}}, only {{seq}} {{uuid}} {{now}} {{rand 1 100}}";
    for (width, height) in [(120, 40), (80, 24)] {
        let drawn = fixture.draw(width, height);
        assert!(
            drawn.contains("column 4") && drawn.contains(told),
            "{drawn}"
        );
    }
    assert_eq!(fixture.press("\n\n"), []);

    let mut fixture = Fixture::busy();
    fixture.press("m\"hi {{when}}\"");
    assert!(fixture.draw(120, 40).contains("{{when}} stays as it is"));

    let mut fixture = Fixture::busy();
    fixture.press("m[{{rand 5 1}}]");
    let told = "column 2: {{rand 5 1}} is empty: the smaller number comes first";
    assert!(fixture.draw(120, 40).contains(told));
    assert_eq!(fixture.press("\n"), []);
}

#[test]
fn the_first_digit_takes_the_place_of_the_number() {
    let mut fixture = Fixture::busy();
    fixture.press("m[1]");
    plan(&mut fixture);
    fixture.press("25\t7");
    let plan = fixture.screen.composer.plan().unwrap();
    assert_eq!((plan.times, plan.rate), (25, 7));
}

#[test]
fn a_load_of_no_times_says_that_it_sends_nothing() {
    let mut fixture = Fixture::busy();
    fixture.press("m[1]");
    plan(&mut fixture);
    assert_eq!(fixture.press("0\n"), []);
    let toasts = &fixture.screen.toasts;
    assert_eq!(toasts[0].text, "A load of 0 times sends nothing");
}

#[test]
fn after_its_end_a_load_changes_only_where_that_is_seen() {
    let mut fixture = Fixture::busy();
    fixture.press("m[1]");
    plan(&mut fixture);
    fixture.press("\nx");
    assert!(fixture.draw(120, 40).contains("stopped:"));
    let before = fixture.screen.composer.plan();

    fixture.press("x ");
    assert!(fixture.draw(120, 40).contains("stopped:"));
    fixture.press("\t");
    assert!(fixture.draw(120, 40).contains("1,000 times"));
    assert_eq!(fixture.screen.composer.plan(), before);

    fixture.press("\nx5");
    assert!(fixture.draw(120, 40).contains("5 times"));
}

#[test]
fn what_the_closed_composer_says_names_the_keys_in_force() {
    let mut fixture = Fixture::busy();
    let keys = [
        (Action::Message, vec![parse("F7").unwrap()]),
        (Action::Broadcast, Vec::new()),
    ];
    fixture.screen.keymap = Keymap::with(&keys);
    let told = "F7 writes to resize/1 · B to every worker";
    assert!(fixture.draw(120, 40).contains(told));

    fixture.screen.composer.paste("[1");
    assert!(fixture.draw(120, 40).contains("F7 goes on with the draft"));
}
