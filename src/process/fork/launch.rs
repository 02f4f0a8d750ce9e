//! Making a child: the channel, descriptor 3, the environment.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rustix::fs::{Mode, OFlags};
use rustix::io::{Errno, fcntl_dupfd_cloexec};

use crate::process::Channel;
use crate::process::exchange::{Closing, How, serve};
use crate::process::fork::{Child, Fork, ForkError, Process};
use crate::process::sys::{Prelude, before_exec, identity};
use crate::wire::node;

/// What a child must not inherit from this program, which may be somebody's worker itself.
const NOT_INHERITED: [&str; 3] = [
    node::ENV_CHANNEL_FD,
    node::ENV_SERIALIZATION_MODE,
    node::ENV_UNIQUE_ID,
];

/// Counts how deep programs that this crate started have started each other, so that a mistake never becomes a storm.
const DEPTH: &str = "FORKDECK_FORK_DEPTH";

/// More than anybody nests on purpose.
const MOST_DEPTH: u32 = 32;

/// How often a spawn is tried while other threads open and close descriptor 3.
const TRIES: u32 = 16;

impl Fork {
    pub(super) fn launch(&self) -> Result<Child, ForkError> {
        let program = || self.target.parts().0.to_owned();
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(ForkError::NoRuntime);
        }
        let channel = |source| ForkError::Channel {
            program: program(),
            source,
        };
        let (ours, theirs) = Channel::pair().map_err(channel)?;
        // Served first: what cannot be served is not to run.
        let how = How {
            max_frame: self.max_frame,
            serialization: self.serialization,
            buffer: self.buffer,
            closing: Closing::WithTheOther,
        };
        let (sender, receiver) = serve(ours, how).map_err(channel)?;
        let mut child = self.execute(&theirs)?;
        let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        // It has not been waited for, so it has its number still.
        let pid = child.id().unwrap_or(0);
        let limit = self.timeout.map(|timeout| (timeout, self.kill_signal));
        let process = Process::tend(child, pid, limit, self.is_killed_on_drop);
        Ok(Child::new(process, sender, receiver, streams))
    }

    fn execute(&self, channel: &OwnedFd) -> Result<tokio::process::Child, ForkError> {
        let failed = |source: io::Error| self.failed(source);
        // Off 3, where it is to be put.
        let channel = fcntl_dupfd_cloexec(channel, 4).map_err(|errno| failed(errno.into()))?;
        let null = rustix::fs::open("/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
            .map_err(|errno| failed(errno.into()))?;
        for _ in 0..TRIES {
            match self.attempt(&channel, &null)? {
                Err(error) if Errno::from_io_error(&error) == Some(Prelude::MOVED) => {}
                spawned => return spawned.map_err(failed),
            }
        }
        Err(failed(Prelude::MOVED.into()))
    }

    /// Spawns once. std opens a pipe by which the child tells that the program cannot be executed; should it be given
    /// descriptor 3, the channel would take its place. So 3 is kept taken meanwhile, and where somebody else has it, the
    /// child looks whether it still is theirs.
    fn attempt(
        &self,
        channel: &OwnedFd,
        null: &OwnedFd,
    ) -> Result<io::Result<tokio::process::Child>, ForkError> {
        let taken = fcntl_dupfd_cloexec(null, node::CHANNEL_FD);
        let Ok(third) = identity(node::CHANNEL_FD) else {
            return Ok(Err(Prelude::MOVED.into()));
        };
        let channel = match channel.try_clone() {
            Ok(channel) => channel,
            Err(error) => return Ok(Err(error)),
        };
        let prelude = Prelude {
            channel,
            third,
            is_detached: self.is_detached,
        };
        let mut command = self.command_line()?;
        before_exec(&mut command, prelude);
        // The command holds the child's end of the channel, and goes with this function.
        let spawned = tokio::process::Command::from(command).spawn();
        drop(taken);
        Ok(spawned)
    }

    fn command_line(&self) -> Result<Command, ForkError> {
        let (program, module) = self.target.parts();
        let copied = |source| ForkError::Stdio {
            program: program.to_owned(),
            source,
        };
        let mut command = Command::new(program);
        command
            .args(&self.exec_args)
            .args(module)
            .args(&self.args)
            .stdin(self.stdin.to_std().map_err(copied)?)
            .stdout(self.stdout.to_std().map_err(copied)?)
            .stderr(self.stderr.to_std().map_err(copied)?);
        if let Some(name) = &self.argv0 {
            command.arg0(name);
        }
        if let Some(folder) = &self.cwd {
            command.current_dir(folder);
        }
        if let Some(uid) = self.uid {
            command.uid(uid);
        }
        if let Some(gid) = self.gid {
            command.gid(gid);
        }
        self.set_environment(&mut command)?;
        Ok(command)
    }

    fn set_environment(&self, command: &mut Command) -> Result<(), ForkError> {
        if self.is_env_cleared {
            command.env_clear();
        }
        for name in NOT_INHERITED {
            command.env_remove(name);
        }
        for (name, value) in &self.env {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let depth = depth(std::env::var_os(DEPTH).as_deref());
        if depth > MOST_DEPTH {
            let program = self.target.parts().0.to_owned();
            return Err(ForkError::TooDeep { program, depth });
        }
        command
            .env(DEPTH, depth.to_string())
            .env(node::ENV_CHANNEL_FD, node::CHANNEL_FD.to_string())
            .env(node::ENV_SERIALIZATION_MODE, self.serialization.as_str());
        Ok(())
    }

    /// Says what could not be done: the system has one number for a program and for a folder that are not there.
    fn failed(&self, source: io::Error) -> ForkError {
        let is_entered = |folder: &Path| std::fs::metadata(folder).is_ok_and(|data| data.is_dir());
        match &self.cwd {
            Some(folder) if !is_entered(folder) => ForkError::Folder {
                folder: folder.clone(),
                source,
            },
            _ => ForkError::Spawn {
                program: OsString::from(self.target.parts().0),
                source,
            },
        }
    }
}

/// How deep a child is, by what this program was told.
fn depth(told: Option<&OsStr>) -> u32 {
    let told = told
        .and_then(OsStr::to_str)
        .and_then(|depth| depth.parse::<u32>().ok());
    told.unwrap_or(0).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_counted_from_what_was_told() {
        assert_eq!(depth(None), 1);
        assert_eq!(depth(Some(OsStr::new("7"))), 8);
        assert_eq!(depth(Some(OsStr::new("x"))), 1);
    }
}
