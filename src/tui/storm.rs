//! Whatever happens in whatever order, the screen is drawn.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::model::{
    Direction, Event, JobFigures, JobState, JobView, Outcome, PoolChanged, Refusal, RefusalKind,
    State, Stream, WorkerId,
};
use crate::tui::composer::Ended;
use crate::tui::fixture::{Fixture, at, worker};
use crate::tui::jobs::fixture::{figures, job};
use crate::tui::jobs::{Asked, due_at};
use crate::tui::place::Place;
use crate::tui::screen::Overlay;
use crate::tui::update::Msg;

/// A small generator, so that a failure comes back with its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }

    fn index(&mut self, below: u64) -> usize {
        usize::try_from(self.roll(below)).unwrap()
    }

    fn small(&mut self, below: u64) -> u16 {
        u16::try_from(self.roll(below)).unwrap()
    }
}

fn random_key(dice: &mut Dice) -> KeyEvent {
    const CODES: [KeyCode; 12] = [
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Backspace,
        KeyCode::Home,
    ];
    const CHARS: &str =
        "mbBrsK+-zfa?qhjklgG {}[]\":1né日\u{301}\u{202e}444/tTcdDePy:2350l222.SpxyWw[]&=<";
    let modifiers = match dice.roll(8) {
        0 => KeyModifiers::CONTROL,
        1 => KeyModifiers::ALT,
        _ => KeyModifiers::NONE,
    };
    let code = if dice.roll(2) == 0 {
        CODES[dice.index(12)]
    } else {
        let chars: Vec<char> = CHARS.chars().collect();
        KeyCode::Char(chars[dice.index(chars.len() as u64)])
    };
    KeyEvent::new(code, modifiers)
}

fn random_figures(dice: &mut Dice) -> JobFigures {
    JobFigures {
        queue: dice.roll(1 << 40),
        dead: dice.roll(3),
        paused: dice.roll(3) == 0,
        ..if dice.roll(2) == 0 {
            figures()
        } else {
            JobFigures::default()
        }
    }
}

fn random_answer(dice: &mut Dice) -> Msg {
    let job = |dice: &mut Dice| {
        let state = JobState::ALL[dice.index(6)];
        let payloads = ["{\"a\":[1,2]}", "\"\u{202e}日\u{9b}👩\"", "null"];
        job(
            dice.roll(9).try_into().unwrap(),
            state,
            payloads[dice.index(3)],
        )
    };
    let jobs: Vec<JobView> = (0..dice.roll(30)).map(|_| job(dice)).collect();
    let one = job(dice);
    let refusal = Refusal::new(RefusalKind::NoSuchJob, "job 1 is forgotten");
    match dice.roll(6) {
        0 => Msg::Answered(Asked::List, Err(refusal)),
        1 => Msg::Answered(Asked::Look(one.job), Err(refusal)),
        2 => Msg::Answered(Asked::Look(one.job), Ok(Outcome::Job(Box::new(one)))),
        3 => Msg::Answered(Asked::Cancel, Ok(Outcome::Jobs(jobs))),
        _ => Msg::Answered(Asked::List, Ok(Outcome::Jobs(jobs))),
    }
}

fn random_mouse(dice: &mut Dice) -> Msg {
    let kinds = [
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::Drag(MouseButton::Left),
        MouseEventKind::Up(MouseButton::Left),
        MouseEventKind::ScrollUp,
        MouseEventKind::ScrollDown,
    ];
    Msg::Mouse(MouseEvent {
        kind: kinds[dice.index(5)],
        column: dice.small(140),
        row: dice.small(50),
        modifiers: KeyModifiers::NONE,
    })
}

fn random_msg(fixture: &mut Fixture, dice: &mut Dice, id: &WorkerId, step: u32) {
    match dice.roll(20) {
        0 => {
            let state = State::ALL[dice.index(10)];
            fixture.state(id, state);
        }
        1 => fixture.log(
            id,
            Stream::Stderr,
            "\u{1b}[31m日本\u{202e}\t\x07".as_bytes(),
        ),
        2 => fixture.message(id, Direction::In, "{\"a\":[1,\"\u{1f469}\"]}", Some(3)),
        3 => drop(fixture.event(Event::Pool(PoolChanged {
            jobs: Box::new(random_figures(dice)),
            ..PoolChanged::sized(id.pool.clone(), dice.small(6).into())
        }))),
        4 => drop(fixture.send(random_mouse(dice))),
        5 => fixture.fault(id),
        6 => drop(fixture.send(Msg::Paste("{\"a\":1}\u{202e}\r\n".into()))),
        7 => drop(fixture.send(Msg::Tick(at(u64::from(step))))),
        8 if dice.roll(20) == 0 => fixture.screen.overlays.clear(),
        9 => drop(fixture.send(random_answer(dice))),
        10 => {
            let number = dice.roll(20);
            let refusal = Refusal::new(RefusalKind::NotRunning, "it does not run");
            let ends = vec![
                (number, Ended::Silent),
                (number, Ended::Refused("no".into())),
            ];
            fixture.send(Msg::Sent(number, Err(refusal.clone())));
            fixture.send(Msg::Forsaken(number + 1, refusal));
            fixture.send(Msg::Ended(ends));
        }
        _ => {
            let key = random_key(dice);
            fixture.send(Msg::Key(key));
        }
    }
}

#[test]
fn nothing_that_happens_breaks_the_screen() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut fixture = Fixture::busy();
    let mut size = (80, 24);
    for step in 0..100_000_u32 {
        let pool = ["resize", "fetch", "mail"][dice.index(3)];
        let id = worker(pool, u32::from(dice.small(4)) + 1);
        if dice.roll(20) == 0 {
            size = (dice.small(140), dice.small(50));
        }
        random_msg(&mut fixture, &mut dice, &id, step);
        let is_open = fixture.screen.jobs.is_open();
        assert!(is_open || due_at(&fixture.screen).is_none());
        if step % 32 == 0 {
            fixture.draw(size.0, size.1);
        }
    }
    leads_back(&mut fixture);
}

/// Escape leads out of everything but a deck that goes down, and then the keys work.
fn leads_back(fixture: &mut Fixture) {
    let screen = &mut fixture.screen;
    screen.board.deck.is_going_down = false;
    let is_left = |overlay: &Overlay| !matches!(overlay, Overlay::Stopping { .. });
    screen.overlays.retain(is_left);
    fixture.press(&"\u{1b}".repeat(20));
    let screen = &fixture.screen;
    assert!(screen.overlays.is_empty(), "{:?}", screen.overlays);
    assert!(!screen.composer.is_open() && !screen.is_filtering);
    assert_eq!(screen.place, Place::Deck);
    let requests = fixture.press("q");
    assert!(!requests.is_empty() || fixture.screen.overlays == [Overlay::Quit]);
}
