//! Durations, sizes and their like, as the config writes them.
//!
//! Owns the text forms; never looks at keys or places. Called by the tables' readers.

use std::time::Duration;

use crate::model::{Backoff, Intensity, Rate};

/// The units of a duration with their length in nanoseconds.
const UNITS: [(&str, u64); 7] = [
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// The longest duration a config may name.
const LONGEST: Duration = Duration::from_hours(365 * 24);

/// The most bytes a size may name: what a single allocation can be trusted with.
const LARGEST: u64 = 4 << 30;

/// Why a text is not the quantity that was meant; completes "`key` …".
pub(crate) type Complaint = String;

/// Reads `100ms`, `1.5s`, `10min`.
pub(super) fn duration(text: &str) -> Result<Duration, Complaint> {
    let wrong =
        || format!("must be a duration such as \"30s\", \"100ms\" or \"10min\", not \"{text}\"");
    let trimmed = text.trim();
    if trimmed.starts_with('-') {
        return Err("must not be negative".to_owned());
    }
    let split = trimmed
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .ok_or_else(|| {
            if trimmed.is_empty() {
                wrong()
            } else {
                format!("needs a unit: \"{trimmed}s\", \"{trimmed}ms\", \"{trimmed}min\"")
            }
        })?;
    let (number, unit) = trimmed.split_at(split);
    let unit = unit.trim_start();
    let (_, nanos) = UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .ok_or_else(wrong)?;
    match scaled(number, *nanos) {
        Ok(nanos) if Duration::from_nanos(nanos) <= LONGEST => Ok(Duration::from_nanos(nanos)),
        Err(Unscaled::NoNumber) => Err(wrong()),
        Ok(_) | Err(Unscaled::TooLarge) => Err("must not be longer than a year".to_owned()),
    }
}

/// Reads a duration that is more than nothing.
pub(crate) fn positive_duration(text: &str) -> Result<Duration, Complaint> {
    match duration(text)? {
        Duration::ZERO => Err("must be more than zero".to_owned()),
        duration => Ok(duration),
    }
}

/// Reads `100ms..30s`.
pub(super) fn backoff(text: &str) -> Result<Backoff, Complaint> {
    let (first, most) = text
        .split_once("..")
        .ok_or_else(|| format!("must be a range such as \"100ms..30s\", not \"{text}\""))?;
    let (first, most) = (positive_duration(first)?, positive_duration(most)?);
    if first > most {
        return Err("must begin with the shorter duration".to_owned());
    }
    Ok(Backoff { first, most })
}

/// Reads `5 in 30s`.
pub(super) fn intensity(text: &str) -> Result<Intensity, Complaint> {
    let wrong = || format!("must be restarts in a time, such as \"5 in 30s\", not \"{text}\"");
    let (restarts, within) = text.split_once(" in ").ok_or_else(wrong)?;
    let restarts = restarts.trim().parse().map_err(|_| wrong())?;
    let within = positive_duration(within)?;
    Ok(Intensity { restarts, within })
}

/// Reads `100/s`, `6/min`.
pub(super) fn rate(text: &str) -> Result<Rate, Complaint> {
    let wrong =
        || format!("must be a rate such as \"100/s\", \"20/min\" or \"5/h\", not \"{text}\"");
    let (count, per) = text.split_once('/').ok_or_else(wrong)?;
    let count = count.trim().parse().map_err(|_| wrong())?;
    let per = match per.trim() {
        "s" => Duration::from_secs(1),
        "min" | "m" => Duration::from_mins(1),
        "h" => Duration::from_hours(1),
        _ => return Err(wrong()),
    };
    if count == 0 {
        return Err("must be more than zero".to_owned());
    }
    Ok(Rate { count, per })
}

/// Reads `64MiB`, `10kB`, `512`.
pub(super) fn size(text: &str) -> Result<u64, Complaint> {
    let trimmed = text.trim();
    if trimmed.starts_with('-') {
        return Err("must not be negative".to_owned());
    }
    let split = trimmed
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(split);
    let factor = unit_bytes(unit.trim()).ok_or(Unscaled::NoNumber);
    match factor.and_then(|factor| scaled(number, factor)) {
        Ok(bytes) if bytes <= LARGEST => Ok(bytes),
        Err(Unscaled::NoNumber) => Err(format!(
            "must be a size such as \"64MiB\" or \"16kB\", not \"{text}\""
        )),
        Ok(_) | Err(Unscaled::TooLarge) => Err("must be 4GiB at the most".to_owned()),
    }
}

/// Reads a size that is more than nothing.
pub(super) fn positive_size(text: &str) -> Result<u64, Complaint> {
    match size(text)? {
        0 => Err("must be more than zero".to_owned()),
        bytes => Ok(bytes),
    }
}

fn unit_bytes(unit: &str) -> Option<u64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" | "k" => 1_000,
        "kib" => 1 << 10,
        "mb" | "m" => 1_000_000,
        "mib" => 1 << 20,
        "gb" | "g" => 1_000_000_000,
        "gib" => 1 << 30,
        _ => return None,
    })
}

/// Why a number has no value in a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unscaled {
    NoNumber,
    TooLarge,
}

/// A decimal number times a unit.
fn scaled(number: &str, unit: u64) -> Result<u64, Unscaled> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return Err(Unscaled::NoNumber);
    }
    let places = u32::try_from(fraction.len()).unwrap_or(9);
    let fraction: u128 = fraction.parse().map_err(|_| Unscaled::NoNumber)?;
    let rest = fraction * u128::from(unit) / 10_u128.pow(places);
    let whole: u64 = whole.parse().map_err(|_| Unscaled::TooLarge)?;
    u64::try_from(u128::from(whole) * u128::from(unit) + rest).map_err(|_| Unscaled::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_written() {
        let millis = |text| duration(text).unwrap().as_millis();
        assert_eq!(millis("100ms"), 100);
        assert_eq!(millis("30s"), 30_000);
        assert_eq!(millis("1.5s"), 1_500);
        assert_eq!(millis("10min"), 600_000);
        assert_eq!(millis("2h"), 7_200_000);
        assert_eq!(millis(" 5 s "), 5_000);
        assert_eq!(millis("0s"), 0);
    }

    #[test]
    fn what_is_no_duration_says_why() {
        let complaint = |text| duration(text).unwrap_err();
        assert_eq!(complaint("-5s"), "must not be negative");
        assert_eq!(
            complaint("30"),
            "needs a unit: \"30s\", \"30ms\", \"30min\""
        );
        for text in ["", "s", "5x", "1..2s", "1.s", "５s", "1e3s"] {
            assert!(complaint(text).starts_with("must be a duration"), "{text}");
        }
        for text in ["99999999999999999999h", "366d", "18446744073709551615d"] {
            assert_eq!(complaint(text), "must not be longer than a year", "{text}");
        }
        assert_eq!(
            positive_duration("0ms").unwrap_err(),
            "must be more than zero"
        );
    }

    #[test]
    fn ranges_and_rates_read_as_written() {
        let range = backoff("100ms..30s").unwrap();
        assert_eq!(
            (range.first.as_millis(), range.most.as_millis()),
            (100, 30_000)
        );
        assert!(backoff("30s..100ms").is_err());
        assert!(backoff("0s..1s").is_err());
        assert!(backoff("1s").is_err());

        let allowed = intensity("5 in 30s").unwrap();
        assert_eq!((allowed.restarts, allowed.within.as_secs()), (5, 30));
        for text in ["5", "5 in", "-1 in 30s", "5 in 0s", "99999999999 in 1s"] {
            assert!(intensity(text).is_err(), "{text}");
        }

        let per = |text| rate(text).map(|rate| (rate.count, rate.per.as_secs()));
        assert_eq!(per("100/s"), Ok((100, 1)));
        assert_eq!(per("20 / min"), Ok((20, 60)));
        assert_eq!(per("5/h"), Ok((5, 3600)));
        assert_eq!(per("0/s").unwrap_err(), "must be more than zero");
        for text in ["", "5", "/s", "5/", "-5/s", "1.5/s", "5/d", "99999999999/s"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_read_as_written() {
        assert_eq!(size("64MiB"), Ok(64 << 20));
        assert_eq!(size("16kB"), Ok(16_000));
        assert_eq!(size("1.5 KiB"), Ok(1536));
        assert_eq!(size("512"), Ok(512));
        assert_eq!(
            size("99999999999999999999GiB").unwrap_err(),
            "must be 4GiB at the most"
        );
        assert_eq!(size("5GiB").unwrap_err(), "must be 4GiB at the most");
        assert_eq!(size("-1MiB").unwrap_err(), "must not be negative");
        for text in ["", "MiB", "5 lightyears"] {
            assert!(
                size(text).unwrap_err().starts_with("must be a size"),
                "{text}"
            );
        }
        assert_eq!(positive_size("0").unwrap_err(), "must be more than zero");
    }
}
