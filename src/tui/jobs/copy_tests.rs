//! What leaves the jobs view, and what a click does there.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::model::JobState;
use crate::tui::fixture::Fixture;
use crate::tui::jobs::fixture::view;
use crate::tui::screen::Overlay;
use crate::tui::update::{Msg, Request};

/// Goes to the job with this number.
fn select(fixture: &mut Fixture, number: usize) {
    fixture.press("g");
    fixture.press(&"↓".repeat(number - 1));
}

fn copied(requests: &[Request]) -> String {
    match requests {
        [Request::Copy { text, what }] => format!("{what}: {text}"),
        _ => panic!("{requests:?}"),
    }
}

#[test]
fn a_payload_and_a_result_are_copied() {
    let mut fixture = view();
    select(&mut fixture, 5);

    let payload = copied(&fixture.press("y"));
    fixture.press("\n");
    let result = copied(&fixture.press("Y"));

    let wanted = r#"payload of job 05050505: {"path":"done.jpg","w":5}"#;
    assert_eq!(payload, wanted);
    assert!(result.starts_with("result of job 05050505: "), "{result}");
    fixture.press("\u{1b}");
    select(&mut fixture, 2);
    assert_eq!(fixture.press("Y"), []);
    let toast = fixture.screen.toasts.last().unwrap();
    assert!(toast.text.contains("is ready and has no result"));
}

#[test]
fn the_list_is_written_a_line_for_each_job() {
    let requests = view().press("w");

    let [Request::Save { what, ending, text }] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    assert_eq!((*what, *ending), ("jobs", "jsonl"));
    let lines = text.lines().map(serde_json::from_str);
    let lines: Vec<serde_json::Value> = lines.map(Result::unwrap).collect();
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[3]["state"], "dead");
    assert_eq!(lines[3]["payload"]["path"], "dead.jpg");
    assert_eq!(lines[3]["error"], "resize/2 was killed by SIGSEGV");
}

#[test]
fn a_click_chooses_a_state_and_opens_the_selected_job() {
    let mut fixture = view();
    fixture.draw(120, 40);
    let click = |(column, row): (u16, u16)| {
        Msg::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column,
            row,
            modifiers: KeyModifiers::NONE,
        })
    };
    let list = fixture.screen.view.jobs;
    fixture.send(click((list.x + 5, list.y)));
    assert!(matches!(
        fixture.screen.overlays.last(),
        Some(Overlay::Job { .. })
    ));
    fixture.press("\u{1b}");
    let mut states = fixture.screen.view.job_states.iter();
    let (area, _) = *states
        .find(|(_, state)| *state == Some(JobState::Dead))
        .unwrap();

    fixture.send(click((area.x + 1, area.y)));

    assert_eq!(fixture.screen.jobs.narrowed.state, Some(JobState::Dead));
}
