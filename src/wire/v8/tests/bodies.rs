//! Bodies that node 20 wrote.

use crate::wire::v8::from_json;

/// Bodies of node 20's `child_process` (hexadecimal, without the header) and their text.
pub(super) const BOTH_WAYS: &[(&str, &str)] = &[
    ("5f", r#"{"$undefined":true}"#),
    ("30", "null"),
    ("54", "true"),
    ("46", "false"),
    ("4900", "0"),
    ("4901", "-1"),
    ("49feffffff0f", "2147483647"),
    ("4e000000000000e041", "2147483648"),
    ("4e000000000000f83f", "1.5"),
    ("4e000000000000f87f", r#"{"$number":"NaN"}"#),
    ("4e000000000000f07f", r#"{"$number":"Infinity"}"#),
    ("4e000000000000f0ff", r#"{"$number":"-Infinity"}"#),
    ("4e0000000000000080", r#"{"$number":"-0"}"#),
    (
        "5a20d20a3f4eeee073c3f60fe98e01000000",
        r#"{"$bigint":"123456789012345678901234567890"}"#,
    ),
    ("5a110100000000000000", r#"{"$bigint":"-1"}"#),
    ("5a00", r#"{"$bigint":"0"}"#),
    ("220568690022e9", r#""hi\u0000\"é""#),
    ("630400d87800", r#""\ud800x""#),
    ("63043dd800de", r#""😀""#),
    ("6f7b00", "{}"),
    ("6f22017a490222016149047b02", r#"{"z":1,"a":2}"#),
    ("6f2202246149027b01", r#"{"$$a":1}"#),
    (
        "6f49024904220a3432393439363732393549047b02",
        r#"{"1":2,"4294967295":2}"#,
    ),
    ("410249024904240002", "[1,2]"),
    (
        "4102490249042201784902240102",
        r#"[1,2,{"$properties":{"x":1}}]"#,
    ),
    ("610349004902490449064 00203", r#"[1,{"$hole":true},3]"#),
    ("6105400005", r#"[{"$hole":5}]"#),
    (
        "61024902490222017849024002 02",
        r#"[{"$hole":true},1,{"$properties":{"x":1}}]"#,
    ),
    (
        "440000000000000000",
        r#"{"$date":"1970-01-01T00:00:00.000Z"}"#,
    ),
    ("44000000000000f87f", r#"{"$date":null}"#),
    ("52220161bf01", r#"{"$regexp":["a","dgimsuy"]}"#),
    ("5222035b615d8002", r#"{"$regexp":["[a]","v"]}"#),
    ("3b490249046f7b002201783a04", r#"{"$map":[[1,2],[{},"x"]]}"#),
    ("2749022201612c02", r#"{"$set":[1,"a"]}"#),
    ("410179240001", r#"[{"$boxed":true}]"#),
    ("78", r#"{"$boxed":false}"#),
    ("6e000000000000f03f", r#"{"$boxed":1}"#),
    ("6e0000000000000080", r#"{"$boxed":{"$number":"-0"}}"#),
    ("7a100200000000000000", r#"{"$boxed":{"$bigint":"2"}}"#),
    ("73220173", r#"{"$boxed":"s"}"#),
    ("4203010203", r#"{"$arraybuffer":"AQID"}"#),
    ("7e040800000000", r#"{"$resizable":["AAAAAA==",8]}"#),
    ("5c000a026869", r#"{"$buffer":"aGk="}"#),
    ("5c000903000000", r#"{"$dataview":"AAAA"}"#),
    ("5c00040401000200", r#"{"$uint16array":"AQACAA=="}"#),
    ("41036f7b005e015e00240003", r#"[{},{"$ref":1},{"$ref":0}]"#),
    (
        "4202010256420002 00",
        r#"{"$view":["uint8array",{"$arraybuffer":"AQI="},0,2]}"#,
    ),
    (
        "41034202010256420002005e0156570002005e02240003",
        r#"[{"$view":["uint8array",{"$arraybuffer":"AQI="},0,2]},{"$view":["uint16array",{"$ref":2},0,2]},{"$ref":1}]"#,
    ),
    (
        "7e0204010256420101 03",
        r#"{"$view":["uint8array",{"$resizable":["AQI=",4]},1,null]}"#,
    ),
    (
        "72546d220178732201732e",
        r#"{"$error":{"name":"TypeError","message":"x","stack":"s"}}"#,
    ),
    ("722e", r#"{"$error":{"name":"Error"}}"#),
    (
        "726d22016d73220153636f22016149027b012e",
        r#"{"$error":{"name":"Error","message":"m","stack":"S","cause":{"a":1}}}"#,
    ),
];

pub(super) fn bytes(hexadecimal: &str) -> Vec<u8> {
    let digits: Vec<u8> = hexadecimal.bytes().filter(|byte| *byte != b' ').collect();
    let pairs = digits
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap());
    let body = pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap());
    [0xFF, 0x0F].into_iter().chain(body).collect()
}

pub(super) fn written(text: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    from_json(text, &mut out)
        .map(|()| out)
        .map_err(|error| error.to_string())
}
