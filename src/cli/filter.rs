//! What has common filters write each line at once, although their output is no terminal.
//!
//! A program that keeps its replies back until 4 KiB are full answers nobody. Python reads a variable; what uses the C
//! library's streams (jq, sed, grep, cut, gawk) heeds coreutils' `stdbuf`, which is asked for the variables it would set.
//! Runs nothing else. Called by `run` and by the config, for pools whose channel is `stdio`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

use crate::cli::runtime::Programs;

/// What `stdbuf` sets.
const STDBUF: [&str; 2] = ["_STDBUF_O", "LD_PRELOAD"];

/// The variables; those of `stdbuf` only where it is installed.
pub(crate) fn line_by_line(programs: &Programs) -> Vec<(OsString, OsString)> {
    let mut env = vec![("PYTHONUNBUFFERED".into(), "1".into())];
    env.extend(of_stdbuf(programs).unwrap_or_default());
    env
}

fn of_stdbuf(programs: &Programs) -> Option<Vec<(OsString, OsString)>> {
    let output = Command::new(programs.find("stdbuf")?)
        .args(["-oL", "env", "-0"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    Some(variables(&output.stdout))
}

/// Those of `stdbuf` among all that it told; none when it did not tell each of them.
fn variables(told: &[u8]) -> Vec<(OsString, OsString)> {
    let find = |name: &str| {
        let mut lines = told.split(|&byte| byte == 0);
        let value =
            lines.find_map(|line| line.strip_prefix(name.as_bytes())?.strip_prefix(b"="))?;
        Some((name.into(), OsStr::from_bytes(value).to_owned()))
    };
    let found: Option<Vec<_>> = STDBUF.into_iter().map(find).collect();
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stdbuf_sets_is_found_among_the_rest() {
        let told = b"LD_PRELOAD_X=0\0HOME=/a\nb\0_STDBUF_O=L\0LD_PRELOAD=/b.so:/c.so\0";

        let pair = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
        let wanted = [pair("_STDBUF_O", "L"), pair("LD_PRELOAD", "/b.so:/c.so")];
        assert_eq!(variables(told), wanted);
        assert_eq!(variables(b"LD_PRELOAD=/mine.so\0"), []);
    }

    #[test]
    fn python_is_told_without_stdbuf_too() {
        let env = line_by_line(&Programs::in_folders(&[]));

        assert_eq!(env, [("PYTHONUNBUFFERED".into(), "1".into())]);
    }
}
