//! What a colour is for. Called by `theme`; the config names colours by these.

/// What a colour is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Plain text; the terminal's own colour unless given.
    Text,
    /// What is behind everything; the terminal's own colour unless given.
    Background,
    /// Text that matters less.
    Dim,
    /// What the eye is to find.
    Accent,
    /// What went well.
    Good,
    /// What needs a look.
    Warning,
    /// What went wrong.
    Bad,
    /// What waits for its time.
    Waiting,
    /// What is worth knowing.
    Info,
    /// Numbers in JSON.
    Number,
    /// A pane's border.
    Border,
    /// The border of the pane that takes the keys.
    Focus,
    /// What is behind the chosen line.
    Selection,
    /// A load with much room.
    LoadLow,
    /// A load with some room.
    LoadMid,
    /// A load with no room.
    LoadHigh,
    /// Messages to workers.
    Sent,
    /// Messages from workers.
    Received,
    /// Keys in JSON.
    JsonKey,
    /// Texts in JSON.
    JsonString,
    /// True, false and null in JSON.
    JsonWord,
    /// Brackets and commas in JSON.
    JsonMark,
    /// One of the colours that tell workers apart.
    Worker1,
    /// Another one.
    Worker2,
    /// Another one.
    Worker3,
    /// Another one.
    Worker4,
    /// Another one.
    Worker5,
    /// Another one.
    Worker6,
}

impl Role {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 28] = [
        Self::Text,
        Self::Background,
        Self::Dim,
        Self::Accent,
        Self::Good,
        Self::Warning,
        Self::Bad,
        Self::Waiting,
        Self::Info,
        Self::Number,
        Self::Border,
        Self::Focus,
        Self::Selection,
        Self::LoadLow,
        Self::LoadMid,
        Self::LoadHigh,
        Self::Sent,
        Self::Received,
        Self::JsonKey,
        Self::JsonString,
        Self::JsonWord,
        Self::JsonMark,
        Self::Worker1,
        Self::Worker2,
        Self::Worker3,
        Self::Worker4,
        Self::Worker5,
        Self::Worker6,
    ];

    /// Those that tell workers apart.
    pub(crate) const WORKERS: [Self; 6] = [
        Self::Worker1,
        Self::Worker2,
        Self::Worker3,
        Self::Worker4,
        Self::Worker5,
        Self::Worker6,
    ];

    /// Its name in the config.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Background => "background",
            Self::Dim => "dim",
            Self::Accent => "accent",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
            Self::Waiting => "waiting",
            Self::Info => "info",
            Self::Number => "number",
            Self::Border => "border",
            Self::Focus => "focus",
            Self::Selection => "selection",
            Self::LoadLow => "load_low",
            Self::LoadMid => "load_mid",
            Self::LoadHigh => "load_high",
            Self::Sent => "sent",
            Self::Received => "received",
            Self::JsonKey => "json_key",
            Self::JsonString => "json_string",
            Self::JsonWord => "json_word",
            Self::JsonMark => "json_mark",
            Self::Worker1 => "worker_1",
            Self::Worker2 => "worker_2",
            Self::Worker3 => "worker_3",
            Self::Worker4 => "worker_4",
            Self::Worker5 => "worker_5",
            Self::Worker6 => "worker_6",
        }
    }

    /// The role whose colour it has unless it is given one of its own.
    pub(crate) fn parent(self) -> Option<Self> {
        Some(match self {
            Self::Focus | Self::JsonKey => Self::Accent,
            Self::LoadLow | Self::Received | Self::JsonString => Self::Good,
            Self::LoadMid => Self::Warning,
            Self::LoadHigh => Self::Bad,
            Self::Sent => Self::Info,
            Self::JsonWord => Self::Waiting,
            Self::JsonMark => Self::Dim,
            // The others have a colour in every palette.
            _ => return None,
        })
    }
}
