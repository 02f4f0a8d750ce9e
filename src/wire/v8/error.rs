//! Why a body cannot be read or a text cannot be written.

/// Why a translation failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum V8Error {
    /// A body is not what a runtime writes.
    #[error("byte {at}: {problem}")]
    Body {
        /// Where in the body, from 0.
        at: usize,
        /// What is wrong there.
        problem: &'static str,
    },
    /// A text is not what can be written.
    #[error("{}{problem}", place(.value, .path))]
    Text {
        /// The beginning of the value that is wrong.
        value: String,
        /// The JSON pointer to it; empty for the whole text.
        path: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The text would be longer than was asked for.
    #[error("its text is longer than {0} bytes")]
    TooLong(usize),
}

impl V8Error {
    /// What is wrong, without where.
    pub fn problem(&self) -> &'static str {
        match self {
            Self::Body { problem, .. } | Self::Text { problem, .. } => problem,
            Self::TooLong(_) => "its text is too long",
        }
    }
}

fn place(value: &str, path: &str) -> String {
    if path.is_empty() {
        format!("{value}: ")
    } else {
        format!("{value} at {path}: ")
    }
}
