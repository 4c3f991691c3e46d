//! Writing JSON text straight into a `String`, with the escapes serde_json uses.

use std::fmt::Write;

/// Writes `text` as a JSON string, quotes included.
pub(crate) fn push_str(out: &mut String, text: &str) {
    out.push('"');
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0x00..=0x1f => "",
            _ => continue,
        };
        // Every escaped byte is ASCII, so both cuts fall on character boundaries.
        out.push_str(text.get(done..at).unwrap_or_default());
        if escape.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(escape);
        }
        done = at + 1;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out.push('"');
}

/// Writes a whole number.
pub(crate) fn push_int(out: &mut String, number: i64) {
    let _ = write!(out, "{number}");
}

/// Writes a number as serde_json would; what JSON cannot express becomes null.
pub(crate) fn push_float(out: &mut String, number: f64) {
    match serde_json::Number::from_f64(number) {
        Some(number) => {
            let _ = write!(out, "{number}");
        }
        None => out.push_str("null"),
    }
}

/// Writes any JSON value.
pub(crate) fn push_value(out: &mut String, value: &serde_json::Value) {
    let _ = write!(out, "{value}");
}
