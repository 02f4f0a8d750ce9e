//! Who holds a socket or a pipe open after its worker's death.
//!
//! Owns the search through the open descriptors of a family of processes. Called by `deck`'s sampler, away from its loop.

use std::os::fd::AsFd;

/// What identifies a socket or a pipe among all open ones: its inode. 0 where the system does not tell.
pub fn inode(end: impl AsFd) -> u64 {
    rustix::fs::fstat(end).map_or(0, |about| about.st_ino)
}

/// The first of these processes that has one of these sockets or pipes open.
#[cfg(target_os = "linux")]
pub fn holder(family: &[u32], inodes: &[u64]) -> Option<u32> {
    // A descriptor's link reads `socket:[INODE]` or `pipe:[INODE]`: proc_pid_fd(5).
    let names: Vec<String> = inodes
        .iter()
        .flat_map(|inode| [format!("socket:[{inode}]"), format!("pipe:[{inode}]")])
        .collect();
    let holds = |pid: &u32| {
        let Ok(descriptors) = std::fs::read_dir(format!("/proc/{pid}/fd")) else {
            return false; // It is gone, or another user's.
        };
        let links = descriptors.flatten();
        links
            .filter_map(|link| std::fs::read_link(link.path()).ok())
            .any(|target| names.iter().any(|name| target.as_os_str() == name.as_str()))
    };
    family.iter().copied().find(holds)
}

/// The first of these processes that has one of these sockets or pipes open; this system does not tell.
#[cfg(not(target_os = "linux"))]
pub fn holder(_family: &[u32], _inodes: &[u64]) -> Option<u32> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn whoever_has_an_end_open_is_found() {
        let (one, other) = UnixStream::pair().unwrap();
        let inodes = [inode(&other)];
        let own = std::process::id();

        assert_eq!(holder(&[1_000_000_000, own], &inodes), Some(own));
        drop(other);
        assert_eq!(holder(&[own], &inodes), None);
        assert_eq!(holder(&[], &[inode(&one)]), None);
    }
}
