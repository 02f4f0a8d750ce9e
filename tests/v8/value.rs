//! Values as JavaScript source and as JSON text with marks, made from the same tree.

use std::fmt::Write;

use proptest::prelude::*;

/// A value. Objects that are written are put into `o` under their number, so that others can refer to them.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A source and its text, of what is no object.
    Primitive(String, String),
    /// A source and its text, of an object with nothing in it.
    Whole(String, String),
    Object(Vec<(String, Value)>),
    /// Items, each after so many holes, then so many holes, then properties.
    List(Vec<(u32, Value)>, u32, Vec<(String, Value)>),
    Map(Vec<(Value, Value)>),
    Set(Vec<Value>),
    /// A name, a message and a stack, and a cause.
    Error(&'static str, Option<String>, String, Option<Box<Value>>),
    /// An object met before, by a number that is cut to what there is.
    Again(u32),
}

/// A value's source and text.
pub(crate) fn render(value: &Value) -> (String, String) {
    // The list around both is number 0.
    let mut page = Page {
        met: 1,
        open_errors: Vec::new(),
        source: String::new(),
        text: String::new(),
    };
    page.value(value);
    (page.source, page.text)
}

struct Page {
    met: u32,
    open_errors: Vec<u32>,
    source: String,
    text: String,
}

impl Page {
    fn both(&mut self, source: &str, text: &str) {
        self.source.push_str(source);
        self.text.push_str(text);
    }

    fn meet(&mut self, source: &str) -> u32 {
        let number = self.met;
        self.met += 1;
        write!(self.source, "(o[{number}]={source}").unwrap();
        number
    }

    fn end(&mut self, number: u32, text: &str) {
        write!(self.source, ",o[{number}])").unwrap();
        self.text.push_str(text);
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Primitive(source, text) => self.both(source, text),
            Value::Whole(source, text) => {
                let number = self.meet(source);
                self.end(number, text);
            }
            Value::Object(entries) => {
                let number = self.meet("{}");
                self.text.push('{');
                self.entries(number, entries);
                self.end(number, "}");
            }
            Value::List(items, holes, properties) => self.list(items, *holes, properties),
            Value::Map(entries) => {
                let number = self.meet("new Map()");
                self.text.push_str("{\"$map\":[");
                for (index, (key, value)) in entries.iter().enumerate() {
                    write!(self.source, ",o[{number}].set(").unwrap();
                    self.text.push_str(if index > 0 { ",[" } else { "[" });
                    self.value(key);
                    self.both(",", ",");
                    self.value(value);
                    self.both(")", "]");
                }
                self.end(number, "]}");
            }
            Value::Set(values) => {
                let number = self.meet("new Set()");
                self.text.push_str("{\"$set\":[");
                for (index, value) in values.iter().enumerate() {
                    // Each in a list of its own: equal values would be one.
                    write!(
                        self.source,
                        ",o[{number}].add((o[{}]=[],o[{}].push(",
                        self.met, self.met
                    )
                    .unwrap();
                    self.text.push_str(if index > 0 { ",[" } else { "[" });
                    let list = self.met;
                    self.met += 1;
                    self.value(value);
                    write!(self.source, "),o[{list}]))").unwrap();
                    self.text.push(']');
                }
                self.end(number, "]}");
            }
            Value::Error(name, message, stack, cause) => {
                self.error(name, message.as_deref(), stack, cause.as_deref());
            }
            Value::Again(number) => {
                let number = 1 + number % self.met;
                if number >= self.met || self.open_errors.contains(&number) {
                    return self.both("null", "null");
                }
                let text = format!("{{\"$ref\":{number}}}");
                self.both(&format!("o[{number}]"), &text);
            }
        }
    }

    fn entries(&mut self, number: u32, entries: &[(String, Value)]) {
        for (index, (key, value)) in entries.iter().enumerate() {
            let json = serde_json::to_string(key).unwrap();
            write!(self.source, ",Object.defineProperty(o[{number}],{json},{{writable:true,enumerable:true,configurable:true,value:").unwrap();
            let dollar = if key.starts_with('$') { "$" } else { "" };
            let comma = if index > 0 { "," } else { "" };
            write!(self.text, "{comma}\"{dollar}{}:", &json[1..]).unwrap();
            self.value(value);
            self.source.push_str("})");
        }
    }

    fn list(&mut self, items: &[(u32, Value)], holes: u32, properties: &[(String, Value)]) {
        let number = self.meet("[]");
        self.text.push('[');
        let start = self.text.len();
        let mut length = 0;
        for (holes, value) in items {
            self.hole(start, *holes);
            self.comma(start);
            length += holes;
            write!(self.source, ",put(o[{number}],{length},").unwrap();
            self.value(value);
            self.source.push(')');
            length += 1;
        }
        self.hole(start, holes);
        write!(self.source, ",o[{number}].length={}", length + holes).unwrap();
        if !properties.is_empty() {
            self.comma(start);
            self.text.push_str("{\"$properties\":{");
            self.entries(number, properties);
            self.text.push_str("}}");
        }
        self.end(number, "]");
    }

    fn hole(&mut self, start: usize, holes: u32) {
        if holes > 0 {
            self.comma(start);
            let count = if holes == 1 {
                "true".to_owned()
            } else {
                holes.to_string()
            };
            write!(self.text, "{{\"$hole\":{count}}}").unwrap();
        }
    }

    fn comma(&mut self, start: usize) {
        if self.text.len() > start {
            self.text.push(',');
        }
    }

    fn error(&mut self, name: &str, message: Option<&str>, stack: &str, cause: Option<&Value>) {
        let json = |text: &str| serde_json::to_string(text).unwrap();
        let shown = message.map_or("undefined".to_owned(), json);
        let number = self.meet(&format!("error({name},{shown},{})", json(stack)));
        write!(self.text, "{{\"$error\":{{\"name\":\"{name}\"").unwrap();
        if let Some(message) = message {
            write!(self.text, ",\"message\":{}", json(message)).unwrap();
        }
        write!(self.text, ",\"stack\":{}", json(stack)).unwrap();
        if let Some(cause) = cause {
            write!(self.source, ",Object.defineProperty(o[{number}],'cause',{{writable:true,configurable:true,value:").unwrap();
            self.text.push_str(",\"cause\":");
            self.open_errors.push(number);
            self.value(cause);
            self.open_errors.pop();
            self.source.push_str("})");
        }
        self.end(number, "}}");
    }
}

fn primitive(source: impl Into<String>, text: impl Into<String>) -> Value {
    Value::Primitive(source.into(), text.into())
}

fn whole(source: impl Into<String>, text: impl Into<String>) -> Value {
    Value::Whole(source.into(), text.into())
}

fn strings() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c$\"\\\\]{0,3}",
        "[é-ü\u{0}-\u{1f}]{0,3}",
        "[a-z✓😀é]{0,3}",
        "[0-9]{1,2}"
    ]
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn primitives() -> impl Strategy<Value = Value> {
    let fixed = vec![
        ("undefined", r#"{"$undefined":true}"#),
        ("null", "null"),
        ("true", "true"),
        ("false", "false"),
        ("NaN", r#"{"$number":"NaN"}"#),
        ("Infinity", r#"{"$number":"Infinity"}"#),
        ("-Infinity", r#"{"$number":"-Infinity"}"#),
        ("-0", r#"{"$number":"-0"}"#),
        ("'\\ud800x'", r#""\ud800x""#),
        ("'\\ud83d\\ude00\\udc00'", r#""😀\udc00""#),
        ("4294967295", "4294967295"),
        ("-2147483648", "-2147483648"),
        ("1e21", "1e21"),
        ("5e-324", "5e-324"),
        ("0n", r#"{"$bigint":"0"}"#),
    ];
    prop_oneof![
        prop::sample::select(fixed).prop_map(|(source, text)| primitive(source, text)),
        any::<i32>().prop_map(|number| primitive(number.to_string(), number.to_string())),
        any::<f64>()
            .prop_filter("plain", |number| number.is_finite() && *number != 0.0)
            .prop_map(|number| {
                // Both read the shortest digits.
                primitive(format!("{number:e}"), format!("{number:e}"))
            }),
        any::<i128>().prop_map(|number| primitive(
            format!("{number}n"),
            format!("{{\"$bigint\":\"{number}\"}}")
        )),
        strings().prop_map(|text| primitive(json(&text), json(&text))),
    ]
}

fn wholes() -> impl Strategy<Value = Value> {
    let fixed = vec![
        ("Object(true)", r#"{"$boxed":true}"#),
        ("Object(false)", r#"{"$boxed":false}"#),
        ("Object(-0)", r#"{"$boxed":{"$number":"-0"}}"#),
        ("Object(1.5)", r#"{"$boxed":1.5}"#),
        ("Object(12n)", r#"{"$boxed":{"$bigint":"12"}}"#),
        ("Object('é✓')", r#"{"$boxed":"é✓"}"#),
        ("/a\\/[b]/dgimsuy", r#"{"$regexp":["a\\/[b]","dgimsuy"]}"#),
        ("/[a&&b]/v", r#"{"$regexp":["[a&&b]","v"]}"#),
        ("new RegExp('')", r#"{"$regexp":["(?:)",""]}"#),
        ("new RegExp('✓')", r#"{"$regexp":["✓",""]}"#),
        ("new ArrayBuffer(0)", r#"{"$arraybuffer":""}"#),
        (
            "new Uint8Array([1,2,3]).buffer",
            r#"{"$arraybuffer":"AQID"}"#,
        ),
        (
            "new ArrayBuffer(1,{maxByteLength:9})",
            r#"{"$resizable":["AA==",9]}"#,
        ),
        (
            "new DataView(new ArrayBuffer(3))",
            r#"{"$dataview":"AAAA"}"#,
        ),
        (
            "new Uint8ClampedArray([1])",
            r#"{"$uint8clampedarray":"AQ=="}"#,
        ),
        ("new Int8Array([-1])", r#"{"$int8array":"/w=="}"#),
        ("new Int16Array([1])", r#"{"$int16array":"AQA="}"#),
        ("new Uint16Array([1])", r#"{"$uint16array":"AQA="}"#),
        ("new Int32Array([1])", r#"{"$int32array":"AQAAAA=="}"#),
        ("new Uint32Array([1])", r#"{"$uint32array":"AQAAAA=="}"#),
        ("new Float32Array([1])", r#"{"$float32array":"AACAPw=="}"#),
        (
            "new Float64Array([1])",
            r#"{"$float64array":"AAAAAAAA8D8="}"#,
        ),
        (
            "new BigInt64Array([1n])",
            r#"{"$bigint64array":"AQAAAAAAAAA="}"#,
        ),
        (
            "new BigUint64Array([1n])",
            r#"{"$biguint64array":"AQAAAAAAAAA="}"#,
        ),
        ("Buffer.from('hi')", r#"{"$buffer":"aGk="}"#),
        ("new Uint8Array(0)", r#"{"$uint8array":""}"#),
    ];
    prop_oneof![
        3 => prop::sample::select(fixed).prop_map(|(source, text)| whole(source, text)),
        1 => (-8_640_000_000_000_000_i64..=8_640_000_000_000_000).prop_map(|milliseconds| {
            // The text is what was written with a number; what comes back is compared as a body.
            whole(format!("new Date({milliseconds})"), format!("{{\"$date\":{milliseconds}}}"))
        }),
    ]
}

/// Keys in JavaScript's order, each once: indexes, then others.
fn entries(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Vec<(String, Value)>> {
    prop::collection::vec((strings(), value), 0..4).prop_map(|mut entries| {
        let is_index =
            |key: &str| key == "0" || !key.starts_with('0') && key.parse::<u32>().is_ok();
        entries.sort_by_key(|(key, _)| {
            if is_index(key) {
                (0, key.parse().unwrap(), String::new())
            } else {
                (1, 0_u32, key.clone())
            }
        });
        entries.dedup_by(|a, b| a.0 == b.0);
        entries
    })
}

pub(crate) fn values() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![4 => primitives(), 3 => wholes(), 2 => (0..20_u32).prop_map(Value::Again)];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let items = prop::collection::vec(
            (prop_oneof![5 => Just(0_u32), 1 => 1..4_u32], inner.clone()),
            0..4,
        );
        let names = prop::sample::select(vec![
            "Error",
            "TypeError",
            "RangeError",
            "EvalError",
            "ReferenceError",
            "SyntaxError",
            "URIError",
        ]);
        let properties = entries(inner.clone()).prop_map(|mut entries| {
            entries.retain(|(key, _)| !key.starts_with(|c: char| c.is_ascii_digit()));
            entries
        });
        let holes = prop_oneof![5 => Just(0_u32), 1 => 1..4_u32];
        let no_properties = prop_oneof![3 => Just(Vec::new()), 1 => properties];
        let pairs =
            prop::collection::vec((primitives(), inner.clone()), 0..3).prop_map(|mut pairs| {
                // Equal keys would be one.
                pairs.sort_by_key(|(key, _)| format!("{key:?}"));
                pairs.dedup_by_key(|(key, _)| format!("{key:?}").replace("-0", "0"));
                pairs.retain(
                    |(key, _)| !matches!(key, Value::Primitive(source, _) if source == "-0"),
                );
                pairs
            });
        prop_oneof![
            entries(inner.clone()).prop_map(Value::Object),
            (items, holes, no_properties)
                .prop_map(|(items, holes, properties)| Value::List(items, holes, properties)),
            pairs.prop_map(Value::Map),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Set),
            (
                names,
                prop::option::of(strings()),
                strings(),
                prop::option::of(inner.prop_map(Box::new))
            )
                .prop_map(|(name, message, stack, cause)| Value::Error(
                    name, message, stack, cause
                )),
        ]
    })
}
