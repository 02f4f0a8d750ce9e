//! What is shown, and how.

/// This view's part of the model.
#[derive(Debug, Default)]
pub(crate) struct Offload {}
