//! A look at a write-ahead log that was left behind. The library reads one up to the first frame that is wrong and takes
//! that for its end, as after a loss of power; whether more was committed behind it is seen here.
//!
//! <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const MAX_PAGE: usize = 65_536;

/// Whether batches that were acknowledged cannot be read from a log that was in use.
///
/// A batch is begun when the one before it is on the disk. So only the last one can be torn without being lost: with a
/// second commit behind the first wrong frame, an acknowledged one is gone.
pub(crate) fn has_lost(path: &Path) -> io::Result<bool> {
    let mut log = BufReader::new(File::open(path)?);
    let mut header = [0; HEADER];
    if !fill(&mut log, &mut header)? {
        return Ok(true);
    }
    let page = usize::try_from(word(&header, 8)).unwrap_or(0);
    let (start, sums) = header.split_at(24);
    let mut sum = Checksum::new(word(start, 0) & 1 == 1);
    sum.add(start);
    if !sum.is(sums) || page == 0 || page > MAX_PAGE {
        return Ok(true);
    }
    let salts = start.get(16..24);
    let mut frame = vec![0; FRAME_HEADER + page];
    let mut is_broken = false;
    let mut commits_behind = 0;
    while fill(&mut log, &mut frame)? {
        let (head, page) = frame.split_at(FRAME_HEADER);
        if head.get(8..16) != salts {
            // Left from before the log was last begun anew, or wrong.
            is_broken = true;
            continue;
        }
        if !is_broken {
            let (numbers, sums) = (head.get(..8), head.get(16..));
            sum.add(numbers.unwrap_or_default());
            sum.add(page);
            is_broken = !sum.is(sums.unwrap_or_default());
        }
        if is_broken && word(head, 4) != 0 {
            commits_behind += 1;
        }
    }
    Ok(commits_behind > 1)
}

/// The log's running checksum.
struct Checksum {
    is_big_endian: bool,
    first: u32,
    second: u32,
}

impl Checksum {
    fn new(is_big_endian: bool) -> Self {
        Self {
            is_big_endian,
            first: 0,
            second: 0,
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        let (pairs, _) = bytes.as_chunks::<8>();
        for &[a, b, c, d, e, f, g, h] in pairs {
            let (one, two) = if self.is_big_endian {
                (
                    u32::from_be_bytes([a, b, c, d]),
                    u32::from_be_bytes([e, f, g, h]),
                )
            } else {
                (
                    u32::from_le_bytes([a, b, c, d]),
                    u32::from_le_bytes([e, f, g, h]),
                )
            };
            self.first = self.first.wrapping_add(one).wrapping_add(self.second);
            self.second = self.second.wrapping_add(two).wrapping_add(self.first);
        }
    }

    fn is(&self, sums: &[u8]) -> bool {
        (word(sums, 0), word(sums, 4)) == (self.first, self.second)
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let word = bytes.get(at..at + 4).and_then(|word| word.try_into().ok());
    word.map_or(0, u32::from_be_bytes)
}

/// Reads as much as fits; false at the end.
fn fill(log: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match log.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
