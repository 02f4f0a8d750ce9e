//! The forkdeck binary.

fn main() {}
