use serde_json::{Value, json};

use super::*;
use crate::control::job_object::tests::ID;
use crate::control::test_client::{Client, let_others_run, session};
use crate::model::JobCommand;

/// Submits to a pool that accepts none before it is resumed, from id 1.
async fn submit_many(client: &mut Client, count: u64) {
    let lines: Vec<String> = (1..=count)
        .map(|id| {
            format!(
                r#"{{"jsonrpc":"2.0","id":{id},"method":"submit","params":{{"pool":"block","payload":1}}}}"#
            )
        })
        .collect();
    client.ask(&lines.join("\n")).await;
}

async fn ask(client: &mut Client, id: u64, method: &str, params: Value) {
    let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
    client.ask(&request.to_string()).await;
}

fn submits(commands: &[Command]) -> usize {
    let is_submit = |command: &&Command| matches!(command, Command::Jobs(JobCommand::Submit(_)));
    commands.iter().filter(is_submit).count()
}

fn is_refused(answer: &Value) -> bool {
    answer["error"]["data"]["kind"] == "shutting_down"
}

#[tokio::test(start_paused = true)]
async fn a_client_that_filled_a_paused_pool_can_resume_it() {
    let (_, commands, ()) = session(Options::default(), async |mut client: Client| {
        let block = json!({"pool": "block"});
        ask(&mut client, 1001, "pause", block.clone()).await;
        client.answer(1001).await;
        submit_many(&mut client, 300).await;
        ask(&mut client, 1002, "resume", block.clone()).await;
        let mut accepted = 0;
        while accepted < 256 {
            let answer = client.value().await;
            accepted += u64::from(answer["result"] == json!({"job": ID}));
        }
        ask(&mut client, 1003, "resume", block).await;
        while accepted < 300 {
            let answer = client.value().await;
            accepted += u64::from(answer["result"] == json!({"job": ID}));
        }
        client.leave().await;
    })
    .await;

    assert_eq!(submits(&commands), 300);
}

#[tokio::test(start_paused = true)]
async fn the_same_id_is_refused_while_its_request_waits_for_room() {
    let (.., ()) = session(Options::default(), async |mut client: Client| {
        submit_many(&mut client, 300).await;
        ask(&mut client, 300, "ps", json!({})).await;
        assert_eq!(client.value().await["error"]["code"], -32600);
        client.leave().await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn down_is_carried_out_behind_submits_that_wait_for_room() {
    let (served, commands, ()) = session(Options::default(), async |mut client: Client| {
        submit_many(&mut client, 300).await;
        ask(&mut client, 301, "down", json!({})).await;
        let (mut refused, mut ended) = (0, 0);
        while refused + ended < 301 {
            let answer = client.value().await;
            refused += u64::from(is_refused(&answer));
            ended += u64::from(answer["id"] == 301 && answer["result"] == json!({}));
        }
        assert_eq!((refused, ended), (300, 1));
    })
    .await;

    assert_eq!(served, Served::Down);
    assert_eq!(submits(&commands), 256);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_input_is_seen_behind_submits_that_wait_for_room() {
    let (served, commands, lines) = session(Options::default(), async |mut client: Client| {
        submit_many(&mut client, 300).await;
        client.leave().await
    })
    .await;

    assert_eq!(served, Served::InputEnded);
    assert_eq!(commands.last(), Some(&Command::Down));
    let answers = lines.iter().map(|line| serde_json::from_str(line).unwrap());
    assert_eq!(answers.filter(is_refused).count(), 300);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_dies_while_it_is_not_read_takes_the_deck_down() {
    let (served, commands, ()) = session(Options::default(), async |mut client: Client| {
        submit_many(&mut client, 1500).await;
        // Nobody reads the rest of them, and so nobody sees the end of input behind them.
        let_others_run().await;
        client.leave().await;
    })
    .await;

    assert_eq!(served, Served::InputEnded);
    assert_eq!(commands.last(), Some(&Command::Down));
    assert_eq!(submits(&commands), 256);
}
