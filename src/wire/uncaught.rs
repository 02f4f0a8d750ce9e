//! The error event of a web worker: what a worker's preload tells when nobody in it caught an error.
//!
//! Reads the message that tells it, whoever wrote that. Called by the decoders.

use serde::Deserialize;

use crate::wire::{Fault, FaultKind, Message};

/// How much of what a worker says of an error is kept, in bytes.
const LONGEST: usize = 1024;

/// The part of `NODE_FORKDECK_ERROR` that is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    message: String,
    filename: String,
    lineno: u64,
    colno: u64,
}

/// What a message of `bytes` bytes tells, as a fault whose hint says what happened and where.
pub(super) fn fault(message: &Message, bytes: usize) -> Fault {
    let told: Told = serde_json::from_slice(message.as_bytes()).unwrap_or_default();
    let mut text = match told.message.as_str() {
        "" => "an error that it does not name".to_owned(),
        said => said.replace(char::is_control, " "),
    };
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push('…');
    }
    if !told.filename.is_empty() && told.filename.len() <= LONGEST {
        let path = told.filename.strip_prefix("file://");
        let path = path
            .unwrap_or(&told.filename)
            .replace(char::is_control, " ");
        text = format!("{text} ({path}:{}:{})", told.lineno, told.colno);
    }
    Fault {
        kind: FaultKind::Uncaught,
        bytes: bytes as u64,
        head: message.as_bytes().iter().take(32).copied().collect(),
        hint: Some(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(text: &str) -> String {
        let fault = fault(&Message::parse(text).unwrap(), text.len() + 1);
        assert_eq!(fault.kind, FaultKind::Uncaught);
        fault.hint.unwrap().into_owned()
    }

    #[test]
    fn an_error_is_told_with_its_place() {
        let text = r#"{"cmd":"NODE_FORKDECK_ERROR","message":"Uncaught TypeError: boom","filename":"file:///w.js","lineno":3,"colno":21,"stack":"…"}"#;
        assert_eq!(hint(text), "Uncaught TypeError: boom (/w.js:3:21)");
    }

    #[test]
    fn whatever_a_worker_writes_there_is_taken() {
        let nameless = "an error that it does not name";
        assert_eq!(hint(r#"{"cmd":"NODE_FORKDECK_ERROR"}"#), nameless);
        assert_eq!(
            hint(r#"{"cmd":"NODE_FORKDECK_ERROR","message":{}}"#),
            nameless
        );
        assert_eq!(
            hint(r#"{"cmd":"NODE_FORKDECK_ERROR","message":"a\nb\u001b[31m"}"#),
            "a b [31m"
        );
        let long = format!(r#"{{"message":"{}"}}"#, "é".repeat(5_000));
        assert!(hint(&long).len() <= LONGEST + "…".len());
    }
}
