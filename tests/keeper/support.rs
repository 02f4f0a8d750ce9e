//! A keeper in a test, and the questions tests ask.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use forkdeck::model::{Exit, Signal};
use forkdeck::process::keeper::Keeper;
use forkdeck::process::{Order, ProcessKey, Report, SpawnOrder, Spawner};
use tokio::sync::mpsc;
use tokio::time::timeout;

pub const DEADLINE: Duration = Duration::from_secs(20);

/// The binary that becomes the keeper.
pub fn exe() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_forkdeck"))
}

/// A keeper that is being served on a thread of its own.
pub struct Rig {
    pub keeper: u32,
    orders: Option<mpsc::Sender<Order>>,
    reports: mpsc::Receiver<Report>,
    server: Option<JoinHandle<()>>,
    keys: u64,
}

/// What the deck keeps of a worker.
pub struct Worker {
    pub key: ProcessKey,
    pub channel: UnixStream,
    pub stdout: File,
}

impl Rig {
    pub fn start() -> Self {
        let keeper = Keeper::start(exe()).unwrap();
        let pid = keeper.pid().unwrap();
        let (orders, taken) = mpsc::channel(16);
        let (told, reports) = mpsc::channel(16);
        let server = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(keeper.serve(taken, told));
        });
        Self {
            keeper: pid,
            orders: Some(orders),
            reports,
            server: Some(server),
            keys: 0,
        }
    }

    /// Orders `sh -c script`.
    pub async fn shell(&mut self, script: &str) -> Worker {
        self.spawn("sh", &["-c", script], &[]).await
    }

    pub async fn spawn(&mut self, program: &str, args: &[&str], env: &[(&str, String)]) -> Worker {
        self.spawn_in(Path::new("/"), program, args, env).await
    }

    pub async fn spawn_in(
        &mut self,
        cwd: &Path,
        program: &str,
        args: &[&str],
        env: &[(&str, String)],
    ) -> Worker {
        self.keys += 1;
        let key = ProcessKey(self.keys);
        let (channel, channel_end) = UnixStream::pair().unwrap();
        let (stdout, stdout_end) = std::io::pipe().unwrap();
        let path = std::env::var_os("PATH").unwrap();
        let mut all: Vec<(OsString, OsString)> = vec![("PATH".into(), path)];
        all.extend(env.iter().map(|(name, value)| (name.into(), value.into())));
        channel.set_read_timeout(Some(DEADLINE)).unwrap();
        self.order(Order::Spawn(SpawnOrder {
            key,
            program: program.into(),
            args: args.iter().map(Into::into).collect(),
            env: all,
            cwd: cwd.to_owned(),
            channel: Some(channel_end.into()),
            stdin: None,
            stdout: stdout_end.into(),
            stderr: File::options()
                .write(true)
                .open("/dev/null")
                .unwrap()
                .into(),
        }))
        .await;
        Worker {
            key,
            channel,
            stdout: OwnedFd::from(stdout).into(),
        }
    }

    pub async fn signal(&self, worker: &Worker, signal: Signal, tree: bool) {
        let key = worker.key;
        self.order(Order::Signal { key, signal, tree }).await;
    }

    async fn order(&self, order: Order) {
        self.orders.as_ref().unwrap().send(order).await.unwrap();
    }

    pub async fn report(&mut self) -> Report {
        timeout(DEADLINE, self.reports.recv())
            .await
            .unwrap()
            .unwrap()
    }

    /// Orders a program with a channel of the caller's; nobody listens to its outputs.
    pub async fn spawn_on(&mut self, channel: OwnedFd, program: &str, args: &[&str]) {
        self.keys += 1;
        let null = || OwnedFd::from(File::options().write(true).open("/dev/null").unwrap());
        let path = std::env::var_os("PATH").unwrap();
        self.order(Order::Spawn(SpawnOrder {
            key: ProcessKey(self.keys),
            program: program.into(),
            args: args.iter().map(Into::into).collect(),
            env: vec![
                ("PATH".into(), path),
                ("NODE_CHANNEL_FD".into(), "3".into()),
                ("NODE_CHANNEL_SERIALIZATION_MODE".into(), "json".into()),
            ],
            cwd: "/".into(),
            channel: Some(channel),
            stdin: None,
            stdout: null(),
            stderr: null(),
        }))
        .await;
    }

    /// The next report, however long it takes.
    pub async fn wait(&mut self) -> Report {
        self.reports.recv().await.unwrap()
    }

    /// The pid of the worker that was ordered last.
    pub async fn spawned(&mut self) -> u32 {
        match self.report().await {
            Report::Spawned { pid, .. } => pid,
            other => panic!("{other:?}"),
        }
    }

    pub async fn exited(&mut self) -> Exit {
        match self.report().await {
            Report::Exited { exit, .. } => exit,
            other => panic!("{other:?}"),
        }
    }

    /// Closes the queue of orders and waits until the spawner returned.
    pub fn end(mut self) {
        self.orders = None;
        self.server.take().unwrap().join().unwrap();
    }
}

/// All that a worker wrote to its standard output, to its end.
pub fn output(worker: &mut Worker) -> String {
    let mut text = String::new();
    worker.stdout.read_to_string(&mut text).unwrap();
    text
}

/// Whether a process exists and is no zombie.
pub fn is_alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        stat.rsplit(')')
            .next()
            .is_some_and(|rest| !rest.trim_start().starts_with('Z'))
    })
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

/// Waits until none of the processes is left.
pub async fn until_gone(pids: &[u32]) {
    until("every process ends", || {
        !pids.iter().any(|&pid| is_alive(pid))
    })
    .await;
}

/// Waits until `count` pids were written to files of this folder, one each.
pub async fn pids_in(folder: &Path, count: usize) -> Vec<u32> {
    let mut pids = Vec::new();
    until("every process tells its pid", || {
        pids = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|entry| {
                std::fs::read_to_string(entry.ok()?.path())
                    .ok()?
                    .trim()
                    .parse()
                    .ok()
            })
            .collect();
        pids.len() == count
    })
    .await;
    pids
}

/// A shell script of which no process goes willingly; each leaves its pid in the folder. Five processes: the worker, a
/// child, a grandchild in a session of its own whose parent is gone, one that is suspended, and one of a double fork.
pub fn stubborn(folder: &Path) -> String {
    let folder = folder.display();
    let deaf = "trap '' TERM HUP INT QUIT PIPE";
    let stay = |name: &str| {
        format!(
            "{deaf}; echo $$ > {folder}/{name}.tmp; mv {folder}/{name}.tmp {folder}/{name}; while :; do sleep 100; done"
        )
    };
    format!(
        "{deaf}; sh -c \"{child}\" & ( setsid sh -c \"{session}\" & ) ; sh -c \"{stopped}\" & \
         ( ( sh -c \"{double}\" & ) & ) ; {own}",
        child = stay("child").replace('$', "\\$"),
        session = stay("session").replace('$', "\\$"),
        stopped = stay("stopped")
            .replace('$', "\\$")
            .replace("while", "kill -STOP \\$\\$; while"),
        double = stay("double").replace('$', "\\$"),
        own = stay("own"),
    )
}

/// Makes an executable file.
pub fn executable(path: PathBuf, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    path
}
