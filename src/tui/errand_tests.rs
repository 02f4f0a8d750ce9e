//! What is said about copies and saved files, and that programs get the text.

use std::fs;
use std::time::Duration;

use rustix::process::{Signal, kill_process};
use tokio::time::timeout;

use super::*;

fn next(errands: &mut Errands) -> Option<Said> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let said = runtime.block_on(async { timeout(4 * PATIENCE, errands.next()).await });
    said.expect("the errand ends")
}

#[test]
fn a_copy_says_how_much_and_of_what() {
    let mut errands = Errands::new(Around::default());
    let (bytes, said) = errands.copy("x".repeat(1234), "message of resize/1", "");
    assert!(bytes.starts_with(b"\x1b]52;c;"));
    let text = "Copied 1.2 kB: message of resize/1".to_owned();
    assert_eq!(said, Some((text, false)));
}

#[test]
fn what_is_too_long_for_a_terminal_is_not_cut() {
    let mut errands = Errands::new(Around::default());
    let (bytes, said) = errands.copy("x".repeat(200_000), "log", " · F7 saves");
    assert!(bytes.is_empty());
    let said = said.unwrap();
    assert!(said.1 && said.0.contains("200 kB") && said.0.ends_with(" · F7 saves"));
}

#[test]
fn a_program_gets_the_text() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clip");
    let script = format!("cat > {}", file.display());
    let programs: [&[&str]; 2] = [&["/nonexistent/program"], &["sh", "-c", &script]];
    assert_eq!(pipe(&programs, &"héllo".into(), PATIENCE), Some(Took::Yes));
    assert_eq!(fs::read_to_string(file).unwrap(), "héllo");
    let missing = pipe(&[&["/nonexistent/program"]], &"x".into(), PATIENCE);
    assert_eq!(missing, None);
    assert_eq!(pipe(&[&["false"]], &"x".into(), PATIENCE), Some(Took::No));
}

#[test]
fn a_program_that_stays_in_the_background_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let script = format!("cat > /dev/null; sleep 1000 & echo $! > {}", file.display());
    let stays: [&[&str]; 1] = [&["sh", "-c", &script]];

    assert_eq!(pipe(&stays, &"x".into(), PATIENCE), Some(Took::Yes));

    let pid = fs::read_to_string(file).unwrap().trim().parse().unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).expect("it still runs");
}

#[test]
fn a_program_that_hangs_is_ended_and_the_next_one_asked() {
    let hangs: &[&str] = &["sh", "-c", "sleep 1000 & wait"];
    // More than a pipe holds: who writes it hangs too.
    let text: Arc<str> = "x".repeat(1_000_000).into();
    let patience = Duration::from_millis(100);
    let took = pipe(&[hangs], &text, patience);
    assert_eq!(took, Some(Took::Hung("sh".to_owned())));
    let takes: &[&str] = &["sh", "-c", "cat > /dev/null"];
    let short = "x".into();
    assert_eq!(pipe(&[hangs, takes], &short, patience), Some(Took::Yes));
}

#[test]
fn a_saved_file_is_told_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut errands = Errands::new(Around::default());
    let names = ("deck", "messages", "jsonl");
    let now = WallTime(1_769_860_800_000);
    let saved = errands.save(folder.path().to_owned(), names, now, "{}\n".to_owned());
    assert_eq!(saved, None);
    let (text, is_bad) = next(&mut errands).unwrap();
    let file = text.strip_prefix("Saved 3 bytes: ").unwrap();
    assert!(!is_bad && folder.path().join(file).is_file());
    errands.save("/proc/nope".into(), names, now, String::new());
    let (text, is_bad) = next(&mut errands).unwrap();
    assert!(is_bad && text.contains("no such file"), "{text}");
}
