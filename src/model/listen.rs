//! Where a pool's servers listen.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The name that stands for this machine alone.
const LOCALHOST: &str = "localhost:";

/// An address on which the deck listens for a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenSpec {
    /// A TCP port; 0 lets the system choose.
    Tcp(SocketAddr),
    /// A Unix socket.
    Unix(PathBuf),
    /// A UDP port; 0 lets the system choose.
    Udp(SocketAddr),
}

/// A text is no address to listen on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListenSpecError {
    /// It is neither an IP address with a port nor a path.
    #[error(
        "must be an IP address with a port, or a path: \"0.0.0.0:8080\", \"[::1]:8080\", \"unix:/run/web.sock\""
    )]
    Unknown,
    /// The path is longer than the system can bind.
    #[error("names a path that is longer than a Unix socket's may be, 107 bytes")]
    TooLong,
}

impl ListenSpec {
    /// Reads `IP:PORT`, `localhost:PORT`, `unix:PATH` or `udp:IP:PORT`.
    ///
    /// # Errors
    /// [`ListenSpecError`] says what else it would have to be.
    pub fn parse(text: &str) -> Result<Self, ListenSpecError> {
        if let Some(path) = text.strip_prefix("unix:") {
            if path.is_empty() || path.contains('\0') {
                return Err(ListenSpecError::Unknown);
            }
            return Self::unix(PathBuf::from(path));
        }
        match text.strip_prefix("udp:") {
            Some(address) => address_of(address).map(Self::Udp),
            None => address_of(text).map(Self::Tcp),
        }
    }

    /// A Unix socket, unless its path is too long.
    ///
    /// # Errors
    /// [`ListenSpecError::TooLong`].
    pub fn unix(path: PathBuf) -> Result<Self, ListenSpecError> {
        // `sun_path` of unix(7) has 108 bytes with its end.
        if path.as_os_str().len() > 107 {
            return Err(ListenSpecError::TooLong);
        }
        Ok(Self::Unix(path))
    }
}

fn address_of(text: &str) -> Result<SocketAddr, ListenSpecError> {
    let local = text.strip_prefix(LOCALHOST);
    let written = local.map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    written.parse().map_err(|_| ListenSpecError::Unknown)
}

impl fmt::Display for ListenSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Udp(address) => write!(f, "udp:{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written() {
        for text in [
            "0.0.0.0:8080",
            "[::1]:0",
            "unix:/run/a b.sock",
            "udp:127.0.0.1:53",
        ] {
            assert_eq!(ListenSpec::parse(text).unwrap().to_string(), text);
        }
        let local = ListenSpec::parse("localhost:80").unwrap();
        assert_eq!(local.to_string(), "127.0.0.1:80");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "80",
            ":80",
            "0.0.0.0",
            "example.com:80",
            "unix:",
            "1.2.3.4:65536",
            "udp:x",
        ] {
            assert_eq!(
                ListenSpec::parse(text),
                Err(ListenSpecError::Unknown),
                "{text}"
            );
        }
        let long = format!("unix:/{}", "x".repeat(107));
        assert_eq!(ListenSpec::parse(&long), Err(ListenSpecError::TooLong));
    }
}
