//! What workers want to listen on.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cluster::tests::world::{World, message, web};
use crate::cluster::{Address, Ask, Carried, Effect, Input, Kind, ListenerId};
use crate::model::{Incarnation, PoolName, Schedule, WorkerId};
use crate::wire::Message;

fn asked(query: Value) -> Result<Ask, i64> {
    let mut world = World::new(Schedule::RoundRobin);
    world.spawn(1);
    let effects = world.tell(1, query).to_vec();
    let bind = effects.iter().find_map(|one| match one {
        Effect::Bind { ask, .. } => Some(ask.clone()),
        _ => None,
    });
    bind.ok_or_else(|| world.said(1)[0]["errno"].as_i64().unwrap())
}

fn query(rest: &Value) -> Value {
    let mut query = json!({"act": "queryServer", "index": 0, "data": null});
    for (key, value) in rest.as_object().unwrap() {
        query[key] = value.clone();
    }
    query
}

#[test]
fn a_port_alone_is_any_address_with_nodes_backlog() {
    let ask = asked(World::query(8080)).unwrap();

    let expected = Ask {
        kind: Kind::Tcp,
        address: None,
        port: 8080,
        backlog: 511,
        only_v6: false,
        reuses_address: false,
        mode: 0,
        is_shared: false,
    };
    assert_eq!(ask, expected);
}

#[test]
fn every_kind_of_address_is_understood() {
    let v6 = asked(query(
        &json!({"address": "::1", "port": 1, "addressType": 6, "flags": 1, "backlog": 5}),
    ));
    let v6 = v6.unwrap();
    assert_eq!((v6.kind, v6.only_v6, v6.backlog), (Kind::Tcp, true, 5));
    let path = asked(query(
        &json!({"address": "/run/x", "port": -1, "addressType": -1, "writableAll": true}),
    ));
    let path = path.unwrap();
    assert_eq!((path.kind, path.mode), (Kind::Unix, 0o222));
    let udp = asked(query(
        &json!({"address": "0.0.0.0", "port": 53, "addressType": "udp4", "fd": -1, "flags": 4}),
    ));
    let udp = udp.unwrap();
    assert_eq!((udp.kind, udp.is_shared), (Kind::Udp4, true));
    assert!(udp.reuses_address);
    // What advanced serialization keeps of `undefined`.
    let marked = json!({"address": null, "port": 0, "addressType": 4, "fd": {"$undefined": true}});
    assert_eq!(asked(query(&marked)).unwrap().kind, Kind::Tcp);
}

#[test]
fn what_cannot_be_had_is_answered_with_an_error() {
    let fd = query(&json!({"address": null, "port": null, "addressType": null, "fd": 5}));
    assert_eq!(asked(fd), Err(-9));
    let wrong_port = query(&json!({"address": null, "port": 65536, "addressType": 4}));
    assert_eq!(asked(wrong_port), Err(-22));
    let no_path = query(&json!({"address": null, "port": -1, "addressType": -1}));
    assert_eq!(asked(no_path), Err(-22));
    let long = query(&json!({"address": "a".repeat(5000), "port": -1, "addressType": -1}));
    assert_eq!(asked(long), Err(-22));
    let strange = query(&json!({"address": "::", "port": 1, "addressType": "udp9"}));
    assert_eq!(asked(strange), Err(-22));
}

#[test]
fn workers_of_a_pool_share_a_listener_and_what_its_first_worker_gave() {
    let mut world = World::new(Schedule::RoundRobin);
    world.spawn(1);
    world.spawn(2);
    let mut first = World::query(0);
    first["data"] = json!({"ticketKeys": {"type": "Buffer", "data": [1, 2]}});
    world.tell(1, first);
    let listener = ListenerId(1);
    // The second one asks before the system has answered.
    let mut second = World::query(0);
    second["data"] = json!("mine");
    assert!(world.tell(2, second).is_empty());

    let at = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 0], 49152));
    world.give(Input::Bound {
        listener,
        result: Ok(Address::Net(at)),
    });

    for number in [1, 2] {
        let [reply] = &world.said(number)[..] else {
            panic!("one reply each");
        };
        assert_eq!(reply["errno"], Value::Null);
        assert_eq!(reply["key"], "null:0:4:undefined:0");
        assert_eq!(reply["data"]["ticketKeys"]["data"], json!([1, 2]));
        let name = json!({"address": "::", "port": 49152, "family": "IPv6"});
        assert_eq!(reply["sockname"], name);
    }
    assert_eq!(world.cluster.view(&web(1).pool)[0].workers, [1, 2]);
}

#[test]
fn a_failed_address_is_not_kept() {
    let mut world = World::new(Schedule::RoundRobin);
    world.spawn(1);
    for listener in [ListenerId(1), ListenerId(2)] {
        let mut query = World::query(80);
        query["seq"] = json!(5);
        world.tell(1, query);
        assert_eq!(world.effects.len(), 1);

        world.give(Input::Bound {
            listener,
            result: Err(98),
        });

        let reply = &world.said(1)[0];
        assert_eq!(reply["errno"], -98);
        assert_eq!(reply["ack"], 5);
    }
    world.listen(1, 80);
    assert_eq!(world.said(1)[0]["errno"], Value::Null);
}

#[test]
fn a_shared_listener_goes_along_and_is_not_accepted_from() {
    let mut world = World::new(Schedule::Shared);
    world.spawn(1);
    world.listen(1, 80);

    let [Effect::Send { handle, .. }] = &world.effects[..] else {
        panic!("{:?}", world.effects);
    };
    assert_eq!(*handle, Some(Carried::Listener(ListenerId(1))));
    assert_eq!(world.said(1)[0].get("sockname"), None);
}

#[test]
fn a_socket_file_has_no_sockname() {
    let mut world = World::new(Schedule::RoundRobin);
    world.spawn(1);
    let path = "/run/x.sock";
    world.tell(
        1,
        query(&json!({"address": path, "port": -1, "addressType": -1})),
    );
    world.give(Input::Bound {
        listener: ListenerId(1),
        result: Ok(Address::Path(PathBuf::from(path))),
    });

    assert_eq!(world.said(1)[0].get("sockname"), None);
    let view = world.cluster.view(&web(1).pool);
    assert_eq!(view[0].address, "unix /run/x.sock");
}

#[test]
fn numbers_count_for_each_process_anew() {
    let mut world = World::new(Schedule::RoundRobin);
    world.spawn(1);
    world.listen(1, 80);
    assert_eq!(world.said(1)[0]["seq"], 0);
    world.listen(1, 81);
    assert_eq!(world.said(1)[0]["seq"], 1);
    world.die(1);
    world.spawn(1);
    world.listen(1, 80);
    assert_eq!(world.said(1)[0]["seq"], 0);
}

#[test]
fn a_worker_cannot_open_listeners_without_end() {
    let mut world = World::new(Schedule::RoundRobin);
    world.spawn(1);
    for port in 1..=64 {
        world.listen(1, port);
    }

    world.tell(1, World::query(65));

    assert_eq!(world.said(1)[0]["errno"], -24);
    assert!(matches!(world.effects[0], Effect::Say { .. }));
}

#[test]
fn other_pools_and_garbage_lead_to_nothing() {
    let mut world = World::new(Schedule::RoundRobin);
    let worker = WorkerId::new(PoolName::new("plain").unwrap(), 1);
    let incarnation = Incarnation(1);
    world.give(Input::Spawned {
        worker: worker.clone(),
        incarnation,
    });
    world.give(Input::Told {
        worker,
        incarnation,
        message: message(&World::query(80)),
    });
    assert!(world.effects.is_empty());
    world.spawn(1);
    for text in [
        "[]",
        "1",
        r#"{"act":1}"#,
        r#"{"act":"queryServer"}"#,
        r#"{"act":"close","key":7}"#,
        r#"{"ack":"0","accepted":true}"#,
        r#"{"act":"queryServer","seq":-1,"port":{},"address":[],"addressType":true}"#,
        r#"{"act":"queryServer","act":"x","seq":1}"#,
    ] {
        world.give(Input::Told {
            worker: web(1),
            incarnation,
            message: Message::parse(text).unwrap(),
        });
        assert!(world.effects.is_empty(), "{text}: {:?}", world.effects);
    }
}
