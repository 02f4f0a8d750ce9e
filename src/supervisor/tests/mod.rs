//! Claims about the machine, in virtual time.

mod deck;
mod lifecycle;
mod mail;
mod random;
mod restarts;
mod stopping;
mod world;
