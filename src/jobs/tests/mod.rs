//! The jobs, tried rule by rule in a small world without processes, disks or clocks.

mod attempts;
mod bounds;
mod commands;
mod dispatch;
mod keeping;
mod lost;
mod queue;
mod random;
mod replay;
mod run;
mod setback;
mod world;
