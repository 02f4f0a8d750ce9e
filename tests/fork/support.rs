//! Scripts, deadlines, and questions about processes.

use std::env;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use forkdeck::{Child, Fault, Fork, Received};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::timeout;

/// How long anything may take; a debug build on a busy machine is slow.
pub const DEADLINE: Duration = Duration::from_mins(1);

/// What a script in JavaScript does that answers every message.
pub const ECHO: &str = "process.on('message', (message) => process.send({ got: message }));";

/// Waits for something under the deadline.
pub async fn within<T>(what: impl Future<Output = T>) -> T {
    timeout(DEADLINE, what).await.expect("it comes in time")
}

/// Waits until a condition holds.
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let poll = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(timeout(DEADLINE, poll).await.is_ok(), "{what}");
}

/// A script in a folder of its own, removed with it.
pub struct Script {
    folder: TempDir,
    name: &'static str,
}

impl Script {
    pub fn new(name: &'static str, text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), text).unwrap();
        Self { folder, name }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join(self.name)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Forks it, not to outlive the test.
    pub fn fork(&self) -> Fork {
        spared(forkdeck::fork(self.path()))
    }
}

/// `sh -c`, with a channel.
pub fn shell(text: &str) -> Fork {
    let mut fork = spared(Fork::command("sh"));
    fork.args(["-c", text]);
    fork
}

fn spared(mut fork: Fork) -> Fork {
    fork.kill_on_drop(true);
    fork
}

/// A runtime's path, or nothing when its test is to be left out.
pub fn find(name: &str) -> Option<PathBuf> {
    let paths = env::var_os("PATH").unwrap_or_default();
    let extra = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/runtimes/node_modules/.bin");
    let found = env::split_paths(&paths)
        .chain([extra])
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    if found.is_none() {
        let wants_all = env::var_os("FORKDECK_TESTS").is_some_and(|tests| tests == "all");
        assert!(!wants_all, "{name} is not installed");
        eprintln!("skipped: {name} is not installed");
    }
    found
}

/// What comes next.
pub async fn next(child: &mut Child) -> Option<Result<Received, Fault>> {
    within(child.recv()).await
}

/// The next message's value.
pub async fn reply(child: &mut Child) -> Value {
    let received = next(child).await.expect("a message before the end");
    received.unwrap().json().unwrap()
}

/// Sees that nothing more comes, and how the process ended.
pub async fn end(child: &mut Child) -> ExitStatus {
    assert!(next(child).await.is_none(), "nothing more comes");
    within(child.wait()).await.unwrap()
}

/// All of a stream.
pub async fn text(stream: Option<impl tokio::io::AsyncRead + Unpin>) -> String {
    use tokio::io::AsyncReadExt;
    let mut text = String::new();
    let mut stream = stream.expect("a pipe");
    within(stream.read_to_string(&mut text)).await.unwrap();
    text
}

/// Whether a process is in the table, be it a zombie.
pub fn exists(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

/// A field of `/proc/PID/stat`, counted as proc(5) does.
pub fn stat_field(pid: u32, field: usize) -> u32 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let rest = stat.rsplit(") ").next().unwrap();
    rest.split(' ').nth(field - 3).unwrap().parse().unwrap()
}
