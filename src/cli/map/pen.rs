//! A standard stream that is written by a thread of its own, so that a slow reader stops nobody else.
//!
//! Owns the text that waits to be written. Who adds to it asks [`Pen::is_full`] first and then waits.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::sync::{Notify, mpsc, oneshot};

/// How much text waits before no more is to be added.
const FULL: usize = 1 << 20;

/// One output.
#[derive(Debug)]
pub(super) struct Pen {
    waiting: Vec<u8>,
    paper: mpsc::Sender<Vec<u8>>,
    written: oneshot::Receiver<io::Result<()>>,
    is_closed: bool,
    desk: Arc<Desk>,
}

/// What was handed on and is not written.
#[derive(Debug, Default)]
struct Desk {
    bytes: AtomicUsize,
    /// Told when much of it was written at once.
    eased: Notify,
}

impl Pen {
    /// Starts the thread that writes.
    pub(super) fn start(name: &str, out: impl Write + Send + 'static) -> io::Result<Self> {
        let (paper, texts) = mpsc::channel(1);
        let (done, written) = oneshot::channel();
        let desk = Arc::new(Desk::default());
        let shared = Arc::clone(&desk);
        let write = move || {
            let result = write_all(texts, out, &shared);
            // Nobody asks when the process is about to end anyway.
            let _ = done.send(result);
        };
        thread::Builder::new().name(name.to_owned()).spawn(write)?;
        Ok(Self {
            waiting: Vec::new(),
            paper,
            written,
            is_closed: false,
            desk,
        })
    }

    /// What waits to be written; more may be added.
    pub(super) fn text(&mut self) -> &mut Vec<u8> {
        &mut self.waiting
    }

    /// Whether nothing more is to be added for now. A closed one takes anything, and drops it.
    pub(super) fn is_full(&self) -> bool {
        !self.is_closed && self.waiting.len() >= FULL
    }

    /// How many bytes are not written.
    pub(super) fn held(&self) -> usize {
        self.waiting.len() + self.desk.bytes.load(Ordering::Relaxed)
    }

    /// Each time that much was written at once, a future that is called for ends.
    pub(super) fn eased(&self) -> impl AsyncFn() + use<> {
        let desk = Arc::clone(&self.desk);
        async move || desk.eased.notified().await
    }

    /// Waits until what waits can be written, and hands it on; for ever when there is nothing. Answers whether the
    /// output is still there.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    pub(super) async fn hand_on(&mut self) -> bool {
        if self.is_closed {
            self.waiting.clear();
            return std::future::pending().await;
        }
        if self.waiting.is_empty() {
            self.paper.closed().await;
            self.is_closed = true;
            return false;
        }
        match self.paper.reserve().await {
            Ok(place) => {
                let text = std::mem::take(&mut self.waiting);
                self.desk.bytes.fetch_add(text.len(), Ordering::Relaxed);
                place.send(text);
            }
            Err(_) => self.is_closed = true,
        }
        !self.is_closed
    }

    /// Waits until all is written, and answers how it went.
    pub(super) async fn finish(mut self) -> io::Result<()> {
        while !self.is_closed && !self.waiting.is_empty() {
            self.hand_on().await;
        }
        drop(self.paper);
        self.written.await.unwrap_or(Ok(()))
    }
}

fn write_all(
    mut texts: mpsc::Receiver<Vec<u8>>,
    mut out: impl Write,
    desk: &Desk,
) -> io::Result<()> {
    while let Some(text) = texts.blocking_recv() {
        out.write_all(&text)?;
        out.flush()?;
        desk.bytes.fetch_sub(text.len(), Ordering::Relaxed);
        if text.len() >= FULL {
            desk.eased.notify_one();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc as std_mpsc;

    use super::*;

    /// Takes one write each time it is allowed to.
    struct Slow(std_mpsc::Receiver<()>, std_mpsc::Sender<Vec<u8>>);

    impl Write for Slow {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.0
                .recv()
                .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
            self.1.send(text.to_vec()).unwrap();
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_slow_reader_gets_what_waited_at_once() {
        let (allow, allowed) = std_mpsc::channel();
        let (told, written) = std_mpsc::channel();
        let mut pen = Pen::start("test", Slow(allowed, told)).unwrap();
        for word in ["a", "b"] {
            pen.text().extend_from_slice(word.as_bytes());
            assert!(pen.hand_on().await);
        }
        pen.text().resize(FULL, b'c');
        assert!(pen.is_full());

        for _ in 0..3 {
            allow.send(()).unwrap();
        }
        pen.finish().await.unwrap();

        let sizes: Vec<usize> = written.iter().map(|text| text.len()).collect();
        assert_eq!(sizes, [1, 1, FULL]);
    }

    #[tokio::test]
    async fn what_is_handed_on_is_held_until_it_is_written() {
        let (allow, allowed) = std_mpsc::channel();
        let (told, _written) = std_mpsc::channel();
        let mut pen = Pen::start("test", Slow(allowed, told)).unwrap();
        let eased = pen.eased();
        pen.text().resize(FULL, b'a');
        assert!(pen.hand_on().await);
        pen.text().push(b'b');
        assert_eq!(pen.held(), FULL + 1);

        allow.send(()).unwrap();
        eased().await;

        assert_eq!(pen.held(), 1);
    }

    #[tokio::test]
    async fn a_reader_that_is_gone_is_told_once_and_stops_nobody() {
        let (allow, allowed) = std_mpsc::channel();
        let (told, _written) = std_mpsc::channel();
        let mut pen = Pen::start("test", Slow(allowed, told)).unwrap();
        drop(allow);

        pen.text().push(b'a');
        assert!(pen.hand_on().await);
        assert!(!pen.hand_on().await);

        pen.text().resize(FULL, b'c');
        assert!(!pen.is_full());
        let error = pen.finish().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
