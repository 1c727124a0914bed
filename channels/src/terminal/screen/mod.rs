//! The Screen: the fold of a terminal's Log. Bytes in, cells and modes out; a Snapshot at any moment.
//!
//! It is the terminal xterm.js is, as far as state goes that a program can set: both screens, margins, origin, tab
//! stops, character sets, wrapping, saved cursors, kitty keyboard stacks, mouse, palette, title. It keeps no scrollback:
//! rows that leave at the top are the readers' own. Pure: the host, a phone and the simulator fold with the same code.
//!
//! Read first: [`Screen::feed`], then [`Screen::snapshot`] in `dump.rs`.

mod answer;
mod cell;
mod charset;
mod cluster;
mod control;
mod cursor;
mod dump;
mod escape;
mod event;
mod feed;
mod grid;
mod keyboard;
mod mode;
mod motion;
mod palette;
mod print;
mod read;
mod seen;
mod string;
mod style;
mod tabs;

use std::collections::VecDeque;

use self::cell::{Cell, Style};
use self::charset::Charsets;
use self::cluster::Clusters;
pub use self::cursor::Cursor;
use self::feed::Stream;
use self::grid::Grid;
use self::keyboard::Keyboard;
pub(super) use self::mode::Mode;
use self::mode::{Modes, Switch};
use self::palette::Palette;
pub use self::seen::{Content, Look, Seen};
use self::tabs::Tabs;
use super::mark::Mark;
use super::message::{Event, Happening, Person, Size};

/// A terminal's state. See the module's own words.
#[derive(Debug, Clone)]
pub struct Screen {
    size: Size,
    cursor: Cursor,
    primary: Grid,
    /// There while it is shown; its contents end with it.
    alternate: Option<Grid>,
    pen: Style,
    charsets: Charsets,
    modes: Modes,
    tabs: Tabs,
    clusters: Clusters,
    /// Of the primary and of the alternate screen.
    keyboards: [Keyboard; 2],
    /// XTMODKEYS 4.
    other_keys: u8,
    /// DECSCUSR, 0 to 6.
    cursor_shape: u8,
    palette: Palette,
    title: String,
    events: VecDeque<Event>,
    /// What the host's marks say.
    secret: bool,
    people: Vec<Person>,
    stream: Stream,
}

impl Screen {
    /// A blank screen at Offset 0.
    pub fn new(size: Size) -> Self {
        Self::at(size, 0)
    }

    /// A blank screen, to be fed what follows this Offset.
    pub fn at(size: Size, offset: u64) -> Self {
        Self {
            size,
            cursor: Cursor::default(),
            primary: Grid::new(size, Cell::default()),
            alternate: None,
            pen: Style::PLAIN,
            charsets: Charsets::default(),
            modes: Modes::default(),
            tabs: Tabs::new(size.cols()),
            clusters: Clusters::default(),
            keyboards: Default::default(),
            other_keys: 0,
            cursor_shape: 0,
            palette: Palette::default(),
            title: String::new(),
            events: VecDeque::new(),
            secret: false,
            people: Vec::new(),
            stream: Stream::at(offset),
        }
    }

    /// Gives the grid another size, as a size mark does.
    pub fn resize(&mut self, size: Size) {
        if size == self.size {
            return;
        }
        self.size = size;
        let moved = self.primary.resize(size, self.cursor.row);
        let moved =
            self.alternate.as_mut().map_or(moved, |grid| grid.resize(size, self.cursor.row));
        self.tabs.resize(size.cols());
        self.cursor.row = self.cursor.row.saturating_sub(moved).min(size.rows() - 1);
        self.cursor.col = self.cursor.col.min(size.cols() - 1);
        self.cursor.pending = false;
    }

    /// The host says this.
    fn told(&mut self, mark: Mark, at: u64) {
        match mark {
            Mark::Size(size) => self.resize(size),
            Mark::Secret(secret) => self.secret = secret,
            Mark::People(people) => self.people = people,
            Mark::Finished { command, seconds } => {
                self.happened(at, Happening::Finished { command, seconds });
            }
        }
    }

    fn grid(&mut self) -> &mut Grid {
        self.alternate.as_mut().unwrap_or(&mut self.primary)
    }

    fn shown(&self) -> &Grid {
        self.alternate.as_ref().unwrap_or(&self.primary)
    }

    fn keyboard(&mut self) -> &mut Keyboard {
        &mut self.keyboards[usize::from(self.alternate.is_some())]
    }

    fn has(&self, switch: Switch) -> bool {
        self.modes.has(switch)
    }

    /// RIS: everything as new, but the place in the stream, what happened once and what the host's marks said.
    fn reset(&mut self) {
        let events = std::mem::take(&mut self.events);
        let people = std::mem::take(&mut self.people);
        let stream = std::mem::take(&mut self.stream);
        let secret = self.secret;
        *self = Self { events, secret, people, stream, ..Self::new(self.size) };
    }

    /// DECSTR: modes and margins as new; what is written stays.
    fn soft_reset(&mut self) {
        for (switch, on) in [
            (Switch::Insert, false),
            (Switch::Origin, false),
            (Switch::Autowrap, true),
            (Switch::CursorVisible, true),
            (Switch::CursorKeys, false),
            (Switch::Keypad, false),
        ] {
            self.modes.set(switch, on);
        }
        self.pen = Style::PLAIN;
        self.charsets = Charsets::default();
        let grid = self.grid();
        (grid.top, grid.bottom) = (0, grid.last_row());
        grid.saved = cursor::Saved::default();
    }
}

impl Default for Screen {
    fn default() -> Self {
        Self::new(Size::default())
    }
}

#[cfg(test)]
mod tests;
