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
        let mut message: Value = serde_json::from_str(line).ok()?;
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
