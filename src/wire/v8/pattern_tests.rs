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
    ] {
        assert!(problem_of(source, flags).is_some(), "/{source}/{flags}");
    }
}
