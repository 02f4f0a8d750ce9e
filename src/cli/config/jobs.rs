//! The keys by which a pool takes jobs.
//!
//! Owns what each may be and which of them go together. Called by `pool` with the pool's whole table.

use toml::de::DeValue;

use crate::cli::config::quantity;
use crate::cli::config::table::{
    Faults, Key, Table, Wrong, no_word, number, pointer, quantity as read_quantity, size, text,
    time, word,
};
use crate::model::{Dispatch, JobsSpec, QueueSpec, ReplyRule, WhenFull};
use crate::wire::Pointer;

const QUEUE: &[Key] = &[
    Key::Built("capacity"),
    Key::Built("bytes"),
    Key::Built("when_full"),
];

/// The most jobs a worker may have at once.
const MOST_CONCURRENCY: u32 = 10_000;

/// The most attempts after the first.
const MOST_RETRIES: u32 = 1_000_000;

/// Reads what a pool's table says about jobs.
pub(super) fn read(table: Table<'_>, faults: &mut Faults) -> JobsSpec {
    let mut spec = JobsSpec::default();
    let known = faults.0.len();
    set(
        &mut spec.concurrency,
        table.take("concurrency", faults, |value| {
            number(value, 1, MOST_CONCURRENCY)
        }),
    );
    set(&mut spec.dispatch, table.take("dispatch", faults, dispatch));
    set(&mut spec.reply, table.take("reply", faults, reply));
    if faults.0.len() == known {
        pairing(&spec, table, faults);
    }
    spec.failed_when = table.take("failed_when", faults, failed_when);
    spec.timeout = table.take("timeout", faults, |value| {
        time(value, quantity::positive_duration)
    });
    set(
        &mut spec.retries,
        table.take("retries", faults, |value| number(value, 0, MOST_RETRIES)),
    );
    if spec.reply == ReplyRule::None {
        refuse_reply_keys(table, faults);
    }
    let backoff = table.take("retry_backoff", faults, |value| {
        read_quantity(value, "a range such as \"1s..10min\"", quantity::backoff)
    });
    set(&mut spec.retry_backoff, backoff);
    set(
        &mut spec.priority_levels,
        table.take("priority_levels", faults, levels),
    );
    spec.rate = table.take("rate", faults, |value| {
        read_quantity(value, "a rate such as \"100/s\"", quantity::rate)
    });
    if let Some(inner) = table.inner("queue", QUEUE, faults) {
        spec.queue = queue(inner, faults);
    }
    spec
}

/// Puts a value that was given into its place.
fn set<T>(place: &mut T, given: Option<T>) {
    if let Some(value) = given {
        *place = value;
    }
}

/// The next message can only be told to be the reply to a job while there is but one.
fn pairing(spec: &JobsSpec, table: Table<'_>, faults: &mut Faults) {
    if spec.reply != ReplyRule::Next || spec.concurrency == 1 {
        return;
    }
    if let Some(value) = table.get("concurrency") {
        let message = "`concurrency` above 1 needs replies that name their job".to_owned();
        let help = "add `reply = \"id:/id\"`, the place of an id that job and reply share, or `reply = \"none\"`";
        faults.push(value.span(), message, Some(help.to_owned()));
    }
}

/// Without replies nothing can be said of them.
fn refuse_reply_keys(table: Table<'_>, faults: &mut Faults) {
    for key in ["failed_when", "timeout"] {
        if let Some(value) = table.get(key) {
            let message =
                format!("`{key}` is about replies, and with `reply = \"none\"` there are none");
            let help = format!("remove `{key}`, or `reply = \"none\"`");
            faults.push(value.span(), message, Some(help));
        }
    }
}

fn dispatch(value: &DeValue<'_>) -> Result<Dispatch, Wrong> {
    match text(value)? {
        "least-busy" => Ok(Dispatch::LeastBusy),
        "round-robin" => Ok(Dispatch::RoundRobin),
        other => match other.strip_prefix("hash:") {
            Some(place) => pointer(place).map(Dispatch::Hash),
            None => Err(no_word(
                other,
                &["least-busy", "round-robin", "hash:/pointer"],
            )),
        },
    }
}

fn reply(value: &DeValue<'_>) -> Result<ReplyRule, Wrong> {
    match text(value)? {
        "next" => Ok(ReplyRule::Next),
        "none" => Ok(ReplyRule::None),
        other => match other.strip_prefix("id:") {
            Some(place) => pointer(place).map(ReplyRule::Id),
            None => Err(no_word(other, &["next", "id:/pointer", "none"])),
        },
    }
}

fn failed_when(value: &DeValue<'_>) -> Result<Pointer, Wrong> {
    match text(value)? {
        "" => Err("must not be empty: every reply would be a failure".into()),
        place => pointer(place),
    }
}

fn levels(value: &DeValue<'_>) -> Result<u8, Wrong> {
    let levels = number(value, 1, 100)?;
    // At most 100, as was just seen.
    Ok(u8::try_from(levels).unwrap_or(u8::MAX))
}

fn queue(table: Table<'_>, faults: &mut Faults) -> QueueSpec {
    let default = QueueSpec::default();
    let words = [("reject", WhenFull::Reject), ("block", WhenFull::Block)];
    let capacity = table.take("capacity", faults, |value| number(value, 1, 10_000_000));
    let bytes = table.take("bytes", faults, size);
    let when_full = table.take("when_full", faults, |value| word(value, &words));
    QueueSpec {
        capacity: capacity.map_or(default.capacity, |count| count as usize),
        bytes: bytes.unwrap_or(default.bytes),
        when_full: when_full.unwrap_or(default.when_full),
    }
}
