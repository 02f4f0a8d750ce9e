//! CPU time and memory of workers with their descendants.
//!
//! Owns how processes are read (own reader of `/proc` on Linux, sysinfo elsewhere), whose each is, and the arithmetic.
//! Never reads a clock: the time of a measurement is an argument. Called by `deck`'s sampler; one pass measures all.

mod account;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;
mod machine;
mod measure;

#[cfg(not(target_os = "linux"))]
use elsewhere as system;
#[cfg(target_os = "linux")]
use linux as system;

pub use account::ProcessUse;
pub use machine::Machine;
pub use measure::{Measured, Usage};
pub use system::descendants;
