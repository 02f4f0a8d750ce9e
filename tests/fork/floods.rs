//! Large messages and many at once: nobody waits for the other for ever, and memory is bounded.

use forkdeck::{Child, Fork, SendError};
use serde_json::json;

use crate::support::{ECHO, Script, end, find, next, reply, shell, until, within};

/// Half of a hundred messages of 64 KiB, sent by both sides before either receives.
const PIECES: usize = 512;
const PIECE: usize = 64 << 10;

#[tokio::test]
async fn a_message_of_32_mib_goes_both_ways() {
    let script = Script::new("echo.js", ECHO);
    let mut child = script.fork().spawn().unwrap();
    let large = "x".repeat(32 << 20);

    within(child.send(&large)).await.unwrap();
    let received = next(&mut child).await.unwrap().unwrap();

    assert_eq!(received.message.len(), large.len() + r#"{"got":""}"#.len());
    child.disconnect();
    assert!(end(&mut child).await.success());
}

/// Sends and receives at the same time.
async fn flood(child: Child) {
    let (sender, mut receiver, _process) = child.split();
    let piece = "x".repeat(PIECE);
    let sending = async {
        for _ in 0..PIECES {
            sender.feed(&piece).await.unwrap();
        }
        sender.flush().await.unwrap();
    };
    let receiving = async {
        for _ in 0..PIECES {
            let piece = receiver.recv().await.unwrap().unwrap();
            assert_eq!(piece.message.len(), PIECE + 2);
        }
        receiver.recv().await.unwrap().unwrap()
    };

    let ((), last) = within(async { tokio::join!(sending, receiving) }).await;

    assert_eq!(last.json::<usize>().unwrap(), PIECES);
}

#[tokio::test]
async fn two_sides_that_flood_each_other_both_go_on() {
    let script = Script::new(
        "flood.js",
        &format!(
            "let got = 0; process.on('message', () => {{ got += 1; if (got === {PIECES}) process.send(got); }});
             for (let n = 0; n < {PIECES}; n += 1) process.send('x'.repeat({PIECE}));"
        ),
    );
    flood(script.fork().spawn().unwrap()).await;
}

#[tokio::test]
async fn a_worker_that_reads_only_after_it_wrote_goes_on_too() {
    let script = Script::new(
        "flood.py",
        &format!(
            "import socket\n\
             channel = socket.socket(fileno=3)\n\
             for n in range({PIECES}): channel.sendall(b'\"' + b'x' * {PIECE} + b'\"\\n')\n\
             lines = channel.makefile()\n\
             for n in range({PIECES}): lines.readline()\n\
             channel.sendall(b'{PIECES}\\n')\n"
        ),
    );
    if find("python3").is_some() {
        flood(script.fork().spawn().unwrap()).await;
    }
}

#[tokio::test]
async fn a_worker_that_reads_nothing_makes_senders_wait_and_try_send_refuse() {
    let mut fork = shell("read -r go; cat <&3 | wc -l >&3");
    let mut child = fork.silent(true).buffer(1 << 20).spawn().unwrap();
    let piece = "x".repeat(PIECE);

    let mut taken = 0;
    let refused = loop {
        match child.try_send(&piece) {
            Ok(()) => taken += 1,
            Err(error) => break error,
        }
        tokio::task::yield_now().await;
    };
    assert!(matches!(refused, SendError::Full));
    // What the kernel keeps is not the queue's.
    assert!((15..500).contains(&taken), "{taken}");

    drop(child.stdin.take());
    within(child.feed(&piece)).await.unwrap();
    child.disconnect();
    assert_eq!(reply(&mut child).await, taken + 1);
    end(&mut child).await;
}

#[tokio::test]
async fn a_parent_that_receives_nothing_is_not_filled() {
    let text = "i=0; while echo \"\\\"$(head -c 65536 /dev/zero | tr '\\0' x)\\\"\"; do i=$((i+1)); echo $i >&2; \
                [ $i = 400 ] && exit; done >&3";
    let mut fork = shell(text);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("told");
    let count = || std::fs::read_to_string(&path).unwrap().lines().count();
    let mut child = fork
        .stderr(std::fs::File::create(&path).unwrap())
        .buffer(1 << 20)
        .spawn()
        .unwrap();

    // It is blocked in a write to the channel: it sleeps, and goes no further.
    let (mut last, mut same) = (0, 0);
    until("the worker waits", || {
        let state = std::fs::read_to_string(format!("/proc/{}/wchan", child.pid())).unwrap();
        let now = count();
        let is_still = state.contains("sock_alloc") && now == last && now > 0;
        same = if is_still { same + 1 } else { 0 };
        last = now;
        same > 50
    })
    .await;
    let blocked = count();
    assert!(blocked < 300, "{blocked}");

    let mut received = 0;
    while let Some(message) = next(&mut child).await {
        assert_eq!(message.unwrap().message.len(), PIECE + 2);
        received += 1;
    }
    assert_eq!(received, 400);
}

#[tokio::test]
async fn a_stream_of_many_small_messages_keeps_its_order() {
    let script = Script::new("echo.js", ECHO);
    let fork: Fork = script.fork();
    let (sender, mut receiver, process) = fork.spawn().unwrap().split();
    let sending = tokio::spawn(async move {
        for n in 0..20_000 {
            sender.feed(&n).await.unwrap();
        }
        sender.flush().await.unwrap();
        sender
    });

    for n in 0..20_000 {
        let answer = within(receiver.recv()).await.unwrap().unwrap();
        assert_eq!(
            answer.json::<serde_json::Value>().unwrap(),
            json!({ "got": n })
        );
    }

    drop(sending.await.unwrap());
    assert!(within(process.wait()).await.unwrap().success());
}
