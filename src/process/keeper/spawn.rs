//! How the keeper makes one process.
//!
//! Owns descriptor 3 and the search for the program. Keeps std on its `posix_spawn` path: no `pre_exec`, and the
//! program is a path before std sees it (with `PATH` set and a bare name std would fork, 4 to 100 times slower).

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::{Access, Mode, OFlags, access};
use rustix::io::{DupFlags, Errno, dup2, dup3};

use crate::process::keeper::protocol::Program;
use crate::process::keeper::start::DEPTH;
use crate::process::keeper::tree::MARK;

/// Where programs are looked for when the environment has no `PATH`.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The descriptors of a worker.
#[derive(Debug)]
pub(super) struct Ends {
    channel: Option<OwnedFd>,
    stdin: Option<OwnedFd>,
    stdout: OwnedFd,
    stderr: OwnedFd,
}

impl Ends {
    /// Those that came with the program's order; nothing when they are not as many as it has.
    pub(super) fn of(program: &Program, fds: Vec<OwnedFd>) -> Option<Self> {
        let mut fds = fds.into_iter();
        let channel = program.has_channel.then(|| fds.next());
        let stdin = program.has_stdin.then(|| fds.next());
        let (stdout, stderr) = (fds.next()?, fds.next()?);
        fds.next().is_none().then_some(Self {
            channel: channel.flatten(),
            stdin: stdin.flatten(),
            stdout,
            stderr,
        })
    }
}

/// Why a process could not be made.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) errno: Errno,
    pub(super) what: String,
}

/// Makes processes, those with a fork channel with it on descriptor 3.
#[derive(Debug)]
pub(super) struct Forge {
    null: OwnedFd,
    /// Descriptor 3: always taken, so that nothing else ever lands there, and close-on-exec but around a spawn.
    third: OwnedFd,
    depth: OsString,
}

impl Forge {
    /// Takes descriptor 3, which must be free.
    ///
    /// # Errors
    /// When it is not, or when `/dev/null` cannot be opened.
    pub(super) fn new() -> Result<Self, Errno> {
        let open = || {
            let flags = OFlags::RDWR | OFlags::CLOEXEC;
            rustix::fs::open("/dev/null", flags, Mode::empty())
        };
        let third = open()?;
        if third.as_raw_fd() != 3 {
            return Err(Errno::BUSY);
        }
        Ok(Self {
            null: open()?,
            third,
            depth: std::env::var_os(DEPTH).unwrap_or_default(),
        })
    }

    /// Makes the process; its pid is also its group.
    pub(super) fn spawn(&mut self, program: &Program, ends: Ends) -> Result<u32, Refused> {
        let path = find_program(program)?;
        let mut command = Command::new(&path);
        command
            .arg0(&program.name)
            .args(&program.args)
            .env_clear()
            .envs(program.env.iter().map(|(name, value)| (name, value)))
            .env(DEPTH, &self.depth)
            .env(MARK, format!("{}.{}", std::process::id(), program.key.0))
            .current_dir(&program.cwd)
            .process_group(0)
            .stdin(ends.stdin.map_or_else(Stdio::null, Stdio::from))
            .stdout(ends.stdout)
            .stderr(ends.stderr);
        // This process has one thread: nobody else can spawn while the channel is on descriptor 3 without close-on-exec.
        let uncovered = match &ends.channel {
            Some(channel) => dup2(channel, &mut self.third),
            None => Ok(()),
        };
        let spawned = match uncovered {
            Ok(()) => command.spawn(),
            Err(errno) => Err(errno.into()),
        };
        let covered = dup3(&self.null, &mut self.third, DupFlags::CLOEXEC);
        debug_assert!(covered.is_ok(), "both descriptors are open");
        match spawned {
            Ok(child) => Ok(child.id()),
            Err(error) => Err(Refused {
                errno: Errno::from_io_error(&error).unwrap_or(Errno::INVAL),
                what: execute(&path),
            }),
        }
    }
}

/// What is said of a failed execution; a script's interpreter is named, since the kernel's ENOENT means it.
fn execute(path: &Path) -> String {
    let mut head = [0; 128];
    // A FIFO in the program's place must not hold up the keeper.
    let length = File::options()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)
        .and_then(|mut file| file.read(&mut head))
        .unwrap_or(0);
    let head = head.get(..length).unwrap_or_default();
    let interpreter = head
        .strip_prefix(b"#!")
        .and_then(|line| line.split(|&byte| byte == b'\n').next())
        .map(|line| String::from_utf8_lossy(line).trim().to_owned());
    match interpreter {
        Some(interpreter) => format!("execute {} by {interpreter}", path.display()),
        None => format!("execute {}", path.display()),
    }
}

fn find_program(program: &Program) -> Result<PathBuf, Refused> {
    if let Err(errno) = enterable(&program.cwd) {
        let what = format!("enter the folder {}", program.cwd.display());
        return Err(Refused { errno, what });
    }
    let name = program.name.as_os_str();
    if name.as_bytes().contains(&b'/') {
        let path = program.cwd.join(name);
        return executable(&path).map(|()| path.clone()).map_err(|errno| {
            let what = execute(&path);
            Refused { errno, what }
        });
    }
    let paths = program
        .env
        .iter()
        .rev()
        .find(|(variable, _)| variable == "PATH")
        .map_or_else(|| DEFAULT_PATH.into(), |(_, value)| value.clone());
    search(name, &paths, &program.cwd)
}

/// Looks for a program as execvp(3) does: one that may not be executed is only remembered.
fn search(name: &OsStr, paths: &OsStr, cwd: &Path) -> Result<PathBuf, Refused> {
    let mut errno = Errno::NOENT;
    for folder in paths.as_bytes().split(|&byte| byte == b':') {
        let path = cwd.join(OsString::from_vec(folder.to_vec())).join(name);
        match executable(&path) {
            Ok(()) if !name.is_empty() => return Ok(path),
            Err(Errno::ACCESS) => errno = Errno::ACCESS,
            Ok(()) | Err(_) => {}
        }
    }
    Err(Refused {
        errno,
        what: format!("find {} in PATH", name.display()),
    })
}

fn enterable(folder: &Path) -> Result<(), Errno> {
    access(folder, Access::EXEC_OK)?;
    if folder.is_dir() {
        Ok(())
    } else {
        Err(Errno::NOTDIR)
    }
}

fn executable(path: &Path) -> Result<(), Errno> {
    access(path, Access::EXEC_OK)?;
    if path.is_dir() {
        return Err(Errno::ACCESS);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_path_and_a_refusal_says_why() {
        let cwd = Path::new("/");
        let found = search("sh".as_ref(), "/nope:/bin".as_ref(), cwd).unwrap();
        assert_eq!(found, Path::new("/bin/sh"));

        let relative = search("sh".as_ref(), "bin".as_ref(), cwd).unwrap();
        assert_eq!(relative, Path::new("/bin/sh"));

        let missing = search("no-such".as_ref(), "/bin".as_ref(), cwd).unwrap_err();
        assert_eq!(missing.errno, Errno::NOENT);
        assert_eq!(missing.what, "find no-such in PATH");

        let folder = search("bin".as_ref(), "/usr:/nope".as_ref(), cwd).unwrap_err();
        assert_eq!(folder.errno, Errno::ACCESS);
        assert!(search("".as_ref(), "/bin".as_ref(), cwd).is_err());
    }

    #[test]
    fn a_program_that_is_a_fifo_does_not_hold_up_the_keeper() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        let fifo = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &path, fifo, Mode::RWXU, 0).unwrap();
        assert_eq!(execute(&path), format!("execute {}", path.display()));
    }
}
