//! §1: what a worker finds when it is started.

use serde_json::json;

use crate::row::{Cell, Row};
use crate::worker::{Life, Runtime};

#[test]
fn the_channel_is_descriptor_3() {
    Row::new("1.2", "the channel is a socket on descriptor 3, as the environment says")
        .js(r"
            const fs = require('fs');
            const env = fs.readFileSync('/proc/self/environ', 'utf8').split('\0');
            const vars = env.filter((one) => one.startsWith('NODE_CHANNEL')).sort();
            process.send([fs.readlinkSync('/proc/self/fd/3').split(':')[0], ...vars]);
        ")
        .python(r"
import os, forkdeck
env = open('/proc/self/environ').read().split('\0')
forkdeck.send([os.readlink('/proc/self/fd/3').split(':')[0], *sorted(v for v in env if v.startswith('NODE_CHANNEL'))])
        ")
        .sh(r#"
            at=$(readlink /proc/$$/fd/3)
            mode=$NODE_CHANNEL_SERIALIZATION_MODE
            printf '["%s","%s","%s"]\n' "${at%%:*}" "NODE_CHANNEL_FD=$NODE_CHANNEL_FD" "NODE_CHANNEL_SERIALIZATION_MODE=$mode" >&3
        "#)
        .check(|worker| {
            let seen = worker.message();
            let expected = ["socket", "NODE_CHANNEL_FD=3", "NODE_CHANNEL_SERIALIZATION_MODE=json"];
            assert_eq!(seen, json!(expected));
            Cell::Holds
        });
}

#[test]
fn the_environment_forgets_the_channel() {
    Row::new("1.3", "the script no longer finds the channel in its environment")
        .js("process.send(Object.keys(process.env).filter((name) => name.startsWith('NODE_CHANNEL')).sort());")
        .python("import os, forkdeck; forkdeck.send(sorted(v for v in os.environ if v.startswith('NODE_CHANNEL')))")
        .sh(r#"env | grep -q ^NODE_CHANNEL_FD= && echo '["NODE_CHANNEL_FD"]' >&3"#)
        .check(|worker| match (worker.message(), worker.runtime) {
            (seen, Runtime::Sh) if seen == json!(["NODE_CHANNEL_FD"]) => Cell::Differs("it does; `unset` it"),
            (seen, _) => {
                assert_eq!(seen, json!([]));
                Cell::Holds
            }
        });
}

#[test]
fn the_channel_is_blocking_where_it_is_started() {
    Row::new("1.4", "the descriptor is handed over blocking")
        .python(
            r"
import fcntl, os
flags = fcntl.fcntl(3, fcntl.F_GETFL)
import forkdeck
forkdeck.send(bool(flags & os.O_NONBLOCK))
        ",
        )
        .sh(r"
            flags=$(sed -n 's/^flags:[[:space:]]*//p' /proc/$$/fdinfo/3)
            [ $((0$flags & 04000)) -eq 0 ] && echo false >&3
        ")
        .check(|worker| {
            assert_eq!(worker.message(), json!(false));
            Cell::Holds
        });
}

#[test]
fn a_grandchild_does_not_get_the_channel() {
    Row::new("1.5", "a program that the worker starts does not get the channel")
        .js(r"
            const look = 'test -e /proc/self/fd/3 && echo has it || echo has none';
            process.send(String(require('child_process').spawnSync('sh', ['-c', look]).stdout).trim());
        ")
        .python(r"
import forkdeck, subprocess
look = 'test -e /proc/self/fd/3 && echo has it || echo has none'
forkdeck.send(subprocess.run(['sh', '-c', look], stdout=subprocess.PIPE, close_fds=False).stdout.decode().strip())
        ")
        .sh(r#"printf '"%s"\n' "$(sh -c 'test -e /proc/self/fd/3 && echo has it || echo has none')" >&3"#)
        .check(|worker| match (worker.message().as_str(), worker.runtime) {
            (Some("has it"), Runtime::Deno) => Cell::Differs("it does"),
            (Some("has it"), Runtime::Sh) => Cell::Differs("it does, but for `3<&-`"),
            (seen, _) => {
                assert_eq!(seen, Some("has none"));
                Cell::Holds
            }
        });
}

#[test]
fn there_are_no_stray_descriptors() {
    Row::new(
        "1.5",
        "it has its outputs, its input and the channel, and nothing else",
    )
    .python(
        r"
import os
open_ones = [int(fd) for fd in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + fd)]
import forkdeck
forkdeck.send(sorted(open_ones))
        ",
    )
    .sh(r#"
            # Its own script is on 10 or above; what looked for the names is closed.
            found=
            for fd in /proc/$$/fd/?; do [ -e "$fd" ] && found="$found ${fd##*/}"; done
            printf '"%s"\n' "${found# }" >&3
        "#)
    .check(|worker| {
        let seen = worker.message();
        assert!(
            seen == json!([0, 1, 2, 3]) || seen == json!("0 1 2 3"),
            "{seen}"
        );
        Cell::Holds
    });
}

/// SIGPIPE and SIGXFSZ, which runtimes ignore by themselves.
const IGNORED_BY_RUNTIMES: u64 = 1 << (13 - 1) | 1 << (25 - 1);

/// Signals 32 and 33 are the C library's own: its `posix_spawn` has a new process ignore them until it needs them.
const IGNORED_BY_LIBC: u64 = 0b11 << (32 - 1);

#[test]
fn signals_are_reset() {
    Row::new("1.6", "no signal is blocked, and none is ignored")
        .js(r"
            const status = require('fs').readFileSync('/proc/self/status', 'utf8');
            process.send(['SigBlk', 'SigIgn'].map((name) => status.match(`${name}:\\s*(\\w+)`)[1]));
        ")
        .python(
            r"
import forkdeck, re
status = open('/proc/self/status').read()
forkdeck.send([re.search(name + r':\s*(\w+)', status)[1] for name in ('SigBlk', 'SigIgn')])
        ",
        )
        .sh(r#"
            field() { sed -n "s/^$1:[[:space:]]*//p" /proc/$$/status; }
            printf '["%s","%s"]\n' "$(field SigBlk)" "$(field SigIgn)" >&3
        "#)
        .check(|worker| {
            let seen = worker.message();
            let [blocked, ignored] =
                [0, 1].map(|at| u64::from_str_radix(seen[at].as_str().unwrap(), 16).unwrap());
            assert_eq!(blocked, 0, "{seen}");
            match worker.runtime {
                Runtime::Sh => assert_eq!(ignored & !IGNORED_BY_LIBC, 0, "{seen}"),
                _ => assert_eq!(
                    ignored & !(IGNORED_BY_RUNTIMES | IGNORED_BY_LIBC),
                    0,
                    "{seen}"
                ),
            }
            Cell::Holds
        });
}

#[test]
fn outputs_are_logs_and_the_input_is_empty() {
    Row::new("1.8", "its outputs are log lines, its input is empty")
        .js(r"
            console.log('out');
            console.error('err');
            process.stdin.on('end', () => process.send('end')).resume();
        ")
        .python(
            r"
import sys, forkdeck
print('out')
print('err', file=sys.stderr)
assert sys.stdin.read() == ''
forkdeck.send('end')
        ",
        )
        .sh("echo out; echo err >&2; cat; echo '\"end\"' >&3")
        .check(|worker| {
            let Life {
                messages,
                mut logs,
                exit,
                ..
            } = worker.life();
            logs.sort_unstable();
            assert_eq!(
                (messages, logs),
                (vec![json!("end")], vec!["err".to_owned(), "out".to_owned()])
            );
            assert_eq!(exit, json!({"code": 0}));
            Cell::Holds
        });
}

#[test]
fn it_leads_its_own_group() {
    Row::new("1.9", "it leads a process group of its own")
        .js(r"
            const stat = require('fs').readFileSync('/proc/self/stat', 'utf8');
            process.send(Number(stat.split(') ')[1].split(' ')[2]) === process.pid);
        ")
        .python("import os, forkdeck; forkdeck.send(os.getpgrp() == os.getpid())")
        .sh(r#"
            stat=$(cat /proc/$$/stat)
            set -- ${stat##*) }
            [ "$3" = $$ ] && echo true >&3
        "#)
        .check(|worker| {
            assert_eq!(worker.message(), json!(true));
            Cell::Holds
        });
}
