use proptest::prelude::*;

use super::*;

/// A reader that gives its bytes in pieces of this size.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let size = self.0.len().min(self.1).min(out.len());
        let (piece, rest) = self.0.split_at(size);
        out[..size].copy_from_slice(piece);
        self.0 = rest;
        Ok(size)
    }
}

/// Takes lines as long as this, and any number of them.
fn splitter(longest: usize) -> Splitter {
    Splitter::new(longest, Room::new(usize::MAX))
}

/// Number, length, and the job or the error of each line.
fn lines(input: &[u8], piece: usize, longest: usize) -> Vec<(u64, u64, Result<String, String>)> {
    let (fed, mut taken) = mpsc::channel(10_000);
    read(Pieces(input, piece), splitter(longest), &fed);
    drop(fed);
    let mut all = Vec::new();
    while let Some(fed) = taken.blocking_recv() {
        let Fed::Lines(lines) = fed else {
            panic!("broken")
        };
        assert!(lines.len() <= BATCH);
        all.extend(lines);
    }
    all.into_iter()
        .map(|line| {
            let job = line.job.map(|job| job.as_str().to_owned());
            (line.number, line.length, job.map_err(|job| job.error))
        })
        .collect()
}

#[test]
fn each_line_is_a_job_and_blank_ones_are_passed_over() {
    let input = b"{\"a\": 1}\n\n  \t\r\n[1]\r\n\"x\"";

    let read = lines(input, BLOCK, 100);

    let job = |text: &str| Ok(text.to_owned());
    assert_eq!(
        read,
        [
            (1, 9, job("{\"a\":1}")),
            (4, 5, job("[1]")),
            (5, 3, job("\"x\"")),
        ]
    );
}

#[test]
fn a_line_that_is_no_json_says_why() {
    let read = lines(
        b"\xef\xbb\xbf1\n{\"a\":}\nnope\n\"\xff\"\n\"\\ud800\"\n",
        BLOCK,
        100,
    );

    let errors: Vec<_> = read.into_iter().map(|(_, _, job)| job).collect();
    let error = |text: &str| Err(text.to_owned());
    assert_eq!(
        errors,
        [
            Ok("1".to_owned()),
            error("not valid JSON at column 6"),
            error("not valid JSON at column 2"),
            error("not valid UTF-8"),
            error("a string holds a lone surrogate escape"),
        ]
    );
}

#[test]
fn a_line_that_is_too_long_is_not_kept() {
    let (just, over) = ("1".repeat(20), "2".repeat(21));
    let input = format!("{just}\n{over}\n{}\n3\n", "4".repeat(100_000));

    for piece in [1, 7, BLOCK] {
        let read = lines(input.as_bytes(), piece, 20);

        let too_long = Err("longer than 20 bytes".to_owned());
        assert_eq!(
            read,
            [
                (1, 21, Ok(just.clone())),
                (2, 22, too_long.clone()),
                (3, 100_001, too_long),
                (4, 2, Ok("3".to_owned())),
            ]
        );
    }
    let mut splitter = splitter(20);
    let (fed, _taken) = mpsc::channel(1);
    for _ in 0..1000 {
        splitter.take(&[b'5'; 1000], &fed);
    }
    assert_eq!(splitter.rest.len(), 21);
}

#[test]
fn a_reader_that_nobody_wants_stops_at_once() {
    let (fed, taken) = mpsc::channel(1);
    drop(taken);

    read(io::repeat(b'\n'), splitter(10), &fed);
}

proptest! {
    #[test]
    fn lines_are_the_same_however_they_are_cut(
        numbers in prop::collection::vec(prop::option::of(any::<u32>()), 0..60),
        piece in 1_usize..40,
        ends: bool,
    ) {
        let texts: Vec<String> = numbers.iter().map(|n| n.map_or(String::new(), |n| n.to_string())).collect();
        let mut input = texts.join("\n");
        if ends { input.push('\n'); }

        let cut = lines(input.as_bytes(), piece, 100);

        prop_assert_eq!(&cut, &lines(input.as_bytes(), BLOCK, 100));
        let jobs: Vec<String> = cut.into_iter().map(|(_, _, job)| job.unwrap()).collect();
        let wanted: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
        prop_assert_eq!(jobs, wanted);
    }
}
