//! JSON-RPC 2.0 without its methods: requests in, answers out.
//!
//! Parses a line into its parts and never looks into `params`, so that what a client sends stays as it was written. Never
//! does I/O; called by the server.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::control::object::Object;
use crate::control::view::whole_ms;
use crate::model::{JobId, Refusal, RefusalKind};

/// A request's id as it was written: a string, a number or null.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Id(Box<str>);

impl Id {
    /// Whether it is null, which names no request in particular.
    pub(super) fn is_null(&self) -> bool {
        &*self.0 == "null"
    }

    /// Its JSON text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A request with its parameters not yet looked at.
#[derive(Debug)]
pub(super) struct Request<'a> {
    /// What its answer is tied to; none for a notification, which is carried out and not answered.
    pub(super) id: Option<Id>,
    /// What is asked.
    pub(super) method: Cow<'a, str>,
    /// The JSON text of its parameters.
    pub(super) params: Option<&'a str>,
}

/// A line that is no request, with the id to answer it by.
#[derive(Debug)]
pub(super) struct NoRequest {
    /// The id, where it could be read.
    pub(super) id: Option<Id>,
    /// What is wrong.
    pub(super) error: RpcError,
}

/// The error of an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct RpcError {
    code: i32,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Box<ErrorData>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct ErrorData {
    kind: RefusalKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// After how long a full queue may have room.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    /// A job that was accepted all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<JobId>,
}

impl RpcError {
    fn new(code: i32, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            data: None,
        }
    }

    /// The line is not JSON.
    pub(super) fn parse(message: impl Into<String>) -> Self {
        Self::new(-32700, message)
    }

    /// The line is JSON, but no request.
    pub(super) fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(-32600, message)
    }

    /// The method does not exist.
    pub(super) fn no_such_method(message: impl Into<String>) -> Self {
        Self::new(-32601, message)
    }

    /// Names the job that was accepted before this went wrong.
    #[must_use]
    pub(super) fn of_job(mut self, job: JobId) -> Self {
        if let Some(data) = &mut self.data {
            data.job = Some(job);
        }
        self
    }

    /// The parameters are not those of the method.
    pub(super) fn invalid_params(message: impl Into<String>) -> Self {
        Self::new(-32602, message)
    }
}

impl From<Refusal> for RpcError {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: -32000,
            message: refusal.message,
            data: Some(Box::new(ErrorData {
                kind: refusal.kind,
                address: refusal.address,
                hint: refusal.hint,
                retry_after_ms: refusal.retry_after.map(whole_ms),
                job: None,
            })),
        }
    }
}

/// The members of a request, each of any kind. A derived struct also reads an array, so the caller looks at the first
/// byte.
#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    jsonrpc: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    method: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    params: Option<&'a RawValue>,
}

/// Tells a member that is null from one that is not there.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl<'a> Request<'a> {
    /// Reads one line, without its newline.
    pub(super) fn parse(line: &'a [u8]) -> Result<Self, NoRequest> {
        let without_id = |error| NoRequest { id: None, error };
        let raw: &RawValue = serde_json::from_slice(line).map_err(|error| {
            without_id(RpcError::parse(format!(
                "the line is not JSON, at column {}",
                error.column()
            )))
        })?;
        if !raw.get().starts_with('{') {
            return Err(without_id(RpcError::invalid_request(
                "a request is one JSON object on one line; batches are not taken",
            )));
        }
        let members: Members<'a> = serde_json::from_str(raw.get()).map_err(|error| {
            without_id(RpcError::invalid_request(format!(
                "the request cannot be read: {error}"
            )))
        })?;
        let id = members.id.map(parse_id).transpose().map_err(without_id)?;
        Self::from_members(id.clone(), &members).map_err(|error| NoRequest { id, error })
    }

    fn from_members(id: Option<Id>, members: &Members<'a>) -> Result<Self, RpcError> {
        if members.jsonrpc.map(RawValue::get) != Some("\"2.0\"") {
            return Err(RpcError::invalid_request(
                "`jsonrpc` must be \"2.0\" in every request",
            ));
        }
        let method = members.method.ok_or_else(|| {
            RpcError::invalid_request("the request has no `method`; `ps` shows the workers")
        })?;
        let Ok(Text(method)) = serde_json::from_str(method.get()) else {
            return Err(RpcError::invalid_request("`method` must be a string"));
        };
        Ok(Self {
            id,
            method,
            params: members.params.map(RawValue::get),
        })
    }
}

/// A string that is borrowed where it holds no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn parse_id(raw: &RawValue) -> Result<Id, RpcError> {
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'"' | b'-' | b'0'..=b'9' | b'n') => Ok(Id(Box::from(text))),
        _ => Err(RpcError::invalid_request(
            "`id` must be a string, a number or null",
        )),
    }
}

/// Writes the line that answers a request with a result, which is JSON text.
pub(super) fn write_result(out: &mut Vec<u8>, id: &Id, result: &[u8]) {
    let mut object = Object::begin(out);
    object
        .member("jsonrpc", "2.0")
        .raw("id", id.as_str().as_bytes())
        .raw("result", result);
    object.end();
    out.push(b'\n');
}

/// Writes the line that answers a request with an error; its id is null where none could be read.
pub(super) fn write_error(out: &mut Vec<u8>, id: Option<&Id>, error: &RpcError) {
    let mut object = Object::begin(out);
    object
        .member("jsonrpc", "2.0")
        .raw("id", id.map_or("null", Id::as_str).as_bytes())
        .member("error", error);
    object.end();
    out.push(b'\n');
}

/// Writes the line that tells of an event, whose object is JSON text.
pub(super) fn write_event(out: &mut Vec<u8>, params: &[u8]) {
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":");
    out.extend_from_slice(params);
    out.extend_from_slice(b"}\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> (Option<String>, i32) {
        let refused = Request::parse(line.as_bytes()).unwrap_err();
        (
            refused.id.map(|id| id.as_str().to_owned()),
            refused.error.code,
        )
    }

    #[test]
    fn a_request_keeps_its_parameters_as_they_were_written() {
        let line =
            br#" {"jsonrpc":"2.0", "id":1.50,"method":"s\u0065nd","params": {"b": 1e400} } "#;
        let request = Request::parse(line).unwrap();
        assert_eq!(request.id.unwrap().as_str(), "1.50");
        assert_eq!(request.method, "send");
        assert_eq!(request.params, Some(r#"{"b": 1e400}"#));
    }

    #[test]
    fn an_id_is_told_from_a_missing_one() {
        let id = |text: &str| {
            let line = format!(r#"{{"jsonrpc":"2.0",{text}"method":"ps"}}"#);
            let request = Request::parse(line.as_bytes()).unwrap();
            request.id.map(|id| id.as_str().to_owned())
        };
        assert_eq!(id(""), None);
        assert_eq!(id(r#""id":null,"#).as_deref(), Some("null"));
        assert_eq!(id(r#""id":"a\nb","#).as_deref(), Some(r#""a\nb""#));
    }

    #[test]
    fn what_is_no_request_is_refused_by_its_kind() {
        let id = |text: &str| Some(text.to_owned());
        for (line, expected) in [
            ("{", (None, -32700)),
            ("GET / HTTP/1.1", (None, -32700)),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ps"}{"#, (None, -32700)),
            ("[]", (None, -32600)),
            (r#"["2.0",1,"ps"]"#, (None, -32600)),
            ("7", (None, -32600)),
            (r#"{"id":1,"method":"ps"}"#, (id("1"), -32600)),
            (
                r#"{"jsonrpc":"1.0","id":"a","method":"ps"}"#,
                (id("\"a\""), -32600),
            ),
            (r#"{"jsonrpc":"2.0","id":2}"#, (id("2"), -32600)),
            (r#"{"jsonrpc":"2.0","id":2,"method":7}"#, (id("2"), -32600)),
            (r#"{"jsonrpc":"2.0","id":{},"method":"ps"}"#, (None, -32600)),
            (
                r#"{"jsonrpc":"2.0","id":true,"method":"ps"}"#,
                (None, -32600),
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ps"}"#,
                (None, -32600),
            ),
        ] {
            assert_eq!(refused(line), expected, "{line}");
        }
        let not_utf8 = Request::parse(b"{\"jsonrpc\":\"2.0\",\"method\":\"\xff\"}").unwrap_err();
        assert_eq!(not_utf8.error.code, -32700);
    }

    #[test]
    fn answers_are_one_line_each() {
        let mut out = Vec::new();
        let id = Id(Box::from("\"x\""));
        write_result(&mut out, &id, b"{}");
        let refusal = Refusal::new(RefusalKind::NoSuchPool, "no pool `x`").at(&"x");
        write_error(&mut out, Some(&id), &refusal.into());
        write_error(&mut out, None, &RpcError::parse("no"));
        write_event(&mut out, b"{}");
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{}}\n\
             {\"jsonrpc\":\"2.0\",\"id\":\"x\",\"error\":{\"code\":-32000,\"message\":\"no pool `x`\",\"data\":{\"kind\":\"no_such_pool\",\"address\":\"x\"}}}\n\
             {\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"no\"}}\n\
             {\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{}}\n"
        );
    }
}
