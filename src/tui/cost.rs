//! What a frame costs, to be looked at, not judged: machines differ.
//!
//! `cargo test --release --lib tui::cost -- --ignored --nocapture`

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rustix::time::{ClockId, clock_gettime};

use crate::model::{Direction, State, Stream};
use crate::tui::fixture::{Fixture, worker};
use crate::tui::update::Msg;
use crate::tui::view::render;

const FRAMES: u32 = 300;

/// The processor time of this thread.
fn spent() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        now.tv_sec.unsigned_abs(),
        u32::try_from(now.tv_nsec).unwrap(),
    )
}

/// A deck of forty workers with long histories, the whole deck's messages and logs shown.
fn full() -> Fixture {
    let mut fixture = Fixture::new(&[("resize", 30), ("fetch", 10)]);
    for number in 1..=30 {
        let id = worker("resize", number);
        fixture.state(&id, State::Ready);
        fixture.load(&id, &[50.0; 70]);
    }
    for step in 0..4_000_u32 {
        let id = worker("resize", 1 + step % 30);
        let json =
            format!(r#"{{"path":"pictures/{step}.jpg","w":320,"tags":["a","b",null],"ok":true}}"#);
        let (direction, ms) = match step % 2 {
            0 => (Direction::Out, None),
            _ => (Direction::In, Some(17)),
        };
        fixture.message(&id, direction, &json, ms);
        let line = format!(
            "\x1b[32mINFO\x1b[0m picture {step} 日本語 was read, 41 Mpx, and written again"
        );
        fixture.log(&id, Stream::Stdout, line.as_bytes());
    }
    fixture.press("a");
    fixture
}

/// Draws as the terminal does, all of it: the mean cost of drawing, and of writing what changed.
fn cost(fixture: &mut Fixture, mut change: impl FnMut(&mut Fixture)) -> (Duration, Duration) {
    let area = Rect::new(0, 0, 200, 60);
    let (mut shown, mut next) = (Buffer::empty(area), Buffer::empty(area));
    let mut bytes = Vec::with_capacity(1 << 20);
    let (mut drawing, mut writing) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..FRAMES {
        change(fixture);
        let start = spent();
        next.reset();
        render(&mut fixture.screen, area, &mut next);
        let drawn = spent();
        bytes.clear();
        let changed = shown.diff(&next);
        CrosstermBackend::new(&mut bytes)
            .draw(changed.into_iter())
            .unwrap();
        std::mem::swap(&mut shown, &mut next);
        drawing += drawn.saturating_sub(start);
        writing += spent().saturating_sub(drawn);
    }
    (drawing / FRAMES, writing / FRAMES)
}

#[test]
#[ignore = "prints what a frame costs"]
#[expect(clippy::print_stdout, reason = "a person reads it")]
fn a_frame_of_200_by_60_with_all_panes_full() {
    for view in ['1', '2', '3', '4'] {
        let mut fixture = full();
        fixture.send(Msg::Key(KeyEvent::new(
            KeyCode::Char(view),
            KeyModifiers::NONE,
        )));
        let text = fixture.draw(200, 60);
        assert_eq!(text.lines().count(), 60);
        let (drawing, writing) = cost(&mut fixture, |_| {});
        println!("view {view}, nothing new:   drawing {drawing:>8.0?}  writing {writing:>8.0?}");
        let mut step = 0;
        let (drawing, writing) = cost(&mut fixture, |fixture| {
            step += 1;
            let id = worker("resize", 1 + step % 30);
            for _ in 0..30 {
                fixture.message(&id, Direction::In, r#"{"ok":true,"bytes":18233}"#, Some(3));
                fixture.log(&id, Stream::Stderr, b"a line that makes all others move");
            }
        });
        println!("view {view}, all lines move: drawing {drawing:>8.0?}  writing {writing:>8.0?}");
    }
}
