//! A JSON value against what was typed.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::wire::canonical;

/// How two things are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// `=`
    Is,
    /// `!=`
    IsNot,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

impl Operator {
    /// Whether what was found stands so to what was typed; things that cannot be compared only differ.
    pub(super) fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Is => order == Some(Ordering::Equal),
            Self::IsNot => order != Some(Ordering::Equal),
            Self::Below => order == Some(Ordering::Less),
            Self::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Self::Above => order == Some(Ordering::Greater),
            Self::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

/// A typed value.
#[derive(Debug)]
pub(super) struct Literal {
    /// As text, without quotes.
    text: String,
    /// As a number.
    number: Option<f64>,
    /// Whether it was typed as a JSON string, which nothing but a string is equal to.
    is_string: bool,
    /// As an array or an object.
    whole: Option<Box<[u8]>>,
}

impl Literal {
    /// A word, or a JSON value.
    pub(super) fn new(typed: &str) -> Self {
        if typed.starts_with('"')
            && let Ok(text) = serde_json::from_str::<String>(typed)
        {
            return Self {
                text,
                number: None,
                is_string: true,
                whole: None,
            };
        }
        let is_whole = typed.starts_with(['{', '[']);
        Self {
            text: typed.to_owned(),
            number: number(typed),
            is_string: false,
            whole: is_whole.then(|| canonical(typed)),
        }
    }

    /// How a JSON value stands to it; none where they cannot be compared.
    pub(super) fn order(&self, json: &str) -> Option<Ordering> {
        match json.as_bytes().first()? {
            b'"' => {
                let order = unquoted(json)?.as_ref().cmp(self.text.as_str());
                // A text is neither above nor below a number.
                (self.number.is_none() || order == Ordering::Equal).then_some(order)
            }
            b'{' | b'[' => {
                let whole = self.whole.as_ref()?;
                (canonical(json) == *whole).then_some(Ordering::Equal)
            }
            b'-' | b'0'..=b'9' if !self.is_string => {
                if json == self.text {
                    return Some(Ordering::Equal);
                }
                number(json)?.partial_cmp(&self.number?)
            }
            _ => (!self.is_string && json == self.text).then_some(Ordering::Equal),
        }
    }
}

fn number(text: &str) -> Option<f64> {
    // `nan` and `inf` are words.
    let is_number =
        text.starts_with(['-', '+', '.']) || text.starts_with(|c: char| c.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

fn unquoted(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.get(1..json.len().checked_sub(1)?)?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str(json).ok().map(Cow::Owned)
}
