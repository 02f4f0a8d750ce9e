//! Numbers as people read them: short, and of known width. Called by every view.

use std::time::Duration;

use crate::model::WallTime;

/// A count with thousands apart: `12,034`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count in at most five cells: `9999`, `12.3k`, `4.5M`.
pub(crate) fn short(number: u64) -> String {
    scaled(number, 1000, &["", "k", "M", "G", "T", "P", "E"], 10_000)
}

/// Bytes in at most five cells: `812`, `3.1K`, `142M`.
pub(crate) fn bytes(number: u64) -> String {
    scaled(number, 1024, &["", "K", "M", "G", "T", "P", "E"], 1000)
}

/// A size where there is room for words: `812 bytes`, `1.2 kB`.
pub(crate) fn size(bytes: usize) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        0..1000 => format!("{bytes} bytes"),
        1000..1_000_000 => tenths(bytes, 1000, "kB"),
        _ => tenths(bytes, 1_000_000, "MB"),
    }
}

fn tenths(bytes: usize, unit: usize, name: &str) -> String {
    let (whole, tenth) = (bytes / unit, bytes % unit * 10 / unit);
    if whole < 100 {
        format!("{whole}.{tenth} {name}")
    } else {
        format!("{} {name}", count(whole as u64))
    }
}

fn scaled(number: u64, base: u64, units: &[&str], plain_below: u64) -> String {
    if number < plain_below {
        return number.to_string();
    }
    let mut whole = number;
    let mut tenths = 0;
    let mut unit = "";
    for next in units.iter().skip(1) {
        tenths = whole % base * 10 / base;
        whole /= base;
        unit = next;
        if whole < 1000 {
            break;
        }
    }
    if whole < 10 || (whole < 100 && base == 1000) {
        format!("{whole}.{tenths}{unit}")
    } else {
        format!("{whole}{unit}")
    }
}

/// A share of one core: `98%`.
pub(crate) fn percent(share: f32) -> String {
    // Adding zero turns a negative zero, the sum of nothing, into zero.
    format!("{:.0}%", share.max(0.0) + 0.0)
}

/// A share of one core, or `of_machine` one of all of them, which is told more exactly where it is small: `1.2%`.
pub(crate) fn share(share: f32, of_machine: bool) -> String {
    if of_machine && (0.05..9.95).contains(&share) {
        format!("{share:.1}%")
    } else {
        percent(share)
    }
}

/// A latency in at most five cells: `340µs`, `16ms`, `1.2s`.
pub(crate) fn latency(duration: Duration) -> String {
    let micros = duration.as_micros();
    match micros {
        0..1000 => format!("{micros}µs"),
        1000..10_000 => format!("{:.1}ms", duration.as_secs_f64() * 1e3),
        10_000..1_000_000 => format!("{}ms", duration.as_millis()),
        1_000_000..10_000_000 => format!("{:.1}s", duration.as_secs_f64()),
        _ => span(duration),
    }
}

/// A wait: `3.2s`, `41s`, `2m05`.
pub(crate) fn wait(duration: Duration) -> String {
    if duration < Duration::from_secs(10) {
        format!("{:.1}s", duration.as_secs_f64())
    } else {
        span(duration)
    }
}

/// A long time in at most five cells: `58s`, `2m41`, `3h07`, `12d`.
pub(crate) fn span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{:02}", seconds / 60, seconds % 60),
        3600..86_400 => format!("{}h{:02}", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// Messages a second in at most five cells.
pub(crate) fn rate(a_second: f32) -> String {
    match a_second {
        r if r < 0.05 => "0".to_owned(),
        r if r < 100.0 => format!("{r:.1}"),
        r if r < 10_000.0 => format!("{r:.0}"),
        r => format!("{:.1}k", r / 1000.0),
    }
}

/// How long after `earlier` a moment of the wall clock is; nothing when the clock was set back.
pub(crate) fn since_wall(earlier: WallTime, now: WallTime) -> Duration {
    Duration::from_millis(u64::try_from(now.0.saturating_sub(earlier.0)).unwrap_or(0))
}

/// A number of cells, held within what a terminal can have.
pub(crate) fn cells(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// `1 worker`, `3 workers`.
pub(crate) fn plural(number: usize, one: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{} {one}s", count(number as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_short() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(short(9_999), "9999");
        assert_eq!(short(12_345), "12.3k");
        assert_eq!(short(1_234_567), "1.2M");
        assert_eq!(bytes(812), "812");
        assert_eq!(bytes(3_174), "3.0K");
        assert_eq!(bytes(148_897_792), "142M");
        assert_eq!(bytes(u64::MAX), "15E");
        let sizes = [1, 812, 1_234, 200_000, 12_345_678].map(size);
        assert_eq!(
            sizes,
            ["1 byte", "812 bytes", "1.2 kB", "200 kB", "12.3 MB"]
        );
        for number in [0, 999, 1000, 1023, 1_048_575, 1 << 40, u64::MAX] {
            assert!(
                bytes(number).len() <= 5 && short(number).len() <= 5,
                "{number}"
            );
        }
    }

    #[test]
    fn times_stay_short() {
        assert_eq!(latency(Duration::from_micros(340)), "340µs");
        assert_eq!(latency(Duration::from_micros(17_100)), "17ms");
        assert_eq!(latency(Duration::from_millis(1_234)), "1.2s");
        assert_eq!(span(Duration::from_secs(161)), "2m41");
        assert_eq!(span(Duration::from_mins(187)), "3h07");
        assert_eq!(wait(Duration::from_millis(3_210)), "3.2s");
    }
}
