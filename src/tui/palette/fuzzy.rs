//! How well a few letters fit a text, and which word was probably meant.

/// How far a wrong word may be from the one that was meant.
const FAR: usize = 3;

/// What letters fit that are the beginning of the text.
const WHOLE: i32 = 500;

/// How well `letters` fit `text`: they must come in this order; the more of them at beginnings of words and side by side, the
/// better. None where they do not fit.
pub(crate) fn fit(letters: &str, text: &str) -> Option<i32> {
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let mut score = 0;
    let mut from = 0;
    let mut last = None;
    for letter in letters.chars().filter(|c| !c.is_whitespace()) {
        let letter = letter.to_lowercase().next().unwrap_or(letter);
        let rest = text.get(from..).unwrap_or_default();
        let begins = |at: usize| {
            let before = at.checked_sub(1).and_then(|before| text.get(before));
            before.is_none_or(|before| !before.is_alphanumeric())
        };
        let found = |at: &usize| text.get(*at) == Some(&letter);
        let next = last.map(|last: usize| last + 1).filter(found);
        let beginning = || (from..text.len()).find(|at| found(at) && begins(*at));
        let any = || rest.iter().position(|c| *c == letter).map(|at| at + from);
        let at = next.or_else(beginning).or_else(any)?;
        score += match (Some(at) == next, begins(at)) {
            (_, true) if at == 0 => 12,
            (true, _) => 8,
            (false, true) => 6,
            (false, false) => 0,
        };
        last = Some(at);
        from = at + 1;
    }
    let is_whole_beginning = last.is_some_and(|last| last + 1 == letters.chars().count());
    if is_whole_beginning {
        return Some(WHOLE);
    }
    let length = i32::try_from(text.len()).unwrap_or(i32::MAX);
    Some(score * 4 - length.min(60))
}

/// The known word that was probably meant.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).clamp(1, FAR);
    let near = known
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(word, known), known));
    near.filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_fit_in_their_order_only() {
        assert!(fit("rst", "restart").is_some());
        assert!(fit("tsr", "rest").is_none());
        assert!(fit("", "anything").is_some());
        assert!(fit("É", "résumé").is_some());
    }

    #[test]
    fn beginnings_of_words_fit_best() {
        let best = |letters: &str, texts: &[&'static str]| {
            let mut texts = texts.to_vec();
            texts.sort_by_key(|text| std::cmp::Reverse(fit(letters, text)));
            texts[0]
        };
        assert_eq!(best("re", &["resume", "address", "core"]), "resume");
        assert_eq!(best("ta", &["restart", "try-again"]), "try-again");
        assert_eq!(best("sto", &["restore-all", "stop"]), "stop");
    }

    #[test]
    fn a_slip_of_the_finger_names_its_word() {
        assert_eq!(nearest("retsart", ["start", "restart"]), Some("restart"));
        assert_eq!(nearest("xyz", ["start", "restart"]), None);
    }
}
