//! Decks out of thin air, folded from events as a real one is.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::{
    Board, DeckSampled, Direction, Envelope, Event, Exit, Exited, FrameFault, Incarnation, LogLine,
    Logs, Messages, MonoTime, Now, PoolChanged, PoolName, Runtime, Sampled, Signal, Stamped, State,
    StateChanged, Stream, Traffic, WallTime, WorkerId,
};
use crate::tui::screen::Screen;
use crate::tui::theme::Theme;
use crate::tui::update::{Msg, Request, update};
use crate::tui::view::render;
use crate::wire::{FaultKind, Message};

pub(crate) struct Fixture {
    pub(crate) screen: Screen,
    order: u64,
}

impl Fixture {
    pub(crate) fn new(pools: &[(&str, u32)]) -> Self {
        let mut board = Board::new("thumbs", 1);
        for (name, _) in pools {
            let command = format!("node {name}.js");
            board.add_pool(pool(name), Some(Runtime::Node), command);
        }
        let mut screen = Screen::new(
            "thumbs",
            Theme::new(true),
            vec!["{\"hello\":\"world\"}".into()],
        );
        screen.cores = 8;
        let mut fixture = Self { screen, order: 0 };
        fixture.send(Msg::Tick(at(161)));
        fixture.send(Msg::Snapshot(Box::new(board)));
        for (name, instances) in pools {
            fixture.event(Event::Pool(PoolChanged::sized(pool(name), *instances)));
        }
        fixture
    }

    pub(crate) fn send(&mut self, msg: Msg) -> Vec<Request> {
        update(&mut self.screen, msg)
    }

    pub(crate) fn event(&mut self, event: Event) -> Vec<Request> {
        let stamped = Stamped {
            now: self.screen.now,
            event,
        };
        self.send(Msg::Events(Arc::from([stamped])))
    }

    pub(crate) fn press(&mut self, keys: &str) -> Vec<Request> {
        let presses = keys.chars().map(|c| {
            let code = match c {
                '\n' => KeyCode::Enter,
                '\t' => KeyCode::Tab,
                '\u{8}' => KeyCode::Backspace,
                '\u{1b}' => KeyCode::Esc,
                '↑' => KeyCode::Up,
                '↓' => KeyCode::Down,
                '←' => KeyCode::Left,
                '→' => KeyCode::Right,
                c => KeyCode::Char(c),
            };
            KeyEvent::new(code, KeyModifiers::NONE)
        });
        let presses: Vec<_> = presses.collect();
        presses
            .into_iter()
            .flat_map(|key| self.send(Msg::Key(key)))
            .collect()
    }

    pub(crate) fn control(&mut self, c: char) -> Vec<Request> {
        self.send(Msg::Key(KeyEvent::new(
            KeyCode::Char(c),
            KeyModifiers::CONTROL,
        )))
    }

    pub(crate) fn state(&mut self, id: &WorkerId, state: State) -> &mut Self {
        let is_live = state.is_live();
        let changed = StateChanged {
            worker: id.clone(),
            state,
            pid: is_live.then_some(41_822 + id.number),
            incarnation: Incarnation(1),
            restarts: if state == State::Backoff { 4 } else { 0 },
            runtime: Some(Runtime::Node),
            reason: (state == State::Backoff).then(|| "exit 1 after 3.2 s".to_owned()),
            until: (state == State::Backoff || state == State::Stopping)
                .then(|| self.screen.now.mono + Duration::from_millis(3_200)),
            budget: (4, 5),
        };
        self.event(Event::State(changed));
        self
    }

    pub(crate) fn load(&mut self, id: &WorkerId, cpu: &[f32]) {
        for share in cpu {
            let mut now = self.screen.now;
            now.mono = now.mono + Duration::from_secs(1);
            self.send(Msg::Tick(now));
            let before = self
                .screen
                .board
                .worker(id)
                .map_or((0, 0), |w| (w.sent, w.received));
            self.event(Event::Sample(Sampled {
                worker: id.clone(),
                cpu_percent: Some(*share),
                memory_bytes: Some(36 << 20),
                mailbox: u64::from(id.number % 3),
                unread_bytes: if id.number == 3 { 3_174 } else { 0 },
                in_flight: 0,
                sent: before.0 + 12,
                received: before.1 + 11,
                jobs: Box::default(),
            }));
            self.event(Event::Deck(DeckSampled {
                cpu_percent: Some(0.6),
                memory_bytes: 9 << 20,
                loop_p99_us: 300,
                store_error: None,
            }));
        }
    }

    pub(crate) fn message(
        &mut self,
        id: &WorkerId,
        direction: Direction,
        json: &str,
        ms: Option<u64>,
    ) {
        self.order += 1;
        let asked = ms.and_then(|_| self.asked(id));
        let envelope = Envelope {
            at: wall(self.order),
            incarnation: Incarnation(1),
            order: self.order,
            seq: self.order,
            direction,
            message: Message::from_frame(Bytes::from(json.to_owned())).unwrap(),
            bytes: json.len() + 1,
            latency: ms.map(Duration::from_millis),
            answers: asked,
            job: None,
            handle: None,
            internal: false,
        };
        self.event(Event::Messages(Messages {
            worker: id.clone(),
            incarnation: Incarnation(1),
            envelopes: Arc::from([envelope]),
        }));
    }

    /// The number of the message that was sent to a worker last.
    fn asked(&self, id: &WorkerId) -> Option<u64> {
        let mut traffic = self.screen.board.worker(id)?.traffic.iter().rev();
        traffic.find_map(|item| match item {
            Traffic::Message(envelope) if envelope.direction == Direction::Out => {
                Some(envelope.seq)
            }
            _ => None,
        })
    }

    pub(crate) fn fault(&mut self, id: &WorkerId) {
        self.order += 1;
        self.event(Event::FrameError(FrameFault {
            worker: id.clone(),
            incarnation: Incarnation(1),
            at: wall(self.order),
            order: self.order,
            kind: FaultKind::Invalid,
            bytes: 12,
            head: b"hello\x1b[2J wo".to_vec(),
            hint: None,
        }));
    }

    pub(crate) fn log(&mut self, id: &WorkerId, stream: Stream, text: &[u8]) {
        self.order += 1;
        let line = LogLine {
            at: wall(self.order),
            incarnation: Incarnation(1),
            order: self.order,
            stream,
            bytes: Bytes::copy_from_slice(text),
            cut: 0,
        };
        self.event(Event::Logs(Logs {
            worker: id.clone(),
            incarnation: Incarnation(1),
            lines: Arc::from([line]),
        }));
    }

    pub(crate) fn exit(&mut self, id: &WorkerId) {
        self.event(Event::Exit(Exited {
            now: self.screen.now,
            worker: id.clone(),
            incarnation: Incarnation(1),
            pid: 41_822,
            exit: Exit::Signal {
                signal: Signal::KILL,
                core: false,
            },
            planned: false,
            escalated: false,
            cause: "killed by SIGKILL, not by us".into(),
            uptime: Duration::from_millis(3_200),
        }));
    }

    /// A pool of four that works, a folded one, one that crashes.
    pub(crate) fn busy() -> Self {
        let mut fixture = Self::new(&[("resize", 4), ("fetch", 2), ("mail", 1)]);
        for number in 1..=4 {
            let state = if number == 3 {
                State::Stalled
            } else {
                State::Ready
            };
            let id = worker("resize", number);
            fixture.state(&id, state);
        }
        for number in 1..=4 {
            let id = worker("resize", number);
            fixture.load(&id, &[20.0, 35.0, 70.0, 90.0, 98.0]);
        }
        for number in 1..=2 {
            let id = worker("fetch", number);
            fixture.state(&id, State::Ready);
            fixture.load(&id, &[2.0, 9.0]);
        }
        fixture.exit(&worker("mail", 1));
        fixture.state(&worker("mail", 1), State::Backoff);
        let id = worker("resize", 1);
        for (request, reply) in [("cat", 18_233), ("dog", 20_110)] {
            fixture.message(
                &id,
                Direction::Out,
                &format!("{{\"path\":\"{request}.jpg\",\"w\":320}}"),
                None,
            );
            fixture.log(
                &id,
                Stream::Stdout,
                format!("reading {request}.jpg").as_bytes(),
            );
            fixture.message(
                &id,
                Direction::In,
                &format!("{{\"ok\":true,\"bytes\":{reply}}}"),
                Some(17),
            );
            fixture.log(
                &id,
                Stream::Stderr,
                format!("wrote {reply} bytes").as_bytes(),
            );
        }
        fixture.fault(&id);
        fixture.press("↓");
        fixture
    }

    /// The screen as text; hours and minutes are those of no time zone.
    pub(crate) fn draw(&mut self, width: u16, height: u16) -> String {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        render(&mut self.screen, area, &mut buffer);
        let mut text = String::new();
        for y in 0..height {
            let mut line = String::new();
            let mut skip = 0_usize;
            for x in 0..width {
                let symbol = buffer[(x, y)].symbol();
                if skip == 0 {
                    line.push_str(symbol);
                    skip = crate::tui::sanitize::width(symbol);
                }
                skip = skip.saturating_sub(1);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        without_zone(&text)
    }
}

fn without_zone(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for start in 0..chars.len().saturating_sub(7) {
        let is_time = (0..8).all(|at| {
            let c = chars[start + at];
            if at == 2 || at == 5 {
                c == ':'
            } else {
                c.is_ascii_digit()
            }
        });
        if is_time {
            chars.splice(start..start + 5, "12:04".chars());
        }
    }
    chars.into_iter().collect()
}

pub(crate) fn pool(name: &str) -> PoolName {
    PoolName::new(name).unwrap()
}

pub(crate) fn worker(name: &str, number: u32) -> WorkerId {
    WorkerId::new(pool(name), number)
}

pub(crate) fn at(seconds: u64) -> Now {
    Now {
        mono: MonoTime::from_start(Duration::from_secs(seconds)),
        wall: WallTime(1_769_860_800_000),
    }
}

fn wall(order: u64) -> WallTime {
    WallTime(1_769_860_831_000 + i64::try_from(order).unwrap() * 17)
}
