//! Where a command goes: one worker, any worker of a pool, all of a pool, all of the deck.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::model::{PoolName, WorkerId};

/// The targets of a command, written `resize` (one worker of the pool, chosen by its dispatch), `resize/2`,
/// `resize/*` or `*`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// One worker of a pool, whichever its dispatch chooses.
    Pool(PoolName),
    /// Exactly this worker.
    Worker(WorkerId),
    /// Every worker of a pool.
    PoolAll(PoolName),
    /// Every worker of the deck.
    All,
}

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an address; write `pool`, `pool/2`, `pool/*` or `*`")]
pub struct AddressError {
    text: String,
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || AddressError {
            text: text.to_owned(),
        };
        if text == "*" {
            return Ok(Self::All);
        }
        let Some((pool, worker)) = text.split_once('/') else {
            return PoolName::new(text).map(Self::Pool).map_err(|_| wrong());
        };
        let pool = PoolName::new(pool).map_err(|_| wrong())?;
        if worker == "*" {
            return Ok(Self::PoolAll(pool));
        }
        match worker.parse::<u32>() {
            Ok(number) if number > 0 && !worker.starts_with('+') => {
                Ok(Self::Worker(WorkerId::new(pool, number)))
            }
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pool(pool) => f.pad(pool.as_str()),
            Self::Worker(id) => id.fmt(f),
            Self::PoolAll(pool) => f.pad(&format!("{pool}/*")),
            Self::All => f.pad("*"),
        }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_as_it_prints() {
        for text in ["resize", "resize/2", "resize/*", "*"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "/",
            "resize/",
            "resize/0",
            "resize/+1",
            "resize/x",
            "*/1",
            "a b",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
