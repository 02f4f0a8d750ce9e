//! What Tab completes in a JSON text: keys that earlier messages of the same pool had.
//!
//! Finds where the cursor stands and which keys there are; the composer puts them in.

use crate::model::{Address, Board, PoolName, Traffic};
use crate::tui::json::{self, Token};
use crate::tui::target::Target;

/// How many messages of each worker are looked at, and how many keys are offered.
const MESSAGES: usize = 32;
const WORKERS: usize = 16;
const KEYS: usize = 40;

/// The part of a key that stands before the cursor, its quote included; none where no key can stand.
pub(crate) fn partial_key(before: &str) -> Option<&str> {
    let mut open = Vec::new();
    let mut may_begin = false;
    let mut key_from = None;
    let mut at = 0;
    for (token, piece) in json::tokens(before) {
        let is_whole = piece.len() > 1 && piece.ends_with('"') && !piece.ends_with("\\\"");
        let is_last = at + piece.len() == before.len();
        match (token, piece) {
            (Token::Space, _) => {}
            (Token::Mark, "{" | "[") => {
                open.push(piece);
                may_begin = piece == "{";
            }
            (Token::Mark, "}" | "]") => {
                open.pop();
                may_begin = false;
            }
            (Token::Mark, ",") => may_begin = open.last() == Some(&"{"),
            (Token::Key | Token::String, _) if may_begin && is_last && !is_whole => {
                key_from = Some(at);
                may_begin = false;
            }
            // A word without its quotes, on the way to be a key.
            (Token::Other | Token::Word, _) if may_begin && is_last => {
                key_from = Some(at);
                may_begin = false;
            }
            _ => may_begin = false,
        }
        at += piece.len();
    }
    match key_from {
        Some(from) => before.get(from..),
        None => may_begin.then_some(""),
    }
}

/// The keys that fit a part of one, those of the newest messages first.
pub(crate) fn keys(board: &Board, target: &Target, partial: &str) -> Vec<String> {
    let partial = partial.trim_start_matches('"').to_lowercase();
    let mut keys: Vec<String> = Vec::new();
    let workers = board
        .workers()
        .filter(|worker| concerns(target, &worker.id.pool));
    for worker in workers.take(WORKERS) {
        let ring = &worker.traffic;
        let newest = (0..ring.len()).rev().take(MESSAGES);
        for traffic in newest.filter_map(|place| ring.get(place)) {
            let Traffic::Message(envelope) = traffic else {
                continue;
            };
            let tokens = json::tokens(json::head(&envelope.message));
            for (_, key) in tokens.filter(|(token, _)| *token == Token::Key) {
                let key = key.trim_matches('"');
                let fits = key.to_lowercase().starts_with(&partial) && key.len() <= 64;
                if fits && !keys.iter().any(|known| known == key) {
                    keys.push(key.to_owned());
                }
                if keys.len() == KEYS {
                    return keys;
                }
            }
        }
    }
    keys
}

pub(super) fn concerns(target: &Target, pool: &PoolName) -> bool {
    match target {
        Target::Message(Address::All) => true,
        Target::Message(Address::Worker(id)) => id.pool == *pool,
        Target::Job(meant) | Target::Message(Address::Pool(meant) | Address::PoolAll(meant)) => {
            meant == pool
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Direction;
    use crate::tui::fixture::{Fixture, pool, worker};

    #[test]
    fn a_key_stands_after_a_brace_or_a_comma_of_an_object() {
        let pairs = [
            ("{", Some("")),
            ("{ ", Some("")),
            ("{\"pa", Some("\"pa")),
            ("{pa", Some("pa")),
            ("{\"a\":1, \"b", Some("\"b")),
            ("{\"a\":[{\"x", Some("\"x")),
            ("{\"a\":{},", Some("")),
            ("{\"a\"", None),
            ("{\"a\":", None),
            ("{\"a\":\"b", None),
            ("[", None),
            ("[1,", None),
            ("[{}", None),
            ("", None),
            ("hello", None),
        ];
        for (before, wanted) in pairs {
            assert_eq!(partial_key(before), wanted, "{before}");
        }
    }

    #[test]
    fn keys_are_those_of_the_pools_own_messages() {
        let mut fixture = Fixture::new(&[("a", 2), ("b", 1)]);
        let say = |fixture: &mut Fixture, id, json| {
            fixture.message(&id, Direction::Out, json, None);
        };
        say(
            &mut fixture,
            worker("a", 1),
            "{\"path\":1,\"deep\":{\"Part\":2}}",
        );
        say(&mut fixture, worker("a", 2), "{\"page\":\"path\"}");
        say(&mut fixture, worker("b", 1), "{\"other\":1}");
        let board = &fixture.screen.board;
        let to = |address| keys(board, &Target::Message(address), "\"pa");
        assert_eq!(to(Address::Pool(pool("a"))), ["path", "Part", "page"]);
        let all = keys(board, &Target::Message(Address::All), "");
        assert_eq!(all, ["path", "deep", "Part", "page", "other"]);
        assert_eq!(keys(board, &Target::Job(pool("b")), ""), ["other"]);
    }
}
