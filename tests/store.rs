//! The durable store against the one in memory, against kill -9, and against damage of every kind.
#![cfg(all(target_os = "linux", feature = "sqlite"))]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "these are tests and their helpers"
)]

#[path = "store/damage.rs"]
mod damage;
#[path = "store/killed.rs"]
mod killed;
#[path = "store/log.rs"]
mod log;
#[path = "store/model.rs"]
mod model;
#[path = "store/open.rs"]
mod open;
#[path = "store/rates.rs"]
mod rates;
#[path = "store/support.rs"]
mod support;
