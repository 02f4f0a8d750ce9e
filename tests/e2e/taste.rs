//! The dashboard is as its person likes it, and is found as it was left.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::Screen;

const POOLS: &str =
    "[deck]\nname = \"kept\"\n[pools.a]\ncommand = [\"sleep\", \"1000\"]\ninstances = 2\n";

fn deck(folder: &Path, taste: &str) {
    fs::write(folder.join("forkdeck.toml"), format!("{POOLS}{taste}")).unwrap();
}

#[test]
fn keys_and_signs_are_as_the_config_says() {
    let folder = tempfile::tempdir().unwrap();
    deck(folder.path(), "[keys]\nquit = \"F10\"\n");
    let own = folder.path().join("config/forkdeck");
    fs::create_dir_all(&own).unwrap();
    let text = "[ui]\nascii = true\nmouse = false\n[keys]\nzoom = \"F10\"\nhelp = \"F1\"\n";
    fs::write(own.join("config.toml"), text).unwrap();

    let mut screen = Screen::start(folder.path(), &["up"], (120, 40));
    screen.shows("* ready");
    assert!(screen.text().is_ascii() && !screen.takes_mouse());
    screen.keys("q");
    screen.keys("\x1bOP");
    screen.shows("Everywhere");
    screen.keys("\x1b");
    screen.wait("the deck", |text| !text.contains("Everywhere"));
    // The deck's own config counts more than the person's, which gave this key to another action.
    screen.keys("\x1b[21~");
    assert!(screen.end().success());
    screen.is_given_back();
}

#[test]
fn a_dashboard_is_found_as_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    deck(folder.path(), "");
    for run in 0..2 {
        let mut screen = Screen::start(folder.path(), &["up"], (120, 40));
        screen.shows("a ×2");
        if run == 0 {
            screen.shows("a/2");
            screen.keys("h");
        }
        screen.wait("the folded pool", |text| text.contains("▸ a ×2"));
        screen.wait("no row of a worker", |text| !text.contains("╰ a/2"));
        screen.keys("q");
        assert!(screen.end().success());
    }
}

#[test]
fn check_tells_the_faults_of_both_files() {
    let folder = tempfile::tempdir().unwrap();
    deck(folder.path(), "instnces = 4\n");
    let own = folder.path().join("config/forkdeck");
    fs::create_dir_all(&own).unwrap();
    fs::write(own.join("config.toml"), "[thme]\n").unwrap();

    let done = Command::new(env!("CARGO_BIN_EXE_forkdeck"))
        .arg("check")
        .env("XDG_CONFIG_HOME", folder.path().join("config"))
        .current_dir(folder.path())
        .output()
        .unwrap();

    assert_eq!(done.status.code(), Some(2));
    let told = String::from_utf8(done.stderr).unwrap();
    let places = ["forkdeck.toml:6:1: ", "\nconfig/forkdeck/config.toml:1:2: "];
    assert!(places.iter().all(|place| told.contains(place)), "{told}");
}
