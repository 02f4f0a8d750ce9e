//! What a store of jobs does.

use crate::jobs::store::StoreError;
use crate::jobs::{Kept, Record};

/// Keeps records.
pub trait Store: Send + 'static {
    /// Everything that is kept.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    fn load(&mut self) -> Result<Kept, StoreError>;

    /// Keeps all records of a batch, in order and as one: afterwards all of them survive a loss of power, or, after an
    /// error, none is kept.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written; the same batch may be given again.
    fn commit(&mut self, batch: &[Record]) -> Result<(), StoreError>;
}
