//! How messages are written on a channel.

use std::fmt;

/// How messages are written on a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Serialization {
    /// Lines of JSON.
    #[default]
    Json,
    /// V8's structured clone, of node and deno.
    Advanced,
}

impl Serialization {
    /// Its name: in the config, on the command line and in the environment of a worker.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Advanced => "advanced",
        }
    }
}

impl fmt::Display for Serialization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
