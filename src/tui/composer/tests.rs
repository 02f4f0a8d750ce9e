//! What a text would send, while it is typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use insta::assert_snapshot;

use super::*;
use crate::model::{Address, Command, Outcome, PoolName, Refusal, RefusalKind, Reply, WallTime};
use crate::tui::action::Action;
use crate::tui::fixture::{Fixture, at, pool, worker};
use crate::tui::options::Named;
use crate::tui::target::Target;
use crate::tui::tests::issued;
use crate::tui::update::{Msg, Request};
use crate::tui::volley::Shot;
use crate::wire::Message;

const NOW: WallTime = WallTime(0);

fn typed(text: &str) -> Composer {
    let mut composer = Composer::new(vec!["1".into(), "2".into()]);
    for c in text.chars() {
        composer.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
    }
    composer
}

#[test]
fn an_error_is_placed_while_typing() {
    assert!(matches!(typed("{\"a\":1}").verdict(), Verdict::Valid(_)));
    assert!(matches!(typed("{a").verdict(), Verdict::Invalid(1, 2, _)));
    assert_eq!(*typed("  ").verdict(), Verdict::Empty);
}

#[test]
fn what_is_missing_is_typed_on_after_an_early_enter() {
    let mut composer = typed("{\"ä\":");
    assert!(matches!(composer.verdict(), Verdict::Invalid(1, 6, _)));
    assert_eq!(composer.submit(NOW), None);
    for c in "1}".chars() {
        composer.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
    }
    assert_eq!(composer.submit(NOW).unwrap().as_str(), "{\"ä\":1}");
}

#[test]
fn a_word_is_sent_as_a_string_by_a_second_enter() {
    let mut composer = typed("hello");
    assert_eq!(composer.submit(NOW), None);
    assert!(composer.is_armed());
    assert_eq!(composer.submit(NOW).unwrap().as_str(), "\"hello\"");
}

#[test]
fn typing_after_the_first_enter_disarms() {
    let mut composer = typed("hello");
    composer.submit(NOW);
    composer.key(KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE));
    assert_eq!(composer.submit(NOW), None);
}

#[test]
fn ctrl_u_empties_the_line() {
    let mut composer = typed("hello");
    composer.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
    assert_eq!(*composer.verdict(), Verdict::Empty);
}

#[test]
fn history_is_walked_and_the_draft_comes_back() {
    let up = KeyEvent::new(KeyCode::Up, KeyModifiers::NONE);
    let down = KeyEvent::new(KeyCode::Down, KeyModifiers::NONE);
    let mut composer = typed("3");
    let mut seen = Vec::new();
    for key in [up, up, up, down, down] {
        composer.key(key);
        seen.push(composer.text());
    }
    assert_eq!(seen, ["2", "1", "1", "2", "3"]);
}

#[test]
fn pasted_controls_do_not_reach_the_field() {
    let mut composer = typed("");
    composer.paste("\"a\x1b[2J\u{202e}\"\r\n");
    assert_eq!(composer.text(), "\"a[2J\\u202e\"\n");
}

#[test]
fn an_edited_text_is_sent_once_and_the_draft_comes_back() {
    let target = Target::Job(PoolName::new("a").unwrap());
    let mut composer = typed("");
    composer.open(target.clone());
    composer.paste("[1");
    composer.close();

    composer.edit(target.clone(), "\"a\u{202e}b\u{7f}\"");

    assert_eq!(composer.text(), "\"a\\u202eb\\u007f\"");
    composer.edit(target.clone(), "7");
    assert_eq!(composer.submit(NOW).unwrap().as_str(), "7");
    assert_eq!(composer.sent(), "7");
    assert!(!composer.is_open());
    assert_eq!(composer.text(), "[1");
    composer.edit(target, "8");
    composer.close();
    assert_eq!(composer.text(), "[1");
}

#[test]
fn messages_and_jobs_have_a_draft_each() {
    let pool = PoolName::new("a").unwrap();
    let message = || Target::Message(Address::All);
    let mut composer = typed("1");
    composer.open(message());
    composer.close();
    composer.open(Target::Job(pool.clone()));
    assert_eq!(composer.text(), "");
    composer.paste("2");
    composer.close();
    composer.open(message());
    assert_eq!(composer.text(), "1");
    composer.close();
    composer.edit(Target::Job(pool.clone()), "3");
    composer.close();
    composer.open(Target::Job(pool));
    assert_eq!(composer.text(), "2");
}

fn control(c: char) -> Msg {
    Msg::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))
}

fn named() -> Named {
    Named {
        name: "collect".to_owned(),
        key: None,
        to: Address::PoolAll(pool("fetch")),
        json: "{\"cmd\":\"gc\",\"n\":{{seq}}}".to_owned(),
    }
}

fn number(requests: &[Request]) -> u64 {
    match requests.first() {
        Some(Request::Send { number, .. }) => *number,
        other => panic!("nothing is sent: {other:?}"),
    }
}

#[test]
fn placeholders_are_filled_in_for_each_message() {
    let mut fixture = Fixture::busy();
    let sent = issued(fixture.press("m{\"n\":{{seq}}}\n{\"n\":{{seq}}}\n"));
    let texts: Vec<&str> = sent
        .iter()
        .map(|command| match command {
            Command::Send { message, .. } => message.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(texts, ["{\"n\":1}", "{\"n\":2}"]);
    let history = fixture.screen.composer.history();
    assert_eq!(history.last().unwrap(), "{\"n\":{{seq}}}");
}

#[test]
fn an_unknown_placeholder_is_a_mistake_in_its_place() {
    assert!(matches!(
        typed("{\"n\": {{when}}}").verdict(),
        Verdict::Invalid(1, 7, _)
    ));
}

#[test]
fn a_refused_text_comes_back() {
    let mut fixture = Fixture::busy();
    let requests = fixture.press("m[1,2]\n");
    assert_eq!(fixture.screen.composer.text(), "");

    let refusal = Refusal::new(RefusalKind::NotRunning, "resize/1 does not run");
    fixture.send(Msg::Sent(number(&requests), Err(refusal.clone())));

    assert_eq!(fixture.screen.composer.text(), "[1,2]");
    assert_eq!(fixture.screen.toasts[0].text, "resize/1 does not run");
    let requests = fixture.press("\n[3");
    fixture.send(Msg::Sent(number(&requests), Err(refusal)));
    assert_eq!(fixture.screen.composer.text(), "[3");
}

#[test]
fn a_refused_text_comes_back_after_its_target_changed_kind() {
    let mut fixture = Fixture::busy();
    fixture.screen.named.push(named());
    let pool = pool("fetch");
    fixture.screen.composer.open(Target::Job(pool.clone()));
    let requests = fixture.press("collect\t\n");

    let refusal = Refusal::new(RefusalKind::NotRunning, "nobody");
    fixture.send(Msg::Sent(number(&requests), Err(refusal)));

    assert_eq!(fixture.screen.composer.text(), named().json);
    fixture.screen.composer.close();
    fixture.screen.composer.open(Target::Message(Address::All));
    assert_eq!(fixture.screen.composer.text(), named().json);
}

#[test]
fn what_turns_text_around_is_escaped_wherever_it_comes_from() {
    let mut fixture = Fixture::busy();
    fixture.screen.named.push(Named {
        json: "\"a\u{202e}b\"".to_owned(),
        ..named()
    });
    fixture.press("mcollect\t");
    assert_eq!(fixture.screen.composer.text(), "\"a\\u202eb\"");

    let mut composer = Composer::new(vec!["{\t\"\u{2066}\u{1b}\": 1}\r\n".into()]);
    composer.key(KeyEvent::new(KeyCode::Up, KeyModifiers::NONE));
    assert_eq!(composer.text(), "{\t\"\\u2066\\u001b\": 1}");
}

#[test]
fn an_answer_is_shown_with_its_latency() {
    let mut fixture = Fixture::busy();
    let requests = fixture.press("m[1]\n");
    assert!(fixture.draw(120, 40).contains("sent to resize/1"));
    let replies = vec![Reply {
        worker: worker("resize", 1),
        message: Message::parse("{\"ok\":true}").unwrap(),
        latency: std::time::Duration::from_micros(17_100),
    }];
    let delivered = vec![worker("resize", 1)];
    let answer = Ok(Outcome::Sent { delivered, replies });
    fixture.send(Msg::Sent(number(&requests), answer.clone()));
    assert_snapshot!(fixture.draw(80, 24));

    fixture.press("\u{1b}");
    fixture.send(Msg::Sent(99, answer));
    let told = "answered by resize/1 in 17ms: {\"ok\":true}";
    assert_eq!(fixture.screen.toasts[0].text, told);
}

#[test]
fn tab_completes_keys_that_were_seen_and_goes_through_them() {
    let mut fixture = Fixture::busy();
    let mut seen = Vec::new();
    fixture.press("m{\"");
    for _ in 0..5 {
        fixture.press("\t");
        seen.push(fixture.screen.composer.text());
    }
    let wanted = ["ok", "bytes", "path", "w", "ok"].map(|key| format!("{{\"{key}\": "));
    assert_eq!(seen, wanted);
    fixture.press("1,p\t");
    assert_eq!(fixture.screen.composer.text(), "{\"ok\": 1,\"path\": ");
}

#[test]
fn tab_completes_a_message_of_the_config_with_its_target() {
    let mut fixture = Fixture::busy();
    fixture.screen.named.push(named());
    fixture.press("mcol");
    assert!(fixture.draw(120, 40).contains("Tab: collect"));
    let sent = issued(fixture.press("\t\n"));
    assert!(
        matches!(sent.as_slice(), [Command::Send { to, message, .. }]
            if *to == named().to && message.as_str() == "{\"cmd\":\"gc\",\"n\":1}"),
        "{sent:?}"
    );
}

#[test]
fn a_message_of_the_config_is_sent_by_its_name_and_its_key() {
    let mut fixture = Fixture::busy();
    let key = KeyEvent::new(KeyCode::F(5), KeyModifiers::NONE);
    fixture.screen.named.push(Named {
        key: Some(crate::tui::keymap::chord(&key)),
        ..named()
    });
    let by_key = issued(fixture.send(Msg::Key(key)));
    let by_name = issued(fixture.press(":say collect\n"));
    for (sent, number) in [(by_key, 1), (by_name, 2)] {
        assert!(
            matches!(sent.as_slice(), [Command::Send { message, .. }]
                if message.as_str() == format!("{{\"cmd\":\"gc\",\"n\":{number}}}")),
            "{sent:?}"
        );
    }
}

#[test]
fn a_key_that_an_action_was_given_is_the_actions() {
    let mut fixture = Fixture::busy();
    let key = KeyEvent::new(KeyCode::F(5), KeyModifiers::NONE);
    let chord = crate::tui::keymap::chord(&key);
    fixture.screen.named.push(Named {
        key: Some(chord),
        ..named()
    });
    fixture.screen.keymap = crate::tui::keymap::Keymap::with(&[(Action::Message, vec![chord])]);
    assert_eq!(issued(fixture.send(Msg::Key(key))), []);
    assert!(fixture.screen.composer.is_open());
}

fn fired(requests: Vec<Request>) -> Vec<Shot> {
    let shots = requests.into_iter().filter_map(|request| match request {
        Request::Fire(shots) => Some(shots),
        _ => None,
    });
    shots.flatten().collect()
}

#[test]
fn a_load_sends_at_its_rate_until_a_key() {
    let mut fixture = Fixture::busy();
    fixture.press("b{\"n\":{{seq}}}");
    fixture.send(control('l'));
    fixture.press("\u{8}");
    assert_snapshot!(fixture.draw(120, 40));
    let first = fired(fixture.press("\n"));
    let mut later = fired(fixture.send(Msg::Tick(at(200))));
    let shot = later.pop().unwrap();
    assert_eq!(
        shot.target,
        Target::Message(Address::PoolAll(pool("resize")))
    );
    let texts: Vec<&str> = first.iter().map(|shot| shot.message.as_str()).collect();
    assert_eq!(texts, ["{\"n\":1}"]);
    let end = Ended::Answered(std::time::Duration::from_millis(3));
    let refused = Ended::Refused("the mailbox of resize/3 is full".to_owned());
    fixture.send(Msg::Ended(vec![(shot.load, end), (shot.load, refused)]));
    assert_snapshot!(fixture.draw(80, 24));

    assert_eq!(fixture.press("q"), []);

    assert_eq!(fired(fixture.send(Msg::Tick(at(300)))), []);
    assert!(fixture.draw(120, 40).contains("stopped: "));
    fixture.press("\u{1b}\u{1b}");
    assert!(!fixture.screen.composer.is_open());
}

#[test]
fn a_load_goes_as_jobs_too() {
    let mut fixture = Fixture::busy();
    fixture.press("m[1]");
    fixture.send(control('l'));
    fixture.press("\t\t ");
    let shots = fired(fixture.press("\n"));
    assert_eq!(shots[0].target, Target::Job(pool("resize")));
}

#[test]
fn a_load_of_nonsense_does_not_start() {
    let mut fixture = Fixture::busy();
    fixture.press("m{");
    fixture.send(control('l'));
    assert_eq!(fixture.press("\n"), []);
    assert!(fixture.screen.composer.run().is_none());
    assert_snapshot!(fixture.draw(40, 12));
}
