//! The stage: a terminal that is nowhere, with a script at its keyboard.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tokio::time::sleep_until;

use crate::deck::Clock;
use crate::model::MonoTime;
use crate::tui::picture::{Film, Paint, still, text};
use crate::tui::screen::Screen;
use crate::tui::script::parse::{Script, Step};
use crate::tui::view;

/// The screen before a script says otherwise.
const SIZE: (u16, u16) = (120, 40);

/// How long `until` waits unless told otherwise.
const WITHIN: Duration = Duration::from_secs(10);

/// How long a frame after a key is waited for: one that changes nothing may draw nothing.
const SETTLE: Duration = Duration::from_millis(200);

/// The Escape key, also the beginning of what other keys send; what follows too soon would be taken for its rest.
const ESCAPE: u8 = 0x1b;

/// How long nothing follows it.
const APART: Duration = Duration::from_millis(200);

/// What the script is doing.
#[derive(Clone, Copy, Debug)]
enum Doing {
    /// The next step.
    Next,
    /// Something since then.
    Since(MonoTime),
    /// A key was pressed then, when so many frames were drawn.
    Pressed(MonoTime, u64),
}

/// A terminal that is nowhere.
#[derive(Debug)]
pub(crate) struct Stage {
    script: Script,
    at: usize,
    /// The line of the step that was begun last.
    line: usize,
    /// Whether the dashboard knows its deck: keys that come before reach nothing.
    is_ready: bool,
    doing: Doing,
    /// No key is pressed before.
    quiet_until: MonoTime,
    within: Duration,
    paint: Paint,
    shown: Buffer,
    drawn: u64,
    film: Option<(String, Film)>,
    failure: Option<String>,
    /// Whether it ended by itself.
    is_over: bool,
    is_asked: bool,
    clock: Clock,
}

impl Stage {
    /// A stage on which a script is about to begin.
    pub(crate) fn new(script: Script, clock: Clock) -> Self {
        let mut stage = Self {
            script,
            at: 0,
            line: 0,
            is_ready: false,
            doing: Doing::Next,
            quiet_until: MonoTime::ZERO,
            within: WITHIN,
            paint: Paint::DARK,
            shown: Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1)),
            drawn: 0,
            film: None,
            failure: None,
            is_over: false,
            is_asked: false,
            clock,
        };
        // What is said first holds for the first frame, too.
        while let Some(step @ (Step::Size(..) | Step::Background(_))) = stage.step() {
            stage.arrange(&step);
            stage.at += 1;
        }
        stage
    }

    /// Asks what the background is, as a terminal is asked.
    pub(crate) fn ask(&mut self) {
        self.is_asked = true;
    }

    /// The deck has answered: the script begins with the next frame.
    pub(crate) fn ready(&mut self) {
        self.is_ready = true;
        self.drawn = 0;
    }

    /// Ends the script with the dashboard: why it did not come to its end.
    pub(crate) fn failure(&mut self) -> Option<String> {
        if self.failure.is_none() && !self.is_over {
            let left = self.script.steps.get(self.at);
            let left = left.map(|line| (line.number, line.text.clone()));
            match left {
                Some((number, text)) => {
                    self.line = number;
                    self.fail(&format!("`{text}` was not done: the deck has ended"));
                }
                None => {
                    if let Err(what) = self.cut() {
                        self.fail(&what);
                    }
                }
            }
        }
        self.failure.take()
    }

    /// Draws a frame.
    pub(crate) fn draw(&mut self, screen: &mut Screen) {
        let area = self.shown.area;
        self.shown.reset();
        view::render(screen, area, &mut self.shown);
        self.drawn += 1;
        if let Some((_, film)) = &mut self.film {
            film.take(self.clock.now().mono.since_start(), &self.shown);
        }
    }

    /// The next bytes that the script types; an error at its end, or where it fails.
    ///
    /// Cancel safe: all that it remembers is in the stage.
    pub(crate) async fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            let now = self.clock.now().mono;
            match self.go_on(now) {
                Ok(Turn::Again) => {}
                Ok(Turn::Typed(typed)) => {
                    let taken = typed.len().min(bytes.len());
                    let (into, from) = (bytes.get_mut(..taken), typed.get(..taken));
                    if let (Some(into), Some(from)) = (into, from) {
                        into.copy_from_slice(from);
                    }
                    return Ok(taken);
                }
                Ok(Turn::Later(at)) => sleep_until(self.clock.instant(at)).await,
                Err(what) => {
                    self.is_over = true;
                    if let Some(what) = what {
                        self.fail(&what);
                    }
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
    }

    fn step(&self) -> Option<Step> {
        self.script.steps.get(self.at).map(|line| line.step.clone())
    }

    /// Does what there is to do at this moment.
    fn go_on(&mut self, now: MonoTime) -> Result<Turn, Option<String>> {
        if std::mem::take(&mut self.is_asked) {
            // What it is says every terminal, after everything else that it was asked.
            let answer = [&self.paint.answer()[..], b"\x1b[?1;2c"].concat();
            return Ok(Turn::Typed(answer));
        }
        if !self.is_ready || self.drawn == 0 {
            return Ok(Turn::Later(now + SETTLE));
        }
        if let Doing::Pressed(since, drawn) = self.doing {
            if now < self.quiet_until {
                return Ok(Turn::Later(self.quiet_until));
            }
            if self.drawn <= drawn && now < since + SETTLE {
                return Ok(Turn::Later(since + SETTLE));
            }
            self.doing = Doing::Next;
        }
        let Some(step) = self.step() else {
            self.cut().map_err(Some)?;
            return Err(None);
        };
        self.line = self.line_of_step();
        let since = match self.doing {
            Doing::Since(since) => since,
            Doing::Next | Doing::Pressed(..) => now,
        };
        let is_over = match &step {
            Step::Until(text) => self.shows(text),
            Step::Gone(text) => !self.shows(text),
            Step::Wait(time) => now >= since + *time,
            _ => true,
        };
        if !is_over {
            self.doing = Doing::Since(since);
            return self.wait(&step, since, now);
        }
        self.doing = Doing::Next;
        self.at += 1;
        self.perform(step, now)
    }

    fn line_of_step(&self) -> usize {
        let line = self.script.steps.get(self.at);
        line.map_or(self.line, |line| line.number)
    }

    fn wait(&self, step: &Step, since: MonoTime, now: MonoTime) -> Result<Turn, Option<String>> {
        let (most, text) = match step {
            Step::Wait(time) => return Ok(Turn::Later(since + *time)),
            Step::Until(text) => (self.within, format!("`{text}` did not come")),
            Step::Gone(text) => (self.within, format!("`{text}` did not go")),
            _ => return Ok(Turn::Again),
        };
        if now >= since + most {
            return Err(Some(format!("{text} within {most:?}")));
        }
        Ok(Turn::Later(since + most))
    }

    fn perform(&mut self, step: Step, now: MonoTime) -> Result<Turn, Option<String>> {
        match step {
            Step::Press(typed) => {
                if typed == [ESCAPE] {
                    self.quiet_until = now + APART;
                }
                self.doing = Doing::Pressed(now, self.drawn);
                return Ok(Turn::Typed(typed));
            }
            Step::Frame(name) => {
                let (words, picture) = (text(&self.shown), still(&self.shown, &self.paint));
                let written = self.write(&format!("{name}.txt"), &words);
                let written = written.and_then(|()| self.write(&format!("{name}.svg"), &picture));
                written.map_err(Some)?;
            }
            Step::Film(name) => {
                let size = (self.shown.area.width, self.shown.area.height);
                let mut film = Film::new(size, self.paint);
                film.take(now.since_start(), &self.shown);
                self.film = Some((name, film));
            }
            Step::Cut => self.cut().map_err(Some)?,
            Step::Within(time) => self.within = time,
            Step::Until(_) | Step::Gone(_) | Step::Wait(_) => {}
            step @ (Step::Size(..) | Step::Background(_)) => {
                self.arrange(&step);
                self.doing = Doing::Pressed(now, self.drawn);
                // Nothing is typed, but there is something to draw; another background is told as terminals tell it.
                let told = match step {
                    Step::Background(paint) => paint.answer(),
                    _ => Vec::new(),
                };
                return Ok(Turn::Typed(told));
            }
        }
        Ok(Turn::Again)
    }

    fn arrange(&mut self, step: &Step) {
        match step {
            Step::Size(columns, rows) => {
                self.shown = Buffer::empty(Rect::new(0, 0, *columns, *rows));
            }
            Step::Background(paint) => self.paint = *paint,
            _ => {}
        }
    }

    fn cut(&mut self) -> Result<(), String> {
        let Some((name, film)) = self.film.take() else {
            return Ok(());
        };
        let end = self.clock.now().mono.since_start();
        self.write(&format!("{name}.svg"), &film.finish(end))
    }

    fn shows(&self, wanted: &str) -> bool {
        text(&self.shown).lines().any(|line| line.contains(wanted))
    }

    fn write(&self, name: &str, text: &str) -> Result<(), String> {
        let path = self.script.frames.join(name);
        let written = fs::create_dir_all(&self.script.frames).and_then(|()| fs::write(&path, text));
        written.map_err(|error| format!("cannot write {}: {error}", path.display()))
    }

    /// Notes why the script ended before its end, with the screen as it was.
    fn fail(&mut self, what: &str) {
        let path: PathBuf = self.script.frames.join("failed.txt");
        let seen = match self.write("failed.txt", &text(&self.shown)) {
            Ok(()) => format!("; the screen is in {}", path.display()),
            Err(_) => String::new(),
        };
        let (name, line) = (&self.script.name, self.line);
        self.failure = Some(format!("{name}: line {line}: {what}{seen}"));
    }
}

/// What comes of a look at the script.
enum Turn {
    /// Look again.
    Again,
    /// These bytes were typed.
    Typed(Vec<u8>),
    /// Nothing before that time, unless a frame is drawn: then look again.
    Later(MonoTime),
}
