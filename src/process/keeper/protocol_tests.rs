use std::fs::File;

use super::*;

fn order(env_bytes: usize) -> SpawnOrder {
    let null = || File::open("/dev/null").unwrap().into();
    SpawnOrder {
        key: ProcessKey(7),
        program: "prog".into(),
        args: vec![OsString::from_vec(vec![0xff, 0xfe]), OsString::new()],
        env: vec![("BIG".into(), "x".repeat(env_bytes).into())],
        cwd: "/tmp".into(),
        channel: None,
        stdin: Some(null()),
        stdout: null(),
        stderr: null(),
    }
}

#[test]
fn orders_survive_any_cut() {
    let mut stream = Vec::new();
    assert!(encode_spawn(&order(300), &mut stream));
    encode_signal(ProcessKey(9), Signal::TERM, true, &mut stream);

    for cut in 0..stream.len() {
        let mut bodies = Bodies::default();
        let mut requests = Vec::new();
        for part in [&stream[..cut], &stream[cut..]] {
            bodies.push(part);
            while let Some(body) = bodies.next().unwrap() {
                requests.push(decode_request(body).unwrap());
            }
        }

        let [
            Request::Spawn(program),
            Request::Signal { key, signal, tree },
        ] = &requests[..]
        else {
            panic!("{requests:?}");
        };
        assert_eq!(program.key, ProcessKey(7));
        assert_eq!(program.args, order(0).args);
        assert_eq!(program.env[0].1.len(), 300);
        assert!(!program.has_channel && program.has_stdin);
        assert_eq!((*key, *signal, *tree), (ProcessKey(9), Signal::TERM, true));
    }
}

#[test]
fn reports_come_back_as_they_were() {
    let key = ProcessKey(u64::MAX);
    let reports = [
        Report::Spawned { key, pid: 12 },
        Report::Failed {
            key,
            errno: 2,
            what: "execute x".into(),
        },
        Report::Exited {
            key,
            exit: Exit::Code(-1),
        },
        Report::Exited {
            key,
            exit: Exit::Signal {
                signal: Signal::KILL,
                core: true,
            },
        },
        Report::Suspended { key },
        Report::Continued { key },
    ];
    let mut stream = Vec::new();
    for report in &reports {
        encode_report(report, &mut stream);
    }

    let mut bodies = Bodies::default();
    bodies.push(&stream);
    for report in &reports {
        let back = decode_report(bodies.next().unwrap().unwrap()).unwrap();
        assert_eq!(format!("{back:?}"), format!("{report:?}"));
    }
    assert!(bodies.next().unwrap().is_none());
}

#[test]
fn an_order_beyond_any_use_is_refused_at_home() {
    let mut stream = Vec::new();
    assert!(!encode_spawn(&order(MAX_BODY), &mut stream));
    assert!(stream.is_empty());
}

#[test]
fn nonsense_is_malformed_and_costs_no_memory() {
    let mut bodies = Bodies::default();
    bodies.push(&[0xff; 8]);
    assert_eq!(bodies.next(), Err(Malformed));

    for body in [&[][..], &[99], &[SPAWN, 1], &[SIGNAL; 30]] {
        assert_eq!(decode_request(body), Err(Malformed));
        assert!(decode_report(body).is_err());
    }
    let mut lies = vec![SPAWN];
    lies.extend_from_slice(&[0; 8]);
    lies.extend_from_slice(&u64::MAX.to_le_bytes());
    assert_eq!(decode_request(&lies), Err(Malformed));
}
