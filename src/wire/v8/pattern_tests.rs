//! Which sources are regular expressions.

use super::*;

fn problem_of(source: &str, flags: &str) -> Option<&'static str> {
    problem(&Chars::Whole(source.into()), flags)
}

#[test]
fn regular_expressions_are_told_from_others() {
    for (source, flags) in [
        ("", ""),
        ("(?:)", ""),
        ("a{2}b{,3}c{1,}?", ""),
        ("[a-z\\]]]", ""),
        ("(?<n>a)\\k<n>", ""),
        ("\\k<n>", ""),
        ("(?=a)*", ""),
        ("{", ""),
        ("]", ""),
        ("\\c", ""),
        ("\\u{1F600}", "u"),
        ("\\p{L}\\1(a)", "u"),
        ("[[a]--[b]]", "v"),
        ("\\8", ""),
        ("[\\d-z]", ""),
        ("[😀-😁]", "u"),
        ("(?<=a)(?<!b)", ""),
        ("\\01", ""),
        ("[\\b-\\x7f]", ""),
        ("x{99999999999999999999}", ""),
        ("[\\c_--]", ""),
        ("[\\p{L}--a]", "v"),
        ("[\\p{L}--[a-c]]", "v"),
        ("[\\q{ab|c}]", "v"),
        ("[^\\q{ab}&&a]", "v"),
        ("[\\-\\&]", "v"),
        ("\\p{RGI_Emoji}\\p{Script_Extensions=Greek}", "v"),
        ("[^]", "v"),
        ("(?<é>a)", ""),
    ] {
        assert_eq!(problem_of(source, flags), None, "/{source}/{flags}");
    }
    for (source, flags) in [
        ("(", ""),
        (")", ""),
        ("[", ""),
        ("*", ""),
        ("a**", ""),
        ("a|*", ""),
        ("^*", ""),
        ("\\b+", ""),
        ("a{2,1}", ""),
        ("{1}", ""),
        ("[z-a]", ""),
        ("\\", ""),
        ("(?", ""),
        ("(?x)", ""),
        ("(?<1>a)", ""),
        ("(?<n>a)(?<n>b)", ""),
        ("(?<n>a)\\k<m>", ""),
        ("(?<n>a)\\k", ""),
        ("{", "u"),
        ("]", "u"),
        ("\\a", "u"),
        ("\\1", "u"),
        ("(?=a)*", "u"),
        ("(?<=a)*", ""),
        ("[\\d-z]", "u"),
        ("\\u{110000}", "u"),
        ("\\p", "u"),
        ("[😀-😁]", ""),
        ("a", "uv"),
        ("[(]", "v"),
        ("\\x1", "u"),
        ("\\c1", "u"),
        ("\\00", "u"),
        ("\\p{Foo}", "u"),
        ("\\p{sc=Foo}", "v"),
        ("\\p{}", "u"),
        ("\\p{l}", "u"),
        ("\\p{Emoji_Keycap_Sequence}", "u"),
        ("\\P{Emoji_Keycap_Sequence}", "v"),
        ("[^\\p{Emoji_Keycap_Sequence}]", "v"),
        ("\\-", "v"),
        ("\\&", "v"),
        ("[a-z&&a]", "v"),
        ("[a&&&b]", "v"),
        ("[a--b&&c]", "v"),
        ("[^\\q{ab}--a]", "v"),
        ("[\\q{\\d}]", "v"),
        ("[a", "v"),
        ("[\\q{a", "v"),
        ("(?<a²>a)", ""),
        ("(?<a\\u0062>a)", ""),
    ] {
        assert!(problem_of(source, flags).is_some(), "/{source}/{flags}");
    }
}

#[test]
fn halves_of_a_pair_are_one_character_where_unicode_is_meant() {
    let units: Vec<u16> = "[😀-😁]".encode_utf16().chain([0xD800]).collect();
    assert_eq!(problem(&Chars::Halved(units.clone()), "u"), None);
    assert_eq!(problem(&Chars::Halved(units.clone()), "v"), None);
    assert!(problem(&Chars::Halved(units), "").is_some());
}

#[test]
fn what_v8_has_no_room_for_is_refused() {
    let nested = |start: &str, end: &str, times| start.repeat(times) + &end.repeat(times);
    assert_eq!(problem_of(&nested("(", ")", 32_767), ""), None);
    assert!(problem_of(&nested("(", ")", 32_768), "").is_some());
    assert_eq!(problem_of(&nested("[", "]", 256), "v"), None);
    assert!(problem_of(&nested("[", "]", 257), "v").is_some());
    assert!(problem_of(&"a".repeat(LONGEST + 1), "").is_some());
    // Each of these would take long if every name were sought to the end, or every property built.
    assert!(problem_of(&"(?<a".repeat(250_000), "").is_some());
    assert_eq!(problem_of(&"\\p{L}".repeat(200_000), "u"), None);
    assert_eq!(problem_of(&"\\p{RGI_Emoji}".repeat(70_000), "v"), None);
}
