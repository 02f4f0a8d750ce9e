//! One worker or one pool whole, as a sheet of sections: two columns where there is room, one below the other elsewhere.

mod exits;
mod head;
mod listeners;
mod load;
mod policy;
mod pool;
mod process;
mod render;
mod traffic;

#[cfg(test)]
mod tests;

pub(crate) use pool::render_pool;
pub(crate) use render::render;
