//! The loop of one client: what it asks, what it is answered, what it is told.
//!
//! Owns what a client has on its way: requests that are not answered, lines that are not written, events that are not told.
//! Called by [`serve`](crate::control::serve).

use std::pin::Pin;
use std::time::Duration;

use tokio::io::AsyncWrite;
use tokio::time::{Interval, MissedTickBehavior, Sleep, interval, sleep, timeout};
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::control::Wanted;
use crate::control::answer::{self, Answered};
use crate::control::call::Call;
use crate::control::feed::{Feed, next_update};
use crate::control::output::{Output, Room, is_closed};
use crate::control::owed::Owed;
use crate::control::requests::{Incoming, Requests};
use crate::control::rpc::{Id, NoRequest, Request, RpcError, write_error, write_result};
use crate::control::server::{ControlError, Input, Options, Served};
use crate::deck::{Deck, Update};
use crate::model::{Address, Command, JobCommand, Submission};

/// How long answers may take after the end of input before the deck goes down, and how long the last lines may take to
/// be written after it.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How often a client that is not read is looked at, whether it is still there.
const LOOK: Duration = Duration::from_secs(1);

/// One client being served.
pub(super) struct Session<R, W> {
    pub(super) deck: Deck,
    requests: Requests<R>,
    output: Output<W>,
    feed: Option<Feed>,
    owed: Owed,
    /// When the workers are to be started; none once they were.
    start: Option<Pin<Box<Sleep>>>,
    /// When answers are no longer waited for; none while the client is there, and once the deck goes down.
    last_words: Option<Pin<Box<Sleep>>>,
    look: Interval,
    ended: Pin<Box<WaitForCancellationFutureOwned>>,
    is_reading: bool,
    /// Whether the end of input takes the deck down.
    is_leaving: bool,
    /// Whether `down` was carried out.
    is_down: bool,
}

/// What a turn of the loop brings.
enum Turn {
    Incoming(Incoming),
    Answered(Answered),
    /// There may be room for a further request, without an answer.
    Room,
    /// Reading has stopped, and the client is to be looked at.
    LookDue,
    Update(Option<Update>),
    Written,
    StartDue,
    TimeIsUp,
    DeckEnded,
}

impl<R: Input, W: AsyncWrite + Unpin> Session<R, W> {
    /// A client that has asked for nothing yet.
    pub(super) fn new(deck: Deck, input: R, output: W, options: &Options) -> Self {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            ended: Box::pin(deck.ended_owned()),
            deck,
            requests: Requests::new(input, options.max_request),
            output: Output::new(output, options.max_buffered),
            feed: None,
            owed: Owed::new(),
            start: options.start_after.map(|after| Box::pin(sleep(after))),
            last_words: None,
            look,
            is_reading: true,
            is_leaving: false,
            is_down: false,
        }
    }

    /// Serves until there is a reason to stop.
    pub(super) async fn run(&mut self) -> Result<Served, ControlError> {
        loop {
            match self.turn().await {
                Ok(turn) => {
                    if let Some(served) = self.take(turn).await {
                        return Ok(served);
                    }
                }
                Err(ControlError::Write(error)) if is_closed(&error) => {
                    return Ok(Served::OutputClosed);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits for whatever happens next.
    async fn turn(&mut self) -> Result<Turn, ControlError> {
        let has_room = self.output.room() == Room::Everything && !self.owed.is_full();
        let is_unwatched = self.is_reading && !has_room && self.last_words.is_none();
        let is_idle = self.output.is_idle();
        // All of these are safe to cancel: what was read, written, answered or queued stays where it is.
        tokio::select! {
            incoming = self.requests.next(), if self.is_reading && has_room => {
                incoming.map(Turn::Incoming).map_err(ControlError::Read)
            }
            answered = self.owed.next() => Ok(answered.map_or(Turn::Room, Turn::Answered)),
            _ = self.look.tick(), if is_unwatched && !self.is_leaving => Ok(Turn::LookDue),
            update = next_update(&mut self.feed) => Ok(Turn::Update(update)),
            written = self.output.advance(), if !is_idle => {
                written.map(|()| Turn::Written).map_err(ControlError::Write)
            }
            () = due(&mut self.start) => Ok(Turn::StartDue),
            () = due(&mut self.last_words) => Ok(Turn::TimeIsUp),
            () = &mut self.ended => Ok(Turn::DeckEnded),
        }
    }

    /// Does what a turn asks for, and says when that was the last one.
    async fn take(&mut self, turn: Turn) -> Option<Served> {
        match turn {
            Turn::Incoming(Incoming::Line(line)) => self.take_line(&line).await,
            Turn::Incoming(Incoming::TooLong) => {
                let error = RpcError::invalid_request("the request line is too long");
                self.answer_error(None, &error);
            }
            Turn::Incoming(Incoming::End) => self.take_end_of_input().await,
            Turn::Answered(answered) => {
                self.tell_what_is_ready().await;
                self.answer(answered);
                if self.is_down {
                    return Some(self.served());
                }
                self.proceed().await;
                if !self.is_reading && self.owed.is_empty() {
                    self.go_down().await;
                }
            }
            Turn::Room => self.proceed().await,
            Turn::LookDue => {
                if self.requests.is_hung_up() {
                    self.last_words = Some(Box::pin(sleep(LAST_WORDS)));
                }
            }
            Turn::Update(Some(update)) => self.tell(update).await,
            Turn::Update(None) => self.end_feed(),
            Turn::Written => {
                if let Some(feed) = &mut self.feed
                    && feed.is_to_recover(&self.output)
                {
                    feed.recover(&self.deck, &mut self.output).await;
                }
            }
            Turn::StartDue => self.start_workers().await,
            Turn::TimeIsUp => self.go_down().await,
            Turn::DeckEnded => {
                self.drain().await;
                return Some(self.served());
            }
        }
        None
    }

    async fn take_line(&mut self, line: &[u8]) {
        if line.trim_ascii().is_empty() {
            return;
        }
        let request = match Request::parse(line) {
            Ok(request) => request,
            Err(NoRequest { id, error }) => return self.answer_error(id.as_ref(), &error),
        };
        if let Some(id) = &request.id
            && self.owed.has(id)
        {
            let error = RpcError::invalid_request(format!(
                "the request with the id {} is not answered yet",
                id.as_str()
            ));
            return self.answer_error(Some(id), &error);
        }
        match Call::parse(&request.method, request.params) {
            Ok(call) => match self.owed.request(request.id, call, line.len()) {
                Some((id, call)) => self.carry_out(id, call).await,
                None => self.proceed().await,
            },
            // A notification is never answered.
            Err(_) if request.id.is_none() => {}
            Err(error) => self.answer_error(request.id.as_ref(), &error),
        }
    }

    /// Carries out those requests for which there is room.
    async fn proceed(&mut self) {
        while let Some((id, call)) = self.owed.admit() {
            self.carry_out(id, call).await;
        }
    }

    /// Takes a call's effect before it returns; a command's answer comes later.
    async fn carry_out(&mut self, id: Option<Id>, call: Call) {
        let result = match call {
            Call::Command(command) => return self.issue(id, command).await,
            Call::Submit { submission, wait } => return self.submit(id, submission, wait).await,
            Call::Subscribe { wanted, snapshot } => self.subscribe(wanted, snapshot).await,
            Call::Hello => answer::hello(&self.deck).await,
            Call::Ps => answer::ps(&self.deck).await,
            Call::Pools => answer::pools(&self.deck).await,
            Call::Logs(history) => answer::logs(&self.deck, history).await,
            Call::Messages(history) => answer::messages(&self.deck, history).await,
        };
        self.answer(Answered {
            id,
            result,
            is_down: false,
        });
    }

    async fn issue(&mut self, id: Option<Id>, command: Command) {
        let is_down = command == Command::Down;
        let has_replies = matches!(command, Command::Send { wait: Some(_), .. });
        if is_down {
            self.start = None;
            self.refuse_held();
        } else if !is_question(&command) {
            self.start_workers().await;
        }
        let pending = self.deck.issue(command).await;
        let outcome = answer::outcome(self.deck.clone(), pending, has_replies);
        self.owed.command(id, is_down, outcome);
    }

    /// Refuses what has not taken effect and will not.
    fn refuse_held(&mut self) {
        for id in self.owed.give_up() {
            let result = Err(answer::going());
            self.answer(Answered {
                id,
                result,
                is_down: false,
            });
        }
    }

    async fn submit(&mut self, id: Option<Id>, submission: Submission, wait: bool) {
        self.start_workers().await;
        let submitted = self.deck.submit(submission, wait).await;
        self.owed.submit(id, submitted);
    }

    async fn subscribe(&mut self, wanted: Wanted, snapshot: bool) -> Result<Vec<u8>, RpcError> {
        let mut result = b"{}".to_vec();
        match &mut self.feed {
            Some(feed) if !snapshot => {
                let changed = feed.change(&self.deck, wanted, &mut self.output).await;
                changed.ok_or_else(answer::gone)?;
            }
            _ => {
                self.tell_what_is_ready().await;
                let begun = Feed::begin(&self.deck, wanted).await;
                let (feed, board) = begun.ok_or_else(answer::gone)?;
                self.feed = Some(feed);
                if snapshot {
                    result = answer::board(&self.deck, &board).await?;
                }
            }
        }
        self.start_workers().await;
        Ok(result)
    }

    /// Starts all workers, once.
    async fn start_workers(&mut self) {
        if self.start.take().is_some() {
            let to = Address::All;
            // Nobody asked for it, so nobody is answered.
            drop(self.deck.issue(Command::Start { to }).await);
        }
    }

    async fn tell(&mut self, update: Update) {
        if let Some(feed) = &mut self.feed {
            feed.tell(&self.deck, update, &mut self.output).await;
        }
    }

    /// The deck is gone: what a slow client missed is said, although there is no snapshot any more.
    fn end_feed(&mut self) {
        if let Some(mut feed) = self.feed.take() {
            feed.tell_missed(&mut self.output);
        }
    }

    /// Tells every event that is there already, so that an answer comes after what led to it.
    async fn tell_what_is_ready(&mut self) {
        while let Some(feed) = &mut self.feed
            && let Some(update) = feed.ready().await
        {
            feed.tell(&self.deck, update, &mut self.output).await;
        }
    }

    fn answer(&mut self, answered: Answered) {
        self.is_down |= answered.is_down && answered.result.is_ok();
        let Some(id) = answered.id else {
            return;
        };
        match answered.result {
            Ok(result) => {
                let mut line = Vec::with_capacity(result.len() + 64);
                write_result(&mut line, &id, &result);
                self.output.push(&line);
            }
            Err(error) => self.answer_error(Some(&id), &error),
        }
    }

    fn answer_error(&mut self, id: Option<&Id>, error: &RpcError) {
        let mut line = Vec::new();
        write_error(&mut line, id, error);
        self.output.push(&line);
    }

    /// The end of input: what is on its way is answered, but not waited for without bound.
    async fn take_end_of_input(&mut self) {
        self.is_reading = false;
        self.start = None;
        if self.owed.is_empty() {
            self.go_down().await;
        } else {
            let last_words = || Box::pin(sleep(LAST_WORDS));
            self.last_words.get_or_insert_with(last_words);
        }
    }

    /// Takes the deck down without having been asked to.
    async fn go_down(&mut self) {
        self.last_words = None;
        if !self.is_leaving {
            self.is_leaving = true;
            self.issue(None, Command::Down).await;
        }
    }

    fn served(&self) -> Served {
        match (self.is_leaving, self.is_down) {
            (true, _) => Served::InputEnded,
            (false, true) => Served::Down,
            (false, false) => Served::DeckEnded,
        }
    }

    /// Tells and answers all that a deck which is gone still owes.
    async fn drain(&mut self) {
        self.tell_what_is_ready().await;
        self.refuse_held();
        while !self.owed.is_empty() {
            if let Some(answered) = self.owed.next().await {
                self.answer(answered);
            }
        }
    }

    /// After the deck: its last events, its last answers, and all of it written to a client that still reads.
    pub(super) async fn say_last_words(&mut self) -> Result<(), ControlError> {
        self.drain().await;
        self.end_feed();
        match timeout(LAST_WORDS, self.output.finish()).await {
            Ok(Err(error)) if !is_closed(&error) => Err(ControlError::Write(error)),
            // Written, or nobody reads it any more.
            _ => Ok(()),
        }
    }
}

/// Whether a command only asks, so that it needs no workers.
fn is_question(command: &Command) -> bool {
    matches!(
        command,
        Command::Jobs(JobCommand::List { .. } | JobCommand::Look(_))
    )
}

/// Waits until it is time; for ever once it was.
async fn due(start: &mut Option<Pin<Box<Sleep>>>) {
    match start {
        Some(sleep) => sleep.as_mut().await,
        None => std::future::pending().await,
    }
}
