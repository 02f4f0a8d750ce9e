//! What a child's standard input and outputs are.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::process;

/// What one of a child's standard streams is.
#[derive(Debug, Default)]
pub enum Stdio {
    /// This program's own; the default, as in Node.
    #[default]
    Inherit,
    /// `/dev/null`: Node's `ignore`.
    Null,
    /// A pipe, whose other end is the [`Child`](super::Child)'s.
    Pipe,
    /// An open descriptor: a file, a socket, another child's pipe. It stays open here until the builder is dropped.
    Fd(OwnedFd),
}

impl Stdio {
    /// The same for the standard library; the builder may make more than one child.
    pub(super) fn to_std(&self) -> io::Result<process::Stdio> {
        Ok(match self {
            Self::Inherit => process::Stdio::inherit(),
            Self::Null => process::Stdio::null(),
            Self::Pipe => process::Stdio::piped(),
            Self::Fd(fd) => fd.try_clone()?.into(),
        })
    }
}

impl From<OwnedFd> for Stdio {
    fn from(fd: OwnedFd) -> Self {
        Self::Fd(fd)
    }
}

impl From<File> for Stdio {
    fn from(file: File) -> Self {
        Self::Fd(file.into())
    }
}
