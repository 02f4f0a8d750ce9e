//! §2.1: what values become on their way.

use serde_json::{Value, json};

use crate::row::{Cell, Row};
use crate::worker::{Runtime, Worker};

/// Sees the worker's one message.
fn says(worker: &mut Worker, expected: &Value) -> Cell {
    assert_eq!(&worker.message(), expected);
    Cell::Holds
}

/// Sees that it dies instead.
fn dies(worker: &mut Worker, how: &'static str) -> Cell {
    let life = worker.life();
    assert_eq!((life.messages.len(), life.exit), (0, json!({"code": 1})));
    Cell::Differs(how)
}

#[test]
fn any_json_value_is_a_message() {
    let values = json!(["", "ä\u{2028}\u{1f600}\0\n", 0, -1.5, 1e21, true, false, null, [], {}, [[{"a": [null]}]]]);
    Row::new("2.1", "any JSON value is a message, both ways")
        .js("process.on('message', (message) => process.send(message));")
        .python("import forkdeck\nfor message in forkdeck.messages(): forkdeck.send(message)")
        .sh("while IFS= read -r message <&3; do printf '%s\\n' \"$message\" >&3; done")
        .check(|worker| {
            for value in values.as_array().unwrap() {
                let answer = worker.ask(value);
                // JavaScript has one kind of numbers.
                let is_same =
                    answer == *value || answer.as_f64().is_some_and(|n| Some(n) == value.as_f64());
                assert!(is_same, "{value} became {answer}");
            }
            Cell::Holds
        });
}

#[test]
fn undefined_is_left_out() {
    Row::new(
        "2.1",
        "`undefined` is left out of objects, and `null` in arrays",
    )
    .js("process.send({ a: undefined, b: [undefined] });")
    .check(|worker| says(worker, &json!({"b": [null]})));
}

#[test]
fn a_symbol_is_left_out() {
    Row::new(
        "2.1",
        "a symbol is left out of objects, and `null` in arrays",
    )
    .js("process.send({ a: Symbol('a'), b: [Symbol('b')] });")
    .check(|worker| match worker.runtime {
        Runtime::Deno => dies(worker, "an uncaught error"),
        _ => says(worker, &json!({"b": [null]})),
    });
}

#[test]
fn a_function_is_left_out() {
    Row::new("2.1", "a function within a message is left out")
        .js("process.send({ a() {}, b: [() => 1] });")
        .python("import forkdeck\ntry: forkdeck.send({'a': print})\nexcept TypeError as error: forkdeck.send('TypeError')")
        .check(|worker| match (worker.message(), worker.runtime) {
            (seen, Runtime::Deno) if seen == json!({"a": {}, "b": [{}]}) => Cell::Differs("it is `{}`"),
            (seen, Runtime::Python) if seen == json!("TypeError") => Cell::Differs("TypeError"),
            (seen, _) => {
                assert_eq!(seen, json!({"b": [null]}));
                Cell::Holds
            }
        });
}

#[test]
fn nan_and_infinity_are_null() {
    Row::new("2.1", "NaN and infinity are `null`, −0 is 0")
        .js("process.send([NaN, Infinity, -Infinity, Object.is(-0, -0) && -0]);")
        .python("import forkdeck\ntry: forkdeck.send(float('nan'))\nexcept ValueError: forkdeck.send('ValueError')")
        .check(|worker| match (worker.message(), worker.runtime) {
            (seen, Runtime::Python) if seen == json!("ValueError") => Cell::Differs("ValueError"),
            (seen, _) => {
                assert_eq!(seen.to_string(), "[null,null,null,0]");
                Cell::Holds
            }
        });
}

#[test]
fn a_date_is_its_text() {
    Row::new("2.1", "a date is its ISO text, and `toJSON` is asked")
        .js("process.send([new Date(0), { toJSON: () => 'mine' }, new URL('file:///a')]);")
        .check(|worker| {
            says(
                worker,
                &json!(["1970-01-01T00:00:00.000Z", "mine", "file:///a"]),
            )
        });
}

#[test]
fn a_buffer_is_an_object() {
    Row::new(
        "2.1",
        "a Buffer is `{\"type\":\"Buffer\",\"data\":[…]}`, a typed array `{\"0\":…}`",
    )
    .js("process.send([Buffer.from([1, 2]), new Uint8Array([3])]);")
    .check(|worker| match (worker.message(), worker.runtime) {
        (seen, Runtime::Deno) if seen == json!([[1, 2], [3]]) => {
            Cell::Differs("both are arrays of numbers")
        }
        (seen, _) => {
            assert_eq!(seen, json!([{"type": "Buffer", "data": [1, 2]}, {"0": 3}]));
            Cell::Holds
        }
    });
}

#[test]
fn maps_and_errors_are_empty() {
    Row::new("2.1", "Map, Set, RegExp and Error are `{}`")
        .js("process.send([new Map([[1, 2]]), new Set([1]), /a/, new Error('b')]);")
        .check(|worker| says(worker, &json!([{}, {}, {}, {}])));
}

#[test]
fn a_bigint_throws_in_the_sender() {
    Row::new("2.1", "a BigInt throws a TypeError in the sender")
        .js("try { process.send({ n: 1n }); } catch (error) { process.send(error.name); }")
        .python("import forkdeck\ntry: forkdeck.send(b'1')\nexcept TypeError: forkdeck.send('TypeError')")
        .check(|worker| match worker.runtime {
            Runtime::Deno => dies(worker, "an uncaught error"),
            _ => says(worker, &json!("TypeError")),
        });
}

#[test]
fn a_cycle_throws_in_the_sender() {
    Row::new("2.1", "a cycle throws a TypeError in the sender")
        .js("const c = {}; c.c = c; try { process.send(c); } catch (error) { process.send(error.name); }")
        .python("import forkdeck\nc = []; c.append(c)\ntry: forkdeck.send(c)\nexcept ValueError: forkdeck.send('ValueError')")
        .check(|worker| match worker.runtime {
            Runtime::Deno => dies(worker, "it panics"),
            Runtime::Python => {
                says(worker, &json!("ValueError"));
                Cell::Differs("ValueError")
            }
            _ => says(worker, &json!("TypeError")),
        });
}

#[test]
fn a_function_alone_is_refused() {
    Row::new("2.1", "a function alone throws in the sender")
        .js(r"
            try { process.send(() => {}); } catch (error) { process.send(error.code); }
            process.send('after');
        ")
        .check(|worker| {
            let life = worker.life();
            match worker.runtime {
                Runtime::Bun if life.messages == [json!("after")] => {
                    assert_eq!(life.faults.len(), 1, "{life:?}");
                    assert_eq!(
                        [&life.faults[0]["kind"], &life.faults[0]["bytes"]],
                        [&json!("invalid"), &json!(1)]
                    );
                    Cell::Differs("an empty line, told as that")
                }
                Runtime::Deno if life.messages == [json!({}), json!("after")] => {
                    Cell::Differs("it is `{}`")
                }
                _ => {
                    assert_eq!(
                        life.messages,
                        [json!("ERR_INVALID_ARG_TYPE"), json!("after")]
                    );
                    assert_eq!(life.faults, [] as [Value; 0]);
                    Cell::Holds
                }
            }
        });
}

#[test]
fn half_a_surrogate_pair_is_taken() {
    Row::new("2.1", "half of a surrogate pair is taken from a worker")
        .js(r"process.send('\ud800');")
        .python("import forkdeck; forkdeck.send('\\ud800')")
        .sh(r#"printf '"\\ud800"\n' >&3"#)
        .quietly()
        .check(|worker| {
            let life = worker.life();
            assert_eq!(life.faults, [] as [Value; 0]);
            assert_eq!(worker.received(), 1);
            Cell::Holds
        });
}

#[test]
fn advanced_serialization_keeps_what_json_cannot_say() {
    let script = r"
        process.on('message', (message) => process.send(message));
        process.send([new Date(0), new Map([[1, 2n]]), undefined, -0, Buffer.from([1]), /a/g]);
    ";
    let marked = json!([
        {"$date": "1970-01-01T00:00:00.000Z"},
        {"$map": [[1, {"$bigint": "2"}]]},
        {"$undefined": true},
        {"$number": "-0"},
        {"$buffer": "AQ=="},
        {"$regexp": ["a", "g"]},
    ]);
    Row::new("3", "with `advanced` they stay what they are, both ways")
        .config("serialization = \"advanced\"\n")
        .only(Runtime::Node, script)
        .only(Runtime::Deno, script)
        .check(|worker| {
            assert_eq!(worker.message(), marked);
            assert_eq!(worker.ask(&marked), marked);
            Cell::Holds
        });
}
