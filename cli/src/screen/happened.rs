//! What happened once while this view was away, and is told with a Snapshot: a bell, a clipboard. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use devtail_channels::terminal::{Event, Happening};

/// Bytes that tell the window what happened after `had`; nothing if this view had nothing before.
pub(super) fn since(had: Option<u64>, events: &[Event]) -> Vec<u8> {
    let Some(had) = had else { return Vec::new() };
    let new = || events.iter().filter(|event| event.at > had).map(|event| &event.what);
    let mut out = Vec::new();
    // One bell is as good as many.
    if new().any(|what| *what == Happening::Bell) {
        out.push(0x07);
    }
    let last = new().filter_map(|what| match what {
        Happening::Clipboard { selection, text } => Some((selection, text)),
        Happening::Bell | Happening::Finished { .. } => None,
    });
    if let Some((selection, text)) = last.last() {
        let plain: String = selection.chars().filter(char::is_ascii_alphanumeric).collect();
        out.extend_from_slice(
            format!("\x1b]52;{plain};{}\x1b\\", STANDARD.encode(text)).as_bytes(),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_new_is_told_and_each_sort_once() {
        let copied =
            |text: &'static str| Happening::Clipboard { selection: "c".into(), text: text.into() };
        let events = [
            (5, Happening::Bell),
            (6, copied("old")),
            (9, Happening::Bell),
            (10, copied("a")),
            (11, copied("b")),
        ]
        .map(|(at, what)| Event { at, what });
        assert_eq!(since(Some(6), &events), b"\x07\x1b]52;c;Yg==\x1b\\");
        assert_eq!(since(Some(11), &events), b"");
        assert_eq!(since(None, &events), b"");
    }
}
