//! Understands a line of the palette.

use crate::model::{Address, Command, JobCommand, PoolName, PoolView, Signal};
use crate::tui::action::Action;
use crate::tui::bindings::actions;
use crate::tui::composer::{self, Verdict};
use crate::tui::figures::plural;
use crate::tui::palette::fuzzy::nearest;
use crate::tui::palette::verb::{Takes, Verb};
use crate::tui::rows::Row;
use crate::tui::screen::Screen;
use crate::tui::target::{Target, addresses, all_of, whom};

/// The largest size that a pool is asked to have.
const MOST: u32 = 4000;

/// What a line means.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Meaning {
    /// What a key of the table would do.
    Act(Action),
    /// A command.
    Issue(Command),
    /// To kill workers.
    Kill(Address),
    /// To send a text there.
    Send(Target, String),
    /// To select a row.
    Goto(Row),
    /// To send a message of the config.
    Say(String),
}

impl Meaning {
    /// What is about to be done.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Act(action) => {
                let row = actions().find(|row| row.action == *action);
                row.map_or_else(|| action.id(), |row| row.help.to_owned())
            }
            Self::Issue(command) => told(command),
            Self::Kill(to) => format!("kill {}", all(to)),
            Self::Send(Target::Message(to), _) => format!("send it to {}", whom(to)),
            Self::Send(Target::Job(pool), _) => format!("submit it to {pool}"),
            Self::Goto(Row::Worker(id)) => format!("select {id}"),
            Self::Goto(Row::Pool(pool)) => format!("select {pool}"),
            Self::Say(name) => format!("send {name}"),
        }
    }
}

fn told(command: &Command) -> String {
    match command {
        Command::Restart { to, rolling: false } => format!("restart {}", all(to)),
        Command::Restart { to, rolling: true } => {
            format!("restart {}, one after the other", all(to))
        }
        Command::Start { to } => format!("start {}", all(to)),
        Command::Stop { to } => format!("stop {}", all(to)),
        Command::Disconnect { to } => format!("disconnect {}", all(to)),
        Command::Signal { to, signal } => format!("send {signal} to {}", all(to)),
        Command::Scale { pool, instances } => {
            format!("give {pool} {}", plural(*instances as usize, "worker"))
        }
        Command::Jobs(JobCommand::Pause { pool, paused }) => {
            let word = if *paused { "pause" } else { "go on with" };
            format!("{word} the jobs of {pool}")
        }
        // The palette gives no others.
        _ => "do it".to_owned(),
    }
}

/// Workers in words; a pool's name means all of it unless a message is sent.
fn all(to: &Address) -> String {
    match to {
        Address::Pool(pool) => whom(&Address::PoolAll(pool.clone())),
        to => whom(to),
    }
}

/// Why a line means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Something is still to be written: what.
    Unfinished(String),
    /// Something is wrong: what, and what was probably meant.
    Wrong(String),
}

/// A line in parts: the order or action, and what comes after it.
pub(crate) fn split(line: &str) -> (&str, Option<&str>) {
    let line = line.trim_start();
    match line.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, Some(rest)),
        None => (line, None),
    }
}

/// What a line means.
pub(crate) fn read(screen: &Screen, line: &str) -> Result<Meaning, Fault> {
    let (word, rest) = split(line);
    let rest = rest.unwrap_or_default().trim();
    if word.is_empty() {
        let text = "Type a command, or a part of one";
        return Err(Fault::Unfinished(text.to_owned()));
    }
    if let Some(verb) = Verb::of(word) {
        return order(screen, verb, rest);
    }
    let action = actions()
        .map(|row| row.action)
        .find(|action| action.id() == word);
    match action {
        Some(action) if rest.is_empty() => Ok(Meaning::Act(action)),
        Some(_) => Err(Fault::Wrong(format!("{word} takes nothing after it"))),
        None => Err(Fault::Wrong(unknown(word))),
    }
}

fn unknown(word: &str) -> String {
    let mut known: Vec<String> = actions().map(|row| row.action.id()).collect();
    known.extend(Verb::ALL.map(|verb| verb.name().to_owned()));
    let near = nearest(word, known.iter().map(String::as_str));
    meant(format!("There is no command {word}"), near)
}

fn meant(text: String, near: Option<&str>) -> String {
    match near {
        Some(near) => format!("{text} · did you mean {near}?"),
        None => text,
    }
}

fn order(screen: &Screen, verb: Verb, rest: &str) -> Result<Meaning, Fault> {
    let (first, second) = split(rest);
    let second = second.unwrap_or_default().trim();
    let is_over = matches!(verb.takes(), [_] | []) && !second.is_empty();
    if is_over || (verb.takes().is_empty() && !first.is_empty()) {
        let text = format!("{} takes no more than this: {}", verb.name(), verb.usage());
        return Err(Fault::Wrong(text));
    }
    let workers = || address(screen, verb, first);
    let issue = |command| Ok(Meaning::Issue(command));
    match verb {
        Verb::Restart => issue(restart(screen, first, second)?),
        Verb::Start => issue(Command::Start { to: workers()? }),
        Verb::Stop => issue(Command::Stop { to: workers()? }),
        Verb::Disconnect => issue(Command::Disconnect { to: workers()? }),
        Verb::Kill => Ok(Meaning::Kill(workers()?)),
        Verb::Signal => {
            let to = workers()?;
            let signal = signal(verb, second)?;
            issue(Command::Signal { to, signal })
        }
        Verb::Scale => {
            let pool = pool(screen, verb, first)?;
            let instances = count(verb, second)?;
            issue(Command::Scale { pool, instances })
        }
        Verb::Send => {
            let to = Target::Message(workers()?);
            Ok(Meaning::Send(to, json(verb, second)?))
        }
        Verb::Submit => {
            let to = Target::Job(pool(screen, verb, first)?);
            Ok(Meaning::Send(to, json(verb, second)?))
        }
        Verb::Pause | Verb::Resume => issue(Command::Jobs(JobCommand::Pause {
            pool: pool(screen, verb, first)?,
            paused: verb == Verb::Pause,
        })),
        Verb::Goto => row(screen, verb, first).map(Meaning::Goto),
        Verb::Say => name(screen, verb, first),
        Verb::Down => Ok(Meaning::Act(Action::Quit)),
    }
}

/// A restart of those named or selected, all at once or `rolling`.
fn restart(screen: &Screen, first: &str, second: &str) -> Result<Command, Fault> {
    const ROLLING: &str = "rolling";
    let is_pool = screen.board.pools.keys().any(|pool| pool.as_str() == first);
    let (whom, word) = match first {
        // Of what is selected, unless a pool has that name.
        ROLLING if !is_pool && second.is_empty() => ("", first),
        _ => (first, second),
    };
    if !matches!(word, "" | ROLLING) {
        let text = format!("only {ROLLING} may stand there, not {word}");
        return Err(Fault::Wrong(text));
    }
    Ok(Command::Restart {
        to: address(screen, Verb::Restart, whom)?,
        rolling: !word.is_empty(),
    })
}

fn unfinished(verb: Verb) -> Fault {
    Fault::Unfinished(format!("{} · {}", verb.usage(), verb.help()))
}

/// The workers that are meant: those named, or those selected.
fn address(screen: &Screen, verb: Verb, word: &str) -> Result<Address, Fault> {
    if word.is_empty() {
        let selected = screen.selected.as_ref().map(all_of);
        let is_optional = verb.takes().first() == Some(&Takes::Selected);
        return selected
            .filter(|_| is_optional)
            .ok_or_else(|| unfinished(verb));
    }
    let address: Address = word.parse().map_err(|_| nobody(screen, word))?;
    let is_there = match &address {
        Address::All => true,
        Address::Pool(pool) | Address::PoolAll(pool) => screen.board.pools.contains_key(pool),
        Address::Worker(id) => screen.board.worker(id).is_some(),
    };
    is_there
        .then_some(address)
        .ok_or_else(|| nobody(screen, word))
}

fn nobody(screen: &Screen, word: &str) -> Fault {
    let text = format!("The deck has no {word}");
    let pool = word.split_once('/').map(|(pool, _)| pool);
    let pool = pool.and_then(|name| {
        let mut pools = screen.board.pools.values();
        pools.find(|pool| pool.name.as_str() == name)
    });
    if let Some(pool) = pool {
        return Fault::Wrong(format!("{text} · {}", those_of(pool)));
    }
    let known = addresses(&screen.board);
    let known: Vec<String> = known.iter().map(ToString::to_string).collect();
    let near = nearest(word, known.iter().map(String::as_str));
    Fault::Wrong(meant(text, near))
}

/// The workers that a pool has, for somebody who named one that it has not.
fn those_of(pool: &PoolView) -> String {
    let name = &pool.name;
    match pool.workers.as_slice() {
        [] => format!("{name} has no workers"),
        [one] => format!("did you mean {}?", one.id),
        [one, other] => format!("did you mean {}, {} or {name}/*?", one.id, other.id),
        [one, .., last] => format!("did you mean {} … {} or {name}/*?", one.id, last.id),
    }
}

fn pool(screen: &Screen, verb: Verb, word: &str) -> Result<PoolName, Fault> {
    let pools = &screen.board.pools;
    if word.is_empty() {
        let selected = screen.selected.as_ref().map(|row| row.pool().clone());
        let is_optional = verb.takes().first() == Some(&Takes::SelectedPool);
        return selected
            .filter(|_| is_optional)
            .ok_or_else(|| unfinished(verb));
    }
    let found = pools.keys().find(|pool| pool.as_str() == word).cloned();
    found.ok_or_else(|| {
        let near = nearest(word, pools.keys().map(PoolName::as_str));
        Fault::Wrong(meant(format!("The deck has no pool {word}"), near))
    })
}

fn row(screen: &Screen, verb: Verb, word: &str) -> Result<Row, Fault> {
    if word.is_empty() {
        return Err(unfinished(verb));
    }
    Ok(match address(screen, verb, word)? {
        Address::Worker(id) => Row::Worker(id),
        Address::Pool(pool) | Address::PoolAll(pool) => Row::Pool(pool),
        Address::All => return Err(Fault::Wrong("Name one worker or one pool".to_owned())),
    })
}

fn count(verb: Verb, word: &str) -> Result<u32, Fault> {
    if word.is_empty() {
        return Err(unfinished(verb));
    }
    let number = word.parse::<u32>().ok();
    number.filter(|number| *number <= MOST).ok_or_else(|| {
        let text = format!("{word} is no number of workers from 0 to {MOST}");
        Fault::Wrong(text)
    })
}

/// Every signal that has a name.
pub(crate) fn signals() -> impl Iterator<Item = String> {
    let named = (1..=64).map(|number| Signal::from_raw(number).to_string());
    named.filter(|name| name.starts_with("SIG"))
}

fn signal(verb: Verb, word: &str) -> Result<Signal, Fault> {
    if word.is_empty() {
        return Err(unfinished(verb));
    }
    Signal::from_name(word).ok_or_else(|| {
        let upper = word.to_uppercase();
        let name = if upper.starts_with("SIG") {
            upper
        } else {
            format!("SIG{upper}")
        };
        let names: Vec<String> = signals().collect();
        let near = nearest(&name, names.iter().map(String::as_str));
        Fault::Wrong(meant(format!("There is no signal {word}"), near))
    })
}

fn json(verb: Verb, text: &str) -> Result<String, Fault> {
    if text.is_empty() {
        return Err(unfinished(verb));
    }
    match composer::judge(text) {
        Verdict::Valid(_) => Ok(text.to_owned()),
        Verdict::Empty => Err(unfinished(verb)),
        Verdict::Word(message) => {
            let text = format!(
                "not JSON · as a string it wants quotes: {}",
                message.as_str()
            );
            Err(Fault::Wrong(text))
        }
        Verdict::Invalid(_, column, reason) => Err(Fault::Wrong(format!(
            "not JSON at character {column} of it: {reason}"
        ))),
    }
}

fn name(screen: &Screen, verb: Verb, word: &str) -> Result<Meaning, Fault> {
    let names = screen.named.iter().map(|message| message.name.as_str());
    match word {
        _ if screen.named.is_empty() => {
            let text = "The config names no messages: [[messages]] does";
            Err(Fault::Wrong(text.to_owned()))
        }
        "" => Err(unfinished(verb)),
        _ if names.clone().any(|name| name == word) => Ok(Meaning::Say(word.to_owned())),
        _ => {
            let text = format!("No message is named {word}");
            Err(Fault::Wrong(meant(text, nearest(word, names))))
        }
    }
}
