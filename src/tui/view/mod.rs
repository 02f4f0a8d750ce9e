//! How the model looks: one file for each region, each a function of the model.
//!
//! Never changes the model; notes what it drew where in the view state. Touches only what is visible. Called by `app`.

mod chart;
mod column;
mod composer;
mod flow;
mod footer;
mod frame;
mod header;
mod help;
mod history;
mod inspector;
mod jobs;
mod layout;
mod load;
mod logs;
mod messages;
mod numbers;
mod obituary;
mod offload;
mod overlay;
mod palette;
mod pool;
mod reader;
mod render;
mod routes;
mod row;
mod sheet;
mod sought;
mod spark;
mod stopping;
mod toast;
mod worker;
mod workers;

#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod tests;

pub(crate) use render::render;
