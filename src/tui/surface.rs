//! What the dashboard is drawn on and typed at: a terminal, or a stage that a script plays on. Called by `app`.

use std::io;

use crate::deck::Clock;
use crate::tui::options::TuiError;
use crate::tui::screen::Screen;
use crate::tui::script::{Script, Stage};
use crate::tui::terminal::{self, Held, Keyboard, Lease, Manner};

/// A terminal or a stage.
#[derive(Debug)]
pub(crate) enum Surface {
    /// A terminal.
    Terminal(Box<Held>, Keyboard),
    /// A stage.
    Stage(Box<Stage>),
}

impl Surface {
    /// Takes the terminal.
    pub(crate) fn terminal(lease: Option<Lease>, manner: Manner) -> Result<Self, TuiError> {
        let keyboard = Keyboard::open().map_err(TuiError::Keyboard)?;
        let held = Held::take(lease, manner).map_err(TuiError::Terminal)?;
        Ok(Self::Terminal(Box::new(held), keyboard))
    }

    /// A stage for a script.
    pub(crate) fn stage(script: Script, clock: Clock) -> Self {
        Self::Stage(Box::new(Stage::new(script, clock)))
    }

    /// Asks what the background is; the answer comes among the keys.
    pub(crate) fn ask(&mut self) -> io::Result<()> {
        match self {
            Self::Terminal(..) => terminal::ask(),
            Self::Stage(stage) => {
                stage.ask();
                Ok(())
            }
        }
    }

    /// Writes a sequence that shows nothing.
    pub(crate) fn tell(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Terminal(..) => terminal::write(bytes),
            Self::Stage(_) => Ok(()),
        }
    }

    /// What the next keys are, as bytes. An error is the end of the terminal or of the script. Cancel safe.
    pub(crate) async fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Terminal(_, keyboard) => keyboard.read(bytes).await,
            Self::Stage(stage) => stage.read(bytes).await,
        }
    }

    /// Draws a frame.
    pub(crate) fn draw(&mut self, screen: &mut Screen) -> io::Result<()> {
        match self {
            Self::Terminal(held, _) => held.draw(screen),
            Self::Stage(stage) => {
                stage.draw(screen);
                Ok(())
            }
        }
    }

    /// Whether it can still be drawn on; a panic anywhere gives a terminal back.
    pub(crate) fn is_taken(&self) -> bool {
        match self {
            Self::Terminal(held, _) => held.is_taken(),
            Self::Stage(_) => true,
        }
    }

    /// Takes over the size; the next frame is drawn whole.
    pub(crate) fn resize(&mut self) -> io::Result<()> {
        match self {
            Self::Terminal(held, _) => held.resize(),
            Self::Stage(_) => Ok(()),
        }
    }

    /// Takes it again after [`Surface::leave`].
    pub(crate) fn enter(&mut self) -> io::Result<()> {
        match self {
            Self::Terminal(held, _) => held.enter(),
            Self::Stage(_) => Ok(()),
        }
    }

    /// Gives the terminal back.
    pub(crate) fn leave(&mut self) {
        if let Self::Terminal(held, _) = self {
            held.leave();
        }
    }

    /// The dashboard knows its deck.
    pub(crate) fn ready(&mut self) {
        if let Self::Stage(stage) = self {
            stage.ready();
        }
    }

    /// Why the script did not come to its end.
    pub(crate) fn failure(&mut self) -> Option<String> {
        match self {
            Self::Terminal(..) => None,
            Self::Stage(stage) => stage.failure(),
        }
    }
}
