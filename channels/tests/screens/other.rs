//! Another emulator: alacritty's, wrapped for comparison.

use alacritty_terminal::event::VoidListener;
use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::cell::Flags;
use alacritty_terminal::term::{Config, TermMode};
use alacritty_terminal::vte::ansi::{Color, Processor};
use alacritty_terminal::{Term, term::test::TermSize};
use devtail_channels::terminal::{Screen, Size};

pub(crate) struct Other {
    term: Term<VoidListener>,
    parser: Processor,
}

impl Other {
    pub(crate) fn new(size: Size) -> Self {
        let config = Config { kitty_keyboard: true, ..Config::default() };
        let size = TermSize::new(size.cols().into(), size.rows().into());
        Self { term: Term::new(config, &size, VoidListener), parser: Processor::new() }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.parser.advance(&mut self.term, bytes);
    }

    pub(crate) fn resize(&mut self, size: Size) {
        self.term.resize(TermSize::new(size.cols().into(), size.rows().into()));
    }

    /// Rows that left at the top.
    pub(crate) fn history(&self) -> usize {
        self.term.grid().history_size()
    }

    fn rows(&self) -> Vec<String> {
        let grid = self.term.grid();
        let rows = (0..grid.screen_lines()).map(|line| {
            let mut text = String::new();
            for col in 0..grid.columns() {
                let cell = &grid[Line(line as i32)][Column(col)];
                if !cell.flags.intersects(Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER)
                {
                    text.push(cell.c);
                    text.extend(cell.zerowidth().unwrap_or_default());
                }
            }
            text.trim_end_matches(' ').to_owned()
        });
        rows.collect()
    }

    /// Rows with every cell's looks, cursor and modes.
    pub(crate) fn describe(&self) -> String {
        let grid = self.term.grid();
        let mut said = format!(
            "{:?} {:?} {:?}\n",
            grid.cursor.point,
            grid.cursor.input_needs_wrap,
            self.term.mode()
        );
        for line in 0..grid.screen_lines() {
            for col in 0..grid.columns() {
                let cell = &grid[Line(line as i32)][Column(col)];
                let flags = cell.flags - Flags::WRAPLINE;
                said += &format!(
                    "{}{:?}{:?}{:?}{:?} ",
                    cell.c,
                    cell.zerowidth(),
                    one_name(cell.fg),
                    one_name(cell.bg),
                    flags
                );
            }
            said.push('\n');
        }
        said
    }

    #[track_caller]
    pub(crate) fn assert_shows(&self, screen: &Screen, what: &str) {
        let rows: Vec<String> = screen.rows().collect();
        assert_eq!(self.rows(), rows, "{what}");
        let cursor = screen.cursor();
        let point = self.term.grid().cursor.point;
        assert_eq!(
            (point.line.0, point.column.0),
            (i32::from(cursor.row), usize::from(cursor.col)),
            "{what}"
        );
        assert_eq!(self.term.grid().cursor.input_needs_wrap, cursor.pending, "{what}");
        let mode = self.term.mode();
        assert_eq!(mode.contains(TermMode::ALT_SCREEN), screen.is_alternate(), "{what}");
        assert_eq!(
            mode.contains(TermMode::BRACKETED_PASTE),
            screen.has_bracketed_paste(),
            "{what}"
        );
        assert_eq!(mode.contains(TermMode::APP_CURSOR), screen.has_application_cursor(), "{what}");
        assert_eq!(mode.contains(TermMode::SHOW_CURSOR), screen.is_cursor_visible(), "{what}");
    }
}

/// The first sixteen colours of the palette have two names.
fn one_name(colour: Color) -> Color {
    match colour {
        Color::Named(name) if (name as usize) < 16 => Color::Indexed(name as u8),
        Color::Named(_) | Color::Spec(_) | Color::Indexed(_) => colour,
    }
}
