//! How large the next results may be, guessed from those that came.
//!
//! Called by `ledger`, which gives the deck no more jobs than it has room for such results.

/// By which share of it the guess is lowered with each result that is smaller.
const FADE: usize = 64;

/// The largest result of late. A large one is forgotten slowly: after 44 small ones the guess is half of it.
#[derive(Debug)]
pub(super) struct Guess(usize);

impl Guess {
    /// Before any result came.
    pub(super) fn new(bytes: usize) -> Self {
        Self(bytes)
    }

    /// A result came.
    pub(super) fn see(&mut self, bytes: usize) {
        self.0 = (self.0 - self.0.div_ceil(FADE)).max(bytes);
    }

    /// How large the next one may be.
    pub(super) fn bytes(&self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guess_rises_at_once_and_falls_slowly() {
        let mut guess = Guess::new(64);

        guess.see(1 << 20);
        assert_eq!(guess.bytes(), 1 << 20);
        for _ in 0..44 {
            guess.see(10);
        }
        assert!((500 << 10..524 << 10).contains(&guess.bytes()), "{guess:?}");
        for _ in 0..2000 {
            guess.see(10);
        }
        assert_eq!(guess.bytes(), 10);
    }
}
