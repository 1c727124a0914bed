//! How the history looks: rows, the places found, and a last line that says where one is.

use std::fmt::Write as _;
use std::ops::Range;

use devtail_channels::terminal::Row;
use unicode_width::UnicodeWidthChar as _;

use super::pager::Pager;
use crate::exit::printable;

/// Begins and ends the window's alternate screen, with nothing switched on that a program asked for.
pub(in crate::screen) const ENTER: &[u8] =
    b"\x18\x1b[?1049h\x1b[?9;1000;1002;1003l\x1b[?1;2004;6l\x1b[r\x1b[<17u\x1b[0m\x1b(B\x0f\x1b[?25l";
pub(in crate::screen) const LEAVE: &[u8] = b"\x1b[0m\x1b[2J\x1b[?1049l\x1b[?25h";

const FOUND: &str = "\x1b[7m";
const LOOKED_AT: &str = "\x1b[0;30;43m";

impl Pager {
    /// The whole window, in one piece.
    pub(in crate::screen) fn paint(&self) -> Vec<u8> {
        let mut out = String::from("\x1b[?2026h");
        for line in 0..self.height() {
            let _ = write!(out, "\x1b[{};1H\x1b[0m\x1b[2K", line + 1);
            let number = self.first + line;
            match self.held.row(number) {
                Some(row) => self.row(number, row, &mut out),
                None if number < self.held.end => out += "\x1b[2m…\x1b[0m",
                None => out += "\x1b[2m~\x1b[0m",
            }
        }
        let text = printable(&self.words());
        let text: String = cut(&text, self.size.cols().into());
        let _ = write!(out, "\x1b[{};1H\x1b[0;7m\x1b[2K{text}\x1b[0m\x1b[?2026l", self.size.rows());
        out.into_bytes()
    }

    fn words(&self) -> String {
        if let Some(prompt) = &self.prompt {
            return format!("/{prompt}");
        }
        let last = (self.first + self.height()).min(self.held.end);
        let mut said = match self.held.end > self.held.base {
            true => format!(" rows {}–{last} of {} ", self.first + 1, self.held.end),
            false => " no rows ".to_owned(),
        };
        if let Some(offline) = &self.offline {
            let _ = write!(said, "· {offline}: only what is here ");
        }
        if let Some(sought) = &self.sought {
            let how = if sought.is_wanted { " …" } else { "" };
            let _ = write!(said, "· /{}{how} ", sought.text);
        }
        said + "· " + self.note.as_deref().unwrap_or("q back")
    }

    fn row(&self, number: u64, row: &Row, out: &mut String) {
        let width = |number| Some(cells_of(&self.held.row(number)?.text()));
        let marks = self.sought.as_ref().map(|sought| sought.cells(number, width));
        let seen = self.left..self.left + u32::from(self.size.cols());
        draw(&String::from_utf8_lossy(&row.vt), &marks.unwrap_or_default(), seen, out);
    }
}

/// Draws the cells of a row that are seen: its own looks, those of a place over them.
fn draw(vt: &str, marks: &[(Range<u32>, bool)], seen: Range<u32>, out: &mut String) {
    let (mut looks, mut shown, mut col) = (String::new(), String::new(), 0);
    let mut rest = vt;
    while let Some(char) = rest.chars().next() {
        if let Some(sequence) = sgr(rest) {
            looks = sequence.to_owned();
            rest = &rest[sequence.len()..];
            continue;
        }
        rest = &rest[char.len_utf8()..];
        let width = u32::try_from(char.width().unwrap_or(0)).unwrap_or(0);
        let is_seen =
            seen.contains(&col) && col + width <= seen.end || width == 0 && col > seen.start;
        if is_seen && !char.is_control() {
            let mark = marks.iter().find(|(cells, _)| cells.contains(&col) && width > 0);
            let wanted = match mark {
                Some((_, true)) => LOOKED_AT.to_owned(),
                Some((_, false)) => format!("{looks}{FOUND}"),
                None => looks.clone(),
            };
            if wanted != shown && width > 0 {
                *out += "\x1b[0m";
                *out += &wanted;
                shown = wanted;
            }
            out.push(char);
        }
        col += width;
    }
    if !shown.is_empty() {
        *out += "\x1b[0m";
    }
}

/// A row with its looks, and nothing else.
pub(crate) fn looks_and_text(vt: &[u8]) -> String {
    let mut out = String::new();
    draw(&String::from_utf8_lossy(vt), &[], 0..u32::MAX, &mut out);
    out
}

/// The SGR sequence that a text begins with.
fn sgr(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("\x1b[")?;
    let last = rest.find(|char: char| !matches!(char, '0'..='9' | ';' | ':'))?;
    rest[last..].starts_with('m').then(|| &text[..last + 3])
}

fn cells_of(text: &str) -> u32 {
    let width = |char: char| char.width().unwrap_or(0);
    u32::try_from(text.chars().map(width).sum::<usize>()).unwrap_or(u32::MAX)
}

/// As much of a text as fits.
fn cut(text: &str, cols: u32) -> String {
    let mut width = 0;
    let fits = |char: &char| {
        width += u32::try_from(char.width().unwrap_or(0)).unwrap_or(0);
        width <= cols
    };
    text.chars().take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(vt: &str, marks: &[(Range<u32>, bool)], seen: Range<u32>) -> String {
        let mut out = String::new();
        draw(vt, marks, seen, &mut out);
        out
    }

    #[test]
    fn a_row_is_cut_to_what_is_seen_and_keeps_its_looks() {
        let vt = "ab\x1b[0;31mcd日\x1b[0mf";
        assert_eq!(drawn(vt, &[], 0..80), "ab\x1b[0m\x1b[0;31mcd日\x1b[0m\x1b[0mf\x1b[0m");
        assert_eq!(drawn(vt, &[], 3..5), "\x1b[0m\x1b[0;31md\x1b[0m");
        assert_eq!(drawn("e\u{301}x\x07\x1b]0;t\x07", &[], 0..9), "e\u{301}x]0;t");
    }

    #[test]
    fn places_stand_out_over_any_looks() {
        let vt = "\x1b[0;31mabcd\x1b[0m";
        assert_eq!(
            drawn(vt, &[(1..3, false)], 0..9),
            "\x1b[0m\x1b[0;31ma\x1b[0m\x1b[0;31m\x1b[7mbc\x1b[0m\x1b[0;31md\x1b[0m"
        );
        assert_eq!(drawn("ab", &[(0..1, true)], 0..9), "\x1b[0m\x1b[0;30;43ma\x1b[0mb");
    }
}
