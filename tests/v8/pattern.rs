//! Sources of regular expressions, good and bad, with flags.

use proptest::prelude::*;

/// Pieces of all sources.
const PIECES: &str = r"a ( ) [ ] { } * + ? | ^ $ \ - , 1 2 {1} {2,1} (?: (?= (?! (?<= (?<n> (?<²> (?<é> (?i: \k<n> \k \1 \d \b \u
    \u{1F600} \x \x41 \c \cA \c_ \0 a-z z-a 😀 / \/ < > = n \- \& \! \_ _ . & ~
    \p{L} \P{L} \p \p{Foo} \p{lu} \p{gc=Lu} \p{gc} \p{sc=Foo} \p{Script=Greek} \p{scx=Zyyy} \p{ASCII=Y} \p{Any}
    \p{Emoji_Keycap_Sequence} \P{Emoji_Keycap_Sequence} \P{RGI_Emoji}";

/// Pieces of the flag v's classes.
const SETS: &str = r"[ ] [ ] [^ a b - -- && & \q{ab|c} \q{a} \q{ \q } | \d a-z b-a !! ^ \- \& \b [a-z&&a] [\p{L}--a] [\p{L}--[a-c]]
    [^\q{ab}] [[a]&&[b]] \p{L} \p{RGI_Emoji} \P{L} \p{Foo} \u{61} ( / .";

pub(crate) fn sources() -> impl Strategy<Value = (String, &'static str)> {
    let all = prop::collection::vec(piece(PIECES), 0..7).prop_map(|pieces| pieces.concat());
    let sets = prop::collection::vec(prop_oneof![4 => piece(SETS), 1 => piece(PIECES)], 0..7)
        .prop_map(|pieces| format!("[{}]", pieces.concat()));
    let flags = prop::sample::select(vec!["", "g", "u", "iu", "v", "iv"]);
    let set_flags = prop::sample::select(vec!["u", "v", "v", "iv"]);
    prop_oneof![3 => (all, flags), 2 => (sets, set_flags)]
}

fn piece(pieces: &'static str) -> impl Strategy<Value = &'static str> {
    prop::sample::select(pieces.split_whitespace().collect::<Vec<_>>())
}
