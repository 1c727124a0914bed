//! One cell of the grid: what it shows and how.

/// What a cell shows and how. 20 bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Cell {
    pub(super) glyph: Glyph,
    pub(super) style: Style,
}

/// What a cell shows: nothing, a character, a cluster of characters, or the second half of a wide one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Glyph(u32);

const WIDE: u32 = 1 << 31;
const TAIL: u32 = 1 << 30;
const CLUSTER: u32 = 1 << 29;

/// What a glyph stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Erased, or never written.
    Blank,
    /// One character.
    Char(char),
    /// An entry of the Screen's clusters.
    Cluster(u32),
    /// The second half of the wide glyph at its left.
    Tail,
}

impl Glyph {
    /// Nothing.
    pub(super) const BLANK: Self = Self(0);
    /// The second half of a wide glyph.
    pub(super) const TAIL: Self = Self(TAIL);

    pub(super) const fn ascii(byte: u8) -> Self {
        Self(byte as u32)
    }

    pub(super) const fn char(char: char, wide: bool) -> Self {
        Self(char as u32 | if wide { WIDE } else { 0 })
    }

    pub(super) const fn cluster(index: u32, wide: bool) -> Self {
        Self(CLUSTER | index | if wide { WIDE } else { 0 })
    }

    pub(super) const fn is_wide(self) -> bool {
        self.0 & WIDE != 0
    }

    pub(super) const fn is_tail(self) -> bool {
        self.0 & TAIL != 0
    }

    pub(super) const fn is_blank(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn is_space(self) -> bool {
        self.0 == b' ' as u32
    }

    pub(super) const fn shown(self) -> Shown {
        let rest = self.0 & !WIDE;
        if rest == 0 {
            Shown::Blank
        } else if rest & TAIL != 0 {
            Shown::Tail
        } else if rest & CLUSTER != 0 {
            Shown::Cluster(rest & !CLUSTER)
        } else {
            match char::from_u32(rest) {
                Some(char) => Shown::Char(char),
                None => Shown::Blank,
            }
        }
    }
}

/// How a cell looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Style {
    pub(super) foreground: Colour,
    pub(super) background: Colour,
    pub(super) line: Colour,
    /// One of the underlines 1 to 5 (single, double, curly, dotted, dashed); 0 for none.
    pub(super) underline: u8,
    /// Bits, see [`Style::ATTRIBUTES`].
    pub(super) attributes: u8,
}

impl Style {
    /// The SGR number of each attribute bit, and the number that ends it.
    pub(super) const ATTRIBUTES: [(u16, u16); 8] =
        [(1, 22), (2, 22), (3, 23), (5, 25), (7, 27), (8, 28), (9, 29), (53, 55)];

    /// What erasing leaves: the background alone.
    pub(super) const fn erased(self) -> Cell {
        Cell { glyph: Glyph::BLANK, style: Self { background: self.background, ..Self::PLAIN } }
    }

    /// No colours, no attributes.
    pub(super) const PLAIN: Self = Self {
        foreground: Colour::Default,
        background: Colour::Default,
        line: Colour::Default,
        underline: 0,
        attributes: 0,
    };
}

/// A colour as a program names it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) enum Colour {
    /// The terminal's own.
    #[default]
    Default,
    /// One of the 256.
    Palette(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}
