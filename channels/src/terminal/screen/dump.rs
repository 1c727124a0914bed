//! The Snapshot: bytes that make any terminal show this screen, and the way back.
//!
//! They stand between the marks of a synchronised update, so that a reader sees the change at once; they never scroll
//! and never clear as a whole (ED 2), so that no emulator's scrollback gains or loses a row. The order matters: whatever
//! homes the cursor (margins, origin mode) comes before it is placed, whatever changes how text is written (insert mode,
//! wrapping off, character sets) after the last character.

use std::fmt::Write as _;

use super::cell::{Cell, Shown, Style};
use super::charset::Charsets;
use super::cursor::Cursor;
use super::grid::Grid;
use super::mode::Switch;
use super::{Screen, Stream};
use crate::terminal::limits::CLIPBOARD_BYTES_KEPT;
use crate::terminal::mark::Mark;
use crate::terminal::message::Snapshot;
use devtail_protocol::limits::SNAPSHOT_MAX;

/// Bytes of `vt`: what a Snapshot frame has room for beside the events, name and title.
const VT_BYTES_MAX: usize = SNAPSHOT_MAX - CLIPBOARD_BYTES_KEPT - (8 << 10);

/// How much of the looks a dump tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// All.
    Full,
    /// Text without colours: for a huge grid with a colour in every cell, which would not fit a packet.
    Text,
    /// One ASCII character a cell: this fits, whatever stands in the largest grid and its alternate.
    Ascii,
}

impl Screen {
    /// The state as of [`Screen::ground_offset`]. `name` is what people call the terminal.
    pub fn snapshot(&self, name: &str) -> Snapshot {
        let mut vt = self.dump(Detail::Full);
        for less in [Detail::Text, Detail::Ascii] {
            if vt.len() > VT_BYTES_MAX {
                vt = self.dump(less);
            }
        }
        Snapshot {
            size: self.size,
            vt: vt.into(),
            title: self.title.clone(),
            name: name.to_owned(),
            events: self.events.iter().cloned().collect(),
            alternate: self.is_alternate(),
            rows_above: self.rows_above(),
        }
    }

    /// Becomes the state a Snapshot tells, at its Offset.
    pub fn restore(&mut self, snapshot: &Snapshot, offset: u64) {
        self.stream = Stream::default();
        self.resize(snapshot.size);
        self.feed(&snapshot.vt);
        self.restore_above(snapshot.rows_above);
        self.title.clone_from(&snapshot.title);
        self.events = snapshot.events.iter().cloned().collect();
        self.cut(offset);
    }

    /// What makes an emulator that shows this screen write on where and as the stream left it, after a painter used its
    /// cursor: margins, place, looks, insertion, wrapping. Saved cursors and all other modes are as they were.
    pub fn hand_back(&self) -> String {
        let out = String::new();
        let mut dump = Dump { screen: self, detail: Detail::Full, out, style: Style::PLAIN };
        dump.cursor();
        for (switch, sequence) in [(Switch::Insert, "\x1b[4h"), (Switch::Autowrap, "\x1b[?7l")] {
            if self.has(switch) == (switch == Switch::Insert) {
                dump.out += sequence;
            }
        }
        dump.out
    }

    fn dump(&self, detail: Detail) -> String {
        let mut dump = Dump { screen: self, detail, out: String::new(), style: Style::PLAIN };
        // CAN ends whatever sequence the reader's emulator is in, and the next whatever link (OSC 8) it is in.
        dump.out += "\x18\x1b]8;;\x1b\\";
        dump.out += "\x1b[?2026h";
        dump.mark(&Mark::Size(self.size));
        dump.out += "\x1b[?1049l";
        dump.neutral();
        dump.tabs();
        dump.grid(&self.primary, 0);
        if let Some(alternate) = &self.alternate {
            dump.enter_alternate();
            dump.grid(alternate, 1);
            dump.saved(alternate, 0);
            dump.out += "\x1b7";
        } else {
            dump.saved(&self.primary, 0);
            dump.out += "\x1b7";
        }
        dump.cursor();
        dump.modes();
        dump.mark(&Mark::Secret(self.secret));
        dump.mark(&Mark::People(self.people.clone()));
        if !self.has(Switch::Synchronized) {
            dump.out += "\x1b[?2026l";
        }
        dump.out
    }
}

struct Dump<'a> {
    screen: &'a Screen,
    detail: Detail,
    out: String,
    style: Style,
}

impl Dump<'_> {
    fn mark(&mut self, mark: &Mark) {
        self.out += &String::from_utf8_lossy(&mark.encode());
    }

    /// A known way of writing: no margins, no origin, no insertion, wrapping, ASCII, plain.
    fn neutral(&mut self) {
        self.out += "\x1b[?6l\x1b[r\x1b[4l\x1b[?7h\x1b[0m";
        self.ascii();
        self.style = Style::PLAIN;
    }

    fn ascii(&mut self) {
        self.out += "\x1b(B\x1b)B\x1b*B\x1b+B\x0f";
    }

    fn tabs(&mut self) {
        self.out += "\x1b[3g";
        for col in self.screen.tabs.stops() {
            let _ = write!(self.out, "\x1b[{}G\x1bH", col + 1);
        }
    }

    fn enter_alternate(&mut self) {
        let primary = &self.screen.primary;
        let saved = &primary.saved;
        if !saved.origin || (primary.top..=primary.bottom).contains(&saved.cursor.row) {
            // Margins first: they home the cursor that 1049 saves.
            self.margins(primary);
            self.saved(primary, if saved.origin { primary.top } else { 0 });
            self.out += "\x1b[?1049h";
        } else {
            // Saved when the margins were others: it must be saved without them. Fewer emulators know 1047.
            self.saved(primary, 0);
            self.out += "\x1b7";
            self.margins(primary);
            self.out += "\x1b[?1047h";
        }
        self.neutral();
    }

    fn margins(&mut self, grid: &Grid) {
        let _ = write!(self.out, "\x1b[{};{}r", grid.top + 1, grid.bottom + 1);
    }

    /// Rows and keyboard stack of one of the two screens.
    fn grid(&mut self, grid: &Grid, keyboard: usize) {
        self.screen.keyboards[keyboard].write(&mut self.out);
        self.out += "\x1b[H\x1b[J";
        for at in 0..grid.rows.len() {
            self.row(grid, at);
        }
        self.pen(Style::PLAIN);
    }

    fn row(&mut self, grid: &Grid, at: usize) {
        let cells = &grid.rows[at].cells;
        let runs_in = at > 0 && grid.rows[at - 1].wraps;
        let end =
            cells.iter().rposition(|cell| *cell != Cell::default()).map_or(0, |last| last + 1);
        // Where the emulator's cursor is; the end of the row before if this one continues it.
        let mut col = if runs_in { Some(0) } else { None };
        let mut from = 0;
        while from < end {
            let is_blank = |cell: &Cell| self.detail != Detail::Ascii && cell.glyph.is_blank();
            let blank = is_blank(&cells[from]);
            let like = |cell: &Cell| {
                is_blank(cell) == blank && (!blank || cell.style == cells[from].style)
            };
            let to = from + cells[from..end].iter().take_while(|cell| like(cell)).count();
            let plain = blank && cells[from] == Cell::default();
            if !plain {
                if col != Some(from) {
                    let _ = write!(self.out, "\x1b[{};{}H", at + 1, from + 1);
                }
                match blank {
                    true => {
                        self.pen(cells[from].style);
                        let _ = write!(self.out, "\x1b[{}X", to - from);
                        col = Some(from);
                    }
                    false => {
                        cells[from..to].iter().for_each(|cell| self.cell(cell));
                        col = Some(to);
                    }
                }
            }
            from = to;
        }
        if grid.rows[at].wraps && cells[cells.len() - 1].glyph.is_blank() {
            // A wide character that found one column only wraps from there.
            let _ = write!(self.out, "\x1b[{};{}H", at + 1, cells.len());
        }
    }

    fn cell(&mut self, cell: &Cell) {
        let shown = cell.glyph.shown();
        if shown == Shown::Tail {
            return;
        }
        self.pen(cell.style);
        match (shown, self.detail) {
            (Shown::Char(char), Detail::Full | Detail::Text) => self.out.push(char),
            (Shown::Char(char), Detail::Ascii) if char.is_ascii() => self.out.push(char),
            (Shown::Cluster(number), Detail::Full) => {
                self.out += self.screen.clusters.text(number);
            }
            (Shown::Char(_) | Shown::Cluster(_), _) if cell.glyph.is_wide() => self.out += "??",
            (Shown::Char(_) | Shown::Cluster(_), _) => self.out.push('?'),
            (Shown::Blank | Shown::Tail, _) => self.out.push(' '),
        }
    }

    fn pen(&mut self, style: Style) {
        if self.style != style && self.detail == Detail::Full {
            style.write(&mut self.out);
            self.style = style;
        }
    }

    /// Places the cursor of a saved state and takes on its looks; `top` is the row its places count from.
    fn saved(&mut self, grid: &Grid, top: u16) {
        let saved = &grid.saved;
        if saved.origin {
            self.out += "\x1b[?6h";
        }
        self.place(grid, saved.cursor, top);
        self.looks(saved.style, &saved.charsets);
    }

    /// Places the cursor; `top` is the row its places count from. Where it waits to wrap, the last cell is written again.
    fn place(&mut self, grid: &Grid, cursor: Cursor, top: u16) {
        let row = cursor.row.saturating_sub(top) + 1;
        if !cursor.pending {
            let _ = write!(self.out, "\x1b[{row};{}H", cursor.col + 1);
            return;
        }
        let cells = &grid.rows[usize::from(cursor.row)].cells;
        let last = cells.len() - 1;
        let at = if cells[last].glyph.is_tail() { last - 1 } else { last };
        let cell = cells[at];
        let _ = write!(self.out, "\x1b[{row};{}H", at + 1);
        self.cell(&cell);
    }

    fn looks(&mut self, style: Style, charsets: &Charsets) {
        style.write(&mut self.out);
        self.style = style;
        for (set, designator) in charsets.sets.iter().zip(['(', ')', '*', '+']) {
            let _ = write!(self.out, "\x1b{designator}{}", set.name());
        }
        self.out += match charsets.shift {
            0 => "\x0f",
            1 => "\x0e",
            2 => "\x1bn",
            _ => "\x1bo",
        };
    }

    /// The cursor as it is now, with its margins and looks.
    fn cursor(&mut self) {
        let screen = self.screen;
        let grid = screen.shown();
        self.neutral();
        self.margins(grid);
        let origin = screen.has(Switch::Origin);
        if origin {
            self.out += "\x1b[?6h";
        }
        self.place(grid, screen.cursor, if origin { grid.top } else { 0 });
        self.looks(screen.pen, &screen.charsets);
    }

    fn modes(&mut self) {
        let screen = self.screen;
        for (switch, number, private) in Switch::ALL {
            // The cursor's place has said origin; the other two come below in forms that more emulators know.
            if !matches!(switch, Switch::Origin | Switch::Synchronized | Switch::Keypad) {
                let (prefix, last) =
                    (if private { "?" } else { "" }, if screen.has(switch) { 'h' } else { 'l' });
                let _ = write!(self.out, "\x1b[{prefix}{number}{last}");
            }
        }
        self.out += if screen.has(Switch::Keypad) { "\x1b=" } else { "\x1b>" };
        self.out += "\x1b[?9;1000;1002;1003;1005;1006;1015;1016l";
        for number in [screen.modes.mouse, screen.modes.mouse_encoding] {
            if number != 0 {
                let _ = write!(self.out, "\x1b[?{number}h");
            }
        }
        let _ = write!(self.out, "\x1b[>4;{}m\x1b[{} q", screen.other_keys, screen.cursor_shape);
        screen.palette.write(&mut self.out);
        let _ = write!(self.out, "\x1b]2;{}\x1b\\", screen.title);
    }
}
