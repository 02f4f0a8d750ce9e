//! Jobs through the whole deck, over a fake spawner and a store that a test plays.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::deck::played::{Played, event, lay, lay_with, pool};
use crate::deck::{Opened, Subscription};
use crate::jobs::store::{Store, StoreError};
use crate::jobs::{Kept, Record};
use crate::model::{
    Command, Event, JobCommand, JobFilter, JobState, JobView, Outcome, PoolName, RefusalKind,
    Submission,
};
use crate::wire::Message;

fn job(text: &str) -> Submission {
    Submission::new(PoolName::new("a").unwrap(), Message::parse(text).unwrap())
}

fn view(end: Outcome) -> JobView {
    let Outcome::Job(job) = end else {
        panic!("not a job: {end:?}")
    };
    *job
}

async fn answer(worker: &mut Played, asked: &str, reply: &str) {
    assert_eq!(worker.hear().await, format!("{asked}\n"));
    worker.say(&format!("{reply}\n"));
}

#[tokio::test]
async fn a_job_goes_to_a_worker_and_its_answer_to_the_submitter() {
    let mut table = lay(vec![pool("a")]);
    let mut updates = table.deck.subscribe_with(true).await.unwrap();
    table.start_all().await;
    let mut worker = table.played.recv().await.unwrap();

    let submitted = table.deck.submit(job("{\"n\":1}"), true).await;
    let Ok(Outcome::Submitted(id)) = submitted.accepted.await else {
        panic!("refused")
    };
    answer(&mut worker, "{\"n\":1}", "{\"done\":1}").await;

    let done = view(submitted.finished.unwrap().await.unwrap());
    assert_eq!(
        (done.job, done.state, done.attempts),
        (id, JobState::Done, 1)
    );
    assert_eq!(done.result.unwrap().as_str(), "{\"done\":1}");
    let mut states = Vec::new();
    while states.last() != Some(&JobState::Done) {
        let Event::Jobs(jobs) = event(&mut updates, |event| matches!(event, Event::Jobs(_))).await
        else {
            unreachable!("it was asked for")
        };
        states.extend(jobs.iter().map(|one| one.state));
    }
    assert_eq!(states, [JobState::Ready, JobState::Running, JobState::Done]);
}

#[tokio::test]
async fn the_ends_of_many_jobs_come_by_their_index() {
    let mut table = lay(vec![pool("a")]);
    table.start_all().await;
    let mut worker = table.played.recv().await.unwrap();
    let (ends, mut ended) = tokio::sync::mpsc::channel(3);

    let submissions = vec![job("1"), job("2"), job("3")];
    assert!(table.deck.submit_all(submissions, 10, ends).await);

    for n in 1..=3_u64 {
        let text = n.to_string();
        answer(&mut worker, &text, &text).await;
        let (index, end) = ended.recv().await.unwrap();
        assert_eq!(index, 9 + n);
        assert_eq!(view(end.unwrap()).result.unwrap().as_str(), text);
    }
}

#[tokio::test]
async fn the_figures_of_a_pool_are_told() {
    let mut table = lay(vec![pool("a")]);
    let mut updates = table.deck.subscribe().await.unwrap();

    for _ in 0..3 {
        let submitted = table.deck.submit(job("1"), false).await;
        submitted.accepted.await.unwrap();
    }
    event(&mut updates, |event| {
        matches!(event, Event::Pool(pool) if pool.jobs.queue == 3 && pool.jobs.oldest.is_some())
    })
    .await;

    table.start_all().await;
    let mut worker = table.played.recv().await.unwrap();
    for _ in 0..3 {
        answer(&mut worker, "1", "1").await;
    }
    event(&mut updates, |event| {
        matches!(event, Event::Pool(pool) if pool.jobs.done == 3 && pool.jobs.queue == 0 && pool.jobs.run.is_some())
    })
    .await;
}

/// A store whose commits wait for the test's word.
struct Slow {
    words: Receiver<bool>,
    kept: Arc<Mutex<Vec<Record>>>,
}

impl Store for Slow {
    fn load(&mut self) -> Result<Kept, StoreError> {
        Ok(Kept::default())
    }

    fn commit(&mut self, batch: &[Record]) -> Result<(), StoreError> {
        // A test that is over lets everything pass.
        if !self.words.recv().unwrap_or(true) {
            return Err(StoreError::Failed {
                reason: "the test says so".into(),
            });
        }
        self.kept.lock().unwrap().extend_from_slice(batch);
        Ok(())
    }
}

fn slow() -> (Opened, SyncSender<bool>, Arc<Mutex<Vec<Record>>>) {
    let (words, heard) = sync_channel(100);
    let kept = Arc::default();
    let store = Slow {
        words: heard,
        kept: Arc::clone(&kept),
    };
    (Opened::new(Box::new(store)).unwrap(), words, kept)
}

#[tokio::test]
async fn nothing_follows_from_what_is_not_kept() {
    let (opened, words, kept) = slow();
    let mut table = lay_with(vec![pool("a")], Some(opened));
    table.start_all().await;
    let mut worker = table.played.recv().await.unwrap();

    let submitted = table.deck.submit(job("1"), true).await;
    let mut accepted = Box::pin(submitted.accepted);
    // Two looks at the board are two turns of the loop after the submission.
    table.deck.read(|_, _| ()).await;
    table.deck.read(|_, _| ()).await;
    assert!(futures_are_pending(&mut accepted).await);
    words.send(true).unwrap();
    assert!(matches!(accepted.await, Ok(Outcome::Submitted(_))));

    answer(&mut worker, "1", "2").await;
    {
        let kept = kept.lock().unwrap();
        assert!(kept.iter().any(is_running), "{kept:?}");
    }
    let mut finished = Box::pin(submitted.finished.unwrap());
    table.deck.read(|_, _| ()).await;
    assert!(futures_are_pending(&mut finished).await);
    words.send(true).unwrap();
    assert_eq!(view(finished.await.unwrap()).state, JobState::Done);
}

/// B1.
#[tokio::test]
async fn looking_at_jobs_does_not_wait_for_the_store() {
    let (opened, words, _kept) = slow();
    let table = lay_with(vec![pool("a")], Some(opened));
    let submitted = table.deck.submit(job("1"), false).await;

    let list = JobCommand::List {
        filter: JobFilter::default(),
        limit: 10,
    };
    let listed = table.deck.command(Command::Jobs(list)).await;

    assert!(matches!(listed, Ok(Outcome::Jobs(jobs)) if jobs.len() == 1));
    words.send(true).unwrap();
    assert!(submitted.accepted.await.is_ok());
}

fn is_running(record: &Record) -> bool {
    let progress = match record {
        Record::Insert(job) => &job.progress,
        Record::Update { progress, .. } => progress,
        _ => return false,
    };
    progress.state == JobState::Running && progress.attempts == 1
}

async fn futures_are_pending<F: Future + Unpin>(future: &mut F) -> bool {
    tokio::select! {
        biased;
        _ = future => false,
        () = tokio::task::yield_now() => true,
    }
}

/// Waits until the deck tells that its store fails, or that it does not.
async fn trouble(updates: &mut Subscription, fails: bool) {
    let is_told =
        |event: &Event| matches!(event, Event::Deck(deck) if deck.store_error.is_some() == fails);
    event(updates, is_told).await;
}

/// A store that fails for as long as the test says so.
struct Moody {
    fails: Arc<AtomicBool>,
}

impl Store for Moody {
    fn load(&mut self) -> Result<Kept, StoreError> {
        Ok(Kept::default())
    }

    fn commit(&mut self, _: &[Record]) -> Result<(), StoreError> {
        if !self.fails.load(Ordering::SeqCst) {
            return Ok(());
        }
        Err(StoreError::Failed {
            reason: "the test says so".into(),
        })
    }
}

#[tokio::test]
async fn a_store_that_cannot_write_refuses_and_recovers() {
    let fails = Arc::new(AtomicBool::new(true));
    let store = Moody {
        fails: Arc::clone(&fails),
    };
    let opened = Opened::new(Box::new(store)).unwrap();
    let mut table = lay_with(vec![pool("a")], Some(opened));
    let mut updates = table.deck.subscribe().await.unwrap();
    table.start_all().await;
    let mut worker = table.played.recv().await.unwrap();

    let refused = table.deck.submit(job("1"), true).await;
    let refusal = refused.accepted.await.unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::StoreFailed);
    assert!(refusal.message.contains("the test says so"), "{refusal}");
    assert!(refused.finished.unwrap().await.is_err());
    trouble(&mut updates, true).await;

    fails.store(false, Ordering::SeqCst);
    trouble(&mut updates, false).await;
    let submitted = table.deck.submit(job("2"), true).await;
    submitted.accepted.await.unwrap();
    answer(&mut worker, "2", "3").await;
    let finished = submitted.finished.unwrap();
    assert_eq!(view(finished.await.unwrap()).state, JobState::Done);
}

#[tokio::test]
async fn a_deck_whose_store_fails_ends_at_once_and_says_what_is_lost() {
    let fails = Arc::new(AtomicBool::new(false));
    let store = Moody {
        fails: Arc::clone(&fails),
    };
    let opened = Opened::new(Box::new(store)).unwrap();
    let mut table = lay_with(vec![pool("a")], Some(opened));
    let mut updates = table.deck.subscribe().await.unwrap();
    table.start_all().await;
    let mut worker = table.played.recv().await.unwrap();
    let submitted = table.deck.submit(job("1"), true).await;
    submitted.accepted.await.unwrap();

    fails.store(true, Ordering::SeqCst);
    answer(&mut worker, "1", "2").await;
    trouble(&mut updates, true).await;
    drop(table.deck.issue(Command::Down).await);

    let ended = table.driver.await.unwrap();
    let fault = ended.fault.unwrap();
    assert!(fault.contains("the test says so"), "{fault}");
}

#[tokio::test]
async fn what_was_refused_is_never_told_to_be_ready() {
    let fails = Arc::new(AtomicBool::new(true));
    let store = Moody {
        fails: Arc::clone(&fails),
    };
    let opened = Opened::new(Box::new(store)).unwrap();
    let table = lay_with(vec![pool("a")], Some(opened));
    let mut updates = table.deck.subscribe_with(true).await.unwrap();
    let refused = table.deck.submit(job("1"), false).await;
    refused.accepted.await.unwrap_err();

    let mut beats = table.deck.subscribe().await.unwrap();
    trouble(&mut beats, true).await;
    fails.store(false, Ordering::SeqCst);
    trouble(&mut beats, false).await;
    let submitted = table.deck.submit(job("2"), false).await;
    let Ok(Outcome::Submitted(accepted)) = submitted.accepted.await else {
        panic!("refused")
    };

    let Event::Jobs(jobs) = event(&mut updates, |event| matches!(event, Event::Jobs(_))).await
    else {
        unreachable!("it was asked for")
    };
    assert!(jobs.iter().all(|one| one.job == accepted), "{jobs:?}");
}

#[tokio::test]
async fn a_deck_that_goes_down_keeps_what_happened_last() {
    let (opened, words, kept) = slow();
    let mut pool = pool("a");
    pool.stop.drain = Duration::ZERO;
    let mut table = lay_with(vec![pool], Some(opened));
    table.start_all().await;
    let worker = table.played.recv().await.unwrap();
    for _ in 0..100 {
        if words.try_send(true).is_err() {
            break;
        }
    }
    let submitted = table.deck.submit(job("1"), false).await;
    submitted.accepted.await.unwrap();
    table.deck.command(Command::Down).await.unwrap();
    table.deck.ended().await;
    drop(worker);

    table.driver.await.unwrap();
    let kept = kept.lock().unwrap();
    let last = kept.last().unwrap();
    let Record::Update { progress, .. } = last else {
        panic!("not given back: {last:?}")
    };
    assert_eq!((progress.state, progress.attempts), (JobState::Ready, 0));
}
