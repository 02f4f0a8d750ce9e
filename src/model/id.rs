//! Who is who: pools, workers and their incarnations.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// A pool's name: 1 to 64 characters out of letters, digits, `-`, `_` and `.`, beginning with a letter or digit.
/// Cloning shares the text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolName(Arc<str>);

/// Why a text is not a pool's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PoolNameError {
    /// The name is empty or longer than 64 characters.
    #[error("a pool's name has 1 to 64 characters")]
    Length,
    /// The name holds something else than letters, digits, `-`, `_` and `.`, or begins with a mark.
    #[error(
        "a pool's name is made of letters, digits, `-`, `_` and `.`, and begins with a letter or digit"
    )]
    Character,
}

impl PoolName {
    /// Checks and keeps a name.
    ///
    /// # Errors
    /// [`PoolNameError`] says which rule the name breaks.
    pub fn new(name: &str) -> Result<Self, PoolNameError> {
        if name.is_empty() || name.chars().count() > 64 {
            return Err(PoolNameError::Length);
        }
        let is_mark = |c: char| matches!(c, '-' | '_' | '.');
        if name.starts_with(is_mark) || !name.chars().all(|c| c.is_alphanumeric() || is_mark(c)) {
            return Err(PoolNameError::Character);
        }
        Ok(Self(Arc::from(name)))
    }

    /// Makes a name out of any text, as `run` does with a file's name: what a name cannot hold becomes `-`.
    pub fn from_lossy(text: &str) -> Self {
        let kept: String = text
            .chars()
            .map(|c| {
                if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') {
                    c
                } else {
                    '-'
                }
            })
            .skip_while(|c| !c.is_alphanumeric())
            .take(64)
            .collect();
        Self(Arc::from(if kept.is_empty() {
            "worker"
        } else {
            kept.as_str()
        }))
    }

    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PoolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for PoolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for PoolName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A worker's address: its pool and its number from 1, which stays the same across restarts. Shown as `pool/N`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkerId {
    /// The pool the worker belongs to.
    pub pool: PoolName,
    /// The worker's number in its pool, from 1.
    pub number: u32,
}

impl WorkerId {
    /// Names worker `number` of `pool`.
    pub fn new(pool: PoolName, number: u32) -> Self {
        Self { pool, number }
    }
}

impl fmt::Display for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.pool, self.number))
    }
}

impl fmt::Debug for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.pool, self.number)
    }
}

impl Serialize for WorkerId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Counts a worker's processes, from 1; 0 is a worker that was never started. Reports of an earlier one are void.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Incarnation(pub u32);

impl Incarnation {
    /// The incarnation after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_checked() {
        assert!(PoolName::new("resize").is_ok());
        assert!(PoolName::new("a.b-c_1").is_ok());
        assert_eq!(PoolName::new(""), Err(PoolNameError::Length));
        assert_eq!(PoolName::new("a/b"), Err(PoolNameError::Character));
        assert_eq!(PoolName::new("*"), Err(PoolNameError::Character));
        assert_eq!(PoolName::new("-a"), Err(PoolNameError::Character));
    }

    #[test]
    fn any_file_name_makes_a_name() {
        assert_eq!(PoolName::from_lossy("my worker").as_str(), "my-worker");
        assert_eq!(PoolName::from_lossy("../..").as_str(), "worker");
        assert_eq!(PoolName::from_lossy("...x").as_str(), "x");
    }
}
