//! The tree: what is unfolded, page by page, and where everything is.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::tui::inspector::tree::{Label, RowKind, Tree};
use crate::wire::{Message, Pointer};

fn labels(tree: &Tree, text: &str) -> Vec<String> {
    let rows = tree.rows().iter();
    rows.map(|row| match (&row.label, row.kind) {
        (_, RowKind::More(left)) => format!("more {left:?}"),
        (Label::Root, _) => "root".to_owned(),
        (Label::Key(key), _) => text[key.clone()].to_owned(),
        (Label::Item(index), _) => index.to_string(),
    })
    .collect()
}

#[test]
fn a_short_message_is_unfolded_whole() {
    let text = r#" { "a" : [ 1 , { } ] , "b" : { "c" : null } }"#;
    let tree = Tree::new(text, false);

    assert_eq!(
        labels(&tree, text),
        ["root", "\"a\"", "0", "1", "\"b\"", "\"c\""]
    );
    let counts: Vec<_> = tree.rows().iter().map(|row| row.count).collect();
    assert_eq!(
        counts,
        [Some(2), Some(2), Some(0), Some(0), Some(1), Some(0)]
    );
    assert_eq!(tree.rows()[3].kind, RowKind::Leaf, "nothing is in it");
}

#[test]
fn a_large_array_is_listed_a_page_at_a_time() {
    let numbers: Vec<u32> = (0..5_000).collect();
    let text = json!({ "n": numbers, "z": 1 }).to_string();
    let mut tree = Tree::new(&text, false);
    assert_eq!(labels(&tree, &text), ["root", "\"n\"", "\"z\""]);
    assert_eq!(tree.rows()[1].count, Some(5_000));

    tree.go(1);
    tree.unfold(&text);
    assert_eq!(tree.rows().len(), 104);
    assert_eq!(tree.rows()[102].kind, RowKind::More(Some(4_900)));
    tree.go(102);
    tree.unfold(&text);
    assert_eq!(tree.rows()[202].kind, RowKind::More(Some(4_800)));
    assert_eq!(tree.pointer(&text), "/n/100");
    assert_eq!(tree.value(&text), Some("100"));
    tree.go(202);
    assert_eq!(tree.pointer(&text), "/n");

    assert!(tree.fold() && tree.at() == 1);
    assert!(tree.fold() && tree.rows().len() == 3);
    assert!(tree.fold() && tree.at() == 0);
    assert!(tree.fold() && tree.rows().len() == 1);
    assert!(!tree.fold());
}

#[test]
fn of_a_huge_message_only_the_beginning_is_looked_at_until_more_is_asked_for() {
    let large = format!("[{}1]", "1,".repeat(2 << 20));
    let text = format!("{{\"a\":1,\"large\":{large},\"z\":[2]}}");
    let mut tree = Tree::new(&text, false);
    assert_eq!(
        labels(&tree, &text),
        ["root", "\"a\"", "\"large\"", "more None"]
    );
    assert_eq!(tree.rows()[2].count, None);

    tree.go(2);
    assert_eq!(tree.value(&text).map(str::len), Some(large.len()));
    tree.go(3);
    tree.unfold(&text);
    assert_eq!(
        labels(&tree, &text),
        ["root", "\"a\"", "\"large\"", "\"z\""]
    );
    assert_eq!(tree.pointer(&text), "/z");
    let counts: Vec<_> = tree.rows().iter().map(|row| row.count).collect();
    assert_eq!(counts, [Some(3), Some(0), Some((2 << 20) + 1), Some(1)]);
}

#[test]
fn a_pointer_escapes_what_it_must() {
    let text = r#"{"a/b~\"é":{"x":1}}"#;
    let mut tree = Tree::new(text, false);
    tree.go(2);
    assert_eq!(tree.pointer(text), "/a~1b~0\"é/x");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[\\PC\"\\\\/~\n]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map("[a-z/~\" ]{0,4}", inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn each_row_is_what_its_pointer_says(value in any_json(), is_pretty: bool) {
        let text = if is_pretty {
            serde_json::to_string_pretty(&value).unwrap()
        } else {
            value.to_string()
        };
        let mut tree = Tree::new(&text, false);
        for place in 0..tree.rows().len() {
            tree.go(place);
            let pointer = tree.pointer(&text);
            let shown: Value = serde_json::from_str(tree.value(&text).unwrap()).unwrap();
            prop_assert_eq!(Some(&shown), value.pointer(&pointer), "{}", &pointer);
            let message = Message::from_frame(text.clone().into()).unwrap();
            let found = Pointer::parse(&pointer).unwrap();
            prop_assert!(found.find(&message).is_some(), "{}", &pointer);
            let count = tree.row().unwrap().count;
            let real = shown.as_array().map_or(0, Vec::len)
                + shown.as_object().map_or(0, serde_json::Map::len);
            prop_assert_eq!(count.unwrap_or(0), real, "{}", &pointer);
        }
    }

    #[test]
    fn no_text_breaks_it(text in "[\\[\\]{}\",:\\\\ a1é]{0,40}", keys in prop::collection::vec(0..4_u8, 0..20)) {
        let mut tree = Tree::new(&text, false);
        for key in keys {
            match key {
                0 => drop(tree.fold()),
                1 => tree.unfold(&text),
                2 => drop(tree.toggle(&text)),
                _ => tree.go(tree.at() + 1),
            }
            tree.pointer(&text);
            tree.value(&text);
        }
    }
}

#[test]
fn a_mark_that_is_told_whole_is_a_leaf() {
    let text = r#"{"a":{"$date":null},"b":{"$map":[[1,2]]}}"#;
    let glances = |has_marks| {
        let tree = Tree::new(text, has_marks);
        let rows = tree.rows().iter().filter(|row| row.depth == 1);
        let told = rows.map(|row| {
            let words = tree.glance(text, row).map(|glance| glance.words);
            (row.kind, words)
        });
        told.collect::<Vec<_>>()
    };

    let words = |words: &str| Some(words.to_owned());
    assert_eq!(
        glances(true),
        [
            (RowKind::Leaf, words("invalid Date")),
            (RowKind::Open, words("Map(1)"))
        ]
    );
    assert_eq!(
        glances(false),
        [(RowKind::Open, None), (RowKind::Open, None)]
    );
}
