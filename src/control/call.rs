//! The methods of the control protocol: a request's method and parameters as one value.
//!
//! Knows every method by name and every parameter; decides nothing and does nothing. Called by the server.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::control::Wanted;
use crate::control::job_params;
use crate::control::rpc::RpcError;
use crate::control::wanted::nearest;
use crate::model::{
    Address, Command, JobCommand, PoolName, Refusal, RefusalKind, Signal, Submission,
};
use crate::wire::Message;

/// How long `send` waits for replies unless told otherwise.
const TIMEOUT_MS: u64 = 5000;

/// Every method that this deck carries out.
const METHODS: [&str; 25] = [
    "hello",
    "ps",
    "pools",
    "pool",
    "worker",
    "send",
    "start",
    "stop",
    "restart",
    "kill",
    "disconnect",
    "signal",
    "scale",
    "subscribe",
    "logs",
    "messages",
    "submit",
    "jobs",
    "job",
    "retry",
    "drop",
    "cancel",
    "pause",
    "resume",
    "down",
];

/// Methods of the protocol that this version of the deck does not carry out.
const LATER: [&str; 1] = ["reload"];

/// What a request asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Call {
    /// Who is there.
    Hello,
    /// The workers.
    Ps,
    /// The pools.
    Pools,
    /// Events from now on.
    Subscribe {
        /// Which.
        wanted: Wanted,
        /// Whether the answer is to hold the board as it is before them.
        snapshot: bool,
    },
    /// Lines of output that are still held.
    Logs(History),
    /// Messages that are still held.
    Messages(History),
    /// A job.
    Submit {
        /// Which.
        submission: Submission,
        /// Whether the answer is to come with its end.
        wait: bool,
    },
    /// Something to be done.
    Command(Command),
}

/// The newest of what is held of some workers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct History {
    /// Whose.
    pub(super) of: Address,
    /// How many at the most, or all that are held.
    pub(super) last: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoParams {}

/// A client may name itself; nothing depends on it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HelloParams {
    #[serde(default, rename = "client")]
    _client: Option<String>,
    #[serde(default, rename = "version")]
    _version: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SendParams<'a> {
    to: String,
    #[serde(borrow)]
    message: &'a RawValue,
    #[serde(default)]
    wait: bool,
    #[serde(default)]
    timeout_ms: Option<u64>,
    #[serde(borrow, default)]
    handle: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToParams {
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RestartParams {
    to: String,
    #[serde(default)]
    rolling: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignalParams {
    to: String,
    signal: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScaleParams {
    pool: String,
    instances: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkerParams {
    worker: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PoolParams {
    pool: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubscribeParams {
    #[serde(default)]
    events: Option<Vec<String>>,
    #[serde(default)]
    snapshot: bool,
    #[serde(default)]
    internal: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HistoryParams {
    of: String,
    #[serde(default)]
    last: Option<usize>,
}

impl Call {
    /// Finds the method and reads its parameters, which are JSON text; none are as good as `{}`.
    pub(super) fn parse(method: &str, params: Option<&str>) -> Result<Self, RpcError> {
        let params = params.unwrap_or("{}");
        let call = match method {
            "hello" => read::<HelloParams>(method, params).map(|_| Self::Hello)?,
            "ps" => read::<NoParams>(method, params).map(|_| Self::Ps)?,
            "pools" => read::<NoParams>(method, params).map(|_| Self::Pools)?,
            "down" => read::<NoParams>(method, params).map(|_| Self::Command(Command::Down))?,
            "subscribe" => subscribe(read(method, params)?)?,
            "logs" => Self::Logs(history(&read(method, params)?)?),
            "messages" => Self::Messages(history(&read(method, params)?)?),
            "send" => Self::Command(send(&read(method, params)?)?),
            "restart" => Self::Command(restart(&read(method, params)?)?),
            "signal" => Self::Command(signal(&read(method, params)?)?),
            "worker" => Self::Command(inspect(&read(method, params)?)?),
            "pool" => Self::Command(inspect_pool(&read(method, params)?)?),
            "scale" => Self::Command(scale(&read(method, params)?)?),
            "start" | "stop" | "kill" | "disconnect" => {
                let to = address(&read::<ToParams>(method, params)?.to)?;
                Self::Command(match method {
                    "start" => Command::Start { to },
                    "stop" => Command::Stop { to },
                    "kill" => Command::Kill { to },
                    // Only `disconnect` is left of the four.
                    _ => Command::Disconnect { to },
                })
            }
            "submit" => job_params::submit(params)?,
            "jobs" => Self::about_jobs(job_params::jobs(params)?),
            "job" => Self::about_jobs(job_params::job(params)?),
            "pause" | "resume" => Self::about_jobs(job_params::pause(method, params)?),
            "retry" | "drop" | "cancel" => {
                let filter = job_params::chosen(method, params)?;
                Self::about_jobs(match method {
                    "retry" => JobCommand::Retry(filter),
                    "drop" => JobCommand::Drop(filter),
                    // Only `cancel` is left of the three.
                    _ => JobCommand::Cancel(filter),
                })
            }
            // Every method that this deck does not have.
            _ => return Err(no_such_method(method)),
        };
        Ok(call)
    }

    fn about_jobs(command: JobCommand) -> Self {
        Self::Command(Command::Jobs(command))
    }
}

/// Reads parameters by name; a derived struct would also read an array.
pub(super) fn read<'a, T: Deserialize<'a>>(method: &str, params: &'a str) -> Result<T, RpcError> {
    if !params.starts_with('{') {
        return Err(RpcError::invalid_params(format!(
            "the params of `{method}` are given by name, as an object"
        )));
    }
    serde_json::from_str(params).map_err(|error| {
        // The place is one within `params`, which no client counts from.
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or(&text);
        RpcError::invalid_params(format!("the params of `{method}` do not fit: {reason}"))
    })
}

fn no_such_method(method: &str) -> RpcError {
    if LATER.contains(&method) {
        return RpcError::no_such_method(format!(
            "this version of forkdeck cannot read its config again: `{method}` does not exist yet"
        ));
    }
    let nearest = nearest(method, &METHODS);
    let method: String = method.chars().take(64).collect();
    RpcError::no_such_method(format!(
        "no method is named `{method}`; did you mean `{nearest}`?"
    ))
}

fn address(text: &str) -> Result<Address, RpcError> {
    text.parse().map_err(|error: crate::model::AddressError| {
        Refusal::new(RefusalKind::BadAddress, error.to_string())
            .at(&text)
            .into()
    })
}

fn send(params: &SendParams<'_>) -> Result<Command, RpcError> {
    if params.handle.is_some() {
        return Err(RpcError::invalid_params(
            "this version of forkdeck cannot pass handles: leave `handle` out",
        ));
    }
    let to = address(&params.to)?;
    let message = message("message", params.message, &params.to)?;
    let timeout = Duration::from_millis(params.timeout_ms.unwrap_or(TIMEOUT_MS));
    Ok(Command::Send {
        to,
        message,
        wait: params.wait.then_some(timeout),
    })
}

/// A message that workers can read; `name` says what it is to the client.
pub(super) fn message(name: &str, raw: &RawValue, to: &str) -> Result<Message, RpcError> {
    Message::parse(raw.get()).map_err(|error| {
        let text = format!("the {name} cannot be sent: {error}");
        Refusal::new(RefusalKind::BadMessage, text).at(&to).into()
    })
}

fn restart(params: &RestartParams) -> Result<Command, RpcError> {
    Ok(Command::Restart {
        to: address(&params.to)?,
        rolling: params.rolling,
    })
}

fn signal(params: &SignalParams) -> Result<Command, RpcError> {
    let to = address(&params.to)?;
    let signal = Signal::from_name(&params.signal).ok_or_else(|| {
        RpcError::invalid_params(format!(
            "no signal is named `{}`; write it as `SIGUSR1`",
            params.signal
        ))
    })?;
    Ok(Command::Signal { to, signal })
}

fn inspect(params: &WorkerParams) -> Result<Command, RpcError> {
    match address(&params.worker)? {
        Address::Worker(worker) => Ok(Command::Inspect(worker)),
        _ => Err(RpcError::invalid_params(format!(
            "`{}` is not one worker; write it as `resize/1`",
            params.worker
        ))),
    }
}

fn inspect_pool(params: &PoolParams) -> Result<Command, RpcError> {
    Ok(Command::InspectPool(pool_name(&params.pool)?))
}

fn scale(params: &ScaleParams) -> Result<Command, RpcError> {
    Ok(Command::Scale {
        pool: pool_name(&params.pool)?,
        instances: params.instances,
    })
}

/// A pool's name as a client wrote it.
pub(super) fn pool_name(text: &str) -> Result<PoolName, RpcError> {
    PoolName::new(text).map_err(|error| {
        Refusal::new(RefusalKind::BadAddress, error.to_string())
            .at(&text)
            .into()
    })
}

fn subscribe(params: SubscribeParams) -> Result<Call, RpcError> {
    let wanted = match params.events {
        Some(names) => {
            Wanted::only(&names).map_err(|error| RpcError::invalid_params(error.to_string()))?
        }
        None => Wanted::all(),
    };
    Ok(Call::Subscribe {
        wanted: wanted.with_internal(params.internal),
        snapshot: params.snapshot,
    })
}

fn history(params: &HistoryParams) -> Result<History, RpcError> {
    Ok(History {
        of: address(&params.of)?,
        last: params.last,
    })
}

#[cfg(test)]
#[path = "call_tests.rs"]
mod tests;
