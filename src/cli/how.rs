//! How a worker is run: the flags that `run` and `map` share.

use clap::{Args, ValueEnum};

use crate::cli::runtime::RuntimeName;
use crate::model::Api;

/// How a worker is run.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct How {
    /// What runs the script; by its ending unless given
    #[arg(long, value_enum)]
    pub(crate) runtime: Option<RuntimeName>,
    /// What the script is written for: process.on("message") or, as in a browser, onmessage and postMessage
    #[arg(long, value_enum, default_value_t, value_name = "API")]
    pub(crate) api: ApiName,
}

/// What a script is written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApiName {
    #[default]
    Process,
    WebWorker,
}

impl ApiName {
    /// What it names.
    pub(crate) fn api(self) -> Api {
        match self {
            Self::Process => Api::Process,
            Self::WebWorker => Api::WebWorker,
        }
    }
}
