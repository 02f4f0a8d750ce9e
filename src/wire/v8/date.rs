//! Points in time as JavaScript writes and reads them (ECMA-262, Date Time String Format).

const DAY: i64 = 86_400_000;

/// The furthest that a JavaScript date is from 1970, in milliseconds.
const FURTHEST: f64 = 8.64e15;

/// A date's milliseconds as JavaScript keeps them: whole, and not too far; `None` is the invalid date.
#[expect(clippy::cast_possible_truncation, reason = "whole and within ±8.64e15")]
pub(super) fn clip(milliseconds: f64) -> Option<i64> {
    (milliseconds.abs() <= FURTHEST).then_some(milliseconds.trunc() as i64)
}

/// The text of `toISOString()`.
pub(super) fn text(milliseconds: i64) -> String {
    let (days, rest) = (milliseconds.div_euclid(DAY), milliseconds.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    let year = match year {
        0..=9999 => format!("{year:04}"),
        _ => format!("{year:+07}"),
    };
    let (hours, minutes) = (rest / 3_600_000, rest / 60_000 % 60);
    let (seconds, thousandths) = (rest / 1000 % 60, rest % 1000);
    format!("{year}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}Z")
}

/// The milliseconds of a text: a date, which is midnight in UTC, or a date and a time with its zone.
pub(super) fn parse(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let days = parse_date(date)?;
    let within = time.map_or(Some(0), parse_time)?;
    let all = days.checked_mul(DAY)?.checked_add(within)?;
    (all.abs() <= 8_640_000_000_000_000).then_some(all)
}

fn parse_date(text: &str) -> Option<i64> {
    let (year, rest) = match text.as_bytes().first()? {
        b'+' => digits(text.get(1..)?, 6)?,
        b'-' => {
            let (year, rest) = digits(text.get(1..)?, 6)?;
            // There is no year -000000.
            (Some(-year).filter(|year| *year != 0)?, rest)
        }
        _ => digits(text, 4)?,
    };
    let (month, rest) = part(rest, '-', 1)?;
    let (day, rest) = part(rest, '-', 1)?;
    let is_known = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    (rest.is_empty() && is_known).then(|| days_from_civil(year, month, day))
}

/// The milliseconds since midnight in UTC.
fn parse_time(text: &str) -> Option<i64> {
    let (hours, rest) = digits(text, 2)?;
    let (minutes, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let (seconds, rest) = part(rest, ':', 0)?;
    let (thousandths, rest) = match rest.strip_prefix('.') {
        Some(rest) => fraction(rest)?,
        None => (0, rest),
    };
    let offset = match rest {
        "Z" => 0,
        _ => parse_offset(rest)?,
    };
    let all = ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths;
    // Midnight at the end of a day may be written as 24:00.
    let is_known = minutes < 60 && seconds < 60 && (hours < 24 || all == DAY);
    is_known.then_some(all - offset * 60_000)
}

/// The minutes that a zone is ahead of UTC.
fn parse_offset(text: &str) -> Option<i64> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = digits(text.get(1..)?, 2)?;
    let (minutes, rest) = digits(rest.strip_prefix(':')?, 2)?;
    (rest.is_empty() && hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// Two digits after a separator, or what it means when they are left out.
fn part(text: &str, separator: char, without: i64) -> Option<(i64, &str)> {
    match text.strip_prefix(separator) {
        Some(rest) => digits(rest, 2),
        None => Some((without, text)),
    }
}

fn digits(text: &str, count: usize) -> Option<(i64, &str)> {
    let (digits, rest) = text.split_at_checked(count)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number
        .then(|| digits.parse().ok())
        .flatten()
        .map(|number| (number, rest))
}

/// The thousandths of a second; further digits are dropped.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let three: String = digits.chars().chain("00".chars()).take(3).collect();
    (!digits.is_empty())
        .then(|| three.parse().ok())
        .flatten()
        .map(|number| (number, rest))
}

fn days_in(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days from 1970 to a day, by years that begin in March: the leap day is then the last of a year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The year, month and day that is so many days after 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_javascript_does() {
        let table = [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_123, "2000-02-29T00:00:00.123Z"),
            (253_402_300_800_000, "+010000-01-01T00:00:00.000Z"),
            (-62_198_755_200_000, "-000001-01-01T00:00:00.000Z"),
            (8_640_000_000_000_000, "+275760-09-13T00:00:00.000Z"),
            (-8_640_000_000_000_000, "-271821-04-20T00:00:00.000Z"),
        ];
        for (milliseconds, written) in table {
            assert_eq!(text(milliseconds), written);
            assert_eq!(parse(written), Some(milliseconds), "{written}");
        }
    }

    #[test]
    fn dates_are_read_as_javascript_does() {
        let table = [
            ("1970", 0),
            ("1970-02", 31 * DAY),
            ("1970-01-02", DAY),
            ("1970-01-01T24:00Z", DAY),
            ("1970-01-01T01:00+01:00", 0),
            ("1970-01-01T00:00:00-00:30", 1_800_000),
            ("1970-01-01T00:00:00.5Z", 500),
            ("1970-01-01T00:00:00.123999Z", 123),
        ];
        for (text, milliseconds) in table {
            assert_eq!(parse(text), Some(milliseconds), "{text}");
        }
        for text in [
            "",
            "x",
            "1970-13",
            "1970-02-29",
            "1970-00",
            "1970-1-1",
            "1970-01-01T00:00",
            "1970-01-01T25:00Z",
            "1970-01-01T24:01Z",
            "1970-01-01T00Z",
            "1970-01-01T00:00:60Z",
            "-000000",
            "+275760-09-14",
            "1970-01-01 00:00Z",
            "1970-01-01T00:00:00.Z",
            "1970T",
            "é970",
            "1970-01-01T00:00+1:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_is_the_day_after_the_one_before() {
        for days in (-100_000_000..100_000_000).step_by(9973) {
            let (year, month, day) = civil(days);
            assert_eq!(days_from_civil(year, month, day), days);
            assert!((1..=days_in(year, month)).contains(&day));
        }
    }

    #[test]
    fn what_is_too_far_is_no_date() {
        assert_eq!(clip(8.64e15), Some(8_640_000_000_000_000));
        assert_eq!(clip(8.64e15 + 1.0), None);
        assert_eq!(clip(f64::NAN), None);
        assert_eq!(clip(-1.9), Some(-1));
    }
}
