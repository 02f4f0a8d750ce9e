//! Both translations against bodies that node 20 wrote, and against each other. `tests/v8` asks node itself.

mod bodies;
mod random;
mod tables;
