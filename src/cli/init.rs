//! `init`: writes a first config.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use crate::cli::config::FILE_NAME;
use crate::cli::diagnose::{Code, Failure};

/// The scripts that a first config is made for, when one is there.
const SCRIPTS: [&str; 6] = [
    "process.js",
    "worker.js",
    "worker.mjs",
    "worker.ts",
    "worker.py",
    "worker.sh",
];

/// The pool of a folder without a script: a worker that needs nothing but a shell.
const ECHO: &str = r#"[pools.echo]
# The channel is descriptor 3 (NODE_CHANNEL_FD): one JSON value per line, in both directions.
command = ["sh", "-c", 'while read -r line <&3; do printf "got %s\n" "$line"; printf "%s\n" "$line" >&3; done']
"#;

const REST: &str = r#"instances = 1                        # or "cores", "cores-1"
# env = { LOG_LEVEL = "debug" }
# restart = { when = "always", backoff = "100ms..30s", intensity = "5 in 30s", healthy = "10s" }
# stop = { signal = "SIGTERM", grace = "5s", drain = "30s" }
# timeout = "30s"                    # of a job; it is then tried again, `retries` times
# retries = 3
# failed_when = "/error"             # a reply with something at this place is a failure

# [theme]
# name = "auto"                      # or "dark", "light", "high-contrast", "monochrome"
# [keys]
# restart = ["r", "F5"]              # the keys of an action; none unbinds it
# [columns]
# workers = ["state", "pid", "cpu", "memory", "mailbox", "unread", "p50", "p99", "uptime"]
# [ui]
# start = "deck"                     # the view that is shown first
# mouse = true
# ascii = "auto"
# reduced_motion = false
"#;

/// Writes the config into `folder`, and says what to do with it.
pub(super) fn init(folder: &Path) -> Result<String, Failure> {
    write(&folder.join(FILE_NAME), &first_config(folder)).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            let message = format!("there is a {FILE_NAME} here already, and it stays as it is");
            let next = "`forkdeck check` says whether it is good, `forkdeck` starts its deck; for a new one move it away";
            Failure::new(Code::Failed, message).help(next)
        }
        _ => Failure::new(
            Code::Failed,
            format!("cannot write {FILE_NAME} here: {error}"),
        ),
    })?;
    Ok(format!(
        "Wrote {FILE_NAME}. `forkdeck` starts its deck, `forkdeck check` validates it.\n"
    ))
}

fn first_config(folder: &Path) -> String {
    let script = SCRIPTS.iter().find(|script| folder.join(script).is_file());
    let pool = script.map_or_else(
        || ECHO.to_owned(),
        |script| {
            let name = script.split('.').next().unwrap_or(script);
            format!("[pools.{name}]\nscript = \"{script}\"\n")
        },
    );
    format!(
        "# A deck of forkdeck: every table below `pools` is a set of identical workers.\n\n{pool}{REST}"
    )
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::cli::config::load;

    #[test]
    fn what_the_first_config_offers_is_good() {
        let folder = tempfile::tempdir().unwrap();
        let text = first_config(folder.path());
        let offered: Vec<&str> = text
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(offer) if offer.starts_with('[') || offer.contains(" = ") => offer,
                _ => line,
            })
            .collect();
        let path = folder.path().join(FILE_NAME);
        fs::write(&path, offered.join("\n")).unwrap();

        let loaded = load(&path, true).unwrap();

        assert_eq!(loaded.spec.pools.len(), 1);
        assert_eq!(loaded.taste.keys.len(), 1);
        assert_eq!(loaded.taste.mouse, Some(true));
    }
}
