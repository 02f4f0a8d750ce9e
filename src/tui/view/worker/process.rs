//! What runs: the command, the process tree, the four facts of liveness, the buffers.

use ratatui::style::Style;

use crate::model::{Buffers, Fact, ProcessView, WorkerDetail, WorkerView};
use crate::tui::figures::{bytes, percent};
use crate::tui::sanitize::Painter;
use crate::tui::screen::Screen;
use crate::tui::theme::Theme;
use crate::tui::view::sheet::Sheet;
use crate::tui::view::worker::head::exact;

/// How many processes are listed.
const LISTED: usize = 60;

/// Adds all of it.
pub(super) fn add(screen: &Screen, worker: &WorkerView, sheet: &mut Sheet) {
    let theme = screen.theme;
    let detail = screen.inspected.worker(&worker.id);
    let processes = detail.map_or(&[][..], |detail| detail.processes.as_slice());
    let note = match processes.len() {
        0 => String::new(),
        count => together(count, processes, worker),
    };
    sheet.heading("Processes", &note);
    let pool = screen.board.pools.get(&worker.id.pool);
    let command = pool.map_or("", |pool| pool.command.as_str());
    sheet.long("command", command, theme.text());
    if let Some(detail) = detail {
        sheet.long("folder", &detail.pool.cwd, theme.text());
    }
    if let Some(runtime) = worker.runtime {
        sheet.text("runtime", runtime.as_str());
    }
    liveness(worker, sheet);
    if let Some(detail) = detail {
        tree(detail, sheet);
        if let Some(sizes) = detail.buffers {
            buffers(theme, detail, sizes, sheet);
        }
    } else {
        let text = match screen.inspected.refused() {
            Some(why) => format!("not told: {why}"),
            None => "being read…".to_owned(),
        };
        sheet.long("tree", &text, theme.dim());
    }
}

fn together(count: usize, processes: &[ProcessView], worker: &WorkerView) -> String {
    let mut text = if count == 1 {
        "1 process".to_owned()
    } else {
        format!("{count} processes")
    };
    if let Some(cpu) = worker.sampled.cpu_percent {
        text.extend([" · ", &percent(cpu)]);
    }
    let memory: u64 = processes.iter().filter_map(|one| one.memory_bytes).sum();
    if memory > 0 {
        text.extend([" · ", &bytes(memory)]);
    }
    text
}

fn liveness(worker: &WorkerView, sheet: &mut Sheet) {
    let facts = [
        ("process", worker.liveness.process),
        ("channel", worker.liveness.channel),
        ("stdout", worker.liveness.stdout),
        ("stderr", worker.liveness.stderr),
    ];
    let theme = sheet.theme();
    let look = |(name, fact): (&str, Fact)| -> (String, Style) {
        match fact {
            Fact::Open => (format!("● {name}"), theme.good()),
            Fact::Closed => (format!("○ {name}"), theme.dim()),
        }
    };
    sheet.parts("liveness", &facts.map(look));
    if let Some(pid) = worker.held_by {
        sheet.fact("", |painter, theme| {
            painter.text(&format!("held open by pid {pid}"), theme.warning());
        });
    }
}

fn tree(detail: &WorkerDetail, sheet: &mut Sheet) {
    if detail.processes.is_empty() {
        return;
    }
    sheet.line(|painter, theme| {
        for (title, cells) in [("pid", 8), ("cpu", 6), ("mem", 7), ("thr", 5)] {
            painter.right(title, cells, theme.dim());
        }
        painter.text("  command", theme.dim());
    });
    for (place, one) in detail.processes.iter().take(LISTED).enumerate() {
        let later = detail.processes.get(place + 1..).unwrap_or_default();
        let branch = branch(one.depth, later);
        sheet.line(|painter, theme| process(painter, theme, one, &branch));
    }
    let more = detail.processes.len().saturating_sub(LISTED);
    if more > 0 {
        let text = format!("… {more} more");
        sheet.line(|painter, theme| {
            painter.pad(2).text(&text, theme.dim());
        });
    }
}

/// The lines that lead to a process, from what comes after it.
fn branch(depth: usize, later: &[ProcessView]) -> String {
    let goes_on = |level: usize| {
        let mut below = later.iter().skip_while(|other| other.depth > level);
        below.next().is_some_and(|other| other.depth == level)
    };
    let levels = (1..=depth).map(|level| match (level == depth, goes_on(level)) {
        (true, true) => "├ ",
        (true, false) => "╰ ",
        (false, true) => "│ ",
        (false, false) => "  ",
    });
    levels.collect()
}

fn process(painter: &mut Painter, theme: Theme, one: &ProcessView, branch: &str) {
    let unknown = || "—".to_owned();
    painter.right(&one.pid.to_string(), 8, theme.text());
    let style = one.cpu_percent.map_or(theme.dim(), |cpu| theme.load(cpu));
    painter.right(&one.cpu_percent.map_or_else(unknown, percent), 6, style);
    let memory = one.memory_bytes.map_or_else(unknown, bytes);
    painter.right(&memory, 7, theme.text());
    let threads = one
        .threads
        .map_or_else(unknown, |threads| threads.to_string());
    painter.right(&threads, 5, theme.dim()).pad(2);
    painter.text(branch, theme.dim());
    let is_told = |state: &&String| {
        !matches!(
            state.as_str(),
            "sleeping" | "running" | "disk sleep" | "idle"
        )
    };
    if let Some(state) = one.state.as_ref().filter(is_told) {
        painter.text(state, theme.warning()).pad(1);
    }
    let style = if one.depth == 0 {
        theme.strong()
    } else {
        theme.text()
    };
    painter.text(without_folder(&one.command), style);
}

/// A command line without the folder of its program.
fn without_folder(command: &str) -> &str {
    let program = command.split(' ').next().unwrap_or_default();
    let start = program.rfind('/').map_or(0, |slash| slash + 1);
    match command.get(start..) {
        Some(rest) if command.starts_with('/') && !rest.is_empty() => rest,
        _ => command,
    }
}

fn buffers(theme: Theme, detail: &WorkerDetail, sizes: Buffers, sheet: &mut Sheet) {
    let size = |bytes_held: usize| match u64::try_from(bytes_held).unwrap_or(u64::MAX) {
        0 => "—".to_owned(),
        held => bytes(held),
    };
    let facts = [
        ("channel", sizes.channel),
        ("stdout", sizes.stdout),
        ("stderr", sizes.stderr),
        ("longest message", detail.pool.max_frame),
    ];
    let facts = facts.map(|(name, held)| (format!("{name} {}", size(held)), theme.text()));
    sheet.parts("buffers", &facts);
    if let Some((handle, age)) = detail.handle {
        let text = format!("⇄ {handle} not acknowledged for {}", exact(age));
        sheet.parts("handle", &[(text, theme.warning())]);
    }
}
