//! The rules in force, and the environment.

use ratatui::style::Style;

use crate::model::{
    Api, Dispatch, OnDisconnect, PoolDetail, Ready, ReplyRule, RestartWhen, Variable, WhenFull,
    WorkerDetail, WorkerView,
};
use crate::tui::figures::{bytes, count, plural};
use crate::tui::screen::Screen;
use crate::tui::theme::Theme;
use crate::tui::view::sheet::Sheet;
use crate::tui::view::worker::head::exact;
use crate::wire::Serialization;

/// What a secret's value is shown as.
const SECRET: &str = "•••";

/// Adds the rules of a worker's pool and the worker's environment, once they are told.
pub(super) fn add(screen: &Screen, worker: &WorkerView, sheet: &mut Sheet) {
    if let Some(detail) = screen.inspected.worker(&worker.id) {
        rules(&detail.pool, sheet);
        environment(detail, sheet);
    }
}

/// Adds the rules of a pool.
pub(super) fn rules(pool: &PoolDetail, sheet: &mut Sheet) {
    let theme = sheet.theme();
    let plain = |parts: Vec<String>| -> Vec<(String, Style)> {
        let parts = parts.into_iter();
        parts.map(|part| (part, theme.text())).collect()
    };
    sheet.heading("Rules", "");
    sheet.parts("restart", &plain(restart(pool)));
    sheet.parts("stop", &plain(stop(pool)));
    if pool.ready != Ready::Spawn {
        sheet.parts("ready", &plain(ready(pool)));
    }
    let mailbox = vec![
        plural(pool.mailbox.capacity, "message"),
        bytes(pool.mailbox.bytes as u64),
    ];
    sheet.parts("mailbox", &plain(mailbox));
    let mut channel = vec![
        format!("stalled after {}", exact(pool.stall_after)),
        match pool.on_disconnect {
            OnDisconnect::Keep => "kept when it closes its channel".to_owned(),
            OnDisconnect::Stop => "stopped when it closes its channel".to_owned(),
        },
    ];
    if pool.serialization == Serialization::Advanced {
        channel.insert(0, "advanced serialization".to_owned());
    }
    sheet.parts("channel", &plain(channel));
    if !pool.listen.is_empty() {
        sheet.parts("listens on", &plain(pool.listen.clone()));
    }
    sheet.parts("jobs", &plain(jobs(pool)));
    sheet.parts("queue", &plain(queue(pool)));
}

fn restart(pool: &PoolDetail) -> Vec<String> {
    let restart = &pool.restart;
    let when = match restart.when {
        RestartWhen::Always => "after every exit",
        RestartWhen::OnFailure => "after a failure",
        RestartWhen::Never => return vec!["never".to_owned()],
    };
    let backoff = restart.backoff;
    let allowed = match restart.intensity.restarts {
        u32::MAX => "as often as needed".to_owned(),
        restarts => format!("{restarts} in {}", exact(restart.intensity.within)),
    };
    vec![
        when.to_owned(),
        format!("waits {} to {}", exact(backoff.first), exact(backoff.most)),
        allowed,
        format!("healthy after {}", exact(restart.healthy)),
    ]
}

/// When the workers are ready, where that is not at once.
fn ready(pool: &PoolDetail) -> Vec<String> {
    let when = match pool.ready {
        Ready::Spawn => "at once",
        Ready::Message => "with the first message",
        Ready::Listening => "once it listens",
    };
    let within = format!("within {}", exact(pool.ready_timeout));
    vec![when.to_owned(), within]
}

fn stop(pool: &PoolDetail) -> Vec<String> {
    let stop = &pool.stop;
    let mut parts = Vec::new();
    if let Some(message) = &stop.message {
        let text: String = message.as_str().chars().take(40).collect();
        parts.push(format!("message {text}"));
    }
    if pool.api == Api::Cluster {
        parts.push("disconnect".to_owned());
    }
    parts.push(stop.signal.to_string());
    parts.push(format!("SIGKILL after {}", exact(stop.grace)));
    parts.push(format!("jobs have {}", exact(stop.drain)));
    parts
}

fn jobs(pool: &PoolDetail) -> Vec<String> {
    let jobs = &pool.jobs;
    let mut parts = vec![
        format!("{} at once", jobs.concurrency),
        match &jobs.reply {
            ReplyRule::Next => "the next message answers".to_owned(),
            ReplyRule::Id(place) => format!("answered by {place}"),
            ReplyRule::None => "no answers".to_owned(),
        },
        match jobs.timeout {
            Some(timeout) => format!("{} each", exact(timeout)),
            None => "no time limit".to_owned(),
        },
        plural(jobs.retries as usize, "retry").replace("retrys", "retries"),
    ];
    match &jobs.dispatch {
        Dispatch::LeastBusy => {}
        Dispatch::RoundRobin => parts.push("one worker after the other".to_owned()),
        Dispatch::Hash(place) => parts.push(format!("by {place}")),
    }
    if let Some(rate) = jobs.rate {
        parts.push(format!(
            "{} in {}",
            count(rate.count.into()),
            exact(rate.per)
        ));
    }
    parts
}

fn queue(pool: &PoolDetail) -> Vec<String> {
    let queue = pool.jobs.queue;
    vec![
        plural(queue.capacity, "job"),
        bytes(queue.bytes as u64),
        match queue.when_full {
            WhenFull::Reject => "refuses when full".to_owned(),
            WhenFull::Block => "waits when full".to_owned(),
        },
    ]
}

fn environment(detail: &WorkerDetail, sheet: &mut Sheet) {
    let own = detail.env.iter().filter(|variable| variable.is_own).count();
    let note = match detail.env.len() {
        0 => String::new(),
        all => format!("{own} of its own, {} inherited", all - own),
    };
    sheet.heading("Environment", &note);
    if let Some(error) = &detail.env_error {
        sheet.long("", error, sheet.theme().bad());
    }
    for is_own in [true, false] {
        let variables = detail.env.iter();
        for one in variables.filter(|variable| variable.is_own == is_own) {
            variable(sheet, one);
        }
    }
}

fn variable(sheet: &mut Sheet, one: &Variable) {
    let look = |theme: Theme| {
        if one.is_own {
            theme.text()
        } else {
            theme.dim()
        }
    };
    sheet.line(|painter, theme| {
        painter.text(&one.name, look(theme)).text("=", theme.dim());
        match &one.value {
            Some(value) => painter.text(value, look(theme)),
            None => painter.text(SECRET, theme.warning()),
        };
    });
}
