//! What keys can ask for, where, and how a key is written. The table itself is in `bindings`.

use std::fmt;

use crossterm::event::{KeyCode, KeyModifiers};

/// What a key may ask for outside text fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Write a message to the selected worker, or to one of the selected pool.
    Message,
    /// Write a message to every worker of the selected pool.
    Broadcast,
    /// Write a message to every worker of the deck.
    BroadcastAll,
    /// Stop and start the selection.
    Restart,
    /// Restart the selected pool, one worker after the other.
    RollingRestart,
    /// Stop the selection, or start it when it is stopped.
    StopStart,
    /// End the selection's processes at once.
    Kill,
    /// One worker more.
    Grow,
    /// One worker less.
    Shrink,
    /// Show the selection whole.
    Open,
    /// One up.
    Up,
    /// One down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the first.
    Top,
    /// To the last.
    Bottom,
    /// Fold the selected pool.
    Fold,
    /// Unfold the selected pool.
    Unfold,
    /// Fold every pool.
    FoldAll,
    /// Unfold every pool.
    UnfoldAll,
    /// Show CPU as a share of the machine, or of one core.
    CpuShare,
    /// Sort the workers table by the next column.
    Sort,
    /// Sort it by the column before.
    PreviousSort,
    /// Sort it in the other direction.
    ReverseSort,
    /// Sort it by CPU, or as the config has it.
    SortCpu,
    /// Show what is newest and stay there.
    Follow,
    /// Show only lines that contain a text.
    Filter,
    /// Show the whole deck's messages and logs, or the selection's.
    Whole,
    /// Focus the next pane.
    NextPane,
    /// Focus the previous pane.
    PreviousPane,
    /// Give the focused pane the whole screen, or take it back.
    Zoom,
    /// Make the workers table lower.
    BorderUp,
    /// Make the workers table higher.
    BorderDown,
    /// Make the messages narrower.
    BorderLeft,
    /// Make the messages wider.
    BorderRight,
    /// Show the keys.
    Help,
    /// Write a command.
    Palette,
    /// End the deck.
    Quit,
    /// Go to the background.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// Leave what is on top.
    Back,
    /// Show the deck.
    Deck,
    /// Show the messages.
    Messages,
    /// Show the logs.
    Logs,
    /// Show the jobs.
    Jobs,
    /// Show the off-loaded picture.
    OffLoad,
    /// Try the selected job again.
    TryAgain,
    /// Try all jobs that the filter in force names again.
    TryAllAgain,
    /// Take the selected job back.
    Cancel,
    /// Forget the selected job.
    Drop,
    /// Forget all jobs that the filter in force names.
    DropAll,
    /// Write a job from the selected one.
    Edit,
    /// Write a job.
    New,
    /// Copy the selected job's payload.
    CopyPayload,
    /// Copy the selected job's result.
    CopyResult,
    /// Write the jobs that are shown into a file.
    SaveJobs,
    /// Give the pool's workers no further jobs, or go on with it.
    Pause,
    /// Show the jobs in the next state.
    NextState,
    /// Show the jobs in the previous state.
    PreviousState,
    /// Compute inside the parent, or off-load.
    SwitchMode,
    /// Kill the busiest worker of the picture.
    KillBusiest,
    /// Move to the left of the picture.
    PanLeft,
    /// Move to the right of the picture.
    PanRight,
    /// Go nearer to the picture.
    ZoomIn,
    /// Go farther from the picture.
    ZoomOut,
    /// Show the whole picture.
    WholeSet,
    /// Let the picture move by itself, or stay.
    Tour,
    /// Show the next pool's jobs.
    NextPool,
    /// Show the previous pool's jobs.
    PreviousPool,
    /// Show the newest lines and stay there.
    FollowLines,
    /// Go to the next newer line that was found.
    NextFind,
    /// Go to the next older line that was found.
    PreviousFind,
    /// Go to the next newer line that says that something went wrong.
    NextError,
    /// Go to the next older line that says that something went wrong.
    PreviousError,
    /// Show only lines with a text.
    LinesWith,
    /// Show only lines without a text.
    LinesWithout,
    /// Show only lines of a level, or worse.
    LeastLevel,
    /// Let long lines go on in the next row.
    WrapLines,
    /// Show JSON lines by their message, or as they were written.
    JsonLines,
    /// Show times in the next way.
    Timestamps,
    /// Draw a line behind the newest line.
    MarkLine,
    /// Show the lines of the next pool or worker.
    NextWhose,
    /// Show the lines of the pool or worker before.
    PreviousWhose,
    /// Copy the chosen line.
    CopyLine,
    /// Write lines to a file.
    SaveLines,
    /// Show what is right of the screen.
    LinesRight,
    /// Show what is left of the screen.
    LinesLeft,
    /// Let the messages that are shown stay, or go on.
    PauseMessages,
    /// Show the newest message and stay there.
    FollowMessages,
    /// List the slowest replies first.
    Slowest,
    /// Go to a message's request or reply.
    Counterpart,
    /// Write a message from a copy of the chosen one.
    EditAgain,
    /// Send the chosen message again.
    SendAgain,
    /// Show the chosen message as text.
    AsText,
    /// Show the chosen message's bytes.
    AsBytes,
    /// Copy the chosen message.
    CopyMessage,
    /// Write the listed messages into a file.
    WriteMessages,
    /// Show the next worker's messages.
    NextWorker,
    /// Show the previous worker's messages.
    PreviousWorker,
    /// Unfold what is chosen in a message.
    UnfoldNode,
    /// Fold what is chosen in a message.
    FoldNode,
}

impl Action {
    /// Its name in the config and in the palette: `try-all-again`.
    pub fn id(self) -> String {
        let mut id = String::new();
        for c in format!("{self:?}").chars() {
            if c.is_uppercase() && !id.is_empty() {
                id.push('-');
            }
            id.extend(c.to_lowercase());
        }
        id
    }
}

/// Where a key works; also the pane or view that takes the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// In every pane of every view.
    Everywhere,
    /// Wherever a worker is selected: the deck, the messages, the logs.
    Control,
    /// Everywhere but in the logs view.
    Scaling,
    /// In the workers table.
    Workers,
    /// In the deck's panes of messages and logs.
    Traffic,
    /// In the message inspector.
    Inspector,
    /// In the logs view.
    Reader,
    /// In the jobs.
    Jobs,
    /// In the off-load view.
    OffLoad,
}

impl Context {
    /// All of them, in the order in which the help shows them.
    pub const ALL: [Self; 9] = [
        Self::Everywhere,
        Self::Control,
        Self::Scaling,
        Self::Workers,
        Self::Traffic,
        Self::Inspector,
        Self::Reader,
        Self::Jobs,
        Self::OffLoad,
    ];

    /// Those that a pane or view can be; the others are sets of them.
    pub const PLACES: [Self; 6] = [
        Self::Workers,
        Self::Traffic,
        Self::Inspector,
        Self::Reader,
        Self::Jobs,
        Self::OffLoad,
    ];

    /// Whether its keys work in that place.
    pub fn covers(self, place: Self) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Control => !matches!(place, Self::Jobs | Self::OffLoad),
            Self::Scaling => place != Self::Reader,
            _ => self == place,
        }
    }

    /// Its name as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Control => "Workers, messages and logs",
            Self::Scaling => "Everywhere but in the logs view",
            Self::Workers => "Workers",
            Self::Traffic => "Messages and logs of the deck",
            Self::Inspector => "Messages view",
            Self::Reader => "Logs view",
            Self::Jobs => "Jobs view",
            Self::OffLoad => "Off-load view",
        }
    }
}

/// A key with its modifiers. Shift is part of the character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    /// The key.
    pub code: KeyCode,
    /// Control or Alt.
    pub modifiers: KeyModifiers,
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            f.write_str("Ctrl-")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            f.write_str("Alt-")?;
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(c) if self.modifiers.is_empty() => write!(f, "{c}"),
            KeyCode::Char(c) => write!(f, "{}", c.to_ascii_uppercase()),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::BackTab => f.write_str("Shift-Tab"),
            other => write!(f, "{other}"),
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// What it does.
    pub action: Action,
    /// The keys, the one to show first.
    pub keys: &'static [Chord],
    /// A word or two, for the footer.
    pub label: &'static str,
    /// A sentence, for the help.
    pub help: &'static str,
    /// Where it works.
    pub context: Context,
    /// Whether the footer shows it.
    pub in_footer: bool,
}
