//! The cluster's machine, fed by hand and by chance.

mod claims;
mod leaving;
mod queries;
mod random;
mod world;
