//! A recording's text: asciicast, version 2 (<https://docs.asciinema.org/manual/asciicast/v2/>). One JSON value a line: a
//! header, then what was printed and each new size with its moment.

use std::time::Duration;

use serde_json::json;

use crate::terminal::message::Size;

/// A recording as it goes on.
#[derive(Debug, Default)]
pub(super) struct Cast {
    /// The beginning of a letter whose rest has not come: a line holds whole letters.
    letter: Vec<u8>,
}

/// What stands above the events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::terminal::host) struct Header {
    pub(in crate::terminal::host) size: Size,
    /// Seconds since the Unix epoch.
    pub(in crate::terminal::host) timestamp: u64,
    pub(in crate::terminal::host) title: String,
    pub(in crate::terminal::host) shell: String,
}

impl Header {
    /// The first line.
    pub(super) fn line(&self) -> String {
        let header = json!({
            "version": 2,
            "width": self.size.cols(),
            "height": self.size.rows(),
            "timestamp": self.timestamp,
            "title": self.title,
            "env": {"TERM": "xterm-256color", "SHELL": self.shell},
        });
        format!("{header}\n")
    }
}

impl Cast {
    /// What was printed, at its moment; nothing if that is half a letter.
    pub(super) fn output(&mut self, at: Duration, bytes: &[u8]) -> String {
        self.letter.extend_from_slice(bytes);
        let waiting = std::mem::take(&mut self.letter);
        let mut text = String::with_capacity(waiting.len());
        let mut rest = &waiting[..];
        while !rest.is_empty() {
            let (valid, invalid) = match std::str::from_utf8(rest) {
                Ok(_) => (rest.len(), Some(0)),
                Err(error) => (error.valid_up_to(), error.error_len()),
            };
            text.push_str(&String::from_utf8_lossy(&rest[..valid]));
            let Some(invalid) = invalid else {
                self.letter = rest[valid..].to_vec();
                break;
            };
            if invalid > 0 {
                text.push(char::REPLACEMENT_CHARACTER);
            }
            rest = &rest[valid + invalid..];
        }
        if text.is_empty() { String::new() } else { event(at, "o", &text) }
    }

    /// The grid has this size from here on.
    pub(super) fn resize(at: Duration, size: Size) -> String {
        event(at, "r", &size.to_string())
    }
}

fn event(at: Duration, code: &str, data: &str) -> String {
    format!("[{}.{:06}, {}, {}]\n", at.as_secs(), at.subsec_micros(), json!(code), json!(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Duration = Duration::from_micros(1_500_000);

    #[test]
    fn the_header_and_the_events_are_lines_of_json() {
        let header = Header {
            size: Size::new(100, 30).unwrap(),
            timestamp: 1_700_000_000,
            title: "a \"b\"".into(),
            shell: "/bin/sh".into(),
        };
        let read: serde_json::Value = serde_json::from_str(&header.line()).unwrap();
        assert_eq!(
            (&read["version"], &read["width"], &read["height"]),
            (&2.into(), &100.into(), &30.into())
        );
        assert_eq!(read["title"], "a \"b\"");
        assert_eq!(
            Cast::default().output(AT, b"\x1b[1m\"\r\n"),
            "[1.500000, \"o\", \"\\u001b[1m\\\"\\r\\n\"]\n"
        );
        assert_eq!(Cast::resize(AT, header.size), "[1.500000, \"r\", \"100x30\"]\n");
    }

    #[test]
    fn a_letter_is_whole_wherever_it_was_cut_and_what_is_none_is_shown_as_such() {
        let bytes = "é漢🚀".as_bytes();
        for cut in 0..=bytes.len() {
            let mut cast = Cast::default();
            let lines = cast.output(AT, &bytes[..cut]) + &cast.output(AT, &bytes[cut..]);
            let texts = lines.lines().map(|line| {
                let (_, _, text): (f64, String, String) = serde_json::from_str(line).unwrap();
                text
            });
            assert_eq!(texts.collect::<String>(), "é漢🚀", "cut at {cut}");
        }
        assert!(Cast::default().output(AT, b"a\xffb\xc3(").contains("a\u{fffd}b\u{fffd}("));
    }
}
