//! The orders of the palette: their names, what they take, and what they do in words.

use crate::tui::action::Action;

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Stop and start workers.
    Restart,
    /// Start workers.
    Start,
    /// Stop workers.
    Stop,
    /// End workers at once.
    Kill,
    /// Close the deck's half of channels.
    Disconnect,
    /// Send a signal.
    Signal,
    /// Change a pool's size.
    Scale,
    /// Send a message.
    Send,
    /// Submit a job.
    Submit,
    /// Give a pool no further jobs.
    Pause,
    /// Go on with a pool's jobs.
    Resume,
    /// Select a worker or a pool.
    Goto,
    /// Send a named message.
    Say,
    /// End the deck.
    Down,
}

/// What an order takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Workers; those selected unless named.
    Selected,
    /// Workers.
    Workers,
    /// A pool; the selected one unless named.
    SelectedPool,
    /// A pool.
    Pool,
    /// A worker or a pool of the table.
    Row,
    /// A number of workers.
    Count,
    /// A signal's name.
    Signal,
    /// The word `rolling`, or nothing.
    Rolling,
    /// All the rest of the line as JSON.
    Json,
    /// The name of a message of the config.
    Name,
}

impl Takes {
    /// How it is written in a usage.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Selected => "[WORKERS]",
            Self::Workers => "WORKERS",
            Self::SelectedPool => "[POOL]",
            Self::Pool => "POOL",
            Self::Row => "WORKER",
            Self::Count => "NUMBER",
            Self::Signal => "SIGNAL",
            Self::Rolling => "[rolling]",
            Self::Json => "JSON",
            Self::Name => "NAME",
        }
    }

    /// Whether it may be left out at the end of a line.
    pub(crate) fn is_extra(self) -> bool {
        self == Self::Rolling
    }
}

impl Verb {
    /// All of them, in the order in which they are offered.
    pub(crate) const ALL: [Self; 14] = [
        Self::Restart,
        Self::Stop,
        Self::Start,
        Self::Kill,
        Self::Scale,
        Self::Send,
        Self::Submit,
        Self::Say,
        Self::Signal,
        Self::Goto,
        Self::Pause,
        Self::Resume,
        Self::Disconnect,
        Self::Down,
    ];

    /// The word it begins with.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Kill => "kill",
            Self::Disconnect => "disconnect",
            Self::Signal => "signal",
            Self::Scale => "scale",
            Self::Send => "send",
            Self::Submit => "submit",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Goto => "goto",
            Self::Say => "say",
            Self::Down => "down",
        }
    }

    /// The order with that name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.name() == name)
    }

    /// What it takes, in this order.
    pub(crate) fn takes(self) -> &'static [Takes] {
        match self {
            Self::Restart => &[Takes::Selected, Takes::Rolling],
            Self::Start | Self::Stop | Self::Kill | Self::Disconnect => &[Takes::Selected],
            Self::Signal => &[Takes::Workers, Takes::Signal],
            Self::Scale => &[Takes::Pool, Takes::Count],
            Self::Send => &[Takes::Workers, Takes::Json],
            Self::Submit => &[Takes::Pool, Takes::Json],
            Self::Pause | Self::Resume => &[Takes::SelectedPool],
            Self::Goto => &[Takes::Row],
            Self::Say => &[Takes::Name],
            Self::Down => &[],
        }
    }

    /// What it does.
    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::Restart => "Stop and start workers, at once or rolling; clears the budget",
            Self::Start => "Start workers that are stopped, failed or finished",
            Self::Stop => "Stop workers in order",
            Self::Kill => "End workers and their descendants at once, with SIGKILL",
            Self::Disconnect => "Close the deck's half of the channel, as Node's disconnect()",
            Self::Signal => "Send a signal to the process groups of workers",
            Self::Scale => "Make a pool as large as this",
            Self::Send => "Send a message; a pool's name means one of its workers",
            Self::Submit => "Submit a job to a pool",
            Self::Pause => "Give the pool's workers no further jobs",
            Self::Resume => "Go on with the pool's jobs",
            Self::Goto => "Select a worker or a pool",
            Self::Say => "Send a message of the config by its name",
            Self::Down => "Stop every worker and quit",
        }
    }

    /// The action that does the same with what is selected, for its key.
    pub(crate) fn twin(self) -> Option<Action> {
        match self {
            Self::Restart => Some(Action::Restart),
            Self::Stop => Some(Action::StopStart),
            Self::Kill => Some(Action::Kill),
            Self::Send => Some(Action::Message),
            Self::Submit => Some(Action::New),
            Self::Pause => Some(Action::Pause),
            Self::Down => Some(Action::Quit),
            Self::Start
            | Self::Disconnect
            | Self::Signal
            | Self::Scale
            | Self::Resume
            | Self::Goto
            | Self::Say => None,
        }
    }

    /// How it is written: `scale POOL NUMBER`, without what may be left out at its end.
    pub(crate) fn usage(self) -> String {
        let takes = self.takes().iter().filter(|takes| !takes.is_extra());
        let words = takes.map(|takes| takes.word());
        let words: Vec<&str> = std::iter::once(self.name()).chain(words).collect();
        words.join(" ")
    }
}
