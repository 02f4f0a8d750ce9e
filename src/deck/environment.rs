//! A worker's environment: what it inherits, what the pool adds, and, of a fork channel, Node's contract.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io};

use indexmap::IndexMap;

use crate::model::{ChannelKind, PoolSpec, WorkerId};
use crate::wire::node;

/// The longest environment file that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// Why a pool's `env_file` cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvFileError {
    /// The file cannot be read.
    #[error("read the environment file {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// A line is neither `NAME=value` nor a comment.
    #[error("{}:{line}: neither `NAME=value` nor a comment", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
}

/// Builds the whole environment of a worker. Precedence: the contract, the pool's `env`, the inherited environment, the
/// pool's `env_file`, which is read anew at each start.
///
/// # Errors
/// [`EnvFileError`] when the pool names a file that cannot be used.
pub(crate) fn environment(
    pool: &PoolSpec,
    worker: &WorkerId,
    inherited: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Vec<(OsString, OsString)>, EnvFileError> {
    let mut env: IndexMap<OsString, OsString> = IndexMap::new();
    if let Some(path) = &pool.env_file {
        env.extend(read_env_file(path)?);
    }
    let inherited = inherited.into_iter();
    let is_ours = |name: &OsString| node::NOT_INHERITED.iter().any(|known| name == known);
    env.extend(inherited.filter(|(name, _)| !is_ours(name)));
    env.extend(pool.env.iter().cloned());

    if pool.channel == ChannelKind::Fork {
        let (fd, mode) = (node::CHANNEL_FD.to_string(), pool.serialization.as_str());
        env.insert(node::ENV_CHANNEL_FD.into(), fd.into());
        env.insert(node::ENV_SERIALIZATION_MODE.into(), mode.into());
    }
    let index = worker.number.saturating_sub(1).to_string();
    let contract = [
        ("FORKDECK_WORKER", worker.to_string()),
        ("FORKDECK_POOL", worker.pool.to_string()),
        ("FORKDECK_INSTANCE", index.clone()),
        (node::ENV_APP_INSTANCE, index),
    ];
    env.extend(contract.map(|(name, value)| (name.into(), value.into())));
    Ok(env.into_iter().collect())
}

fn read_env_file(path: &Path) -> Result<Vec<(OsString, OsString)>, EnvFileError> {
    let text = read_plain(path).map_err(|source| EnvFileError::Read {
        path: path.to_owned(),
        source,
    })?;
    let mut variables = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let wrong = || EnvFileError::Line {
            path: path.to_owned(),
            line: index + 1,
        };
        let (name, value) = line.split_once('=').ok_or_else(wrong)?;
        let name = name.trim_end();
        if name.is_empty() || name.contains(char::is_whitespace) || line.contains('\0') {
            return Err(wrong());
        }
        variables.push((name.into(), unquote(value.trim()).into()));
    }
    Ok(variables)
}

/// Reads a plain file of a bounded size: the loop must not wait for a FIFO, nor read a device for ever.
fn read_plain(path: &Path) -> io::Result<String> {
    let about = fs::metadata(path)?;
    if !about.is_file() {
        return Err(io::Error::other("not a plain file"));
    }
    if about.len() > LONGEST {
        return Err(io::Error::other("longer than 1 MiB"));
    }
    fs::read_to_string(path)
}

/// Leaves out one pair of quotes around a value.
fn unquote(value: &str) -> &str {
    let inner = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PoolName;

    fn pool() -> PoolSpec {
        PoolSpec::new(PoolName::new("a").unwrap(), "true", ".")
    }

    fn built(pool: &PoolSpec, inherited: &[(&str, &str)]) -> IndexMap<String, String> {
        let worker = WorkerId::new(pool.name.clone(), 2);
        let inherited = inherited
            .iter()
            .map(|(name, value)| (name.into(), value.into()));
        environment(pool, &worker, inherited)
            .unwrap()
            .into_iter()
            .map(|(name, value)| (name.into_string().unwrap(), value.into_string().unwrap()))
            .collect()
    }

    #[test]
    fn the_fork_contract_overrides_what_is_inherited() {
        let env = built(
            &pool(),
            &[
                ("NODE_CHANNEL_FD", "9"),
                ("NODE_UNIQUE_ID", "1"),
                ("HOME", "/home/x"),
            ],
        );
        assert_eq!(env["NODE_CHANNEL_FD"], "3");
        assert_eq!(env["NODE_CHANNEL_SERIALIZATION_MODE"], "json");
        assert_eq!(env["FORKDECK_WORKER"], "a/2");
        assert_eq!(env["FORKDECK_INSTANCE"], "1");
        assert_eq!(env["HOME"], "/home/x");
        assert!(!env.contains_key("NODE_UNIQUE_ID"));
    }

    #[test]
    fn only_a_fork_channel_is_named() {
        for channel in [ChannelKind::Stdio, ChannelKind::None] {
            let mut pool = pool();
            pool.channel = channel;

            let env = built(&pool, &[("NODE_CHANNEL_FD", "9"), ("HOME", "/home/x")]);

            assert!(!env.keys().any(|name| name.starts_with("NODE_CHANNEL")));
            assert_eq!(env["FORKDECK_WORKER"], "a/2");
        }
    }

    #[test]
    fn an_env_file_never_overrides_the_real_environment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        let text = "# a comment\n\nexport A=1\nB = 'two words'\nHOME=/elsewhere\nC=\"x=y\"\n";
        fs::write(&path, text).unwrap();
        let mut pool = pool();
        pool.env_file = Some(path);

        let env = built(&pool, &[("HOME", "/home/x")]);

        assert_eq!(env["A"], "1");
        assert_eq!(env["B"], "two words");
        assert_eq!(env["C"], "x=y");
        assert_eq!(env["HOME"], "/home/x");
    }

    #[test]
    fn a_bad_line_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, "A=1\nnonsense\n").unwrap();
        let mut pool = pool();
        pool.env_file = Some(path);

        let error = environment(&pool, &WorkerId::new(pool.name.clone(), 1), []).unwrap_err();

        assert!(
            error
                .to_string()
                .ends_with(".env:2: neither `NAME=value` nor a comment")
        );
    }

    #[test]
    fn what_is_no_plain_file_is_refused() {
        let mut pool = pool();
        pool.env_file = Some("/dev/zero".into());

        let error = environment(&pool, &WorkerId::new(pool.name.clone(), 1), []).unwrap_err();

        assert_eq!(error.to_string(), "read the environment file /dev/zero");
    }
}
