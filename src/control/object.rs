//! Writes one JSON object member by member into a buffer, so that a message's text is embedded as it was.
//!
//! Never checks what is embedded raw; called by the projections of this layer.

use serde::Serialize;

/// An object in the making. It is complete after [`Object::end`].
#[derive(Debug)]
pub(super) struct Object<'a> {
    out: &'a mut Vec<u8>,
    is_empty: bool,
}

impl<'a> Object<'a> {
    /// Opens an object at the end of `out`.
    pub(super) fn begin(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self {
            out,
            is_empty: true,
        }
    }

    /// Adds a member.
    pub(super) fn member(&mut self, key: &str, value: &(impl Serialize + ?Sized)) -> &mut Self {
        self.key(key);
        write_json(self.out, value);
        self
    }

    /// Adds a member where there is a value, and nothing where there is none.
    pub(super) fn some(&mut self, key: &str, value: Option<&impl Serialize>) -> &mut Self {
        match value {
            Some(value) => self.member(key, value),
            None => self,
        }
    }

    /// Adds a member whose value is JSON text already.
    pub(super) fn raw(&mut self, key: &str, json: &[u8]) -> &mut Self {
        self.key(key);
        self.out.extend_from_slice(json);
        self
    }

    /// Adds the members of a value that is itself an object with at least one member.
    pub(super) fn members(&mut self, value: &impl Serialize) -> &mut Self {
        let json = json_text(value);
        if let Some(members) = json
            .strip_prefix(b"{")
            .and_then(|rest| rest.strip_suffix(b"}"))
        {
            self.separate();
            self.out.extend_from_slice(members);
        }
        self
    }

    /// Closes the object.
    pub(super) fn end(self) {
        self.out.push(b'}');
    }

    fn separate(&mut self) {
        if !self.is_empty {
            self.out.push(b',');
        }
        self.is_empty = false;
    }

    fn key(&mut self, key: &str) {
        self.separate();
        write_json(self.out, key);
        self.out.push(b':');
    }
}

/// Writes a value as JSON at the end of `out`; `null` for one that JSON cannot hold, which none of ours is.
pub(super) fn write_json(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    let before = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(before);
        out.extend_from_slice(b"null");
    }
}

/// A value as JSON text.
pub(super) fn json_text(value: &(impl Serialize + ?Sized)) -> Vec<u8> {
    let mut out = Vec::new();
    write_json(&mut out, value);
    out
}
