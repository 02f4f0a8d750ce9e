//! A small generator of random numbers (SplitMix64): the same seed, the same run.

use std::time::Duration;

/// Makes the random part of ids, and jitter. Not for secrets.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// Ten random bytes.
    pub(super) fn bytes(&mut self) -> [u8; 10] {
        let mut bytes = [0; 10];
        let (high, low) = bytes.split_at_mut(8);
        high.copy_from_slice(&self.roll().to_le_bytes());
        low.copy_from_slice(&self.roll().to_le_bytes()[..2]);
        bytes
    }
}

/// Something between half of a wait and all of it, in whole milliseconds, so that jobs that failed together do not come
/// again together.
pub(super) fn jittered(wait: Duration, roll: u64) -> Duration {
    let most = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    let least = most.div_ceil(2);
    Duration::from_millis(least + roll % (most - least).saturating_add(1))
}

/// Spreads a number's bits over all bits.
pub(super) fn mix(number: u64) -> u64 {
    let mut z = number;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_lies_between_half_and_all() {
        let mut dice = Dice::new(7);
        for ms in [0, 1, 2, 3, 1_000, 600_000] {
            let wait = Duration::from_millis(ms);
            for _ in 0..100 {
                let jittered = jittered(wait, dice.roll());
                assert!(jittered * 2 >= wait && jittered <= wait, "{jittered:?}");
            }
        }
    }
}
