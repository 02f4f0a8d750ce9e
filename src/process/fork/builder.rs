//! The builder: Node's `fork(modulePath, args, options)`, option by option.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::Signal;
use crate::process::fork::{Child, ForkError, Stdio};
use crate::wire::Serialization;

/// The longest message taken unless said otherwise, in bytes.
const MAX_FRAME: usize = 64 << 20;

/// What waits to be written, and what waits to be received, at the most unless said otherwise, in bytes.
const BUFFER: usize = 16 << 20;

/// Prepares to fork a script as Node's `child_process.fork(modulePath)` does: it runs in a process of its own, with a
/// channel for messages both ways. Short for [`Fork::new`].
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let mut child = forkdeck::fork("process.js").arg("--fast").spawn()?;
/// child.send(&serde_json::json!({ "hello": "world" })).await?;
/// let reply = child.recv().await.ok_or("the child ended")??;
/// println!("{}", reply.message);
/// # Ok(())
/// # }
/// ```
pub fn fork(module: impl AsRef<OsStr>) -> Fork {
    Fork::new(module)
}

/// A child to be made. Set what it needs, then [`spawn`](Self::spawn) it, as often as wanted.
#[derive(Debug)]
pub struct Fork {
    pub(super) target: Target,
    pub(super) exec_args: Vec<OsString>,
    pub(super) args: Vec<OsString>,
    pub(super) argv0: Option<OsString>,
    pub(super) cwd: Option<PathBuf>,
    pub(super) is_env_cleared: bool,
    /// Set, or removed.
    pub(super) env: Vec<(OsString, Option<OsString>)>,
    pub(super) stdin: Stdio,
    pub(super) stdout: Stdio,
    pub(super) stderr: Stdio,
    pub(super) is_detached: bool,
    pub(super) uid: Option<u32>,
    pub(super) gid: Option<u32>,
    pub(super) serialization: Serialization,
    pub(super) timeout: Option<Duration>,
    pub(super) kill_signal: Signal,
    pub(super) is_killed_on_drop: bool,
    pub(super) max_frame: usize,
    pub(super) buffer: usize,
}

/// What is executed.
#[derive(Debug)]
pub(super) enum Target {
    /// A script, and what runs it.
    Module {
        module: OsString,
        exec_path: Option<OsString>,
    },
    /// A program that needs nothing to run it.
    Program(OsString),
}

impl Target {
    /// The program, and the script if there is one.
    pub(super) fn parts(&self) -> (&OsStr, Option<&OsStr>) {
        match self {
            Self::Module { module, exec_path } => {
                let program = exec_path.as_deref().unwrap_or_else(|| runtime(module));
                (program, Some(module))
            }
            Self::Program(program) => (program, None),
        }
    }
}

/// What runs a script that names nothing itself. Node's `fork()` takes the program that it is running in; a Rust program
/// is none, so the script's ending decides, and is Node's unless it is known to be another's.
fn runtime(module: &OsStr) -> &'static OsStr {
    let ending = Path::new(module).extension().and_then(OsStr::to_str);
    OsStr::new(match ending {
        Some("py") => "python3",
        Some("sh") => "sh",
        _ => "node",
    })
}

impl Fork {
    /// A script. It is run by `node`, found in `PATH`, unless it ends in `.py` (`python3`) or `.sh` (`sh`) or
    /// [`exec_path`](Self::exec_path) says otherwise.
    pub fn new(module: impl AsRef<OsStr>) -> Self {
        Self::of(Target::Module {
            module: module.as_ref().to_owned(),
            exec_path: None,
        })
    }

    /// Any program, with a channel: Node's `spawn(program, args, { stdio: [0, 1, 2, 'ipc'] })`. The channel is its
    /// descriptor 3, which `NODE_CHANNEL_FD` tells it.
    pub fn command(program: impl AsRef<OsStr>) -> Self {
        Self::of(Target::Program(program.as_ref().to_owned()))
    }

    fn of(target: Target) -> Self {
        Self {
            target,
            exec_args: Vec::new(),
            args: Vec::new(),
            argv0: None,
            cwd: None,
            is_env_cleared: false,
            env: Vec::new(),
            stdin: Stdio::Inherit,
            stdout: Stdio::Inherit,
            stderr: Stdio::Inherit,
            is_detached: false,
            uid: None,
            gid: None,
            serialization: Serialization::Json,
            timeout: None,
            kill_signal: Signal::TERM,
            is_killed_on_drop: false,
            max_frame: MAX_FRAME,
            buffer: BUFFER,
        }
    }

    /// Adds an argument: the script's, after its path.
    pub fn arg(&mut self, arg: impl AsRef<OsStr>) -> &mut Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args(&mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> &mut Self {
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned());
        self.args.extend(args);
        self
    }

    /// The program that runs the script: Node's `execPath`. Of a [`command`](Self::command) it is the program itself.
    pub fn exec_path(&mut self, program: impl AsRef<OsStr>) -> &mut Self {
        let program = program.as_ref().to_owned();
        match &mut self.target {
            Target::Module { exec_path, .. } => *exec_path = Some(program),
            Target::Program(name) => *name = program,
        }
        self
    }

    /// Adds an argument of the program that runs the script, before the script: Node's `execArgv`. A Deno script needs
    /// `run`.
    pub fn exec_arg(&mut self, arg: impl AsRef<OsStr>) -> &mut Self {
        self.exec_args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments of the program that runs the script.
    pub fn exec_args(&mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> &mut Self {
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned());
        self.exec_args.extend(args);
        self
    }

    /// What the program is told to be its name. Default: the program.
    pub fn argv0(&mut self, name: impl AsRef<OsStr>) -> &mut Self {
        self.argv0 = Some(name.as_ref().to_owned());
        self
    }

    /// The folder that the child starts in; a relative script is looked for there. Default: this program's.
    pub fn cwd(&mut self, folder: impl Into<PathBuf>) -> &mut Self {
        self.cwd = Some(folder.into());
        self
    }

    /// Sets a variable of its environment, which is otherwise this program's.
    pub fn env(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Self {
        let value = Some(value.as_ref().to_owned());
        self.env.push((name.as_ref().to_owned(), value));
        self
    }

    /// Sets variables of its environment.
    pub fn envs(
        &mut self,
        variables: impl IntoIterator<Item = (impl AsRef<OsStr>, impl AsRef<OsStr>)>,
    ) -> &mut Self {
        for (name, value) in variables {
            self.env(name, value);
        }
        self
    }

    /// Removes a variable from its environment.
    pub fn env_remove(&mut self, name: impl AsRef<OsStr>) -> &mut Self {
        self.env.push((name.as_ref().to_owned(), None));
        self
    }

    /// Gives it nothing of this program's environment, and of what was set before.
    pub fn env_clear(&mut self) -> &mut Self {
        self.is_env_cleared = true;
        self.env.clear();
        self
    }

    /// Whether its standard streams are pipes to this program instead of this program's own.
    pub fn silent(&mut self, is_silent: bool) -> &mut Self {
        for stream in [&mut self.stdin, &mut self.stdout, &mut self.stderr] {
            *stream = if is_silent {
                Stdio::Pipe
            } else {
                Stdio::Inherit
            };
        }
        self
    }

    /// Its standard input. Default: this program's.
    pub fn stdin(&mut self, stdio: impl Into<Stdio>) -> &mut Self {
        self.stdin = stdio.into();
        self
    }

    /// Its standard output. Default: this program's. A pipe that nobody reads stops it once it is full.
    pub fn stdout(&mut self, stdio: impl Into<Stdio>) -> &mut Self {
        self.stdout = stdio.into();
        self
    }

    /// Its standard error. Default: this program's. A pipe that nobody reads stops it once it is full.
    pub fn stderr(&mut self, stdio: impl Into<Stdio>) -> &mut Self {
        self.stderr = stdio.into();
        self
    }

    /// Whether it leads a session and a process group of its own (setsid(2)): the terminal's Ctrl-C does not reach it.
    pub fn detached(&mut self, is_detached: bool) -> &mut Self {
        self.is_detached = is_detached;
        self
    }

    /// The user that it runs as, by number.
    pub fn uid(&mut self, uid: u32) -> &mut Self {
        self.uid = Some(uid);
        self
    }

    /// The group that it runs as, by number.
    pub fn gid(&mut self, gid: u32) -> &mut Self {
        self.gid = Some(gid);
        self
    }

    /// How messages are written on the channel. Default JSON. In advanced serialization what JSON has no word for has
    /// marks: a date is `{"$date":…}` (see [`wire::v8`](crate::wire::v8)). Bun's is another than Node's and Deno's.
    pub fn serialization(&mut self, serialization: Serialization) -> &mut Self {
        self.serialization = serialization;
        self
    }

    /// How long it may run before it is sent the [`kill_signal`](Self::kill_signal), once.
    pub fn timeout(&mut self, timeout: Duration) -> &mut Self {
        self.timeout = Some(timeout);
        self
    }

    /// What the [`timeout`](Self::timeout) sends. Default SIGTERM.
    pub fn kill_signal(&mut self, signal: Signal) -> &mut Self {
        self.kill_signal = signal;
        self
    }

    /// Whether it is sent SIGKILL when the last [`Process`](super::Process) of it is dropped. Default no: it lives on.
    pub fn kill_on_drop(&mut self, is_killed: bool) -> &mut Self {
        self.is_killed_on_drop = is_killed;
        self
    }

    /// The longest message taken, in bytes; of a longer one only a fault is told. Default 64 MiB.
    pub fn max_frame(&mut self, bytes: usize) -> &mut Self {
        self.max_frame = bytes;
        self
    }

    /// How many bytes may wait to be written, and how many to be received. Default 16 MiB each. What is larger goes alone.
    pub fn buffer(&mut self, bytes: usize) -> &mut Self {
        self.buffer = bytes;
        self
    }

    /// Makes the child; it runs when this returns.
    ///
    /// # Errors
    /// [`ForkError`] names what could not be had; there is no child then.
    ///
    /// # Panics
    /// When the current tokio runtime was made without I/O.
    pub fn spawn(&self) -> Result<Child, ForkError> {
        self.launch()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_decides_what_runs_a_script_unless_it_is_said() {
        let table = [
            ("a.js", "node"),
            ("a", "node"),
            ("x/a.ts", "node"),
            ("a.py", "python3"),
            ("a.sh", "sh"),
        ];
        for (module, program) in table {
            let expected = (OsStr::new(program), Some(OsStr::new(module)));
            assert_eq!(Fork::new(module).target.parts(), expected);
        }
        assert_eq!(Fork::new("a.py").exec_path("pypy").target.parts().0, "pypy");
        let program = Fork::command("jq");
        assert_eq!(program.target.parts(), (OsStr::new("jq"), None));
    }
}
