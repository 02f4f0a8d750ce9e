//! Random bodies and texts.

use proptest::prelude::*;

use crate::wire::v8::tests::bodies::{BOTH_WAYS, bytes};
use crate::wire::v8::{from_json, to_json};

/// Bytes that are tags more often than not.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let tags = b"_0TFIUNZ\"cS^o{a@A$DyxnzsR;:',B~V\\rmsc.-?\0\x01\x02\x03\x04\x08\xff";
    let byte = prop_oneof![4 => prop::sample::select(&tags[..]), 1 => any::<u8>()];
    prop::collection::vec(byte, 0..200).prop_map(|body| [&[0xFF, 0x0F][..], &body].concat())
}

/// A body of the table with some bytes changed, left out or doubled.
fn mutations() -> impl Strategy<Value = Vec<u8>> {
    let body = prop::sample::select(BOTH_WAYS).prop_map(|(body, _)| bytes(body));
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..3_u8);
    (body, prop::collection::vec(change, 0..4)).prop_map(|(mut body, changes)| {
        for (at, byte, how) in changes {
            let at = at.index(body.len());
            match how {
                0 => body[at] = byte,
                1 if body.len() > 1 => drop(body.remove(at)),
                _ => body.insert(at, byte),
            }
        }
        body
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn whatever_a_worker_writes_is_read_or_refused(body in prop_oneof![bodies(), mutations()]) {
        let Ok(text) = to_json(&body) else {
            return Ok(());
        };
        prop_assert!(text.len() <= body.len() * 24 + 64);
        prop_assert!(!text.contains('\n'));
        let is_json = serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok();
        prop_assert!(is_json, "{}", text);
        let mut again = Vec::new();
        if from_json(&text, &mut again).is_ok() {
            let mut twice = Vec::new();
            let read = to_json(&again).unwrap();
            from_json(&read, &mut twice).unwrap();
            prop_assert_eq!(again, twice);
        }
    }

    #[test]
    fn whatever_is_typed_is_written_or_refused(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"$map\":", "\"$set\":", "\"$ref\":", "0", "1", "\"$date\":", "\"$view\":", "\"AA==\"",
            "\"$hole\":", "true", "\"$$x\":", "{\"$ref\":0}", "[[1,2]]", "\"uint8array\"", "{\"$arraybuffer\":\"AAAA\"}", "\"$error\":",
            "\"cause\":", "\"\\ud800\"",
        ]), 0..24),
    ) {
        let text = pieces.concat();
        let mut out = Vec::new();
        if from_json(&text, &mut out).is_ok() {
            prop_assert!(to_json(&out).is_ok(), "{}", text);
        }
    }
}
