//! What keys mean while history is shown.

/// One key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    Enter,
    Backspace,
    Escape,
    Char(char),
}

/// The keys of what was typed. An escape sequence comes whole from a terminal, so a lone ESC is the key.
pub(super) fn keys(bytes: &[u8]) -> Vec<Key> {
    let text = String::from_utf8_lossy(bytes);
    let mut keys = Vec::new();
    let mut rest = text.as_ref();
    while let Some(char) = rest.chars().next() {
        let (key, len) = match char {
            '\x1b' => sequence(rest),
            '\r' | '\n' => (Some(Key::Enter), 1),
            '\x08' | '\x7f' => (Some(Key::Backspace), 1),
            // ^B and ^F page as in less and vi; ^C leaves.
            '\x02' => (Some(Key::PageUp), 1),
            '\x06' => (Some(Key::PageDown), 1),
            '\x03' => (Some(Key::Escape), 1),
            control if control.is_control() => (None, control.len_utf8()),
            char => (Some(Key::Char(char)), char.len_utf8()),
        };
        keys.extend(key);
        rest = &rest[len..];
    }
    keys
}

/// What an ESC begins, and its length.
fn sequence(text: &str) -> (Option<Key>, usize) {
    let Some(rest) = text[1..].strip_prefix(['[', 'O']) else { return (Some(Key::Escape), 1) };
    let Some(last) = rest.find(|char: char| ('@'..='~').contains(&char)) else {
        return (None, text.len());
    };
    let key = match &rest[..=last] {
        "A" => Some(Key::Up),
        "B" => Some(Key::Down),
        "C" => Some(Key::Right),
        "D" => Some(Key::Left),
        "H" | "1~" | "7~" => Some(Key::Home),
        "F" | "4~" | "8~" => Some(Key::End),
        "5~" => Some(Key::PageUp),
        "6~" => Some(Key::PageDown),
        "27u" => Some(Key::Escape),
        _ => None,
    };
    (key, last + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_in_both_cursor_modes_and_a_lone_escape_is_one() {
        assert_eq!(
            keys(b"\x1b[A\x1bOB\x1b[5~\x1b[Hq\x1b"),
            [Key::Up, Key::Down, Key::PageUp, Key::Home, Key::Char('q'), Key::Escape]
        );
        assert_eq!(keys("é\x1b[1;5Ax\r".as_bytes()), [Key::Char('é'), Key::Char('x'), Key::Enter]);
    }
}
