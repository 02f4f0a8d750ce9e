//! What keys and the mouse do in the inspector, and what stays when traffic goes on.

mod fixture;
mod keys;
mod list;
mod mouse;
mod sending;
mod tree;
