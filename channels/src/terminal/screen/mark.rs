//! The size mark: the one thing the host itself says in the Log. `ESC ] 8377 ; size=COLSxROWS ESC \`.

use crate::terminal::message::Size;

/// The OSC number of the host's own marks. A program's are taken out, so one in the Log is the host's.
pub(in crate::terminal) const SIZE_MARK: u32 = 8377;

/// The bytes that tell every reader of the Log that the grid has this size from here on.
pub fn size_mark(size: Size) -> Vec<u8> {
    format!("\x1b]{SIZE_MARK};size={}x{}\x1b\\", size.cols(), size.rows()).into_bytes()
}

/// The size in the text of a mark, its number and semicolon cut off; `None` for a mark of another sort.
pub(super) fn read(text: &[u8]) -> Option<Size> {
    let text = std::str::from_utf8(text).ok()?;
    let (cols, rows) = text.strip_prefix("size=")?.split_once('x')?;
    Size::new(cols.parse().ok()?, rows.parse().ok()?).ok()
}
