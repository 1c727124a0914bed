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

/// The keys of what was typed, each with how many bytes stand before its end. An escape sequence comes whole from a
/// terminal, so a lone ESC is the key.
pub(super) fn keys(bytes: &[u8]) -> Vec<(Key, usize)> {
    let (mut keys, mut behind) = (Vec::new(), 0);
    for chunk in bytes.utf8_chunks() {
        let mut rest = chunk.valid();
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
            behind += len;
            keys.extend(key.map(|key| (key, behind)));
            rest = &rest[len..];
        }
        behind += chunk.invalid().len();
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

    fn names(bytes: &[u8]) -> Vec<Key> {
        keys(bytes).into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn keys_are_known_in_both_cursor_modes_and_a_lone_escape_is_one() {
        assert_eq!(
            names(b"\x1b[A\x1bOB\x1b[5~\x1b[Hq\x1b"),
            [Key::Up, Key::Down, Key::PageUp, Key::Home, Key::Char('q'), Key::Escape]
        );
        assert_eq!(names("é\x1b[1;5Ax\r".as_bytes()), [Key::Char('é'), Key::Char('x'), Key::Enter]);
    }

    #[test]
    fn it_is_known_where_each_ends() {
        let ends = |bytes| keys(bytes).into_iter().map(|(_, end)| end).collect::<Vec<_>>();
        assert_eq!(ends("é\x1b[5~q".as_bytes()), [2, 6, 7]);
        assert_eq!(ends(b"\xffq\x01g"), [2, 4]);
    }
}
