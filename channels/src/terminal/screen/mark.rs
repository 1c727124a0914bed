//! The size mark: the one thing the host itself says in the Log. `ESC ] 8377 ; size=COLSxROWS ESC \`.

use crate::terminal::message::Size;

/// The OSC number of the host's own marks. A program's are taken out, so one in the Log is the host's.
pub(in crate::terminal) const SIZE_MARK: u32 = 8377;

/// The bytes that tell every reader of the Log that the grid has this size from here on.
pub fn size_mark(size: Size) -> Vec<u8> {
    format!("\x1b]{SIZE_MARK};size={}x{}\x1b\\", size.cols(), size.rows()).into_bytes()
}

/// What stands before the first size mark in these bytes, its size, and what stands behind it. A mark is never cut: the
/// host appends it whole.
pub(in crate::terminal) fn split_at_mark(bytes: &[u8]) -> Option<(&[u8], Size, &[u8])> {
    let begin = format!("\x1b]{SIZE_MARK};");
    let at = memchr::memmem::find(bytes, begin.as_bytes())?;
    let text = &bytes[at + begin.len()..];
    let end = memchr::memmem::find(text, b"\x1b\\")?;
    Some((&bytes[..at], read(&text[..end])?, &text[end + 2..]))
}

/// The size in the text of a mark, its number and semicolon cut off; `None` for a mark of another sort.
pub(super) fn read(text: &[u8]) -> Option<Size> {
    let text = std::str::from_utf8(text).ok()?;
    let (cols, rows) = text.strip_prefix("size=")?.split_once('x')?;
    Size::new(cols.parse().ok()?, rows.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_told_from_what_stands_around_it() {
        let size = Size::new(100, 30).unwrap();
        let log = [b"before", &size_mark(size)[..], b"behind"].concat();
        assert_eq!(split_at_mark(&log), Some((&b"before"[..], size, &b"behind"[..])));
        assert_eq!(split_at_mark(b"\x1b]8378;size=1x1\x1b\\"), None);
    }
}
