//! What the real screen shows: all that the machine may ask of it.

/// A place in the grid; counts from 0, row before column.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// From the top.
    pub row: u16,
    /// From the left.
    pub col: u16,
}

/// How large the grid is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// At least 1.
    pub rows: u16,
    /// At least 1.
    pub cols: u16,
}

/// What a cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    /// Nothing, or a space.
    Blank,
    /// One character of one cell's width.
    Char(char),
    /// Half of a wide character, or several characters in one cell.
    Other,
}

impl Glyph {
    /// The glyph of a character that is one cell wide.
    pub const fn of(char: char) -> Self {
        if char == ' ' { Self::Blank } else { Self::Char(char) }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell<S> {
    /// What it shows.
    pub glyph: Glyph,
    /// Whether it looks as suggestions do: faint, or grey.
    pub is_dim: bool,
    /// How it looks, for the overlay.
    pub style: S,
}

/// The real screen, as far as the Log was parsed.
pub trait Shown {
    /// How a cell looks.
    type Style: Clone + Default;

    /// How large it is.
    fn extent(&self) -> Extent;

    /// Where the next character goes; `None` while the last column is written and the next character wraps first.
    fn cursor(&self) -> Option<Spot>;

    /// The cell at a spot inside the grid.
    fn cell(&self, spot: Spot) -> Cell<Self::Style>;

    /// Whether the alternate screen is shown: a full-screen program.
    fn is_alternate(&self) -> bool;

    /// Whether the host says that what is typed is not echoed.
    fn is_secret(&self) -> bool;
}
