//! Filters that keep their replies back: when the end of their input is to bring them out, and when that is to be said.
//!
//! Owns what is known of that; measures time by what the deck tells each second. Called by `watch`.

/// After so many seconds without a reply it is said that a filter may keep its output back.
const PATIENCE: u32 = 5;

/// What is known of replies that do not come.
#[derive(Debug, Default)]
pub(super) struct Ebb {
    /// Whether filters may have been given jobs since they were last told that nothing more comes.
    was_given: bool,
    has_begun: bool,
    silence: u32,
    is_said: bool,
}

impl Ebb {
    /// Filters may have been given jobs.
    pub(super) fn given(&mut self) {
        self.was_given = true;
    }

    /// A reply came.
    pub(super) fn replied(&mut self) {
        self.silence = 0;
    }

    /// Whether filters are to be told now that nothing more comes, since workers have `all` jobs that there are. A job that
    /// another attempt gives to a new process needs it again.
    pub(super) fn begins(&mut self, all: bool) -> bool {
        let begins = all && std::mem::take(&mut self.was_given);
        self.has_begun |= begins;
        begins
    }

    /// Whether they ever were told so.
    pub(super) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// A second passed in which workers had jobs: whether it is to be said, once, that no reply came for so long.
    pub(super) fn is_silent(&mut self) -> bool {
        self.silence += 1;
        let is_silent = self.silence > PATIENCE && !self.is_said;
        self.is_said |= is_silent;
        is_silent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_told_again_only_after_more_was_given() {
        let mut ebb = Ebb::default();
        assert!(!ebb.begins(true), "nothing was given yet");
        ebb.given();

        assert!(!ebb.begins(false) && !ebb.has_begun());
        assert!(ebb.begins(true) && ebb.has_begun());
        assert!(!ebb.begins(true));
        ebb.given();
        assert!(ebb.begins(true));
    }

    #[test]
    fn a_long_silence_is_said_once() {
        let mut ebb = Ebb::default();
        let seconds = |ebb: &mut Ebb, count: u32| (0..count).filter(|_| ebb.is_silent()).count();

        assert_eq!(seconds(&mut ebb, PATIENCE), 0);
        ebb.replied();
        assert_eq!(seconds(&mut ebb, PATIENCE), 0);
        assert_eq!(seconds(&mut ebb, 20), 1);
    }
}
