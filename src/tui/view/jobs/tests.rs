//! What the jobs view draws, at the sizes that are promised.

use insta::assert_snapshot;

use crate::model::{
    Event, JobFigures, JobFilter, JobState, Outcome, PoolChanged, RouteForm, RouteSpec, RouteView,
};
use crate::tui::fixture::{Fixture, pool};
use crate::tui::jobs::Asked;
use crate::tui::jobs::fixture::{figures, id, job, one_of_each};
use crate::tui::update::Msg;

#[test]
fn a_job_in_each_state_at_120_by_40() {
    assert_snapshot!(Fixture::jobs_view(one_of_each()).draw(120, 40));
}

#[test]
fn a_job_in_each_state_at_80_by_24() {
    assert_snapshot!(Fixture::jobs_view(one_of_each()).draw(80, 24));
}

#[test]
fn a_job_in_each_state_at_40_by_12() {
    assert_snapshot!(Fixture::jobs_view(one_of_each()).draw(40, 12));
}

#[test]
fn a_pool_without_jobs() {
    let mut fixture = Fixture::busy();
    fixture.press("4");
    assert!(fixture.draw(80, 24).contains("Asking for the jobs…"));
    fixture.told(Vec::new());
    assert_snapshot!(fixture.draw(80, 24));
}

/// Payloads that try to disturb the screen.
fn rude() -> Vec<crate::model::JobView> {
    let long = format!("{{\"text\":\"{}\"}}", "x".repeat(100_000));
    let mut jobs = vec![
        job(
            1,
            JobState::Running,
            "{\"名前\":\"画像処理の仕事がとても長い名前を持っている\",\"e\":\"👩‍🚀👍🏽\"}",
        ),
        job(2, JobState::Ready, &long),
        job(
            3,
            JobState::Dead,
            "\"\\u001b[2J \u{202e}txt.exe \u{9b}5n\u{7f}\"",
        ),
    ];
    jobs[2].error = Some("\u{1b}[31mred\u{1b}[0m\r\n\u{1b}]0;title\u{7}".into());
    jobs[2].key = Some("key\u{1b}[2J".into());
    jobs
}

#[test]
fn long_and_wide_and_rude_payloads_at_120_by_40() {
    let mut fixture = Fixture::jobs_view(rude());
    fixture.press("G");
    assert_snapshot!(fixture.draw(120, 40));
}

#[test]
fn long_and_wide_and_rude_payloads_at_80_by_24() {
    let mut fixture = Fixture::jobs_view(rude());
    fixture.press("G");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn long_and_wide_and_rude_payloads_at_40_by_12() {
    let mut fixture = Fixture::jobs_view(rude());
    fixture.press("G");
    assert_snapshot!(fixture.draw(40, 12));
}

fn paused() -> Fixture {
    let mut fixture = Fixture::jobs_view(one_of_each());
    fixture.figures(JobFigures {
        paused: true,
        ..figures()
    });
    fixture
}

#[test]
fn a_paused_pool_says_so_in_every_view_and_size() {
    let mut fixture = paused();
    assert_snapshot!(fixture.draw(40, 12));
    for (width, height) in [(120, 40), (80, 24)] {
        assert!(fixture.draw(width, height).contains("PAUSED · P goes on"));
    }
    fixture.press("1g");
    for (width, height) in [(120, 40), (80, 24), (40, 12)] {
        let text = fixture.draw(width, height);
        assert!(text.contains("PAUSED"), "{text}");
    }
}

#[test]
fn all_pools_at_120_by_40() {
    let mut fixture = paused();
    fixture.press("a");
    fixture.told(one_of_each());
    assert_snapshot!(fixture.draw(120, 40));
}

#[test]
fn a_dead_job_whole_at_80_by_24() {
    let mut fixture = Fixture::jobs_view(one_of_each());
    fixture.press("↓↓↓\n");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn a_done_job_whole_at_40_by_12() {
    let mut fixture = Fixture::jobs_view(one_of_each());
    fixture.press("↓↓↓↓\n");
    assert_snapshot!(fixture.draw(40, 12));
}

#[test]
fn a_long_payload_is_cut_into_lines_once_and_scrolled_to_its_end() {
    let long = format!("[{}0]", "\"é\",".repeat(30_000));
    let mut fixture = Fixture::jobs_view(vec![job(1, JobState::Ready, &long)]);
    fixture.press("\n");
    fixture.draw(80, 24);
    let first = fixture.screen.view.job.lines.as_ptr();
    fixture.press("G");
    let text = fixture.draw(80, 24);
    assert!(text.contains('…') && !text.contains("payload"), "{text}");
    assert_eq!(fixture.screen.view.job.lines.as_ptr(), first);
    let told = job(1, JobState::Running, &long);
    let answer = Ok(Outcome::Job(Box::new(told)));
    fixture.send(Msg::Answered(Asked::Look(id(1)), answer));
    fixture.press("g");
    assert!(fixture.draw(80, 24).contains("running"));
    assert_eq!(fixture.screen.view.job.lines.as_ptr(), first);
    assert!(fixture.draw(100, 24).contains("payload"));
}

#[test]
fn a_job_that_is_being_cancelled_says_so_and_the_footer_has_the_keys_that_work() {
    let mut jobs = one_of_each();
    jobs[0].cancelling = true;
    let mut fixture = Fixture::jobs_view(jobs);
    let text = fixture.draw(120, 24);
    assert!(text.contains("▸ cancelling"), "{text}");
    let footer = |text: &str| text.lines().last().unwrap_or_default().to_owned();
    assert!(footer(&text).starts_with(" e edit  y copy  / filter  a all"));
    fixture.press("G");
    assert!(footer(&fixture.draw(120, 24)).starts_with(" t try again  d drop  e edit  y copy"));
    fixture.press("g↓");
    let text = fixture.draw(80, 24);
    assert!(footer(&text).starts_with(" c cancel  d drop  e edit  y copy  / filter"));
}

#[test]
fn the_payload_has_the_room_of_a_worker_that_no_job_has_and_a_dead_job_says_why() {
    let long = "\"abcdefghijklmnopqrstuvwxyz\"";
    let mut fixture = Fixture::jobs_view(vec![job(1, JobState::Ready, long)]);
    let text = fixture.draw(80, 24);
    assert!(text.contains(long) && !text.contains("worker"), "{text}");
    fixture.told(vec![job(1, JobState::Dead, long)]);
    let text = fixture.draw(120, 24);
    assert!(
        text.contains("resize/2 was killed by SIGSEGV  \"abc"),
        "{text}"
    );
}

#[test]
fn what_failed_before_a_job_was_tried_again_by_hand_is_marked_off() {
    let mut dead = job(1, JobState::Dead, "1");
    let again = dead.causes[0].clone();
    dead.causes.push(again);
    let mut fixture = Fixture::jobs_view(vec![dead]);
    for (keys, height) in [("", 40), ("\n", 24)] {
        fixture.press(keys);
        let text = fixture.draw(120, height);
        let is_told = |line: &&str| {
            let words = ["│ attempt", "failed:", "again from here"];
            words.iter().any(|word| line.contains(word))
        };
        let told: Vec<&str> = text.lines().filter(is_told).collect();
        assert_eq!(told.len(), 4, "{text}");
        // Of one that is shown whole the oldest comes first.
        let (mark, after) = if keys.is_empty() { (1, 2) } else { (2, 1) };
        assert!(
            told[mark].contains("── tried again from here on ──"),
            "{text}"
        );
        assert!(
            told[mark + 1].contains(&format!("attempt {after}")),
            "{text}"
        );
    }
}

#[test]
fn what_became_of_things_is_said_where_no_row_is() {
    let mut fixture = Fixture::jobs_view(one_of_each());
    fixture.press("n1");
    fixture.screen.say("resize has taken job 1", false);
    fixture.screen.say("the queue is full", true);
    let text = fixture.draw(80, 24);
    let at = |what: &str| text.lines().position(|line| line.contains(what));
    assert_eq!(at("● resize has taken job 1"), Some(21), "{text}");
    assert_eq!(at("✖ the queue is full"), Some(22), "{text}");
}

#[test]
fn a_question_before_all_are_dropped_at_40_by_12() {
    let mut fixture = Fixture::jobs_view(one_of_each());
    fixture.press("D");
    let filter = JobFilter {
        pool: Some(pool("resize")),
        states: vec![JobState::Done, JobState::Dead, JobState::Cancelled],
        ..JobFilter::default()
    };
    let counted = Ok(Outcome::Counted(12_034));
    fixture.send(Msg::Answered(Asked::Count(filter), counted));
    assert_snapshot!(fixture.draw(40, 12));
}

#[test]
fn a_job_is_written_at_80_by_24() {
    let mut fixture = Fixture::jobs_view(one_of_each());
    fixture.press("n{\"a\":1}");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn a_deck_with_jobs_and_routes_at_120_by_40() {
    let mut fixture = Fixture::with_jobs();
    fixture.routes();
    assert_snapshot!(fixture.draw(120, 40));
}

#[test]
fn a_deck_with_jobs_and_routes_at_80_by_24() {
    let mut fixture = Fixture::with_jobs();
    fixture.routes();
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn a_deck_of_two_workers_has_room_for_its_route() {
    let mut fixture = Fixture::new(&[("a", 1), ("b", 1)]);
    let mut route = RouteSpec {
        from: pool("a"),
        when: Vec::new(),
        to: pool("b"),
        form: RouteForm::Message,
        back: false,
    };
    fixture.screen.board.routes.push(RouteView::new(&route));
    for (width, height) in [(120, 40), (80, 24), (80, 20)] {
        let text = fixture.draw(width, height);
        assert!(text.contains("1 route") && text.contains("b/1"), "{text}");
    }
    std::mem::swap(&mut route.from, &mut route.to);
    fixture.screen.board.routes.push(RouteView::new(&route));
    assert!(fixture.draw(40, 12).contains("2 routes"));
}

#[test]
fn a_wide_screen_shows_what_a_worker_works_on() {
    let mut fixture = Fixture::with_jobs();
    let text = fixture.draw(180, 24);
    let row = text.lines().find(|line| line.contains("resize/2")).unwrap();
    assert!(row.contains("01010101  1.2s"), "{text}");
    fixture.press("↓\n");
    let text = fixture.draw(120, 60);
    assert!(
        text.contains("301 done · 2 failed · 1 in flight") && text.contains("01010101 for 1.2s"),
        "{text}"
    );
}

#[test]
fn a_deck_without_jobs_has_no_columns_about_them() {
    let text = Fixture::busy().draw(180, 24);
    assert!(!text.contains("queue") && !text.contains("dead"), "{text}");
}

#[test]
fn a_pool_of_one_shows_its_queue_while_its_worker_is_down() {
    let mut fixture = Fixture::busy();
    fixture.event(Event::Pool(PoolChanged {
        jobs: Box::new(figures()),
        ..PoolChanged::sized(pool("mail"), 1)
    }));
    assert!(fixture.draw(120, 40).contains("queue 48  ↻ 4"));
}

#[test]
fn the_charts_tell_how_all_pools_did_together() {
    let mut fixture = Fixture::jobs_view(one_of_each());
    fixture.press("a");
    let text = fixture.draw(120, 40);
    for title in ["Throughput", "Waiting", "Latency p99"] {
        assert!(text.contains(title), "{text}");
    }
    assert!(text.contains('⣿'), "{text}");
}

#[test]
fn a_text_that_no_job_contains_and_that_looks_like_something_else_says_what_it_is() {
    let texts = [
        (
            "ready",
            "Nothing contains that · Esc shows all · → shows other states",
        ),
        (
            "/a.*b/",
            "Nothing contains that · Esc shows all · a text, no pattern",
        ),
        ("cat", "Nothing contains that · Esc shows all  "),
    ];
    for (text, said) in texts {
        let mut fixture = Fixture::jobs_view(Vec::new());
        fixture.press(&format!("/{text}\n"));
        fixture.told(Vec::new());
        let now = fixture.screen.now;
        fixture.send(Msg::Tick(now));
        fixture.told(Vec::new());
        let drawn = fixture.draw(80, 24);
        assert!(drawn.contains(said), "{drawn}");
    }
}
