//! The cursor, and what saving it saves.

use super::cell::Style;
use super::charset::Charsets;

/// Where the next character goes. Counts from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// The row, from the top.
    pub row: u16,
    /// The column, from the left.
    pub col: u16,
    /// Whether the last column was just written: the next character wraps first.
    pub pending: bool,
}

/// What DECSC keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Saved {
    pub(super) cursor: Cursor,
    pub(super) style: Style,
    pub(super) charsets: Charsets,
    pub(super) origin: bool,
}
