//! The line that tells of a failed job.

/// Writes `{"job":…,"line":N,"error":…,"attempts":N}`; `job` is JSON.
pub(super) fn write(job: &str, line: u64, error: &str, attempts: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"job\":");
    out.extend_from_slice(job.as_bytes());
    out.extend_from_slice(format!(",\"line\":{line},\"error\":").as_bytes());
    out.extend_from_slice(quoted(error).as_bytes());
    out.extend_from_slice(format!(",\"attempts\":{attempts}}}\n").as_bytes());
}

/// A text as JSON.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line_of_json_with_four_members() {
        let mut out = Vec::new();

        write("[1.0]", 7, "say \"no\"\n", 4, &mut out);
        write(&quoted("no\tjson"), 8, "not valid JSON", 0, &mut out);

        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"job\":[1.0],\"line\":7,\"error\":\"say \\\"no\\\"\\n\",\"attempts\":4}\n\
             {\"job\":\"no\\tjson\",\"line\":8,\"error\":\"not valid JSON\",\"attempts\":0}\n"
        );
    }
}
