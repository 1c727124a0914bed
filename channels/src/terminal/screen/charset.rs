//! Character sets (ISO 2022, as far as a UTF-8 terminal keeps it): ASCII, British, and the VT100's line drawing.

/// A set that may be designated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) enum Charset {
    /// ASCII, and every set not known here.
    #[default]
    Ascii,
    /// ASCII with the pound sign for `#`.
    British,
    /// DEC Special Graphics: lines and boxes for `_` to `~`.
    Graphics,
}

/// G0 to G3, and which of them text is read by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Charsets {
    pub(super) sets: [Charset; 4],
    pub(super) shift: u8,
}

const GRAPHICS: [char; 32] = [
    '\u{a0}', '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼', '⎺', '⎻',
    '─', '⎼', '⎽', '├', '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
];

impl Charset {
    /// The set that a designation's final byte names.
    pub(super) const fn named(byte: u8) -> Self {
        match byte {
            b'0' => Self::Graphics,
            b'A' => Self::British,
            _ => Self::Ascii,
        }
    }

    /// The byte that names it.
    pub(super) const fn name(self) -> char {
        match self {
            Self::Ascii => 'B',
            Self::British => 'A',
            Self::Graphics => '0',
        }
    }
}

impl Charsets {
    /// Whether ASCII text means itself.
    pub(super) fn is_ascii(&self) -> bool {
        self.current() == Charset::Ascii
    }

    /// What a character of the stream means.
    pub(super) fn read(&self, char: char) -> char {
        match (self.current(), char) {
            (Charset::Graphics, '_'..='~') => GRAPHICS[char as usize - '_' as usize],
            (Charset::British, '#') => '£',
            (Charset::Ascii | Charset::British | Charset::Graphics, _) => char,
        }
    }

    /// Designates G0 to G3 by the intermediate byte `( ) * +`.
    pub(super) fn designate(&mut self, intermediate: u8, name: u8) {
        let Some(at) = b"()*+".iter().position(|&byte| byte == intermediate) else { return };
        self.sets[at] = Charset::named(name);
    }

    fn current(&self) -> Charset {
        self.sets[usize::from(self.shift & 3)]
    }
}
