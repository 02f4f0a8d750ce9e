//! Claims about the machine, in virtual time.

mod beside;
mod chance;
mod clusters;
mod deck;
mod dice;
mod drain;
mod filters;
mod jobs;
mod ledger;
mod lifecycle;
mod losses;
mod mail;
mod orders;
mod random;
mod readiness;
mod restarts;
mod rolling;
mod routes;
mod stopping;
mod unreadable;
mod world;
