//! A parent in Rust: forks a script, asks it, prints its answer, and sees it end. `child_process.fork()` line for line.
//!
//! ```text
//! cargo run --example parent                             asks workers/process.js
//! cargo run --example parent -- workers/process.py 100   another script, another question
//! ```

use std::env;
use std::error::Error;
use std::io::{self, Write};

use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let script = args.next().unwrap_or("workers/process.js".to_owned());
    let n: u64 = args.next().as_deref().unwrap_or("5000000").parse()?;

    let mut child = forkdeck::fork(script).kill_on_drop(true).spawn()?;
    child.send(&json!({ "n": n })).await?;
    // This program is free while the child computes.
    let answer = child.recv().await.ok_or("it ended without an answer")??;
    writeln!(io::stdout(), "{}", answer.message)?;

    child.disconnect();
    let status = child.wait().await?;
    writeln!(io::stdout(), "process {}: {status}", child.pid())?;
    Ok(())
}
