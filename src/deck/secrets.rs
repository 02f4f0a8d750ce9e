//! Which environment variables are nobody's business. Called by `inspect`.

/// A name that contains one of these is a secret's.
const WITHIN: [&str; 12] = [
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "APIKEY",
    "PRIVATE",
    "COOKIE",
    "SIGNATURE",
    "WEBHOOK",
    "BEARER",
];

/// And so is one that has one of these as a word of its own, between its `_`, `-` and `.`.
const WORDS: [&str; 10] = [
    "KEY", "KEYS", "AUTH", "PASS", "PWD", "DSN", "SALT", "PIN", "SESSION", "JWT",
];

/// Whether a variable of that name is likely to hold a secret. Rather one too many.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    // The folder that a process is in, and where it was before.
    if matches!(name.as_str(), "PWD" | "OLDPWD") {
        return false;
    }
    let mut words = name.split(['_', '-', '.']);
    WITHIN.iter().any(|secret| name.contains(secret)) || words.any(|word| WORDS.contains(&word))
}

/// What stands in a password's place.
const HIDDEN: &str = "•••";

/// A value without the passwords in it: `postgres://me:•••@host`, `me:•••@tcp(host)/db`, `host=db password=•••`.
/// Rather one too many: a password may hold any sign that is one of the URL's own.
pub(crate) fn without_password(value: &str) -> String {
    without_settings(&without_users(value))
}

/// Without the passwords that follow a user: each begins at the first colon of a URL and ends at its last `@`.
fn without_users(value: &str) -> String {
    let words = value.split_inclusive(char::is_whitespace);
    let urls = words.flat_map(urls);
    urls.map(without_user).collect()
}

/// A word in pieces: each but perhaps the first begins with the scheme of a URL.
fn urls(word: &str) -> Vec<&str> {
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let mut starts: Vec<usize> = Vec::new();
    for (at, _) in word.match_indices("://") {
        let before = word.get(..at).unwrap_or_default();
        starts.push(before.trim_end_matches(is_scheme).len());
    }
    starts.push(word.len());
    let mut from = 0;
    let pieces = starts.into_iter().map(|start| {
        let piece = word.get(from..start).unwrap_or_default();
        from = start;
        piece
    });
    pieces.collect()
}

fn without_user(url: &str) -> String {
    let hidden = || {
        let (before, host) = url.rsplit_once('@')?;
        let (scheme, rest) = match before.split_once("://") {
            Some((scheme, rest)) => (format!("{scheme}://"), rest),
            None => (String::new(), before),
        };
        let (user, _) = rest.split_once(':')?;
        // Without a scheme a slash before the colon is a path's: `/opt/python@3:/opt/node@20`.
        let is_path = scheme.is_empty() && user.contains('/');
        (!is_path).then(|| format!("{scheme}{user}:{HIDDEN}@{host}"))
    };
    hidden().unwrap_or_else(|| url.to_owned())
}

/// Without what is set by a secret's name: `password=…`, `pwd=…`.
fn without_settings(value: &str) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let (mut shown, mut rest) = (String::new(), value);
    while let Some((before, after)) = rest.split_once('=') {
        shown.push_str(before);
        shown.push('=');
        rest = after;
        let before = before.trim_end();
        let name = before.trim_end_matches(is_name).len();
        let name = before.get(name..).unwrap_or_default();
        if name.eq_ignore_ascii_case("pwd") || is_secret(name) {
            shown.push_str(HIDDEN);
            rest = after.get(setting(after)..).unwrap_or_default();
        }
    }
    shown + rest
}

/// How long what is set is: as far as its quotes go, else to a white space, `;` or `&`.
fn setting(text: &str) -> usize {
    let blank = text.len() - text.trim_start().len();
    let set = text.trim_start();
    let quote = set.chars().next().filter(|c| matches!(c, '"' | '\''));
    let end = match quote {
        Some(quote) => set.rfind(quote).filter(|end| *end > 0).map(|end| end + 1),
        None => set.find(|c: char| c.is_whitespace() || matches!(c, ';' | '&')),
    };
    blank + end.unwrap_or(set.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_by_their_names() {
        let secret = [
            "GITHUB_TOKEN",
            "db_password",
            "AWS_SECRET_ACCESS_KEY",
            "API_KEY",
            "NPM_CONFIG__AUTH",
            "stripe.apikey",
            "SMTP_PASS",
            "REDIS-AUTH",
        ];
        assert_eq!(secret.map(is_secret), [true; 8]);
        let plain = [
            "PATH",
            "PWD",
            "OLDPWD",
            "HOME",
            "GIT_AUTHOR_NAME",
            "KEYBOARD",
            "COMPASS",
            "NODE_CHANNEL_FD",
        ];
        assert_eq!(plain.map(is_secret), [false; 8]);
    }

    #[test]
    fn the_password_of_a_url_is_left_out() {
        for (value, shown) in [
            (
                "postgres://me:hunter2@db:5432/x?y=1",
                "postgres://me:•••@db:5432/x?y=1",
            ),
            ("postgres://me:p/w@db", "postgres://me:•••@db"),
            ("postgres://me:p?w#:@@db/x", "postgres://me:•••@db/x"),
            ("redis://:pw@host", "redis://:•••@host"),
            ("ß://ü:ö@ä", "ß://ü:•••@ä"),
            // Rather one too many.
            ("http://host/a:b@c", "http://host/a:•••@c"),
        ] {
            assert_eq!(without_password(value), shown);
        }
    }

    #[test]
    fn the_password_of_every_url_is_left_out() {
        for (value, shown) in [
            (
                "amqp://a:b@one,amqp+ssl://c:d@two e://f:g@three",
                "amqp://a:•••@one,amqp+ssl://c:•••@two e://f:•••@three",
            ),
            ("[\"a://b\",\"c://d:e@f\"]", "[\"a://b\",\"c://d:•••@f\"]"),
            ("x a://b\ta:b@tcp(h)/d", "x a://b\ta:•••@tcp(h)/d"),
        ] {
            assert_eq!(without_password(value), shown);
        }
    }

    #[test]
    fn a_password_without_a_url_is_left_out() {
        for (value, shown) in [
            ("me:p/w@tcp(host)/db", "me:•••@tcp(host)/db"),
            (
                "host=db password=secret user=me",
                "host=db password=••• user=me",
            ),
            ("Server=db;Pwd = a=b;Uid=me", "Server=db;Pwd =•••;Uid=me"),
            ("password='a b' x=1", "password=••• x=1"),
            ("password='a", "password=•••"),
            (
                "jdbc:x://h/d?user=me&password=a&b=c",
                "jdbc:x://h/d?user=me&password=•••&b=c",
            ),
            ("password=", "password=•••"),
        ] {
            assert_eq!(without_password(value), shown);
        }
    }

    #[test]
    fn what_holds_no_password_is_shown_as_it_is() {
        for plain in [
            "",
            "plain",
            "me@host",
            "git@host:me/it",
            "a://b@c",
            "http://host:80/a",
            "/opt/python@3:/opt/node@20/bin",
            "a=1;b=2",
            "://",
            "  two  words ",
        ] {
            assert_eq!(without_password(plain), plain);
        }
    }
}
