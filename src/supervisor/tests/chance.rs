//! That random runs come to what they are to try.

use crate::model::{Event, Outcome, RefusalKind};
use crate::supervisor::Effect;
use crate::supervisor::tests::random::Run;

#[test]
fn chance_brings_rolling_restarts_to_every_end() {
    let (mut whole, mut in_part, mut failed) = (0, 0, 0);
    for seed in 0..30 {
        let mut run = Run::new(seed);
        run.steps(300);
        for effect in run.finish() {
            match effect {
                Effect::Answer {
                    result: Ok(Outcome::Rolled { skipped, .. }),
                    ..
                } if skipped.is_empty() => whole += 1,
                Effect::Answer {
                    result: Ok(Outcome::Rolled { .. }),
                    ..
                } => in_part += 1,
                Effect::Answer {
                    result: Err(refusal),
                    ..
                } => failed += usize::from(refusal.kind == RefusalKind::RestartFailed),
                _ => {}
            }
        }
    }
    assert!(
        whole > 0 && in_part > 0 && failed > 0,
        "{whole} {in_part} {failed}"
    );
}

#[test]
fn chance_lets_workers_be_late() {
    let is_late = |effect: &Effect| {
        matches!(effect, Effect::Publish(Event::Exit(exited))
            if exited.cause.starts_with("not ready within"))
    };
    let runs = (0..10).map(|seed| {
        let mut run = Run::new(seed);
        run.steps(300);
        run.finish()
    });
    assert!(runs.flatten().any(|effect| is_late(&effect)));
}
