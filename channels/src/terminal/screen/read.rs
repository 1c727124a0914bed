//! What a Screen shows, for people, tests and comparisons.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::cell::{Cell, Shown};
use super::grid::Grid;
use super::mode::Switch;
use super::{Cursor, Person, Screen, Size};

impl Screen {
    /// The grid.
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Where the next character goes.
    pub const fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The window title; empty if none was set.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Whether the alternate screen is shown.
    pub const fn is_alternate(&self) -> bool {
        self.alternate.is_some()
    }

    /// Whether what is typed is not shown, as the host knows from the terminal's own settings.
    pub const fn is_secret(&self) -> bool {
        self.secret
    }

    /// Who is attached, as the host last said.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// Whether pastes are to be bracketed.
    pub fn has_bracketed_paste(&self) -> bool {
        self.has(Switch::BracketedPaste)
    }

    /// Whether cursor keys are to send application codes.
    pub fn has_application_cursor(&self) -> bool {
        self.has(Switch::CursorKeys)
    }

    /// Whether a synchronised update (DEC 2026) is under way: what is shown is half drawn.
    pub fn is_synchronizing(&self) -> bool {
        self.has(Switch::Synchronized)
    }

    /// Whether the cursor is shown.
    pub fn is_cursor_visible(&self) -> bool {
        self.has(Switch::CursorVisible)
    }

    /// The shown rows as text, blanks at their ends cut off.
    pub fn rows(&self) -> impl Iterator<Item = String> {
        self.shown().rows.iter().map(|row| self.text(&row.cells))
    }

    /// All rows as text, one a line, empty ones at the end cut off.
    pub fn contents(&self) -> String {
        let text: Vec<String> = self.rows().collect();
        text.join("\n").trim_end_matches('\n').to_owned()
    }

    fn text(&self, cells: &[Cell]) -> String {
        let mut text = String::new();
        for cell in cells {
            match cell.glyph.shown() {
                Shown::Blank => text.push(' '),
                Shown::Char(char) => text.push(char),
                Shown::Cluster(number) => text.push_str(self.clusters.text(number)),
                Shown::Tail => {}
            }
        }
        text.truncate(text.trim_end_matches(' ').len());
        text
    }

    /// One number for all that is shown and all modes: equal on two Screens that fold the same Log.
    pub fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.describe().hash(&mut hasher);
        hasher.finish()
    }

    /// All state that the stream can set, in words: what a test compares, and prints when it differs.
    pub fn describe(&self) -> String {
        let mut said = format!(
            "{} {:?} alternate={} pen={:?} charsets={:?} modes={:?} tabs={:?} keyboards={:?} other_keys={} shape={} palette={:?} title={:?} secret={} people={:?}\n",
            self.size,
            self.cursor,
            self.is_alternate(),
            self.pen,
            self.charsets,
            self.modes,
            self.tabs.stops().collect::<Vec<_>>(),
            self.keyboards,
            self.other_keys,
            self.cursor_shape,
            self.palette,
            self.title,
            self.secret,
            self.people,
        );
        for grid in [Some(&self.primary), self.alternate.as_ref()].into_iter().flatten() {
            said += &format!("margins={}..={} saved={:?}\n", grid.top, grid.bottom, grid.saved);
            self.describe_rows(grid, &mut said);
        }
        said
    }

    fn describe_rows(&self, grid: &Grid, said: &mut String) {
        for row in &grid.rows {
            let mut style = None;
            for cell in &row.cells {
                if style != Some(cell.style) {
                    style = Some(cell.style);
                    cell.style.write(said);
                }
                match cell.glyph.shown() {
                    Shown::Blank => said.push(' '),
                    Shown::Char(char) => said.push(char),
                    Shown::Cluster(number) => said.push_str(self.clusters.text(number)),
                    Shown::Tail => said.push('>'),
                }
            }
            *said += if row.wraps { "↩\n" } else { "\n" };
        }
    }
}
