//! Taking over the channel that the parent left.

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::process::adopt_channel;
use crate::process::sys::remove_variables;
use crate::wire::{Serialization, node};

/// The longest message taken from a parent, in bytes. It is trusted more than a worker is.
pub(super) const MAX_FRAME: usize = 1 << 30;

/// What a worker's own children are not to inherit.
const OWN: [&str; 2] = [node::ENV_CHANNEL_FD, node::ENV_SERIALIZATION_MODE];

/// Whether the channel was taken over: a descriptor has one owner.
static CLAIMED: AtomicBool = AtomicBool::new(false);

/// Why a worker has no channel.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// Nobody forked this process with a channel.
    #[error("this worker answers messages of a parent that forks it: NODE_CHANNEL_FD is not set")]
    NotForked,
    /// What the parent said is no channel.
    #[error("use {} as a channel, which NODE_CHANNEL_FD names", fd.display())]
    Channel {
        /// What it said.
        fd: OsString,
        /// Why it is none.
        #[source]
        source: io::Error,
    },
    /// The parent writes messages in a way that is not known.
    #[error("read messages in the serialization {}", mode.display())]
    Serialization {
        /// What it said.
        mode: OsString,
    },
    /// The channel was taken over before.
    #[error("take the channel over twice")]
    Taken,
    /// There is no tokio runtime to serve the channel on, or it cannot watch it.
    #[error("serve the channel on a tokio runtime")]
    Runtime {
        /// The system's refusal.
        #[source]
        source: io::Error,
    },
}

/// Whether this process was forked with a channel: whether it is a worker.
pub fn is_forked() -> bool {
    std::env::var_os(node::ENV_CHANNEL_FD).is_some()
}

/// Keeps the channel's variables from a child of this worker, which would take some descriptor of its own for a channel.
/// [`fork`](crate::fork) never passes them on.
pub fn disown(command: &mut Command) -> &mut Command {
    for name in OWN {
        command.env_remove(name);
    }
    command
}

/// The channel, once, and how messages are written on it. The variables are removed from this process where that is
/// sound: while it has a single thread.
pub(super) fn claim() -> Result<(OwnedFd, Serialization), WorkerError> {
    if CLAIMED.load(Ordering::Acquire) {
        return Err(WorkerError::Taken);
    }
    let fd = std::env::var_os(node::ENV_CHANNEL_FD).ok_or(WorkerError::NotForked)?;
    let serialization = serialization(std::env::var_os(node::ENV_SERIALIZATION_MODE))?;
    let number =
        fd.to_str()
            .and_then(|fd| fd.parse().ok())
            .ok_or_else(|| WorkerError::Channel {
                fd: fd.clone(),
                source: io::ErrorKind::InvalidInput.into(),
            })?;
    if CLAIMED.swap(true, Ordering::AcqRel) {
        return Err(WorkerError::Taken);
    }
    let channel = adopt_channel(number).map_err(|source| {
        CLAIMED.store(false, Ordering::Release);
        WorkerError::Channel { fd, source }
    })?;
    remove_variables(&OWN);
    Ok((channel, serialization))
}

/// Without a word of it, it is JSON, as for Node.
fn serialization(mode: Option<OsString>) -> Result<Serialization, WorkerError> {
    match mode.as_deref().map(|mode| mode.to_str()) {
        None | Some(Some("json" | "")) => Ok(Serialization::Json),
        Some(Some("advanced")) => Ok(Serialization::Advanced),
        Some(_) => Err(WorkerError::Serialization {
            mode: mode.unwrap_or_default(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serialization_that_is_not_known_is_refused() {
        assert_eq!(serialization(None).unwrap(), Serialization::Json);
        let advanced = serialization(Some("advanced".into())).unwrap();
        assert_eq!(advanced, Serialization::Advanced);
        let error = serialization(Some("xml".into())).unwrap_err();
        assert_eq!(error.to_string(), "read messages in the serialization xml");
    }

    #[test]
    fn a_process_that_nobody_forked_has_no_channel() {
        assert!(matches!(claim(), Err(WorkerError::NotForked)));
        assert!(!is_forked());
    }
}
