//! How a worker is run: the flags that `run` and `map` share.

use clap::{Args, ValueEnum};

use crate::cli::runtime::RuntimeName;
use crate::model::{Api, ChannelKind, Runtime};
use crate::wire::Serialization;

/// How a worker is run.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct How {
    /// What runs the script; by its ending unless given
    #[arg(long, value_enum)]
    pub(crate) runtime: Option<RuntimeName>,
    /// What the script is written for: process.on("message"); as in a browser, onmessage and postMessage; or node:cluster
    #[arg(long, value_enum, default_value_t, value_name = "API")]
    pub(crate) api: ApiName,
    /// How messages are written: as lines of JSON, or as V8's structured clone, which node and deno read
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) serialization: SerializationName,
}

/// What a script is written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApiName {
    #[default]
    Process,
    WebWorker,
    Cluster,
}

impl ApiName {
    /// What it names.
    pub(crate) fn api(self) -> Api {
        match self {
            Self::Process => Api::Process,
            Self::WebWorker => Api::WebWorker,
            Self::Cluster => Api::Cluster,
        }
    }
}

/// How messages are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum SerializationName {
    #[default]
    Json,
    Advanced,
}

impl SerializationName {
    /// What it names.
    pub(crate) fn serialization(self) -> Serialization {
        match self {
            Self::Json => Serialization::Json,
            Self::Advanced => Serialization::Advanced,
        }
    }
}

/// Why a worker cannot have advanced serialization, and what to do about it.
pub(crate) fn against_advanced(
    channel: ChannelKind,
    runtime: Option<Runtime>,
) -> Option<(String, &'static str)> {
    if channel != ChannelKind::Fork {
        let said = format!(
            "needs the channel fork, and this one is {}",
            channel.as_str()
        );
        return Some((said, "use the channel fork, or the serialization json"));
    }
    if runtime == Some(Runtime::Bun) {
        let said = "bun has another format under this name, which only bun reads".to_owned();
        return Some((said, "use the serialization json, or node or deno"));
    }
    None
}
