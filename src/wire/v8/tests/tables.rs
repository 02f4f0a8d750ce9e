//! What single bodies and texts mean.

use crate::wire::v8::tests::bodies::{BOTH_WAYS, bytes, written};
use crate::wire::v8::{
    READ_DEPTH, V8Error, WRITE_DEPTH, check, from_json, to_json, to_json_within,
};

#[test]
fn what_node_writes_is_read_and_written_again() {
    for (body, text) in BOTH_WAYS {
        let body = bytes(body);
        assert_eq!(to_json(&body).as_deref(), Ok(*text));
        assert_eq!(written(text), Ok(body), "{text}");
        assert_eq!(check(text), Ok(()), "{text}");
    }
}

#[test]
fn what_runtimes_write_otherwise_is_read_too() {
    let table = [
        // Node 20 writes the cause before the stack; it also refers to itself so.
        (
            "726d22016d634902732201532e",
            r#"{"$error":{"name":"Error","message":"m","cause":1,"stack":"S"}}"#,
        ),
        (
            "4102726d22016d635e01732201532e5e01240002",
            r#"[{"$error":{"name":"Error","message":"m","cause":{"$ref":1},"stack":"S"}},{"$ref":1}]"#,
        ),
        // A native object's copy is one object, and has two numbers.
        (
            "41035c016f7b005e015e02240003",
            r#"[{},{"$ref":1},{"$ref":1}]"#,
        ),
        (
            "41045c016f7b006f7b005e035e00240004",
            r#"[{},{},{"$ref":2},{"$ref":0}]"#,
        ),
        ("410449022d2d4904240004", r#"[1,{"$hole":2},2]"#),
        ("5305c3a9ff6162", "\"é\u{fffd}ab\""),
        ("5505", "5"),
        ("3f0549 02", "1"),
        ("49025f5f", "1"),
        ("6f4e000000000000f03f49027b01", r#"{"1":1}"#),
        ("41010000005f240001", r#"[{"$undefined":true}]"#),
        ("6103490063020f01490440 0103", "[1]"),
    ];
    for (body, text) in table.iter().take(table.len() - 1) {
        assert_eq!(to_json(&bytes(body)).as_deref(), Ok(*text), "{body}");
    }
    assert_eq!(to_json(b"\xff\x0dI\x02").as_deref(), Ok("1"));
    // Deno 2.9 writes version 16, in which a size may have 64 bits.
    let resizable = Ok(r#"{"$resizable":["AAA=",4]}"#);
    assert_eq!(
        to_json(b"\xff\x10~\x02\x84\x80\x80\x80\x80\0\0\0").as_deref(),
        resizable
    );
    assert!(to_json(b"\xff\x10~\x02\x84\x80\x80\x80\x80\x01\0\0").is_err());
}

#[test]
fn what_is_no_body_is_refused() {
    for body in [
        "",
        "00",
        "79 ",
        "58",
        "41",
        "4102",
        "41ffffffff0f",
        "42ffffffff0f",
        "22ff",
        "6f",
        "6f4902",
        "6f49024902",
        "6f490249027b02",
        "6f5f49027b01",
        "6f4e000000000000f83f49027b01",
        "6102490449025f",
        "6101490049024900490240 0201",
        "41002200",
        "4100220130490224 0100",
        "41002206 6c656e67746849022401 00",
        "3b49023a01",
        "3b490249023a04",
        "27",
        "2c00",
        "5e00",
        "41015e05240001",
        "5a01",
        "5a20",
        "5200",
        "5249025f",
        "52220161ff7f",
        "7200",
        "72457272",
        "726d22006d22002e",
        "72634902634902 2e",
        "5c02",
        "5c000e00",
        "5c000403000000",
        "5c00ff",
        "5c0149 02",
        "7e0403 00000000",
        "42005642000100",
        "42020000565800020 0",
        "56",
        "75 00",
        "7400",
        "70",
        "7b00",
        "2d",
        "3f003f0030",
    ] {
        if body == "79 " {
            continue;
        }
        let found = to_json(&bytes(body));
        assert!(
            matches!(found, Err(V8Error::Body { .. })),
            "{body}: {found:?}"
        );
    }
    for body in [&b""[..], b"\xff", b"\xff\x11_", b"\xff\x0c_", b"{\"a\":1}"] {
        assert!(to_json(body).is_err());
    }
}

#[test]
fn numbers_and_dates_may_be_written_in_other_ways() {
    for (one, other) in [
        ("1.0", "1"),
        ("1e2", "100"),
        ("-0", r#"{"$number":"-0"}"#),
        ("1e999", r#"{"$number":"Infinity"}"#),
        (r#"{"$date":0}"#, r#"{"$date":"1970-01-01"}"#),
        (r#"{"$date":"1970-01-01T01:00:00+01:00"}"#, r#"{"$date":0}"#),
        (r#"{"$buffer":"aGk"}"#, r#"{"$buffer":"aGk="}"#),
        (r#"{"$bigint":"0xff"}"#, r#"{"$bigint":"255"}"#),
        (r#"{"\u0024set":[]}"#, r#"{"$set":[]}"#),
        (r#"[{"$hole":true},{"$hole":2}]"#, r#"[{"$hole":3}]"#),
        (
            r#"{"$error":{"stack":"s","message":"m"}}"#,
            r#"{"$error":{"name":"Error","message":"m","stack":"s"}}"#,
        ),
        ("[ 1 , {\"a\" : [ ] } ]", r#"[1,{"a":[]}]"#),
    ] {
        assert_eq!(written(one).unwrap(), written(other).unwrap(), "{one}");
    }
}

#[test]
fn a_mark_that_means_nothing_is_told_with_its_place() {
    for (text, told) in [
        (
            r#"{"a":[{"$date":"x"}]}"#,
            r#"{"$date":"x"} at /a/0: not a date, such as "2026-11-24T12:00:00Z""#,
        ),
        (
            r#"{"$nope":1}"#,
            r#"{"$nope":1}: no such mark; a real key that begins with `$` is written with one more"#,
        ),
        (
            r#"{"a/b":{"x~":{"$ref":9}}}"#,
            r#"{"$ref":9} at /a~1b/x~0: no object before it has this number"#,
        ),
        (
            r#"{"a":1,"\u0061":2}"#,
            r#""\u0061": this key is there twice"#,
        ),
        (
            r#"[{"$set":[],"a":1}]"#,
            r#""$set" at /0: a mark stands alone; a real key that begins with `$` is written with one more"#,
        ),
        (
            r#"[{"$map":[[1]]}]"#,
            "[1] at /0/$map/0: not a key and a value of a map",
        ),
        (
            r#"{"$regexp":["(",""]}"#,
            r#"{"$regexp":["(",""]}: a `(` without its `)`"#,
        ),
        ("{a:1}", "{a:1}: not valid JSON"),
    ] {
        assert_eq!(written(text), Err(told.to_owned()));
        assert!(check(text).is_err());
    }
    for text in [
        r#"{"$undefined":false}"#,
        r#"{"$undefined":{}}"#,
        r#"{"$number":"1"}"#,
        r#"{"$number":1}"#,
        r#"{"$bigint":12}"#,
        r#"{"$bigint":"1.5"}"#,
        r#"{"$ref":0}"#,
        r#"[{"$ref":-1}]"#,
        r#"[{"$ref":"0"}]"#,
        r#"{"$date":true}"#,
        r#"{"$date":9e15}"#,
        r#"{"$regexp":["a"]}"#,
        r#"{"$regexp":["a","gg"]}"#,
        r#"{"$regexp":["a","x"]}"#,
        r#"{"$regexp":"a"}"#,
        r#"{"$map":{}}"#,
        r#"{"$map":[1]}"#,
        r#"{"$map":[[1,2,3]]}"#,
        r#"{"$set":1}"#,
        r#"{"$buffer":"a"}"#,
        r#"{"$buffer":"a b="}"#,
        r#"{"$buffer":[1]}"#,
        r#"{"$uint16array":"AA=="}"#,
        r#"{"$boxed":null}"#,
        r#"{"$boxed":[]}"#,
        r#"{"$boxed":{"$date":0}}"#,
        r#"{"$hole":true}"#,
        r#"{"a":{"$hole":true}}"#,
        r#"[{"$hole":0}]"#,
        r#"[{"$hole":-1}]"#,
        r#"[{"$hole":4294967295},1]"#,
        r#"[{"$properties":1}]"#,
        r#"[{"$properties":{"0":1}}]"#,
        r#"[{"$properties":{"length":1}}]"#,
        r#"[{"$properties":{}},1]"#,
        r#"{"$properties":{}}"#,
        r#"{"$error":1}"#,
        r#"{"$error":{"name":"Foo"}}"#,
        r#"{"$error":{"message":1}}"#,
        r#"{"$error":{"code":1}}"#,
        r#"{"$error":{"cause":{"$ref":0}}}"#,
        r#"{"$resizable":["AA==",0]}"#,
        r#"{"$view":["uint8array",{"$arraybuffer":"AA=="},0,2]}"#,
        r#"{"$view":["uint16array",{"$arraybuffer":"AAAA"},1,2]}"#,
        r#"{"$view":["buffer",{"$arraybuffer":"AAAA"},0,0]}"#,
        r#"[{"$view":["uint8array",{"$ref":0},0,0]}]"#,
        r#"{"$view":["uint8array",{"$arraybuffer":"AAAA"},0,null]}"#,
        r#"{"$":1}"#,
        "",
        "[1",
        "1 2",
    ] {
        assert!(written(text).is_err(), "{text}");
    }
}

#[test]
fn depth_is_bounded_both_ways() {
    let deep = |levels: usize| {
        [
            &[0xFF, 0x0F][..],
            &vec![b'\''; levels],
            b"_",
            &b",\x01".repeat(levels),
        ]
        .concat()
    };
    assert!(to_json(&deep(READ_DEPTH)).is_ok());
    assert!(to_json(&deep(READ_DEPTH + 1)).is_err());
    assert!(to_json(&[&[0xFF, 0x0F][..], &vec![b'\''; 1 << 20]].concat()).is_err());
    assert!(to_json(&[&[0xFF, 0x0F][..], &vec![b'?'; 1 << 20]].concat()).is_err());

    let nested =
        |levels: usize, open: &str, close: &str| open.repeat(levels) + "1" + &close.repeat(levels);
    for (open, close) in [
        ("[", "]"),
        (r#"{"a":"#, "}"),
        (r#"{"$map":[[1,"#, "]]}"),
        (r#"{"$error":{"cause":"#, "}}"),
    ] {
        assert!(written(&nested(WRITE_DEPTH, open, close)).is_ok(), "{open}");
        assert!(
            written(&nested(WRITE_DEPTH + 1, open, close)).is_err(),
            "{open}"
        );
    }
    assert!(written(&"[".repeat(1 << 20)).is_err());
}

#[test]
fn a_text_is_no_longer_than_was_asked_for() {
    let many = [
        &[0xFF, 0x0F, b'A', 0xA0, 0x8D, 0x06][..],
        &vec![b'_'; 100_000],
        &[b'$', 0, 0xA0, 0x8D, 0x06],
    ]
    .concat();
    assert!(to_json(&many).is_ok());
    assert_eq!(
        to_json_within(&many, 100_000),
        Err(V8Error::TooLong(100_000))
    );
    // A claim of four billion holes costs nothing.
    let holes = bytes("61feffffff0f4000feffffff0f");
    assert_eq!(to_json(&holes).as_deref(), Ok(r#"[{"$hole":4294967294}]"#));
    assert_eq!(written(r#"[{"$hole":4294967294}]"#), Ok(holes));
}

#[test]
fn a_failed_text_leaves_nothing_behind() {
    let mut out = b"before".to_vec();
    assert!(from_json(r#"[1,2,{"$date":"x"}]"#, &mut out).is_err());
    assert_eq!(out, b"before");
}
