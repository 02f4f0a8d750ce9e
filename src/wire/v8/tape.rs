//! A JSON text's values in a row, so that any of them can be passed over at once.

use serde_json::value::RawValue;

use crate::wire::v8::error::V8Error;

/// How deep a text may nest. A level of V8's is up to three of these: an object, its list, the list's pair.
const DEPTH: usize = 4096;

/// How much of a wrong value is shown, in bytes.
const SHOWN: usize = 40;

/// The place of a value among all of a text, in the order of their beginnings; keys are values, too.
pub(super) type Place = u32;

/// Where a value begins, and the place of the one after it and what is in it.
#[derive(Clone, Copy, Debug)]
struct Node {
    start: u32,
    next: Place,
}

/// All values of a text.
#[derive(Debug)]
pub(super) struct Tape<'a> {
    text: &'a str,
    nodes: Vec<Node>,
}

/// Why a text is no tape.
#[derive(Clone, Copy, Debug)]
struct Unread(&'static str);

impl<'a> Tape<'a> {
    /// Reads a text.
    pub(super) fn read(text: &'a str) -> Result<Self, V8Error> {
        let is_valid = serde_json::from_str::<&RawValue>(text).is_ok();
        let nodes = if !is_valid {
            Err(Unread("not valid JSON"))
        } else if u32::try_from(text.len()).is_err() {
            Err(Unread("longer than 4 GiB"))
        } else {
            scan(text.as_bytes())
        };
        match nodes {
            Ok(nodes) => Ok(Self { text, nodes }),
            Err(Unread(problem)) => Err(V8Error::Text {
                value: shown(text),
                path: String::new(),
                problem,
            }),
        }
    }

    /// How many values there are.
    pub(super) fn len(&self) -> Place {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    /// Where a value begins in the text.
    pub(super) fn start(&self, place: Place) -> usize {
        self.node(place).start as usize
    }

    /// The first byte of a value.
    pub(super) fn first(&self, place: Place) -> u8 {
        let start = self.node(place).start as usize;
        self.text.as_bytes().get(start).copied().unwrap_or_default()
    }

    /// The place after a value and what is in it.
    pub(super) fn next(&self, place: Place) -> Place {
        self.node(place).next
    }

    /// The places of what is in an array, or of an object's keys and values by turns.
    pub(super) fn children(&self, place: Place) -> impl Iterator<Item = Place> + '_ {
        let end = self.next(place);
        std::iter::successors(Some(place + 1), move |at| Some(self.next(*at)))
            .take_while(move |at| *at < end)
    }

    /// The text of a value with nothing in it.
    pub(super) fn raw(&self, place: Place) -> &'a str {
        let start = self.node(place).start as usize;
        let rest = self.text.get(start..).unwrap_or_default();
        let length = match rest.as_bytes().first() {
            Some(b'"') => string_length(rest.as_bytes()),
            _ => scalar_length(rest.as_bytes()),
        };
        rest.get(..length).unwrap_or_default()
    }

    /// An error about a value.
    pub(super) fn wrong(&self, place: Place, problem: &'static str) -> V8Error {
        let start = self.node(place).start as usize;
        V8Error::Text {
            value: shown(self.text.get(start..).unwrap_or_default()),
            path: self.path(place),
            problem,
        }
    }

    /// The JSON pointer to a value.
    fn path(&self, wanted: Place) -> String {
        let mut path = String::new();
        let mut at = 0;
        while at < wanted {
            let is_object = self.first(at) == b'{';
            let mut children = self.children(at).enumerate();
            let Some((index, child)) = children.find(|(_, child)| self.next(*child) > wanted)
            else {
                break;
            };
            if !is_object {
                path.push('/');
                path.push_str(&index.to_string());
            } else if index % 2 == 1 {
                // A value, after its key.
                let key = self
                    .children(at)
                    .nth(index - 1)
                    .map(|key| self.raw(key))
                    .unwrap_or_default();
                let key = serde_json::from_str::<String>(key).unwrap_or_default();
                path.push('/');
                path.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            at = child;
        }
        path
    }

    fn node(&self, place: Place) -> Node {
        let end = Node {
            start: u32::MAX,
            next: u32::MAX,
        };
        self.nodes.get(place as usize).copied().unwrap_or(end)
    }
}

/// Lists the values of a valid text.
fn scan(text: &[u8]) -> Result<Vec<Node>, Unread> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let length = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' => {
                at += 1;
                continue;
            }
            b'}' | b']' => {
                let next = place(nodes.len())?;
                if let Some(node) = open.pop().and_then(|index| nodes.get_mut(index)) {
                    node.next = next;
                }
                at += 1;
                continue;
            }
            b'{' | b'[' if open.len() >= DEPTH => return Err(Unread("nested too deep")),
            b'{' | b'[' => {
                open.push(nodes.len());
                1
            }
            b'"' => string_length(text.get(at..).unwrap_or_default()),
            _ => scalar_length(text.get(at..).unwrap_or_default()),
        };
        let next = place(nodes.len() + 1)?;
        nodes.push(Node {
            start: place(at)?,
            next,
        });
        at += length.max(1);
    }
    Ok(nodes)
}

fn place(index: usize) -> Result<Place, Unread> {
    u32::try_from(index).map_err(|_| Unread("longer than 4 GiB"))
}

/// The length of the string with which a valid text begins.
fn string_length(text: &[u8]) -> usize {
    let mut at = 1;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let Some(found) = memchr::memchr2(b'"', b'\\', rest) else {
            return text.len();
        };
        at += found + 1;
        if rest.get(found) == Some(&b'"') {
            return at;
        }
        at += 1;
    }
}

fn scalar_length(text: &[u8]) -> usize {
    let is_end = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n');
    text.iter().position(is_end).unwrap_or(text.len())
}

/// The beginning of a text, as much as the value with which it begins, or as fits.
fn shown(text: &str) -> String {
    let head = text
        .get(..text.floor_char_boundary(SHOWN.min(text.len())))
        .unwrap_or_default();
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in head.bytes().enumerate() {
        let was_escaped = std::mem::take(&mut escaped);
        match byte {
            _ if was_escaped => {}
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' | b',' if !in_string && depth == 0 => {
                return head.get(..at).unwrap_or_default().to_owned();
            }
            b'}' | b']' if !in_string => depth -= 1,
            _ => {}
        }
        let is_over = depth == 0 && !in_string && matches!(byte, b'}' | b']' | b'"');
        if is_over {
            return head.get(..=at).unwrap_or_default().to_owned();
        }
    }
    if head.len() < text.len() {
        format!("{head}…")
    } else {
        head.to_owned()
    }
}
