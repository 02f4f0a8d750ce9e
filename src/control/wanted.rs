//! Which events a client asked for.
//!
//! Never looks into an event; called when a subscription is asked for and once for each event.

/// Every event that control clients may name, those of later versions of the deck included.
const NAMES: [&str; 19] = [
    "state",
    "pool",
    "rolling",
    "exit",
    "message",
    "handle",
    "frame_error",
    "log",
    "dropped",
    "liveness",
    "worker_error",
    "stalled",
    "sample",
    "deck",
    "down",
    "job",
    "route",
    "source",
    "lagged",
];

/// The events that a client is to get. `lagged`, the `snapshot` after it, and `dropped` bodies go to every client, since
/// without them it could not tell what it missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The names, or none for every event.
    names: Option<Vec<&'static str>>,
    /// Whether `NODE_…` messages are wanted too.
    pub internal: bool,
}

/// A name that no event has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no event is named `{name}`; did you mean `{nearest}`?")]
pub struct UnknownEvent {
    name: String,
    nearest: &'static str,
}

impl Wanted {
    /// Every event but internal messages.
    pub fn all() -> Self {
        Self {
            names: None,
            internal: false,
        }
    }

    /// Only the events of these names.
    ///
    /// # Errors
    /// [`UnknownEvent`] names the known event nearest to the first unknown one.
    pub fn only(names: &[String]) -> Result<Self, UnknownEvent> {
        let known = names
            .iter()
            .map(|name| {
                let found = NAMES.into_iter().find(|known| known == name);
                found.ok_or_else(|| UnknownEvent {
                    name: name.clone(),
                    nearest: nearest(name, &NAMES),
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            names: Some(known),
            internal: false,
        })
    }

    /// Adds or leaves out `NODE_…` messages.
    #[must_use]
    pub fn with_internal(mut self, internal: bool) -> Self {
        self.internal = internal;
        self
    }

    /// Whether the events of this name are wanted.
    pub fn has(&self, name: &str) -> bool {
        self.names
            .as_ref()
            .is_none_or(|names| names.contains(&name))
    }
}

/// The one of `known` that is most like `name`.
pub(super) fn nearest(name: &str, known: &[&'static str]) -> &'static str {
    known
        .iter()
        .copied()
        .max_by(|a, b| {
            let likeness = |known| strsim::jaro_winkler(name, known);
            likeness(a).total_cmp(&likeness(b))
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_event_is_refused_with_the_nearest_name() {
        let refused = |name: &str| Wanted::only(&[name.to_owned()]).unwrap_err().to_string();
        assert_eq!(
            refused("mesage"),
            "no event is named `mesage`; did you mean `message`?"
        );
        assert_eq!(
            refused("logs"),
            "no event is named `logs`; did you mean `log`?"
        );
    }

    #[test]
    fn only_the_named_events_are_wanted() {
        let wanted = Wanted::only(&["exit".to_owned()]).unwrap();
        assert!(wanted.has("exit"));
        assert!(!wanted.has("log"));
        assert!(!Wanted::only(&[]).unwrap().has("log"));
        assert!(Wanted::all().has("log"));
    }
}
