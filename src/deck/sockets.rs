//! The sockets on which a deck listens for its pools.
//!
//! Owns them from the deck's start to its end: they outlive every worker, so that a connection made while one starts again
//! waits for the next. Never accepts. Opened before the deck starts; called by `perform` for each new process.

use std::fs;
use std::io;
use std::net::{TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use serde_json::json;

use crate::model::{DeckSpec, ListenSpec, PoolName};
use crate::wire::{Handle, HandleKind, Message};

/// How many connections wait to be accepted, as Node asks for.
const BACKLOG: i32 = 511;

/// A pool's socket could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("pool {pool} cannot listen on {address}: {}", reason(source))]
pub struct SocketError {
    /// Which pool.
    pub pool: PoolName,
    /// Where it was to listen.
    pub address: ListenSpec,
    /// Why it cannot.
    #[source]
    pub source: io::Error,
}

/// All sockets of a deck. Those on paths are removed with it.
#[derive(Debug, Default)]
pub struct Sockets {
    sockets: Vec<Socket>,
}

#[derive(Debug)]
struct Socket {
    pool: PoolName,
    address: String,
    message: Message,
    path: Option<PathBuf>,
}

impl Sockets {
    /// Opens the sockets of every pool.
    ///
    /// # Errors
    /// [`SocketError`] of the first that cannot be opened; the others are closed.
    pub fn open(spec: &DeckSpec) -> Result<Self, SocketError> {
        let mut all = Self::default();
        for pool in &spec.pools {
            for address in &pool.listen {
                let socket = bind(address).map_err(|source| SocketError {
                    pool: pool.name.clone(),
                    address: address.clone(),
                    source,
                })?;
                all.sockets.push(Socket::new(pool.name.clone(), socket));
            }
        }
        Ok(all)
    }

    /// Where a pool's servers listen: the port is the real one.
    pub(crate) fn addresses(&self, pool: &PoolName) -> Vec<String> {
        let own = self.of(pool);
        own.map(|socket| socket.address.clone()).collect()
    }

    /// What each new process of a pool is given first.
    pub(crate) fn messages(&self, pool: &PoolName) -> impl Iterator<Item = Message> {
        self.of(pool).map(|socket| socket.message.clone())
    }

    fn of(&self, pool: &PoolName) -> impl Iterator<Item = &Socket> {
        let sockets = self.sockets.iter();
        sockets.filter(move |socket| socket.pool == *pool)
    }
}

/// An open socket, where it really is, and the path that is its own.
struct Bound {
    fd: OwnedFd,
    kind: HandleKind,
    address: ListenSpec,
}

impl Socket {
    fn new(pool: PoolName, bound: Bound) -> Self {
        let address = bound.address.to_string();
        let text = json!({"cmd": "listen", "address": address}).to_string();
        let path = match bound.address {
            ListenSpec::Unix(path) => Some(path),
            ListenSpec::Tcp(_) | ListenSpec::Udp(_) => None,
        };
        Self {
            pool,
            address,
            message: Message::from_valid(text).with_handle(Handle::new(bound.kind, bound.fd)),
            path,
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // Somebody else may have removed it.
            let _ = fs::remove_file(path);
        }
    }
}

/// Opens one socket. What a worker takes over does not block.
fn bind(address: &ListenSpec) -> io::Result<Bound> {
    let (fd, kind, address) = match address {
        ListenSpec::Tcp(address) => {
            let listener = TcpListener::bind(address)?;
            let real = ListenSpec::Tcp(listener.local_addr()?);
            (OwnedFd::from(listener), HandleKind::Server, real)
        }
        ListenSpec::Unix(path) => {
            remove_stale(path);
            let listener = UnixListener::bind(path)?;
            (listener.into(), HandleKind::Server, address.clone())
        }
        ListenSpec::Udp(address) => {
            let socket = UdpSocket::bind(address)?;
            let is_v6 = address.is_ipv6();
            let real = ListenSpec::Udp(socket.local_addr()?);
            (socket.into(), HandleKind::Dgram { is_v6 }, real)
        }
    };
    if kind == HandleKind::Server {
        rustix::net::listen(&fd, BACKLOG)?;
    }
    rustix::io::ioctl_fionbio(&fd, true)?;
    Ok(Bound { fd, kind, address })
}

/// Removes what a deck left that was killed: a socket on which nobody listens.
fn remove_stale(path: &Path) {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    let is_refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    if is_socket && UnixStream::connect(path).is_err_and(is_refused) {
        // If it cannot be removed, binding says why.
        let _ = fs::remove_file(path);
    }
}

/// The system's words, with the error's name.
fn reason(error: &io::Error) -> String {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(errno) => format!("{}, {errno:?}", errno.desc().to_lowercase()),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;
    use crate::model::PoolSpec;

    fn spec(listen: &[&str]) -> DeckSpec {
        let mut pool = PoolSpec::new(PoolName::new("web").unwrap(), "node", "/");
        pool.listen = listen
            .iter()
            .map(|text| ListenSpec::parse(text).unwrap())
            .collect();
        DeckSpec::new("test", vec![pool])
    }

    #[test]
    fn the_address_told_is_the_real_one() {
        let sockets = Sockets::open(&spec(&["127.0.0.1:0", "udp:127.0.0.1:0"])).unwrap();
        let pool = PoolName::new("web").unwrap();

        let addresses = sockets.addresses(&pool);
        let messages: Vec<Message> = sockets.messages(&pool).collect();

        assert!(TcpStream::connect(&addresses[0]).is_ok());
        assert!(addresses[1].starts_with("udp:127.0.0.1:") && !addresses[1].ends_with(":0"));
        let text = format!(r#"{{"cmd":"listen","address":"{}"}}"#, addresses[0]);
        assert_eq!(messages[0].as_str(), text);
        assert_eq!(
            messages[1].handle().unwrap().kind().as_str(),
            "dgram.Socket"
        );
        assert!(
            sockets
                .addresses(&PoolName::new("other").unwrap())
                .is_empty()
        );
    }

    #[test]
    fn a_path_is_taken_over_from_a_deck_that_died_and_removed_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("web.sock");
        drop(UnixListener::bind(&path).unwrap());
        let spec = spec(&[&format!("unix:{}", path.display())]);

        let sockets = Sockets::open(&spec).unwrap();
        assert!(UnixStream::connect(&path).is_ok());
        let error = Sockets::open(&spec).unwrap_err().to_string();
        drop(sockets);

        assert!(
            error.ends_with(": address already in use, EADDRINUSE"),
            "{error}"
        );
        assert!(!path.exists());
    }
}
