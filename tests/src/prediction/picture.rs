//! What somebody sees at a moment: a glyph a cell, and the cursor.

use devtail_channels::terminal::{Content, Look, Screen};
use devtail_client::predict::{Overlay, Spot};

/// A screen without its colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    cols: usize,
    glyphs: Vec<char>,
    cursor: Spot,
}

/// Pictures, each with the moment from which on it is shown, in ms; the first from 0 on.
#[derive(Debug, Clone, Default)]
pub struct Film {
    frames: Vec<(u64, Picture)>,
}

impl Picture {
    /// A screen with what is painted over it.
    pub fn new(screen: &Screen, overlay: &Overlay<Look>) -> Self {
        let (rows, cols) = (screen.size().rows(), screen.size().cols());
        let cells = (0..rows).flat_map(|row| (0..cols).map(move |col| (row, col)));
        let glyphs = cells.map(|(row, col)| match screen.seen(row, col).map(|seen| seen.content) {
            Some(Content::Char(char) | Content::Wide(char)) => char,
            Some(Content::Cluster(text)) => text.chars().next().unwrap_or(' '),
            Some(Content::Blank | Content::Tail) | None => ' ',
        });
        let cursor = Spot { row: screen.cursor().row, col: screen.cursor().col };
        let cursor = overlay.cursor.unwrap_or(cursor);
        let mut picture = Self { cols: cols.into(), glyphs: glyphs.collect(), cursor };
        for cell in &overlay.cells {
            let at = picture.index(cell.spot);
            picture.glyphs[at] = cell.char.unwrap_or(picture.glyphs[at]);
        }
        picture
    }

    /// Where a line editor stands: the cursor, and what stands left of it.
    pub fn edge(&self) -> (Spot, &[char]) {
        let begin = usize::from(self.cursor.row) * self.cols;
        (self.cursor, &self.glyphs[begin..begin + usize::from(self.cursor.col)])
    }

    /// What a cell shows.
    pub fn glyph(&self, cell: usize) -> Option<char> {
        self.glyphs.get(cell).copied()
    }

    /// How many cells there are.
    pub const fn cells(&self) -> usize {
        self.glyphs.len()
    }

    fn index(&self, spot: Spot) -> usize {
        usize::from(spot.row) * self.cols + usize::from(spot.col)
    }
}

impl Film {
    /// From this moment on this is shown.
    pub fn show(&mut self, at: u64, picture: Picture) {
        if self.frames.last().is_none_or(|(_, last)| *last != picture) {
            self.frames.push((at, picture));
        }
    }

    /// What is shown at a moment.
    pub fn at(&self, at: u64) -> &Picture {
        let behind = self.frames.partition_point(|(from, _)| *from <= at);
        &self.frames[behind.saturating_sub(1)].1
    }

    /// What is shown right before a moment.
    pub fn before(&self, at: u64) -> &Picture {
        let behind = self.frames.partition_point(|(from, _)| *from < at);
        &self.frames[behind.saturating_sub(1)].1
    }

    /// Everything that is shown at some time between two moments.
    pub fn between(&self, from: u64, to: u64) -> impl Iterator<Item = &Picture> {
        self.from(from).take_while(move |(at, _)| *at <= to).map(|(_, picture)| picture)
    }

    /// What is shown at a moment, and all that follows, with the moments.
    pub fn from(&self, from: u64) -> impl Iterator<Item = (u64, &Picture)> {
        let behind = self.frames.partition_point(|(at, _)| *at <= from).saturating_sub(1);
        self.frames[behind..].iter().map(|(at, picture)| (*at, picture))
    }

    /// Each change: the moment, what was before, and what is then.
    pub fn changes(&self) -> impl Iterator<Item = (u64, &Picture, &Picture)> {
        self.frames.windows(2).map(|pair| (pair[1].0, &pair[0].1, &pair[1].1))
    }
}
