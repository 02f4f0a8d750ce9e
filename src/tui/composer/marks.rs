//! Whether what is written can be sent in the serialization of whom it goes to.

use crate::model::Board;
use crate::tui::composer::hints::concerns;
use crate::tui::composer::judge::Verdict;
use crate::tui::composer::state::Composer;
use crate::wire::{Serialization, v8};

/// What is wrong with a valid text for a pool of its target that has advanced serialization.
pub(crate) fn unwritable(composer: &Composer, board: &Board) -> Option<String> {
    let (Verdict::Valid(message), Some(target)) = (composer.verdict(), composer.target()) else {
        return None;
    };
    let is_advanced = board
        .pools
        .values()
        .any(|pool| pool.serialization == Serialization::Advanced && concerns(target, &pool.name));
    let checked = is_advanced.then(|| v8::check(message.as_str()));
    checked?.err().map(|error| error.to_string())
}
