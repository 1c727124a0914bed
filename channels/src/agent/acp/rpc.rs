//! JSON-RPC 2.0 (<https://www.jsonrpc.org/specification>), one message a line, as agents write it.

use serde_json::Value;

/// What a line is.
#[derive(Debug)]
pub(super) enum Incoming {
    /// It wants an answer under its own number.
    Request { id: Value, method: String, params: Value },
    /// It wants none.
    Notice { method: String, params: Value },
    /// It answers our number.
    Answer { id: u64, outcome: Result<Value, String> },
}

impl Incoming {
    /// Reads a line; `None` if it is no message.
    pub(super) fn read(line: &str) -> Option<Self> {
        let read = |line: &str| serde_json::from_str::<Value>(line).ok();
        let mut message =
            read(line).or_else(|| read(&mended(line)).filter(|_| line.starts_with('{')))?;
        let params = taken(&mut message, "params");
        let id = Some(taken(&mut message, "id")).filter(|id| !id.is_null());
        match (message["method"].as_str(), id) {
            (Some(method), Some(id)) => {
                Some(Self::Request { id, method: method.to_owned(), params })
            }
            (Some(method), None) => Some(Self::Notice { method: method.to_owned(), params }),
            (None, Some(id)) => {
                // Some give a number back as a string.
                let id = id.as_u64().or_else(|| id.as_str()?.parse().ok())?;
                let outcome = match message.get("error").filter(|error| !error.is_null()) {
                    Some(error) => Err(in_words(error)),
                    None => Ok(taken(&mut message, "result")),
                };
                Some(Self::Answer { id, outcome })
            }
            (None, None) => None,
        }
    }
}

/// A member of what should be an object, or null. To index one by hand in place panics on what is none.
pub(super) fn taken(value: &mut Value, name: &str) -> Value {
    value.get_mut(name).map(Value::take).unwrap_or_default()
}

/// The line with U+FFFD in place of halves of letters: JavaScript writes them when it cuts a text within one (RFC 8259, 8.2).
fn mended(line: &str) -> String {
    let mut mended = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        mended += before;
        let len = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                mended += "\\ufffd";
                rest = &escape[6..];
                continue;
            }
            (Some(_), _) => 6,
            // A backslash and what it escapes.
            (None, _) => escape.char_indices().nth(2).map_or(escape.len(), |(at, _)| at),
        };
        mended += &escape[..len];
        rest = &escape[len..];
    }
    mended + rest
}

/// The UTF-16 code unit of an escape that stands here.
fn unit(escape: &str) -> Option<u16> {
    u16::from_str_radix(escape.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

/// An error's words: what says most of it stands in its data.
fn in_words(error: &Value) -> String {
    let message = error["message"].as_str().unwrap_or("the agent gives no reason");
    let data = &error["data"];
    let details = data
        .as_str()
        .or_else(|| ["details", "message"].iter().find_map(|name| data[name].as_str()));
    match details {
        Some(details) if details != message => format!("{message}: {details}"),
        Some(_) | None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_letter_costs_no_message() {
        let line = r#"{"method":"m","params":{"a":"x\ud83d","b":"\ude00\\ud83d","c":"\ud83d\ude00","d":"\u00e4\n"}}"#;
        let Some(Incoming::Notice { params, .. }) = Incoming::read(line) else {
            panic!("it is read")
        };
        let texts = ["a", "b", "c", "d"].map(|name| params[name].as_str().unwrap().to_owned());
        assert_eq!(texts, ["x\u{fffd}", "\u{fffd}\\ud83d", "😀", "ä\n"]);
        assert!(Incoming::read(r#"{"method":"\"#).is_none());
        assert!(Incoming::read(r#"{"method":"\u12"#).is_none());
    }
}
