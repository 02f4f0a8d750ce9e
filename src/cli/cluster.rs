//! Which commands can be cluster workers.
//!
//! Owns the words about those that cannot. Called by `run` and by the config.

use crate::cli::runtime::Resolved;
use crate::model::{ChannelKind, Runtime};

/// Why a command is no cluster worker.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ClusterError {
    /// Its channel carries no sockets.
    #[error("cluster workers get their connections over the fork channel, not over \"{}\"", _0.as_str())]
    Channel(ChannelKind),
    /// Bun's `cluster` asks no primary (observed with bun 1.4).
    #[error(
        "bun's cluster workers bind their ports by themselves and ask no primary; use node or deno"
    )]
    Bun,
    /// It knows no `cluster`.
    #[error("{program} has no cluster; only scripts of node and deno do")]
    Unknown {
        /// The program.
        program: String,
    },
}

/// Says whether a command can be a cluster worker; of a program that is not known it is believed.
///
/// # Errors
/// [`ClusterError`] with the cure.
pub(crate) fn check(command: &Resolved, channel: ChannelKind) -> Result<(), ClusterError> {
    if channel != ChannelKind::Fork {
        return Err(ClusterError::Channel(channel));
    }
    match command.runtime {
        Some(Runtime::Node | Runtime::Deno) | None => Ok(()),
        Some(Runtime::Bun) => Err(ClusterError::Bun),
        Some(Runtime::Python | Runtime::Shell | Runtime::Forkdeck) => Err(ClusterError::Unknown {
            program: command.program.display().to_string(),
        }),
    }
}
