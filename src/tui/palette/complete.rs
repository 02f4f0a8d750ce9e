//! What could stand in the palette's line: names of orders and actions first, then what the order takes.

use crate::model::{Address, PoolView, WorkerId};
use crate::tui::action::{Action, Context};
use crate::tui::bindings::actions;
use crate::tui::figures::plural;
use crate::tui::keymap::Bound;
use crate::tui::options::Named;
use crate::tui::palette::fuzzy::fit;
use crate::tui::palette::read::{signals, split};
use crate::tui::palette::verb::{Takes, Verb};
use crate::tui::place;
use crate::tui::screen::Screen;
use crate::tui::target::{addresses, whom};

/// How many offers there are at most.
const MOST: usize = 200;

/// Something that could stand in the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// The line with it.
    pub(crate) line: String,
    /// How it is shown.
    pub(crate) shown: String,
    /// The keys that do the same.
    pub(crate) keys: String,
    /// What it does.
    pub(crate) help: String,
    /// Whether it does something where the focus is.
    pub(crate) works_here: bool,
}

/// What could stand in a line, the best first.
pub(crate) fn offers(screen: &Screen, line: &str) -> Vec<Offer> {
    let (word, rest) = split(line);
    let Some(rest) = rest else {
        return commands(screen, word);
    };
    let Some(verb) = Verb::of(word) else {
        return Vec::new();
    };
    let (first, second) = split(rest);
    let (place, before, written) = match second {
        None => (0, format!("{word} "), first),
        Some(second) => (1, format!("{word} {first} "), second),
    };
    let Some(takes) = verb.takes().get(place) else {
        return Vec::new();
    };
    let next = verb.takes().get(place + 1);
    let more = next.is_some_and(|next| !next.is_extra());
    let words = words(screen, *takes, first);
    let fits = ranked(words, written, |(word, _)| fit(written, word));
    let offer = |(word, help): (String, String)| Offer {
        line: format!("{before}{word}{}", if more { " " } else { "" }),
        shown: word,
        keys: String::new(),
        help,
        works_here: true,
    };
    fits.into_iter().map(offer).collect()
}

/// The best of these for what is written; all of them in their order where nothing is.
fn ranked<T>(all: Vec<T>, written: &str, fit: impl Fn(&T) -> Option<i32>) -> Vec<T> {
    let mut fits: Vec<(i32, T)> = all
        .into_iter()
        .filter_map(|one| Some((fit(&one)?, one)))
        .collect();
    if !written.is_empty() {
        fits.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    }
    fits.truncate(MOST);
    fits.into_iter().map(|(_, one)| one).collect()
}

fn commands(screen: &Screen, word: &str) -> Vec<Offer> {
    let keys = |action: Action| {
        let rows = screen.keymap.rows().iter();
        let bound = rows.filter(|row| row.binding.action == action);
        let keys = bound.flat_map(|row| row.keys.iter().map(ToString::to_string));
        keys.collect::<Vec<_>>().join(" ")
    };
    let here = screen.context();
    let mut all: Vec<(String, Offer)> = Vec::new();
    let verbs = Verb::ALL.into_iter();
    for verb in verbs.filter(|verb| *verb != Verb::Say || !screen.named.is_empty()) {
        let gap = if verb.takes().is_empty() { "" } else { " " };
        let offer = Offer {
            line: format!("{}{gap}", verb.name()),
            shown: verb.usage(),
            keys: verb.twin().map(keys).unwrap_or_default(),
            help: verb.help().to_owned(),
            works_here: true,
        };
        all.push((verb.name().to_owned(), offer));
    }
    let rows = screen.keymap.rows().iter();
    let offered = rows.filter(|row| is_offered(screen, row));
    // What works here comes before what does not.
    let (works, rest): (Vec<_>, Vec<_>) = offered.partition(|row| row.binding.context.covers(here));
    for row in works.into_iter().chain(rest) {
        let binding = row.binding;
        let id = binding.action.id();
        let offer = Offer {
            line: id.clone(),
            shown: id.clone(),
            keys: keys(binding.action),
            help: binding.help.to_owned(),
            works_here: binding.context.covers(here),
        };
        all.push((id, offer));
    }
    let best = ranked(all, word, |(name, offer)| score(word, name, offer));
    best.into_iter().map(|(_, offer)| offer).collect()
}

/// A name counts most; a word of the explanation finds what a name does not tell.
fn score(word: &str, name: &str, offer: &Offer) -> Option<i32> {
    let in_name = fit(word, name).map(|score| score + if name == word { 1000 } else { 100 });
    let help = offer.help.to_lowercase();
    let in_help = help.contains(&word.to_lowercase()).then_some(0);
    let works = i32::from(offer.works_here) * 20;
    in_name.max(in_help).map(|score| score + works)
}

fn is_offered(screen: &Screen, row: &Bound) -> bool {
    let action = row.binding.action;
    let is_verb = Verb::of(&action.id()).is_some();
    !is_verb && action != Action::Palette && place::is_offered(screen, action)
}

/// What may stand where an order takes this, each with a word about it.
fn words(screen: &Screen, takes: Takes, first: &str) -> Vec<(String, String)> {
    let pools = &screen.board.pools;
    match takes {
        Takes::Selected | Takes::Workers => workers(screen),
        Takes::Row => {
            let mut rows = workers(screen);
            rows.retain(|(address, _)| !address.ends_with('*'));
            rows
        }
        Takes::SelectedPool | Takes::Pool => {
            let sized = |pool: &PoolView| plural(pool.workers.len(), "worker");
            let all = pools.values();
            all.map(|pool| (pool.name.to_string(), sized(pool)))
                .collect()
        }
        Takes::Count => {
            let pool = pools.values().find(|pool| pool.name.as_str() == first);
            let now = pool.map(|pool| pool.workers.len().to_string());
            let told = now.map(|now| (now, "its size now".to_owned()));
            told.into_iter().collect()
        }
        Takes::Signal => signals().map(|name| (name, String::new())).collect(),
        Takes::Rolling => {
            let help = "one after the other, each once the one before is ready";
            vec![("rolling".to_owned(), help.to_owned())]
        }
        Takes::Json => Vec::new(),
        Takes::Name => {
            let named = screen.named.iter();
            let about = |message: &Named| format!("to {}: {}", message.to, message.json);
            named
                .map(|message| (message.name.clone(), about(message)))
                .collect()
        }
    }
}

/// Every address of the deck with what it means.
fn workers(screen: &Screen) -> Vec<(String, String)> {
    let board = &screen.board;
    let state = |id: &WorkerId| board.worker(id).map(|worker| worker.state.to_string());
    let about = |address: &Address| match address {
        Address::Pool(_) => "the pool".to_owned(),
        Address::Worker(id) => state(id).unwrap_or_default(),
        Address::PoolAll(_) | Address::All => whom(address),
    };
    let found = addresses(board).into_iter();
    found
        .map(|address| (address.to_string(), about(&address)))
        .collect()
}

/// Where an action works, in words.
pub(crate) fn where_it_works(action: Action) -> String {
    let rows = actions().filter(|row| row.action == action);
    let titles: Vec<&str> = rows.map(|row| row.context).map(Context::title).collect();
    titles.join(", ")
}
