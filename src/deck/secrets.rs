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

/// A value without the password of a URL in it: `postgres://me:•••@host`.
pub(crate) fn without_password(value: &str) -> String {
    let hidden = || {
        let (scheme, rest) = value.split_once("://")?;
        let end = rest.find(['/', '?', '#', ' ']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let (user, host) = authority.rsplit_once('@')?;
        let (user, _) = user.split_once(':')?;
        Some(format!("{scheme}://{user}:•••@{host}{path}"))
    };
    hidden().unwrap_or_else(|| value.to_owned())
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
        assert_eq!(
            without_password("postgres://me:hunter2@db:5432/x?y=1"),
            "postgres://me:•••@db:5432/x?y=1"
        );
        for plain in [
            "http://host/a:b@c",
            "me@host",
            "a://b@c",
            "://:@",
            "plain",
            "ß://ü:@ö",
        ] {
            let shown = without_password(plain);
            assert!(shown == plain || shown.contains("•••"), "{plain}");
        }
        assert_eq!(without_password("http://host/a:b@c"), "http://host/a:b@c");
    }
}
