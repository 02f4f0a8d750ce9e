//! A node process that judges bodies, on a real channel in advanced mode.

use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use forkdeck::wire::v8::{from_json, to_json};

pub(crate) struct Judge {
    node: Child,
    channel: UnixStream,
}

impl Judge {
    /// Starts it; `None` where there is no node.
    pub(crate) fn start() -> Option<Self> {
        let (channel, theirs) = UnixStream::pair().unwrap();
        channel
            .set_read_timeout(Some(Duration::from_mins(1)))
            .unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/v8/judge.cjs");
        let node = Command::new("node")
            .arg(script)
            .env("NODE_CHANNEL_FD", "0")
            .env("NODE_CHANNEL_SERIALIZATION_MODE", "advanced")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .spawn();
        if node.is_err() {
            eprintln!("skipped: there is no node");
        }
        node.ok().map(|node| Self { node, channel })
    }

    /// Sends a text as a body and returns the answer's text.
    pub(crate) fn ask(&self, text: &str) -> String {
        let mut frame = vec![0; 4];
        from_json(text, &mut frame).unwrap_or_else(|error| panic!("{error} in {text}"));
        let length = u32::try_from(frame.len() - 4).unwrap();
        frame[..4].copy_from_slice(&length.to_be_bytes());
        (&self.channel).write_all(&frame).unwrap();
        let mut length = [0; 4];
        (&self.channel)
            .read_exact(&mut length)
            .unwrap_or_else(|error| panic!("{error} after {text}"));
        let mut body = vec![0; u32::from_be_bytes(length) as usize];
        (&self.channel).read_exact(&mut body).unwrap();
        to_json(&body).unwrap_or_else(|error| panic!("{error} in {body:02x?}"))
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.node.kill();
        let _ = self.node.wait();
    }
}
