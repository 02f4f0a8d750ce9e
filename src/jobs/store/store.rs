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
    /// error, none is kept. (A disk that fails at the very last step may have kept all of them.) A job that is inserted
    /// again is replaced at its place, and what is said of a job that is not there is passed over, so that a batch may be
    /// given twice.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written; the same batch may be given again.
    fn commit(&mut self, batch: &[Record]) -> Result<(), StoreError>;
}
