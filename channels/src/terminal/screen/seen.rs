//! Single cells, for whoever paints over a Screen and takes it away again.

use super::Screen;
use super::cell::{Colour, Shown, Style};

/// A cell as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<'a> {
    /// What it shows.
    pub content: Content<'a>,
    /// How.
    pub look: Look,
}

/// What a cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// Nothing.
    Blank,
    /// One character, one cell wide.
    Char(char),
    /// One character, of this cell and the next.
    Wide(char),
    /// Several characters in one place; they may be two cells wide.
    Cluster(&'a str),
    /// The second half of what is at its left.
    Tail,
}

/// How a cell looks: colours and attributes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Look(Style);

impl Screen {
    /// The cell at a row and column, counted from 0; `None` outside the grid.
    pub fn seen(&self, row: u16, col: u16) -> Option<Seen<'_>> {
        let cell = self.shown().rows.get(usize::from(row))?.cells.get(usize::from(col))?;
        let content = match cell.glyph.shown() {
            Shown::Blank => Content::Blank,
            Shown::Char(char) if cell.glyph.is_wide() => Content::Wide(char),
            Shown::Char(char) => Content::Char(char),
            Shown::Cluster(number) => Content::Cluster(self.clusters.text(number)),
            Shown::Tail => Content::Tail,
        };
        Some(Seen { content, look: Look(cell.style) })
    }
}

impl Look {
    /// The SGR sequence that makes any look this one.
    pub fn sgr(&self) -> String {
        let mut out = String::new();
        self.0.write(&mut out);
        out
    }

    /// The same, underlined.
    #[must_use]
    pub const fn underlined(self) -> Self {
        Self(Style { underline: 1, ..self.0 })
    }

    /// Whether shells show suggestions like this: faint, or in a grey that is neither black nor white.
    pub fn is_dim(&self) -> bool {
        let faint = Style::ATTRIBUTES.iter().position(|(begin, _)| *begin == 2);
        faint.is_some_and(|at| self.0.attributes & 1 << at != 0) || is_grey(self.0.foreground)
    }
}

/// The palette's "bright black", the middle of its ramp of greys, and what looks like them.
fn is_grey(colour: Colour) -> bool {
    match colour {
        Colour::Default => false,
        Colour::Palette(index) => matches!(index, 8 | 236..=248),
        Colour::Rgb(r, g, b) => {
            let (least, most) = (r.min(g).min(b), r.max(g).max(b));
            most - least <= 16 && (0x30..=0xb0).contains(&most)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Size;

    #[test]
    fn a_cell_tells_what_it_shows_and_how() {
        let mut screen = Screen::new(Size::new(10, 2).unwrap());
        screen.feed("a\u{732b}e\u{301}\x1b[1;31mb".as_bytes());
        let contents: Vec<Content<'_>> =
            (0..6).map(|col| screen.seen(0, col).unwrap().content).collect();
        assert_eq!(
            contents,
            [
                Content::Char('a'),
                Content::Wide('\u{732b}'),
                Content::Tail,
                Content::Cluster("e\u{301}"),
                Content::Char('b'),
                Content::Blank
            ]
        );
        assert_eq!(screen.seen(0, 4).unwrap().look.sgr(), "\x1b[0;1;31m");
        assert_eq!(screen.seen(0, 4).unwrap().look.underlined().sgr(), "\x1b[0;1;4;31m");
        assert_eq!(screen.seen(2, 0), None);
        assert_eq!(screen.seen(0, 10), None);
    }

    #[test]
    fn suggestions_are_dim_and_text_is_not() {
        for (sgr, is_dim) in [
            ("2", true),
            ("90", true),
            ("38;5;8", true),
            ("38;5;240", true),
            ("38;2;85;85;85", true),
            ("0", false),
            ("1;34", false),
            ("38;5;255", false),
            ("38;2;0;0;0", false),
            ("38;2;85;85;120", false),
        ] {
            let mut screen = Screen::default();
            screen.feed(format!("\x1b[{sgr}mx").as_bytes());
            assert_eq!(screen.seen(0, 0).unwrap().look.is_dim(), is_dim, "{sgr}");
        }
    }

    #[test]
    fn a_window_that_was_painted_over_goes_on_as_if_it_was_not() {
        let streams: [&[u8]; 4] = [
            b"plain \x1b[1;32mgreen",
            b"\x1b[2;4r\x1b[?6h\x1b[2;3Hx\x1b[4h\x1b(0q",
            b"\x1b[5;1H0123456789",
            b"\x1b[?1049h\x1b[3;3Hvi\x1b[?7l\x1b7\x1b[1;1H",
        ];
        for stream in streams {
            let mut real = Screen::new(Size::new(10, 5).unwrap());
            real.feed(stream);
            let mut painted = real.clone();
            painted.feed(b"\x1b[?6l\x1b[4l\x1b(B\x0f\x1b[3;3H\x1b[7m");
            painted.feed(real.hand_back().as_bytes());
            for screen in [&mut real, &mut painted] {
                screen.feed(b"q\x1b[1;1Hq\nx\x1b8y");
            }
            assert_eq!(painted.describe(), real.describe());
        }
    }
}
