//! The text, its target, what was sent before, and drafts that are never lost.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::{CursorMove, TextArea};

use crate::model::{MonoTime, WallTime, turns_direction};
use crate::tui::composer::complete::Completing;
use crate::tui::composer::field::{escaped, fresh, harmless};
use crate::tui::composer::judge::{Verdict, judge};
use crate::tui::composer::load::{Plan, Run};
use crate::tui::composer::sending::{Fate, Sending};
use crate::tui::composer::template::{Supply, fill, has_any};
use crate::tui::recall::MOST;
use crate::tui::target::Target;
use crate::wire::Message;

/// The longest text the composer takes, in bytes.
pub(crate) const LONGEST: usize = 1 << 20;

/// The composer's state; it outlives closing, so a draft is never lost.
#[derive(Debug)]
pub(crate) struct Composer {
    pub(super) area: TextArea<'static>,
    pub(super) target: Option<Target>,
    is_open: bool,
    verdict: Verdict,
    is_armed: bool,
    history: Vec<String>,
    place: Option<usize>,
    draft: String,
    aside: Option<String>,
    /// Whether the draft is a job's, and whether it was before a load made it one of the other kind.
    pub(super) is_job: bool,
    pub(super) was_job: Option<bool>,
    /// What a load sent.
    pub(super) loaded: Option<String>,
    /// The draft of the other kind.
    other: String,
    /// Where values of placeholders come from.
    pub(super) supply: Supply,
    /// How many sendings there were.
    numbers: u64,
    /// What was sent last.
    pub(super) sending: Option<Sending>,
    /// What a load is to be, while one is being planned.
    pub(super) plan: Option<Plan>,
    /// The load that runs, or ran last.
    pub(super) run: Option<Run>,
    /// What Tab put in last.
    pub(super) completing: Option<Completing>,
    /// What Tab would put in.
    pub(super) offered: Vec<String>,
}

impl Composer {
    /// A closed composer that remembers these texts, oldest first.
    pub(crate) fn new(history: Vec<String>) -> Self {
        Self {
            area: fresh(""),
            target: None,
            is_open: false,
            verdict: Verdict::Empty,
            is_armed: false,
            history,
            place: None,
            draft: String::new(),
            aside: None,
            is_job: false,
            was_job: None,
            loaded: None,
            other: String::new(),
            supply: Supply::new(0),
            numbers: 0,
            sending: None,
            plan: None,
            run: None,
            completing: None,
            offered: Vec::new(),
        }
    }

    /// Draws the values of placeholders from this seed on.
    pub(crate) fn seed(&mut self, seed: u64) {
        self.supply = Supply::new(seed);
    }

    /// Takes over what was sent in earlier runs, oldest first.
    pub(crate) fn remember(&mut self, earlier: Vec<String>) {
        self.history.splice(..0, earlier);
    }

    /// Opens for a target, with the draft that is there: messages have one, and jobs have theirs.
    pub(crate) fn open(&mut self, target: Target) {
        let is_job = matches!(target, Target::Job(_));
        if self.is_job != is_job {
            let draft = self.text();
            let draft = std::mem::replace(&mut self.other, draft);
            self.place = None;
            self.replace(&draft);
        }
        self.aim(target);
        self.went_on();
        self.is_open = true;
        self.is_armed = false;
    }

    /// Goes to another target; what is written goes along, and is a draft of that kind from now on.
    pub(super) fn aim(&mut self, target: Target) {
        self.is_job = matches!(target, Target::Job(_));
        self.was_job = None;
        self.target = Some(target);
    }

    /// Opens with a text of its own for one sending; the draft that is there comes back after it.
    pub(crate) fn edit(&mut self, target: Target, text: &str) {
        self.open(target);
        let draft = self.aside.take().unwrap_or_else(|| self.text());
        self.aside = Some(draft);
        self.place = None;
        self.replace(text);
    }

    /// Goes to the next target of these, or to the one before.
    pub(crate) fn turn(&mut self, targets: &[Target], is_back: bool) {
        let here = targets
            .iter()
            .position(|target| Some(target) == self.target.as_ref());
        let back = targets.len().saturating_sub(1);
        let by = if is_back { back } else { 1 };
        let next = here.map_or(0, |here| (here + by) % targets.len().max(1));
        if let Some(target) = targets.get(next) {
            self.aim(target.clone());
        }
        self.is_armed = false;
    }

    /// Closes; the draft stays, of the kind that it was begun as.
    pub(crate) fn close(&mut self) {
        self.is_job = self.was_job.take().unwrap_or(self.is_job);
        // What is in the history as it stands is no draft.
        let loaded = self.loaded.take().filter(|sent| *sent == self.text());
        if let Some(draft) = self.aside.take().or(loaded.map(|_| String::new())) {
            self.replace(&draft);
        }
        self.is_open = false;
        self.is_armed = false;
        self.plan = None;
        self.run = None;
        self.offered.clear();
    }

    /// Whether it takes the keys.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Where the message would go.
    pub(crate) fn target(&self) -> Option<&Target> {
        self.target.as_ref()
    }

    /// What the text would be.
    pub(crate) fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// Whether the next Enter sends a word as a string.
    pub(crate) fn is_armed(&self) -> bool {
        self.is_armed
    }

    /// The text field, to be drawn.
    pub(crate) fn area(&self) -> &TextArea<'static> {
        &self.area
    }

    /// The text.
    pub(crate) fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// What was sent before, oldest first.
    pub(crate) fn history(&self) -> &[String] {
        &self.history
    }

    /// How many lines it wants.
    pub(crate) fn lines(&self) -> usize {
        self.area.lines().len() + usize::from(self.plan.is_some())
    }

    /// What was sent last, and what came of it, as long as that is to be seen.
    pub(crate) fn sending(&self) -> Option<&Sending> {
        self.sending.as_ref().filter(|sending| sending.is_shown)
    }

    /// The person went on: what came of the last sending has been seen. A later answer is shown all the same.
    pub(super) fn went_on(&mut self) {
        if let Some(sending) = &mut self.sending {
            sending.is_shown = false;
        }
    }

    /// Moves time on.
    pub(crate) fn tick(&mut self, now: MonoTime) {
        if let Some(sending) = &mut self.sending {
            sending.fade(now);
        }
    }

    /// Whether something is awaited that is shown.
    pub(crate) fn waits(&self) -> bool {
        let is_running = self.run.as_ref().is_some_and(Run::is_running);
        self.is_open && (is_running || self.sending().is_some_and(Sending::changes))
    }

    /// What a load is to be, while one is planned.
    pub(crate) fn plan(&self) -> Option<Plan> {
        self.plan
    }

    /// The load that runs, or ran last.
    pub(crate) fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// What Tab would put in.
    pub(crate) fn offered(&self) -> &[String] {
        &self.offered
    }

    /// A number for the next sending.
    pub(crate) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// Puts another text in, made harmless.
    pub(crate) fn replace(&mut self, text: &str) {
        self.area = fresh(&harmless(text));
        self.completing = None;
        self.judge();
    }

    /// Takes pasted text, made harmless.
    pub(crate) fn paste(&mut self, text: &str) {
        self.completing = None;
        self.went_on();
        let room = LONGEST.saturating_sub(self.area.lines().iter().map(String::len).sum());
        let mut clean = String::new();
        for c in text.replace("\r\n", "\n").chars() {
            if clean.len() >= room {
                break;
            }
            match c {
                '\r' => clean.push('\n'),
                '\n' | '\t' => clean.push(c),
                c if c.is_control() => {}
                c if turns_direction(c) => clean.push_str(&escaped(c)),
                c => clean.push(c),
            }
        }
        self.area.insert_str(clean);
        self.place = None;
        self.judge();
    }

    /// Takes a key of the text field.
    pub(crate) fn key(&mut self, key: KeyEvent) {
        self.completing = None;
        let row = self.area.cursor().0;
        let is_plain = key.modifiers.is_empty();
        match key.code {
            KeyCode::Enter => self.area.insert_newline(),
            KeyCode::Up if is_plain && row == 0 => return self.older(),
            KeyCode::Down if is_plain && row + 1 >= self.area.lines().len() => return self.newer(),
            // As in a shell, where the field by itself would undo.
            KeyCode::Char('u') if key.modifiers == KeyModifiers::CONTROL => {
                self.area.delete_line_by_head();
            }
            KeyCode::Char(c) if turns_direction(c) => return self.paste(&c.to_string()),
            _ => {
                if !self.area.input(key) {
                    return;
                }
            }
        }
        self.place = None;
        self.judge();
    }

    /// What Enter sends now, if anything, placeholders filled in; a word wants a second Enter.
    pub(crate) fn submit(&mut self, now: WallTime) -> Option<Message> {
        match &self.verdict {
            Verdict::Valid(message) => {
                let text = self.text();
                if has_any(&text) {
                    return Message::parse(&fill(&text, &mut self.supply, now)).ok();
                }
                Some(message.clone())
            }
            Verdict::Word(message) if self.is_armed => {
                Message::parse(&fill(message.as_str(), &mut self.supply, now)).ok()
            }
            Verdict::Word(_) => {
                self.is_armed = true;
                None
            }
            Verdict::Empty => None,
            Verdict::Invalid(line, column, _) => {
                let (row, column) = (line.saturating_sub(1), column.saturating_sub(1));
                let jump = |number| u16::try_from(number).unwrap_or(u16::MAX);
                self.area
                    .move_cursor(CursorMove::Jump(jump(row), jump(column)));
                None
            }
        }
    }

    /// Remembers what is sent.
    pub(super) fn keep(&mut self, text: &str) {
        self.history.retain(|old| old != text);
        self.history.push(text.to_owned());
        let surplus = self.history.len().saturating_sub(MOST);
        self.history.drain(..surplus);
        self.place = None;
    }

    /// Notes what is sent now.
    pub(super) fn note(&mut self, number: u64, text: &str, since: MonoTime) {
        self.sending = self.target.clone().map(|target| Sending {
            number,
            target,
            text: text.to_owned(),
            since,
            fate: Fate::Waits,
            is_shown: true,
            settled: None,
        });
    }

    /// Puts back what was refused, unless something else was written meanwhile.
    pub(super) fn restore(&mut self, target: &Target, text: &str) {
        let is_job = matches!(target, Target::Job(_));
        if is_job == self.is_job && self.aside.is_none() && self.text().trim().is_empty() {
            self.replace(text);
        }
    }

    /// Remembers what was sent and empties the field.
    pub(crate) fn sent(&mut self) -> String {
        let text = self.text();
        self.keep(&text);
        self.replace("");
        if self.aside.is_some() {
            self.close();
        }
        text
    }

    /// The newest remembered texts that contain `query`, newest first, at most `most`.
    pub(crate) fn search(&self, query: &str, most: usize) -> Vec<&str> {
        self.history
            .iter()
            .rev()
            .map(String::as_str)
            .filter(|text| text.contains(query))
            .take(most)
            .collect()
    }

    fn older(&mut self) {
        let place = match self.place {
            None => {
                self.draft = self.text();
                self.history.len().checked_sub(1)
            }
            Some(place) => place.checked_sub(1),
        };
        if let Some(text) = place.and_then(|place| self.history.get(place)).cloned() {
            self.replace(&text);
            self.place = place;
        }
    }

    fn newer(&mut self) {
        let Some(place) = self.place else {
            return;
        };
        let next = self.history.get(place + 1).cloned();
        self.place = next.is_some().then_some(place + 1);
        let text = next.unwrap_or_else(|| std::mem::take(&mut self.draft));
        self.replace(&text);
    }

    pub(super) fn judge(&mut self) {
        self.is_armed = false;
        self.verdict = judge(&self.text());
    }
}
