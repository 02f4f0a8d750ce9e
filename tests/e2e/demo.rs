//! The demo on a real terminal and without one.

use std::process::Command;

use crate::support::Screen;

/// Whether every tile of the picture is there.
fn is_complete(text: &str) -> bool {
    progress(text).is_some_and(|(done, all)| done == all && all > 0)
}

/// `37 of 49 tiles`.
fn progress(text: &str) -> Option<(u32, u32)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(4).find_map(|words| match words {
        [done, "of", all, "tiles"] => Some((done.parse().ok()?, all.parse().ok()?)),
        _ => None,
    })
}

fn demo(folder: &tempfile::TempDir, more: &[&str], size: (u16, u16)) -> Screen {
    let args: Vec<&str> = ["demo"].iter().chain(more).copied().collect();
    Screen::start(folder.path(), &args, size)
}

#[test]
fn the_picture_is_made_off_loaded_and_inside_the_parent() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = demo(&folder, &[], (100, 30));
    screen.shows("off-loaded");
    // Nothing is to move by itself while it is looked at.
    screen.keys(" ");
    screen.wait("the picture is complete", is_complete);

    screen.keys("o");
    screen.shows("inside the parent");
    screen.wait("the parent makes it, too", is_complete);

    screen.keys("o");
    screen.shows("off-loaded");
    screen.wait("the workers make it again", is_complete);
    screen.keys("q\r");
    assert!(screen.end().success());
    screen.is_given_back();
}

#[test]
fn a_killed_worker_takes_nothing_of_the_picture_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = demo(&folder, &[], (100, 30));
    screen.keys(" ");
    screen.wait("the picture is begun", |text| {
        progress(text).is_some_and(|(done, all)| done > 0 && done < all)
    });

    screen.keys("x");
    screen.shows("gets SIGKILL");

    screen.wait("the picture is complete", is_complete);
    screen.keys("1");
    screen.shows("killed by SIGKILL");
    screen.keys("q\r");
    assert!(screen.end().success());
}

#[test]
fn moving_on_leaves_no_hole() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = demo(&folder, &[], (60, 16));
    screen.shows("off-loaded");
    screen.keys(" ]]\x1b[A\x1b[D+[0]-");
    screen.resize((100, 30));
    screen.wait("the picture is complete", is_complete);
    screen.shows("×2 ");
    screen.keys("q\r");
    assert!(screen.end().success());
}

#[test]
fn one_worker_alone_makes_the_whole_picture() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = demo(&folder, &[], (80, 24));
    screen.keys(" ");
    screen.wait("the picture is begun", |text| {
        progress(text).is_some_and(|(done, all)| done > 0 && done < all)
    });

    // As many of both kinds, so the last one left is the first of the first kind.
    screen.keys(&"-".repeat(32));

    screen.shows("1 worker draws");
    screen.wait("the picture is complete", is_complete);
    screen.keys("q\r");
    assert!(screen.end().success());
}

#[test]
fn a_demo_ends_by_itself_when_its_time_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = demo(&folder, &["--seconds", "2"], (80, 24));
    screen.shows("off-loaded");
    assert!(screen.end().success());
    screen.is_given_back();
}

#[test]
fn without_a_terminal_a_demo_says_how_fast_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_forkdeck"));
        command
            .args(args)
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let done = run(&["demo", "--headless", "--seconds", "3"]);
    let out = String::from_utf8(done.stdout).unwrap();

    assert_eq!(done.status.code(), Some(0), "{out}");
    let last = out.lines().last().unwrap();
    assert!(
        last.starts_with("demo: ") && last.contains(" tiles in "),
        "{last}"
    );
    assert!(last.ends_with(" times one worker"), "{last}");
    assert!(out.contains("iterations in"), "{out}");

    let refused = run(&["demo"]);
    let error = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(error.contains("--headless --seconds 10"), "{error}");
}
