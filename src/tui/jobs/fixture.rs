//! Jobs out of thin air, told as a deck tells them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::model::{
    Cause, Command, Event, JobCommand, JobFigures, JobFilter, JobId, JobState, JobView, Outcome,
    Percentiles, PoolChanged, PoolName, RouteCounted, RouteForm, RouteSpec, RouteView, Sampled,
    WallTime, WorkerJobs,
};
use crate::tui::fixture::{Fixture, pool, worker};
use crate::tui::jobs::Asked;
use crate::tui::update::{Msg, Request};
use crate::wire::Message;

/// A job's id, the same for the same number.
pub(crate) fn id(number: u8) -> JobId {
    JobId::new(WallTime(1_769_860_700_000), [number; 10])
}

/// A job of `resize` that was submitted a minute before the fixture's time.
pub(crate) fn job(number: u8, state: JobState, payload: &str) -> JobView {
    let created = WallTime(1_769_860_740_000);
    let has_run = matches!(state, JobState::Running | JobState::Done | JobState::Dead);
    let error: Option<Arc<str>> =
        (state == JobState::Dead).then(|| "resize/2 was killed by SIGSEGV".into());
    let attempts = match state {
        JobState::Dead => 2,
        _ => u32::from(has_run),
    };
    let cause = |attempt| Cause {
        attempt,
        worker: Some(worker("resize", 2)),
        at: WallTime(1_769_860_750_000 + i64::from(attempt) * 1_000),
        error: error.clone().unwrap_or_default(),
    };
    let causes = (1..=attempts).filter(|_| error.is_some()).map(cause);
    JobView {
        job: id(number),
        pool: pool("resize"),
        state,
        priority: 5,
        key: None,
        attempts,
        max_attempts: 4,
        kills: if error.is_some() { 2 } else { 0 },
        worker: has_run.then(|| worker("resize", 2)),
        payload: Message::from_frame(Bytes::from(payload.to_owned())).unwrap(),
        result: (state == JobState::Done)
            .then(|| Message::from_frame(Bytes::from_static(b"{\"ok\":true}")).unwrap()),
        causes: causes.collect(),
        error,
        created,
        due: (state == JobState::Scheduled).then_some(WallTime(1_769_860_803_200)),
        started: has_run.then_some(WallTime(1_769_860_798_800)),
        finished: state.is_final().then_some(WallTime(1_769_860_799_000)),
        wait: has_run.then_some(Duration::from_micros(340)),
        run: matches!(state, JobState::Done).then_some(Duration::from_millis(200)),
        cancelling: false,
    }
}

/// One job in each state, in the order in which a deck tells them.
pub(crate) fn one_of_each() -> Vec<JobView> {
    let states = JobState::ALL.into_iter().zip(1..);
    states
        .map(|(state, number)| {
            let payload = format!("{{\"path\":\"{state}.jpg\",\"w\":{number}}}");
            job(number, state, &payload)
        })
        .collect()
}

/// The figures of a pool that works.
pub(crate) fn figures() -> JobFigures {
    let spread = |p50, p99| Percentiles {
        p50: Duration::from_micros(p50),
        p90: Duration::from_micros(p99 / 2),
        p99: Duration::from_micros(p99),
        max: Duration::from_micros(p99 * 2),
    };
    JobFigures {
        changes: 2_500,
        queue: 48,
        in_flight: 4,
        done: 1_204,
        failed: 7,
        dead: 2,
        stale: 1,
        forgotten: 0,
        paused: false,
        bytes: 3_174,
        oldest: Some(WallTime(1_769_860_796_800)),
        rate: 61.2,
        wait: Some(spread(1_200, 16_000)),
        run: Some(spread(16_000, 31_000)),
        total: Some(spread(18_000, 47_000)),
    }
}

/// The question for the jobs of a pool, or of all.
pub(crate) fn list(pool: Option<PoolName>, state: Option<JobState>) -> Command {
    Command::Jobs(JobCommand::List {
        filter: JobFilter {
            ids: Vec::new(),
            pool,
            states: state.into_iter().collect(),
            text: None,
        },
        limit: 500,
    })
}

/// The question for the jobs of `resize`.
pub(crate) fn resize(state: Option<JobState>) -> Command {
    list(Some(pool("resize")), state)
}

/// The view on one job in each state: running, ready, scheduled, dead, done, cancelled are 1 to 6.
pub(crate) fn view() -> Fixture {
    Fixture::jobs_view(one_of_each())
}

impl Fixture {
    /// A deck that works, `resize` with jobs.
    pub(crate) fn with_jobs() -> Self {
        let mut fixture = Self::busy();
        fixture.figures(figures());
        for _ in 0..5 {
            fixture.load(&worker("resize", 1), &[90.0]);
        }
        fixture.event(Event::Sample(Sampled {
            worker: worker("resize", 2),
            cpu_percent: Some(97.0),
            memory_bytes: Some(36 << 20),
            mailbox: 0,
            unread_bytes: 0,
            in_flight: 1,
            sent: 12,
            received: 11,
            jobs: Box::new(WorkerJobs {
                done: 301,
                failed: 2,
                wait: figures().wait,
                run: figures().run,
                total: figures().total,
                current: Some((id(1), WallTime(1_769_860_798_800))),
            }),
        }));
        fixture
    }

    /// The jobs view of it, with these jobs.
    pub(crate) fn jobs_view(jobs: Vec<JobView>) -> Self {
        let mut fixture = Self::with_jobs();
        fixture.press("4");
        fixture.told(jobs);
        fixture
    }

    /// The deck tells how the jobs of `resize` are doing.
    pub(crate) fn figures(&mut self, jobs: JobFigures) -> Vec<Request> {
        let changed = PoolChanged {
            jobs: Box::new(jobs),
            ..PoolChanged::sized(pool("resize"), 4)
        };
        self.event(Event::Pool(changed))
    }

    /// The deck answers which jobs there are.
    pub(crate) fn told(&mut self, jobs: Vec<JobView>) -> Vec<Request> {
        self.send(Msg::Answered(Asked::List, Ok(Outcome::Jobs(jobs))))
    }

    /// Adds routes that have forwarded something.
    pub(crate) fn routes(&mut self) {
        for (to, form) in [("fetch", RouteForm::Message), ("mail", RouteForm::Job)] {
            self.screen.board.routes.push(RouteView::new(&RouteSpec {
                from: pool("resize"),
                when: Vec::new(),
                to: pool(to),
                form,
                back: false,
            }));
        }
        for count in [0, 1_204] {
            self.event(Event::Route(RouteCounted {
                route: 0,
                from: pool("resize"),
                to: pool("fetch"),
                count,
                refused: 0,
            }));
            self.event(Event::Route(RouteCounted {
                route: 1,
                from: pool("resize"),
                to: pool("mail"),
                count: count / 100,
                refused: 3,
            }));
            self.load(&worker("resize", 1), &[90.0]);
        }
    }
}
