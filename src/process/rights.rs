//! Descriptors beside bytes (`SCM_RIGHTS`, unix(7)): reading and writing a fork channel.
//!
//! Owns the two calls. Whatever comes in is close-on-exec from the first moment where the system can do so. Called by
//! `intake` and `outlet`.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

/// The most descriptors that one write can carry (Linux, `SCM_MAX_FD`).
const MOST: usize = 253;

#[cfg(target_os = "linux")]
const FLAGS: RecvFlags = RecvFlags::CMSG_CLOEXEC;
#[cfg(not(target_os = "linux"))]
const FLAGS: RecvFlags = RecvFlags::empty();

/// Reads what is there, and takes the descriptors that came with it. One read never brings those of two writes, and it
/// brings them with their first byte.
pub(super) fn receive(
    socket: impl AsFd,
    room: &mut [u8],
    descriptors: &mut Vec<OwnedFd>,
) -> Result<usize, Errno> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
    let mut beside = RecvAncillaryBuffer::new(&mut space);
    let received = recvmsg(socket, &mut [IoSliceMut::new(room)], &mut beside, FLAGS)?;
    for message in beside.drain() {
        if let RecvAncillaryMessage::ScmRights(some) = message {
            for descriptor in some {
                #[cfg(not(target_os = "linux"))]
                let _ = rustix::io::fcntl_setfd(&descriptor, rustix::io::FdFlags::CLOEXEC);
                descriptors.push(descriptor);
            }
        }
    }
    Ok(received.bytes)
}

/// Writes what the kernel takes, the descriptor with the first byte.
pub(super) fn send_with(
    socket: impl AsFd,
    bytes: &[u8],
    descriptor: BorrowedFd<'_>,
) -> Result<usize, Errno> {
    let one = [descriptor];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut beside = SendAncillaryBuffer::new(&mut space);
    // There is room for one.
    beside.push(SendAncillaryMessage::ScmRights(&one));
    sendmsg(
        socket,
        &[IoSlice::new(bytes)],
        &mut beside,
        SendFlags::NOSIGNAL,
    )
}
