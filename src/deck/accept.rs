//! The task of one listener: it accepts as many connections as it is allowed.
//!
//! Those beyond wait in the kernel's backlog. Never decides who gets them; started by `primary`.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{SocketFlags, accept_with};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::sleep;

use crate::cluster::ListenerId;
use crate::process::Watched;

/// How many connections are told at once.
const BATCH: usize = 32;

/// How long a system that is out of descriptors or memory is left alone.
const LATER: Duration = Duration::from_millis(100);

/// Connections that came.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) listener: ListenerId,
    pub(crate) connections: Vec<OwnedFd>,
}

/// Accepts against credit, until nobody listens to it any more; `primary` drops it with its listener.
pub(crate) async fn accept(
    listener: ListenerId,
    socket: Arc<Watched>,
    credit: Arc<Semaphore>,
    came: mpsc::Sender<Came>,
) {
    loop {
        let Ok(one) = credit.acquire().await else {
            return;
        };
        // A permit that brings no connection is given back.
        let Ok(mut guard) = socket.readable().await else {
            return;
        };
        one.forget();
        let more = BATCH - 1;
        let room = 1 + take(&credit, more);
        let (connections, end) = accept_some(&socket, room);
        credit.add_permits(room - connections.len());
        if end == Some(Errno::AGAIN) {
            guard.clear_ready();
        }
        let is_told = connections.is_empty() || {
            let batch = Came {
                listener,
                connections,
            };
            came.send(batch).await.is_ok()
        };
        match end {
            _ if !is_told => return,
            None | Some(Errno::AGAIN) => {}
            Some(_) => sleep(LATER).await,
        }
    }
}

/// Takes up to so many permits that are there.
fn take(credit: &Semaphore, most: usize) -> usize {
    let count = credit.available_permits().min(most);
    let permits = u32::try_from(count).ok();
    let taken = permits.and_then(|permits| credit.try_acquire_many(permits).ok());
    taken.map_or(0, |permits| {
        permits.forget();
        count
    })
}

/// Accepts what is there, at most so many, and why no more came.
fn accept_some(socket: &Watched, most: usize) -> (Vec<OwnedFd>, Option<Errno>) {
    let mut connections = Vec::new();
    while connections.len() < most {
        match accept_with(socket, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK) {
            Ok(connection) => connections.push(connection),
            // The client is gone already, or a signal came.
            Err(Errno::INTR | Errno::CONNABORTED | Errno::PROTO) => {}
            Err(errno) => return (connections, Some(errno)),
        }
    }
    (connections, None)
}
