//! Claims about the machine, in virtual time.

mod deck;
mod dice;
mod ledger;
mod lifecycle;
mod mail;
mod orders;
mod random;
mod restarts;
mod stopping;
mod world;
