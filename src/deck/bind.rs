//! Sockets that the deck opens for a pool's workers.
//!
//! Owns how what a cluster worker asks for is opened, by the rules of Node's own primary. Called by `primary`.

use std::fs::{self, Permissions};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, getsockname, listen, socket_with,
    sockopt,
};

use crate::cluster::{Address, Ask, Kind};

/// An open socket, non-blocking and close-on-exec, and where it is reached. Node expects the descriptors that it is given
/// to be non-blocking.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) socket: OwnedFd,
    pub(crate) address: Address,
    /// The socket file, to be removed with the socket.
    pub(crate) file: Option<SocketFile>,
}

/// A socket file; removed when dropped, as Node does.
#[derive(Debug)]
pub(crate) struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Somebody else may have removed it.
        let _ = fs::remove_file(&self.0);
    }
}

/// Opens what is asked for.
///
/// # Errors
/// The system's error number, for the worker.
pub(crate) fn open(ask: &Ask) -> Result<Opened, Errno> {
    match ask.kind {
        Kind::Tcp => tcp(ask),
        Kind::Unix => unix(ask),
        Kind::Udp4 => udp(ask, Ipv4Addr::UNSPECIFIED.into()),
        Kind::Udp6 => udp(ask, Ipv6Addr::UNSPECIFIED.into()),
    }
}

fn tcp(ask: &Ask) -> Result<Opened, Errno> {
    if let Some(ip) = ip(ask)? {
        return tcp_at(ask, ip);
    }
    // Any address: both families where the system has both, as in `setupListenHandle` of `lib/net.js`.
    tcp_at(ask, Ipv6Addr::UNSPECIFIED.into()).or_else(|_| tcp_at(ask, Ipv4Addr::UNSPECIFIED.into()))
}

fn tcp_at(ask: &Ask, ip: IpAddr) -> Result<Opened, Errno> {
    let socket = make(ask, ip, SocketType::STREAM)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    bind(&socket, &SocketAddr::new(ip, ask.port))?;
    listen(&socket, ask.backlog)?;
    opened(socket)
}

fn udp(ask: &Ask, any: IpAddr) -> Result<Opened, Errno> {
    let ip = ip(ask)?.unwrap_or(any);
    let socket = make(ask, ip, SocketType::DGRAM)?;
    if ask.reuses_address {
        sockopt::set_socket_reuseaddr(&socket, true)?;
    }
    bind(&socket, &SocketAddr::new(ip, ask.port))?;
    opened(socket)
}

fn unix(ask: &Ask) -> Result<Opened, Errno> {
    let path = Path::new(ask.address.as_deref().ok_or(Errno::INVAL)?);
    let name = SocketAddrUnix::new(path)?;
    let socket = new(AddressFamily::UNIX, SocketType::STREAM)?;
    bind(&socket, &name)?;
    let file = SocketFile(path.to_owned());
    if ask.mode != 0 {
        let about = fs::metadata(path).map_err(|error| errno(&error))?;
        let mode = about.permissions().mode() | ask.mode;
        fs::set_permissions(path, Permissions::from_mode(mode)).map_err(|error| errno(&error))?;
    }
    listen(&socket, ask.backlog)?;
    Ok(Opened {
        socket,
        address: Address::Path(path.to_owned()),
        file: Some(file),
    })
}

fn make(ask: &Ask, ip: IpAddr, kind: SocketType) -> Result<OwnedFd, Errno> {
    let family = if ip.is_ipv4() {
        AddressFamily::INET
    } else {
        AddressFamily::INET6
    };
    let socket = new(family, kind)?;
    if ip.is_ipv6() {
        sockopt::set_ipv6_v6only(&socket, ask.only_v6)?;
    }
    Ok(socket)
}

fn new(family: AddressFamily, kind: SocketType) -> Result<OwnedFd, Errno> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    socket_with(family, kind, flags, None)
}

fn opened(socket: OwnedFd) -> Result<Opened, Errno> {
    let name = getsockname(socket.as_fd())?;
    let address = SocketAddr::try_from(name)?;
    Ok(Opened {
        socket,
        address: Address::Net(address),
        file: None,
    })
}

/// The address that is asked for, if one is; workers have resolved names already.
fn ip(ask: &Ask) -> Result<Option<IpAddr>, Errno> {
    let address = ask.address.as_deref().filter(|address| !address.is_empty());
    address
        .map(|address| address.parse().map_err(|_| Errno::INVAL))
        .transpose()
}

fn errno(error: &std::io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}

#[cfg(test)]
mod tests {
    use std::net::{TcpStream, UdpSocket};
    use std::os::unix::net::UnixStream;

    use super::*;

    fn ask(kind: Kind, address: Option<&str>) -> Ask {
        Ask {
            kind,
            address: address.map(str::to_owned),
            port: 0,
            backlog: 16,
            only_v6: false,
            reuses_address: false,
            mode: 0,
            is_shared: false,
        }
    }

    fn port(opened: &Opened) -> u16 {
        match &opened.address {
            Address::Net(at) => at.port(),
            Address::Path(_) => 0,
        }
    }

    #[test]
    fn any_address_is_reached_by_both_families() {
        let opened = open(&ask(Kind::Tcp, None)).unwrap();

        let port = port(&opened);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        if matches!(&opened.address, Address::Net(at) if at.is_ipv6()) {
            assert!(TcpStream::connect((Ipv6Addr::LOCALHOST, port)).is_ok());
        }
    }

    #[test]
    fn an_address_in_use_is_told_by_its_number() {
        let first = open(&ask(Kind::Tcp, Some("127.0.0.1"))).unwrap();
        let mut second = ask(Kind::Tcp, Some("127.0.0.1"));
        second.port = port(&first);
        assert_eq!(open(&second).unwrap_err(), Errno::ADDRINUSE);
        drop(first);
        assert!(open(&second).is_ok());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let error = |kind, address| open(&ask(kind, address)).unwrap_err();
        assert_eq!(error(Kind::Tcp, Some("localhost")), Errno::INVAL);
        let long = format!("/tmp/{}", "x".repeat(200));
        assert_eq!(error(Kind::Unix, Some(&long)), Errno::NAMETOOLONG);
        assert_eq!(error(Kind::Unix, Some("/no/such/folder/x")), Errno::NOENT);
    }

    #[test]
    fn a_socket_file_goes_with_its_socket_and_has_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.sock");
        let mut ask = ask(Kind::Unix, path.to_str());
        ask.mode = 0o222;

        let opened = open(&ask).unwrap();

        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o222, 0o222);
        assert!(UnixStream::connect(&path).is_ok());
        assert_eq!(open(&ask).unwrap_err(), Errno::ADDRINUSE);
        drop(opened);
        assert!(!path.exists());
    }

    #[test]
    fn datagrams_arrive() {
        let opened = open(&ask(Kind::Udp4, None)).unwrap();
        let (port, socket) = (port(&opened), UdpSocket::from(opened.socket));

        let sender = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        sender.send_to(b"x", (Ipv4Addr::LOCALHOST, port)).unwrap();

        socket.set_nonblocking(false).unwrap();
        let mut buffer = [0; 8];
        assert_eq!(socket.recv(&mut buffer).unwrap(), 1);
    }
}
