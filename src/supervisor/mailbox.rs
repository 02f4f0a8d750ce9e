//! The messages that the deck holds for one worker: bounded, handed out within a credit window, written again to the next
//! process when the last one died before the kernel took them.

use std::collections::VecDeque;

use crate::model::MailboxSpec;
use crate::supervisor::Ticket;
use crate::wire::Message;

/// How many bytes are handed out before the kernel has taken them; a larger message goes alone.
const CREDIT: usize = 256 << 10;

/// How many sizes of messages that may be unread are remembered.
const REMEMBERED: usize = 64 << 10;

/// A worker's mailbox.
#[derive(Debug)]
pub(crate) struct Mailbox {
    spec: MailboxSpec,
    /// What was handed out and not confirmed comes first.
    queue: VecDeque<Mail>,
    /// Bytes of all messages of the user's.
    bytes: usize,
    /// How many of the queue were handed out, and their bytes.
    handed: usize,
    handed_bytes: usize,
    /// Sizes of what the kernel took and the worker may not have read, newest last.
    taken: VecDeque<usize>,
    /// How many of the queue are the deck's own.
    own: usize,
}

/// One message with what hangs on it.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) message: Message,
    pub(crate) origin: Origin,
}

/// Where a message comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A client, who may wait for the reply.
    Client(Option<Ticket>),
    /// The deck, to this process only; never shown as the user's.
    Deck,
}

/// The mailbox takes no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Mail {
    fn size(&self) -> usize {
        self.message.len() + 1
    }
}

impl Mailbox {
    pub(crate) fn new(spec: MailboxSpec) -> Self {
        Self {
            spec,
            queue: VecDeque::new(),
            bytes: 0,
            handed: 0,
            handed_bytes: 0,
            taken: VecDeque::new(),
            own: 0,
        }
    }

    /// How many messages of the user's wait.
    pub(crate) fn len(&self) -> usize {
        self.queue.len() - self.own
    }

    /// Takes a client's message; an empty mailbox takes any one.
    pub(crate) fn accept(&mut self, message: Message, wait: Option<Ticket>) -> Result<(), Full> {
        let mail = Mail {
            message,
            origin: Origin::Client(wait),
        };
        let is_over =
            self.len() >= self.spec.capacity || self.bytes + mail.size() > self.spec.bytes;
        if self.len() > 0 && is_over {
            return Err(Full);
        }
        self.bytes += mail.size();
        self.queue.push_back(mail);
        Ok(())
    }

    /// Puts a message of the deck's own before all that was not handed out yet.
    pub(crate) fn interject(&mut self, message: Message) {
        let mail = Mail {
            message,
            origin: Origin::Deck,
        };
        self.queue.insert(self.handed, mail);
        self.own += 1;
    }

    /// What may be written now.
    pub(crate) fn hand_out(&mut self) -> Vec<Message> {
        self.hand_out_while(|_| true)
    }

    /// What may be written now of the deck's own.
    pub(crate) fn hand_out_own(&mut self) -> Vec<Message> {
        self.hand_out_while(|mail| mail.origin == Origin::Deck)
    }

    fn hand_out_while(&mut self, may_go: impl Fn(&Mail) -> bool) -> Vec<Message> {
        let mut messages = Vec::new();
        while let Some(mail) = self.queue.get(self.handed).filter(|mail| may_go(mail)) {
            let size = mail.size();
            if self.handed > 0 && self.handed_bytes + size > CREDIT {
                break;
            }
            self.handed += 1;
            self.handed_bytes += size;
            messages.push(mail.message.clone());
        }
        messages
    }

    /// The kernel took the oldest message that was handed out.
    pub(crate) fn take_written(&mut self) -> Option<Mail> {
        if self.handed == 0 {
            return None;
        }
        let mail = self.queue.pop_front()?;
        self.handed -= 1;
        self.handed_bytes -= mail.size();
        match mail.origin {
            Origin::Deck => self.own -= 1,
            Origin::Client(_) => self.bytes -= mail.size(),
        }
        if self.taken.len() >= REMEMBERED {
            self.taken.pop_front();
        }
        self.taken.push_back(mail.size());
        Some(mail)
    }

    /// The worker has read everything.
    pub(crate) fn all_read(&mut self) {
        self.taken.clear();
    }

    /// How many messages lie, in whole or in part, within the last bytes that the kernel took.
    pub(crate) fn count_unread(&self, unread_bytes: u64) -> u64 {
        let mut left = unread_bytes;
        let mut count = 0;
        for size in self.taken.iter().rev() {
            if left == 0 {
                break;
            }
            left = left.saturating_sub(*size as u64);
            count += 1;
        }
        count
    }

    /// The process is gone: what was handed out and not confirmed goes to the next one, the deck's own is void.
    pub(crate) fn take_back(&mut self) {
        self.handed = 0;
        self.handed_bytes = 0;
        self.taken.clear();
        self.queue.retain(|mail| mail.origin != Origin::Deck);
        self.own = 0;
    }

    /// Lets go of everything, and returns what was there of the user's.
    pub(crate) fn drop_all(&mut self) -> Vec<Mail> {
        self.take_back();
        self.bytes = 0;
        self.queue.drain(..).collect()
    }

    /// Whether the books add up: for the invariants.
    pub(crate) fn adds_up(&self) -> bool {
        let own = self
            .queue
            .iter()
            .filter(|mail| mail.origin == Origin::Deck)
            .count();
        let theirs = self.queue.iter().filter(|mail| mail.origin != Origin::Deck);
        let handed = self.queue.iter().take(self.handed);
        own == self.own
            && theirs.map(Mail::size).sum::<usize>() == self.bytes
            && handed.map(Mail::size).sum::<usize>() == self.handed_bytes
            && (self.handed <= 1 || self.handed_bytes <= CREDIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(length: usize) -> Message {
        Message::parse(&format!("\"{}\"", "x".repeat(length - 2))).unwrap()
    }

    fn mailbox(capacity: usize, bytes: usize) -> Mailbox {
        Mailbox::new(MailboxSpec { capacity, bytes })
    }

    #[test]
    fn an_empty_mailbox_takes_any_one_message_and_a_full_one_none() {
        let mut mailbox = mailbox(3, 100);
        assert_eq!(mailbox.accept(message(1000), None), Ok(()));
        assert_eq!(mailbox.accept(message(2), None), Err(Full));
        mailbox.hand_out();
        mailbox.take_written().unwrap();
        for _ in 0..3 {
            assert_eq!(mailbox.accept(message(9), None), Ok(()));
        }
        assert_eq!(mailbox.accept(message(9), None), Err(Full));
        assert!(mailbox.adds_up());
    }

    #[test]
    fn what_was_not_confirmed_is_handed_out_again_after_a_death() {
        let mut mailbox = mailbox(10, 1000);
        for length in [3, 4, 5] {
            mailbox.accept(message(length), None).unwrap();
        }
        mailbox.interject(message(9));
        assert_eq!(mailbox.hand_out().len(), 4);
        assert_eq!(mailbox.take_written().unwrap().origin, Origin::Deck);
        assert_eq!(mailbox.take_written().unwrap().message.len(), 3);

        mailbox.take_back();

        let again: Vec<usize> = mailbox.hand_out().iter().map(Message::len).collect();
        assert_eq!(again, [4, 5]);
        assert!(mailbox.adds_up());
    }

    #[test]
    fn credit_bounds_what_is_handed_out() {
        let mut mailbox = mailbox(10, 10 << 20);
        mailbox.accept(message(CREDIT * 2), None).unwrap();
        mailbox.accept(message(10), None).unwrap();
        mailbox.accept(message(10), None).unwrap();
        assert_eq!(mailbox.hand_out().len(), 1);
        assert!(mailbox.hand_out().is_empty());
        mailbox.take_written().unwrap();
        assert_eq!(mailbox.hand_out().len(), 2);
    }

    #[test]
    fn unread_bytes_are_counted_in_messages() {
        let mut mailbox = mailbox(10, 1000);
        for _ in 0..3 {
            mailbox.accept(message(9), None).unwrap();
        }
        mailbox.hand_out();
        for _ in 0..3 {
            mailbox.take_written().unwrap();
        }
        assert_eq!(mailbox.count_unread(0), 0);
        assert_eq!(mailbox.count_unread(1), 1);
        assert_eq!(mailbox.count_unread(20), 2);
        assert_eq!(mailbox.count_unread(999), 3);
        mailbox.all_read();
        assert_eq!(mailbox.count_unread(20), 0);
    }
}
