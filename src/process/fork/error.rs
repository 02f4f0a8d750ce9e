//! Why a child was not made.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

/// Why a child was not made. Nothing of it is left behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ForkError {
    /// There is no tokio runtime to serve the child on.
    #[error("fork a child outside of a tokio runtime")]
    NoRuntime,
    /// The channel could not be made.
    #[error("make a channel for {}", program.display())]
    Channel {
        /// The program.
        program: OsString,
        /// The system's refusal.
        #[source]
        source: io::Error,
    },
    /// A descriptor for the child's standard input or outputs could not be copied.
    #[error("copy a descriptor for {}", program.display())]
    Stdio {
        /// The program.
        program: OsString,
        /// The system's refusal.
        #[source]
        source: io::Error,
    },
    /// The folder that the child was to be in is not there.
    #[error("enter the folder {}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The system's refusal.
        #[source]
        source: io::Error,
    },
    /// The program could not be executed.
    #[error("execute {}", program.display())]
    Spawn {
        /// The program.
        program: OsString,
        /// The system's refusal.
        #[source]
        source: io::Error,
    },
    /// Programs that this crate started have started each other more often than anybody means to.
    #[error("start {} inside {depth} others", program.display())]
    TooDeep {
        /// The program.
        program: OsString,
        /// How many there are.
        depth: u32,
    },
}

impl ForkError {
    /// The system's own reason: `NotFound` when there is no such program or folder.
    pub fn kind(&self) -> io::ErrorKind {
        match self {
            Self::NoRuntime | Self::TooDeep { .. } => io::ErrorKind::Other,
            Self::Channel { source, .. }
            | Self::Stdio { source, .. }
            | Self::Folder { source, .. }
            | Self::Spawn { source, .. } => source.kind(),
        }
    }
}
