//! The keys that say when a worker is ready.
//!
//! Owns which ways there are, and which are still to come. Called by `pool` with the pool's whole table.

use std::time::Duration;

use toml::de::DeValue;

use crate::cli::config::quantity;
use crate::cli::config::table::{Faults, Table, Wrong, no_word, text, time};
use crate::model::{Api, ChannelKind, Ready};

/// The ways that can be asked for.
const BUILT: [Ready; 3] = [Ready::Spawn, Ready::Message, Ready::Listening];

/// How the ways that are still to come begin.
const LATER: [&str; 3] = ["log:", "tcp:", "http:"];

/// Reads when a worker is ready, and how long it has; `default` is how long unless said.
pub(super) fn read(
    table: Table<'_>,
    (channel, api): (ChannelKind, Api),
    default: Duration,
    faults: &mut Faults,
) -> (Ready, Duration) {
    // A cluster worker is there for its servers.
    let usual = match api {
        Api::Cluster => Ready::Listening,
        Api::Process | Api::WebWorker => Ready::Spawn,
    };
    let ready = table.take("ready", faults, way).unwrap_or(usual);
    if ready == Ready::Listening && api != Api::Cluster {
        let said = "`ready = \"listening\"` is for cluster workers, which say that they listen";
        let help = "use `ready = \"spawn\"` or \"message\", or `api = \"cluster\"`";
        let span = table.key_span("ready").unwrap_or_default();
        faults.push(span, said.to_owned(), Some(help.to_owned()));
    }
    if ready == Ready::Message && channel == ChannelKind::None {
        let said =
            "`ready = \"message\"` needs a channel, and with `channel = \"none\"` there is none";
        let help = "use `ready = \"spawn\"`, or `channel = \"fork\"` or `channel = \"stdio\"`";
        let span = table.key_span("ready").unwrap_or_default();
        faults.push(span, said.to_owned(), Some(help.to_owned()));
    }
    let timeout = table.take("ready_timeout", faults, |value| {
        time(value, quantity::positive_duration)
    });
    (ready, timeout.unwrap_or(default))
}

fn way(value: &DeValue<'_>) -> Result<Ready, Wrong> {
    let found = text(value)?;
    if let Some(later) = LATER.iter().find(|later| found.starts_with(*later)) {
        let wrong = Wrong::from(format!("cannot be \"{later}…\" yet in this version"));
        return Err(wrong.help("\"spawn\" and \"message\" work"));
    }
    let known = BUILT.into_iter().find(|ready| ready.as_str() == found);
    known.ok_or_else(|| no_word(found, &BUILT.map(Ready::as_str)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cli::config::deck;
    use crate::cli::config::tests::complaints;
    use crate::cli::runtime::Programs;

    fn read(text: &str) -> (Ready, Duration) {
        let text = format!("[pools.a]\ncommand = [\"a\"]\n{text}");
        let programs = Programs::in_folders(&[]);
        let (spec, _) = deck::read(&text, Path::new("/srv/x"), &programs).unwrap();
        (spec.pools[0].ready, spec.pools[0].ready_timeout)
    }

    #[test]
    fn readiness_is_as_written_and_by_default_at_once() {
        assert_eq!(read(""), (Ready::Spawn, Duration::from_secs(30)));
        let written = read("ready = \"message\"\nready_timeout = \"2s\"");
        assert_eq!(written, (Ready::Message, Duration::from_secs(2)));
    }

    #[test]
    fn a_way_that_is_none_or_not_there_yet_is_told() {
        let told = |text: &str| complaints(&format!("[pools.a]\ncommand = [\"a\"]\n{text}"));
        let log = told("ready = \"log:listening\"");
        assert!(
            log[0].contains("`ready` cannot be \"log:…\" yet in this version"),
            "{log:?}"
        );
        let wrong = told("ready = \"mesage\"");
        assert!(wrong[0].contains("\"spawn\" or \"message\""), "{wrong:?}");
        let none = told("channel = \"none\"\nready = \"message\"");
        assert!(none[0].contains("needs a channel"), "{none:?}");
        let zero = told("ready_timeout = \"0s\"");
        assert_eq!(zero.len(), 1, "{zero:?}");
    }
}
