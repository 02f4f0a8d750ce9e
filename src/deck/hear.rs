//! What processes and their spawner tell, turned into the machine's inputs.

use nix::errno::Errno;

use crate::cluster;
use crate::deck::driver::{Driver, Step};
use crate::deck::link::{End, Heard, Link, What};
use crate::deck::pump::Teller;
use crate::model::{Envelope, Now};
use crate::process::{ProcessKey, Report};
use crate::supervisor::{Input, SpawnFault};

impl Driver {
    pub(crate) fn report(&mut self, report: Report) {
        let now = self.now();
        match report {
            Report::Spawned { key, pid } => {
                let Some(link) = self.links.get_mut(&key) else {
                    return;
                };
                link.pid = Some(pid);
                let (clock, heard) = (self.clock, self.heard.clone());
                link.serve(&self.tasks, &Teller { key, clock, heard });
                let (worker, incarnation) = (link.worker.clone(), link.incarnation);
                self.steps.push_back(Step::Cluster(cluster::Input::Spawned {
                    worker: worker.clone(),
                    incarnation,
                }));
                self.handle(
                    now,
                    Input::Spawned {
                        worker,
                        incarnation,
                        pid,
                    },
                );
            }
            Report::Failed { key, errno, what } => {
                let Some(link) = self.links.remove(&key) else {
                    return;
                };
                let input = Input::SpawnFailed {
                    worker: link.worker,
                    incarnation: link.incarnation,
                    fault: spawn_fault(errno, &what),
                };
                self.handle(now, input);
            }
            Report::Exited { key, exit } => {
                let Some(link) = self.links.get_mut(&key) else {
                    return;
                };
                link.exited(exit);
                self.tell_exit(now, key);
            }
            Report::Suspended { key } => {
                let Some(link) = self.links.get(&key) else {
                    return;
                };
                let (worker, incarnation) = (link.worker.clone(), link.incarnation);
                self.handle(
                    now,
                    Input::Suspended {
                        worker,
                        incarnation,
                    },
                );
            }
            Report::Continued { key } => {
                let Some(link) = self.links.get(&key) else {
                    return;
                };
                let (worker, incarnation) = (link.worker.clone(), link.incarnation);
                self.handle(
                    now,
                    Input::Continued {
                        worker,
                        incarnation,
                    },
                );
            }
            Report::Gone { reason } => self.fault = Some(reason),
        }
    }

    pub(crate) fn hear(&mut self, heard: Heard) {
        let now = self.moment(heard.at);
        let key = heard.key;
        let Some(link) = self.links.get_mut(&key) else {
            return;
        };
        let (worker, incarnation) = (link.worker.clone(), link.incarnation);
        match heard.what {
            What::Frames(frames) => {
                self.overhear(&worker, incarnation, &frames);
                self.handle(
                    now,
                    Input::Received {
                        worker,
                        incarnation,
                        frames,
                    },
                );
            }
            What::Lines(stream, lines) => {
                let lines = lines.into_iter().map(|line| (line.bytes, line.cut));
                self.journal.logs(now, worker, incarnation, stream, lines);
            }
            What::Written(count) => {
                link.flush();
                self.look_at(now.mono, key);
                self.handle(
                    now,
                    Input::Written {
                        worker,
                        incarnation,
                        count,
                    },
                );
            }
            What::Passed(messages) => {
                let passed = messages
                    .iter()
                    .map(|message| Envelope::passed(now.wall, incarnation, message));
                let envelopes = passed.collect();
                self.journal.traffic(now, worker, incarnation, envelopes);
            }
            What::Closed(end) => {
                link.closed(end);
                if end == End::Channel {
                    self.lose_for_cluster(&worker, incarnation);
                }
                let input = match end {
                    End::Channel => Input::ChannelClosed {
                        worker,
                        incarnation,
                    },
                    End::Output(stream) => Input::OutputClosed {
                        worker,
                        incarnation,
                        stream,
                    },
                };
                self.handle(now, input);
                self.tell_exit(now, key);
            }
            What::LeftUnread => link.left_unread = true,
            What::Drained(end) => {
                link.drained(end);
                self.tell_exit(now, key);
            }
        }
    }

    /// Tells the machine of a process's end once all that it wrote was told, and forgets it when nothing is left of it.
    fn tell_exit(&mut self, now: Now, key: ProcessKey) {
        let Some(link) = self.links.get_mut(&key) else {
            return;
        };
        if let Some(exit) = link.take_exit() {
            let (worker, incarnation) = (link.worker.clone(), link.incarnation);
            let input = Input::Exited {
                worker: worker.clone(),
                incarnation,
                exit,
                // Linux tells by a reset whether anything was left; how much was seen at the last look.
                unread_bytes: if link.left_unread {
                    link.unread_bytes.max(1)
                } else {
                    0
                },
            };
            self.lose_for_cluster(&worker, incarnation);
            self.handle(now, input);
        }
        if self.links.get(&key).is_some_and(Link::is_done) {
            self.links.remove(&key);
        }
    }
}

/// Whether trying again is of no use, and why, from the system's error number.
fn spawn_fault(errno: i32, what: &str) -> SpawnFault {
    let errno = Errno::from_raw(errno);
    SpawnFault {
        permanent: matches!(
            errno,
            Errno::ENOENT | Errno::EACCES | Errno::ENOEXEC | Errno::ENOTDIR | Errno::EISDIR
        ),
        reason: format!("{what}: {}, {errno:?}", errno.desc().to_lowercase()),
    }
}
