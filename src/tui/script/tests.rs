//! Scripts do what they say, and say why when they cannot.

use std::fs;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::timeout;

use crate::deck::Clock;
use crate::tui::fixture::Fixture;
use crate::tui::script::{Script, Stage};

fn wrong(text: &str) -> String {
    Script::parse(text, "frames".into())
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
    let script = Script::parse(text, folder.path().to_path_buf()).unwrap();
    Stage::new(script, Clock::start())
}

#[tokio::test(start_paused = true)]
async fn keys_come_one_by_one_and_frames_show_what_came_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut fixture = Fixture::busy();
    let mut stage = stage("size 80x24\ntype ab\nkey Up Ctrl-P\nframe deck\n", &folder);
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
    stage.draw(&mut fixture.screen);
    assert_eq!(typed(&mut stage).await, None);
    let failure = stage.failure().unwrap();
    assert!(failure.starts_with("line 4: `never there` did not come within 2s; the screen is in "));
    let seen = fs::read_to_string(folder.path().join("failed.txt")).unwrap();
    assert!(seen.contains("resize/1"));
}
