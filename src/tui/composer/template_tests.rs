//! What is put in place of placeholders, and what is none.

use super::*;
use crate::wire::Message;

const NOW: WallTime = WallTime(1_769_860_800_123);

#[test]
fn each_filling_has_its_own_values() {
    let mut supply = Supply::new(1);
    let text = r#"{"n": {{seq}}, "id": {{uuid}}, "at": {{now}}, "s": "\"{{seq}} {{now}}"}"#;
    let first = fill(text, &mut supply, NOW);
    let second = fill(text, &mut supply, NOW);
    assert!(first.starts_with(r#"{"n": 1, "id": ""#), "{first}");
    assert!(first.contains(r#""at": 1769860800123, "s": "\"2 2026-01-31T12:00:00.123Z""#));
    assert!(second.starts_with(r#"{"n": 3,"#) && first != second);
    assert!(Message::parse(&first).is_ok() && Message::parse(&second).is_ok());
}

#[test]
fn a_random_number_is_between_its_bounds() {
    let mut supply = Supply::new(7);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..200 {
        seen.insert(fill("{{rand -1 3}}", &mut supply, NOW));
    }
    let wanted = ["-1", "0", "1", "2", "3"].map(str::to_owned);
    assert_eq!(seen, wanted.into());
    let wide = format!("{{{{rand {} {}}}}}", i64::MIN, i64::MAX);
    assert!(fill(&wide, &mut supply, NOW).parse::<i64>().is_ok());
}

#[test]
fn what_stands_in_has_the_same_length() {
    for text in [
        r#"{"é": {{seq}}, "u": {{uuid}}, "s": "a {{now}}"}"#,
        "{{rand 1 100}}",
        "[{{now}},{{ seq }}]",
    ] {
        let shape = stand_in(text);
        assert_eq!(shape.len(), text.len());
        assert!(Message::parse(&shape).is_ok(), "{shape}");
    }
}

#[test]
fn what_is_meant_as_a_placeholder_and_is_none_is_told() {
    let known = ", only {{seq}} {{uuid}} {{now}} {{rand 1 100}}";
    for (text, at, wanted) in [
        ("[{{when}}]", 1, format!("no {{{{when}}}}{known}")),
        (
            "{{seq}} {{rand 5 1}}",
            8,
            "{{rand 5 1}} is empty: the smaller number comes first".to_owned(),
        ),
        (
            r#""é {{rand 1}}""#,
            4,
            "{{rand}} wants two whole numbers: {{rand 1 100}}".to_owned(),
        ),
        (
            "{{{now 1}}",
            1,
            "nothing follows the name: {{now}}".to_owned(),
        ),
    ] {
        assert_eq!(mistake(text), Some(Mistake { at, what: wanted }), "{text}");
    }
    for text in [
        r#""{{when}} {{seq}}""#,
        "{{",
        "{{seq",
        r#"{"a":{"b":{}}}"#,
        "{{\"a\":{}}}",
    ] {
        assert_eq!(mistake(text), None, "{text}");
    }
    assert_eq!(
        stays(r#"["{{seq}} {{when}}"]"#).as_deref(),
        Some("{{when}}")
    );
    assert_eq!(stays(r#"["{{ a b }} {{seq}}"]"#), None);
}

#[test]
fn other_braces_are_left_alone() {
    for text in [
        "{{",
        "{{x}}",
        "\"{{{}}}\"",
        "{\"a\":{\"b\":{}}}",
        "{{rand 1}}",
        "{{rand 5 1}}",
        "日{{",
    ] {
        assert_eq!(fill(text, &mut Supply::new(1), NOW), text);
        assert!(!has_any(text), "{text}");
    }
}
