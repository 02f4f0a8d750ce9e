//! The composition root: arguments, config file, diagnostics, and one file per verb.
//!
//! Owns how a deck is put together out of the layers below, and what the process answers. Decides nothing about
//! workers; called by `main` alone.

mod args;
mod cluster;
mod config;
mod deck;
mod demo;
mod diagnose;
mod face;
mod fate;
mod filter;
mod how;
mod init;
mod map;
mod preload;
mod run;
mod runtime;
mod store;
mod verb;
mod worker;

pub use verb::main;
