//! What the deck tells, from the moment on at which it answers.

use std::future::Future;
use std::pin::Pin;

use crate::deck::{Subscription, Update};

/// The deck's updates, once it has answered.
pub(super) enum Feed {
    /// It has not answered yet.
    Joining(Pin<Box<dyn Future<Output = Option<Subscription>> + Send>>),
    /// It has.
    Joined(Subscription),
}

impl Feed {
    /// The next update; none when the deck is gone. Cancel safe: what waits is kept.
    pub(super) async fn next(&mut self) -> Option<Update> {
        if let Self::Joining(joining) = self {
            let subscription = joining.as_mut().await?;
            *self = Self::Joined(subscription);
        }
        match self {
            Self::Joined(subscription) => subscription.next().await,
            Self::Joining(_) => None,
        }
    }
}
