//! Scripts do what they say, and say why when they cannot.

use std::fs;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::timeout;

use crate::deck::Clock;
use crate::tui::fixture::Fixture;
use crate::tui::script::{Script, Stage};

fn wrong(text: &str) -> String {
    Script::parse("a.script", text, "frames".into())
        .unwrap_err()
        .to_string()
}

#[test]
fn a_line_that_is_no_step_is_named() {
    assert!(wrong("# x\n\nsiz 3x4").starts_with("line 3: `siz` is no step: size, "));
    assert!(wrong("size 9999x2").contains("at most 500x200"));
    assert!(wrong("key Entre").contains("`Entre` is no key"));
    assert!(wrong("wait 3").contains("`3` is no time"));
    assert!(wrong("frame ../x").contains("`../x` is no name"));
    assert!(wrong("cut").contains("no film"));
    assert!(wrong("film a\nfilm b").starts_with("line 2: the film before"));
    assert!(wrong("until").contains("`until ready`"));
}

async fn typed(stage: &mut Stage) -> Option<Vec<u8>> {
    let mut bytes = [0; 64];
    let read = timeout(Duration::from_mins(1), stage.read(&mut bytes));
    let read = read.await.expect("the script goes on").ok()?;
    Some(bytes[..read].to_vec())
}

fn stage(text: &str, folder: &TempDir) -> Stage {
    let script = Script::parse("a.script", text, folder.path().to_path_buf()).unwrap();
    Stage::new(script, Clock::start())
}

#[tokio::test(start_paused = true)]
async fn keys_come_one_by_one_and_frames_show_what_came_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut fixture = Fixture::busy();
    let mut stage = stage("size 80x24\ntype ab\nkey Up Ctrl-P\nframe deck\n", &folder);
    stage.ready();
    stage.draw(&mut fixture.screen);
    let mut keys = Vec::new();
    while let Some(typed) = typed(&mut stage).await {
        keys.push(String::from_utf8(typed).unwrap());
        stage.draw(&mut fixture.screen);
    }
    assert_eq!(keys, ["a", "b", "\u{1b}[A", "\u{10}"]);
    assert_eq!(stage.failure(), None);
    let text = fs::read_to_string(folder.path().join("deck.txt")).unwrap();
    assert_eq!(text.lines().count(), 24);
    assert!(text.contains("resize/1"));
    assert!(folder.path().join("deck.svg").exists());
}

#[tokio::test(start_paused = true)]
async fn a_text_that_does_not_come_ends_the_script_with_the_screen() {
    let folder = tempfile::tempdir().unwrap();
    let mut fixture = Fixture::busy();
    let mut stage = stage(
        "within 2s\nuntil resize/1\n\nuntil never there\nkey x",
        &folder,
    );
    stage.ready();
    stage.draw(&mut fixture.screen);
    assert_eq!(typed(&mut stage).await, None);
    let failure = stage.failure().unwrap();
    let wanted = "a.script: line 4: `never there` did not come within 2s; the screen is in ";
    assert!(failure.starts_with(wanted), "{failure}");
    let seen = fs::read_to_string(folder.path().join("failed.txt")).unwrap();
    assert!(seen.contains("resize/1"));
}

#[tokio::test(start_paused = true)]
async fn no_key_comes_before_the_deck_is_on_the_screen() {
    let folder = tempfile::tempdir().unwrap();
    let mut fixture = Fixture::busy();
    let mut stage = stage("key x", &folder);
    let mut bytes = [0; 64];
    let mut waits = async |stage: &mut Stage| {
        let read = timeout(Duration::from_secs(5), stage.read(&mut bytes));
        read.await.is_err()
    };
    assert!(waits(&mut stage).await, "nothing is drawn");
    stage.draw(&mut fixture.screen);
    assert!(waits(&mut stage).await, "the deck has not answered");
    stage.ready();
    assert!(waits(&mut stage).await, "its frame is not drawn");
    stage.draw(&mut fixture.screen);
    assert_eq!(typed(&mut stage).await, Some(b"x".to_vec()));
}

#[tokio::test(start_paused = true)]
async fn steps_that_the_end_of_the_deck_leaves_over_are_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let mut fixture = Fixture::busy();
    let mut cut_short = stage("key q\n\ntype ab\nframe never\n", &folder);
    cut_short.ready();
    cut_short.draw(&mut fixture.screen);
    assert_eq!(typed(&mut cut_short).await, Some(b"q".to_vec()));
    let failure = cut_short.failure().unwrap();
    let wanted = "a.script: line 3: `type ab` was not done: the deck has ended";
    assert!(failure.starts_with(wanted), "{failure}");

    let mut whole = stage("film last\nkey q\n", &folder);
    whole.ready();
    whole.draw(&mut fixture.screen);
    assert_eq!(typed(&mut whole).await, Some(b"q".to_vec()));
    assert_eq!(whole.failure(), None);
    assert!(folder.path().join("last.svg").exists(), "a film ends, too");
}

#[tokio::test(start_paused = true)]
async fn a_picture_that_cannot_be_written_names_its_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let mut fixture = Fixture::busy();
    let frames = folder.path().join("file");
    let script = Script::parse("a.script", "\nframe deck", frames).unwrap();
    let mut stage = Stage::new(script, Clock::start());
    stage.ready();
    stage.draw(&mut fixture.screen);
    assert_eq!(typed(&mut stage).await, None);
    let failure = stage.failure().unwrap();
    let wanted = "a.script: line 2: cannot write ";
    assert!(failure.starts_with(wanted), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn another_background_is_told_to_the_dashboard() {
    let folder = tempfile::tempdir().unwrap();
    let mut fixture = Fixture::busy();
    let mut stage = stage("key x\nbackground light", &folder);
    stage.ready();
    stage.draw(&mut fixture.screen);
    assert_eq!(typed(&mut stage).await, Some(b"x".to_vec()));
    let told = typed(&mut stage).await.unwrap();
    assert!(told.starts_with(b"\x1b]11;"), "{told:?}");
}
