//! The machine as a whole.

use std::num::NonZero;
use std::thread::available_parallelism;

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// What the machine offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// How many cores this process may use.
    pub cores: usize,
    /// All memory, in bytes; 0 when the system does not tell.
    pub memory_bytes: u64,
}

impl Machine {
    /// Asks the system.
    pub fn read() -> Self {
        let wanted = MemoryRefreshKind::nothing().with_ram();
        let system = System::new_with_specifics(RefreshKind::nothing().with_memory(wanted));
        Self {
            cores: available_parallelism().map_or(1, NonZero::get),
            memory_bytes: system.map_or(0, |system| system.total_memory()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_has_cores_and_memory() {
        let machine = Machine::read();

        assert!(machine.cores >= 1);
        assert!(machine.memory_bytes > 1 << 20);
    }
}
