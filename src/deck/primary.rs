//! The cluster's machine with its sockets.
//!
//! Owns the descriptors that the machine speaks of by number, and Node's ids of cluster workers. What happens to a process
//! or its channel comes here from `hear` and `perform`. Decides nothing.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use rustix::io::Errno;
use rustix::net::{Shutdown, shutdown};
use tokio::io::Interest;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::cluster::{
    Address, Ask, Carried, Cluster, ConnectionId, Effect, Input, Kind, ListenerId,
};
use crate::deck::accept::{Came, accept};
use crate::deck::bind::{Opened, SocketFile, open};
use crate::deck::driver::{Driver, Step};
use crate::model::{DeckSpec, Incarnation, Now, StateChanged, Stream, WorkerId};
use crate::process::Watched;
use crate::supervisor;
use crate::wire::{Fault, FaultKind, Frame, Handle, HandleKind, InternalKind, Message};

/// How many batches of connections wait for the driver.
pub(crate) const CAME: usize = 16;

/// How the text of a hand-over begins, as far as a fault shows it.
const HAND_OVER: &[u8] = br#"{"cmd":"NODE_CLUSTER","act":"new"#;

/// The cluster of a deck.
#[derive(Debug)]
pub(crate) struct Primary {
    pub(crate) machine: Cluster,
    sockets: HashMap<ListenerId, Socket>,
    connections: HashMap<ConnectionId, Handle>,
    last_connection: u64,
    last_unique_id: u64,
    came: mpsc::Sender<Came>,
}

/// A listener's socket.
#[derive(Debug)]
enum Socket {
    /// The deck accepts.
    Own {
        kind: Kind,
        socket: Arc<Watched>,
        credit: Arc<Semaphore>,
        _file: Option<SocketFile>,
        _accepts: DropGuard,
    },
    /// Workers accept.
    Shared {
        handle: Handle,
        _file: Option<SocketFile>,
    },
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Self::Own { socket, .. } = self {
            // The task may hold the descriptor for a moment longer; its address is to be free at once.
            let _ = shutdown(&**socket, Shutdown::Both);
        }
    }
}

impl Primary {
    /// A cluster without sockets; connections come by `came`.
    pub(crate) fn new(spec: &DeckSpec, came: mpsc::Sender<Came>) -> Self {
        Self {
            machine: Cluster::new(spec),
            sockets: HashMap::new(),
            connections: HashMap::new(),
            last_connection: 0,
            last_unique_id: 0,
            came,
        }
    }

    /// What makes a process a cluster worker: an id that no other process of the deck has.
    pub(crate) fn next_unique_id(&mut self) -> u64 {
        self.last_unique_id += 1;
        self.last_unique_id
    }
}

impl Driver {
    /// Connections came.
    pub(crate) fn came(&mut self, came: Came) {
        let now = self.now();
        let Came {
            listener,
            connections,
        } = came;
        let kind = match self.cluster.sockets.get(&listener) {
            Some(Socket::Own { kind, .. }) => *kind,
            // The listener was closed meanwhile: so are they.
            Some(Socket::Shared { .. }) | None => return,
        };
        let ids = connections.into_iter().map(|connection| {
            self.cluster.last_connection += 1;
            let id = ConnectionId(self.cluster.last_connection);
            let handle = Handle::new(native(kind, false), connection);
            self.cluster.connections.insert(id, handle);
            id
        });
        let connections = ids.collect();
        self.tell_cluster(
            now,
            Input::Accepted {
                listener,
                connections,
            },
        );
    }

    /// Tells the cluster, and does what follows.
    pub(crate) fn tell_cluster(&mut self, now: Now, input: Input) {
        self.steps.push_back(Step::Cluster(input));
        self.work_off(now);
    }

    /// What is due in the cluster.
    pub(crate) fn tick_cluster(&mut self, now: Now) {
        let due = self.cluster.machine.next_deadline();
        if due.is_some_and(|due| due <= now.mono) {
            self.tell_cluster(now, Input::Tick);
        }
    }

    /// What a cluster worker's frames say to its primary, if they say anything.
    pub(crate) fn overhear(
        &mut self,
        worker: &WorkerId,
        incarnation: Incarnation,
        frames: &[Frame],
    ) {
        if !self.cluster.machine.serves(&worker.pool) {
            return;
        }
        let inputs = frames.iter().filter_map(|frame| match frame {
            Frame::Internal {
                message,
                kind: InternalKind::Cluster,
                ..
            } => Some(Input::Told {
                worker: worker.clone(),
                incarnation,
                message: message.clone(),
            }),
            Frame::Fault(fault) if is_hand_over(fault) => Some(Input::Undelivered {
                worker: worker.clone(),
                incarnation,
            }),
            Frame::Internal { .. } | Frame::Message { .. } | Frame::Fault(_) => None,
        });
        self.steps.extend(inputs.map(Step::Cluster));
    }

    /// A process has nothing more to say to its primary.
    pub(crate) fn lose_for_cluster(&mut self, worker: &WorkerId, incarnation: Incarnation) {
        if self.cluster.machine.serves(&worker.pool) {
            let worker = worker.clone();
            self.steps.push_back(Step::Cluster(Input::Gone {
                worker,
                incarnation,
            }));
        }
    }

    /// A worker's state changed: the cluster cares whether it is to come back.
    pub(crate) fn tell_state_to_cluster(&mut self, changed: &StateChanged) {
        if changed.state.is_over() && self.cluster.machine.serves(&changed.worker.pool) {
            let worker = changed.worker.clone();
            self.steps.push_back(Step::Cluster(Input::Over { worker }));
        }
    }

    /// One step of the cluster.
    pub(crate) fn step_cluster(&mut self, now: Now, input: Input) {
        let mut effects = Vec::new();
        self.cluster.machine.handle(now.mono, input, &mut effects);
        for effect in effects {
            self.perform_for_cluster(now, effect);
        }
    }

    fn perform_for_cluster(&mut self, now: Now, effect: Effect) {
        match effect {
            Effect::Bind { listener, ask, .. } => {
                let result = self.bind(listener, &ask);
                let input = Input::Bound { listener, result };
                // Before anything else that was said: who asks again meanwhile is to wait for the same answer.
                self.steps.push_front(Step::Cluster(input));
            }
            Effect::Accept { listener, count } => {
                if let Some(Socket::Own { credit, .. }) = self.cluster.sockets.get(&listener) {
                    credit.add_permits(count);
                }
            }
            Effect::CloseListener { listener } => {
                self.cluster.sockets.remove(&listener);
            }
            Effect::Send {
                worker,
                incarnation,
                message,
                handle,
            } => self.send_for_cluster(worker, incarnation, message, handle),
            Effect::Release { connection, .. } => {
                self.cluster.connections.remove(&connection);
            }
            Effect::Listening {
                worker,
                incarnation,
            } => {
                let input = supervisor::Input::Listening {
                    worker,
                    incarnation,
                };
                self.steps.push_back(Step::Machine(input));
            }
            Effect::Say {
                worker,
                incarnation,
                text,
            } => {
                let line = Bytes::from(format!("forkdeck: {text}"));
                let lines = std::iter::once((line, 0));
                self.journal
                    .logs(now, worker, incarnation, Stream::Stderr, lines);
            }
        }
    }

    fn send_for_cluster(
        &mut self,
        worker: WorkerId,
        incarnation: Incarnation,
        message: Message,
        carried: Option<Carried>,
    ) {
        let handle = match carried {
            None => None,
            Some(Carried::Connection(id)) => self.cluster.connections.get(&id).cloned(),
            Some(Carried::Listener(id)) => match self.cluster.sockets.get(&id) {
                Some(Socket::Shared { handle, .. }) => Some(handle.clone()),
                Some(Socket::Own { .. }) | None => None,
            },
        };
        let message = match handle {
            Some(handle) => message.with_handle(handle),
            None => message,
        };
        let link = self.link(&worker, incarnation);
        let is_taken = link.is_some_and(|link| link.pass(message));
        // A process whose channel is gone is told as gone. A lane that is full is that of a worker that asks and does not
        // read: what it does not get it must do without, but for connections.
        if !is_taken && matches!(carried, Some(Carried::Connection(_))) {
            self.steps.push_back(Step::Cluster(Input::Undelivered {
                worker,
                incarnation,
            }));
        }
    }

    fn bind(&mut self, listener: ListenerId, ask: &Ask) -> Result<Address, i32> {
        let opened = open(ask).map_err(Errno::raw_os_error)?;
        let Opened {
            socket,
            address,
            file,
        } = opened;
        let socket = if ask.is_shared {
            Socket::Shared {
                handle: Handle::new(native(ask.kind, true), socket),
                _file: file,
            }
        } else {
            let socket = Watched::new(socket, Interest::READABLE)
                .map_err(|error| error.raw_os_error().unwrap_or(Errno::IO.raw_os_error()))?;
            self.serve(listener, ask.kind, socket, file)
        };
        self.cluster.sockets.insert(listener, socket);
        Ok(address)
    }

    /// Starts to accept, without credit at first.
    fn serve(
        &self,
        listener: ListenerId,
        kind: Kind,
        socket: Watched,
        file: Option<SocketFile>,
    ) -> Socket {
        let (socket, credit) = (Arc::new(socket), Arc::new(Semaphore::new(0)));
        let stop = CancellationToken::new();
        let came = self.cluster.came.clone();
        let task = accept(listener, Arc::clone(&socket), Arc::clone(&credit), came);
        let stopped = stop.clone();
        self.tasks.spawn(async move {
            stopped.run_until_cancelled(task).await;
        });
        Socket::Own {
            kind,
            socket,
            credit,
            _file: file,
            _accepts: stop.drop_guard(),
        }
    }
}

/// What a socket or one of its connections is to a runtime.
fn native(kind: Kind, is_listener: bool) -> HandleKind {
    match kind {
        Kind::Tcp | Kind::Unix => HandleKind::Native {
            is_pipe: kind == Kind::Unix,
            is_listener,
        },
        Kind::Udp4 | Kind::Udp6 => HandleKind::DgramNative,
    }
}

/// Whether it says that a connection did not reach its worker. There is only one under way to each.
fn is_hand_over(fault: &Fault) -> bool {
    fault.kind == FaultKind::Handle && fault.head.starts_with(HAND_OVER)
}
