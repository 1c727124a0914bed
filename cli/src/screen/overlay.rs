//! Predictive echo in the window: guessed cells are painted over what the stream put there, and taken away again before
//! the stream goes on. Pure: what is to be written comes out as bytes.
//!
//! The window gets the raw stream, so a fold of it is kept here, to know what stands under a guess and where the stream
//! left the cursor, its looks and its modes. Painted is only where both stand between two sequences, and only in a window
//! that has the size of the host's grid.

mod seen;

use std::fmt::Write as _;

use devtail_channels::terminal::{Content, Look, Screen, Size, Snapshot};
use devtail_client::predict::{self, Painted, Predictor, Spot, Typed};
use devtail_protocol::Time;

use self::seen::Seen;

/// A known way to write: places count from the top, nothing is shifted or wrapped, ASCII.
const PLAIN: &str = "\x1b[?6l\x1b[4l\x1b[?7l\x1b(B\x0f";

/// The guesses of one window.
#[derive(Debug)]
pub(super) struct Overlay {
    screen: Screen,
    predictor: Predictor<Look>,
    /// What stands over the stream's cells now.
    painted: predict::Overlay<Look>,
}

/// The window that is painted in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Its size.
    pub(super) size: Size,
    /// Whether a line about the link covers its last row.
    pub(super) has_status: bool,
}

impl Frame {
    /// Whether no line about the link covers this cell.
    const fn is_free(&self, cell: &Painted<Look>) -> bool {
        !self.has_status || cell.spot.row + 1 < self.size.rows()
    }
}

impl Overlay {
    pub(super) fn new() -> Self {
        Self {
            screen: Screen::default(),
            predictor: Predictor::new(),
            painted: predict::Overlay::default(),
        }
    }

    /// What comes next in the stream, around what of it is for the window.
    pub(super) fn data(
        &mut self,
        now: Time,
        frame: Frame,
        at: u64,
        log: &[u8],
        shown: &[u8],
    ) -> Vec<u8> {
        let mut out = self.take_away(frame);
        out.extend_from_slice(shown);
        self.fold(now, frame.size, at, log);
        out.extend(self.paint(frame));
        out
    }

    /// What comes next in the stream while the window shows something else: nothing is painted.
    pub(super) fn fold(&mut self, now: Time, window: Size, at: u64, log: &[u8]) {
        if self.screen.offset() != at {
            // The beginning of this Log, or of what this window sees of it.
            self.screen = Screen::at(window, at);
            self.predictor.restored(at);
        }
        self.screen.feed(log);
        self.predictor.parsed(now, &Seen(&self.screen), self.screen.offset());
    }

    /// A Snapshot replaces what the window shows, guesses and all.
    pub(super) fn snapshot(&mut self, snapshot: &Snapshot, at: u64) {
        self.screen.restore(snapshot, at);
        self.predictor.restored(at);
        self.painted = predict::Overlay::default();
    }

    /// What makes any window show what the stream made of this one; `None` within a sequence, whose end alone is to come.
    pub(super) fn redraw(&self) -> Option<Vec<u8>> {
        self.is_ground().then(|| self.screen.snapshot("").vt.to_vec())
    }

    fn is_ground(&self) -> bool {
        self.screen.ground_offset() == self.screen.offset()
    }

    /// These keys are the channel's input number `seq`; `None`: they wait, and when they are sent nobody knows.
    pub(super) fn typed(&mut self, now: Time, seq: Option<u64>, keys: &[u8]) {
        match seq {
            Some(seq) => {
                self.predictor.typed(now, &Seen(&self.screen), seq, Typed::Keys(keys));
            }
            None => self.predictor.reset(),
        }
    }

    /// What was typed does nothing.
    pub(super) fn forget(&mut self) {
        self.predictor.reset();
    }

    /// What the inputs up to `seq` bring about at once stands in the Log before `at`.
    pub(super) fn echoed(&mut self, now: Time, seq: u64, at: u64) {
        self.predictor.echoed(now, &Seen(&self.screen), seq, at);
    }

    /// A round trip takes this long now.
    pub(super) fn measured(&mut self, srtt: Option<std::time::Duration>) {
        self.predictor.measured(srtt);
    }

    pub(super) fn handle_timeout(&mut self, now: Time) {
        self.predictor.handle_timeout(now, &Seen(&self.screen));
    }

    pub(super) fn poll_timeout(&self) -> Option<Time> {
        self.predictor.poll_timeout()
    }

    /// What makes the window show the guesses as they are now; nothing if it does.
    pub(super) fn repaint(&mut self, frame: Frame) -> Vec<u8> {
        if self.wanted(frame) == self.painted {
            return Vec::new();
        }
        let mut out = self.take_away(frame);
        out.extend(self.paint(frame));
        out
    }

    /// What makes the window what the stream made it.
    pub(super) fn take_away(&mut self, frame: Frame) -> Vec<u8> {
        let painted = std::mem::take(&mut self.painted);
        if painted.is_empty() {
            return Vec::new();
        }
        let mut out = PLAIN.to_owned();
        for cell in painted.cells.iter().filter(|cell| frame.is_free(cell)) {
            self.write_real(&mut out, cell.spot);
        }
        out += &self.screen.hand_back();
        out.into_bytes()
    }

    fn paint(&mut self, frame: Frame) -> Vec<u8> {
        self.painted = self.wanted(frame);
        if self.painted.is_empty() {
            return Vec::new();
        }
        let mut out = PLAIN.to_owned();
        for Painted { spot, char, style, is_underlined } in &self.painted.cells {
            let look = if *is_underlined { style.underlined() } else { *style };
            go(&mut out, *spot);
            out += &look.sgr();
            match char {
                Some(char) => out.push(*char),
                None => out += &text(&self.screen, *spot),
            }
        }
        out += "\x1b[0m";
        let cursor = self.screen.cursor();
        go(&mut out, self.painted.cursor.unwrap_or(Spot { row: cursor.row, col: cursor.col }));
        out.into_bytes()
    }

    fn wanted(&self, frame: Frame) -> predict::Overlay<Look> {
        if !self.is_ground() || self.screen.size() != frame.size {
            return predict::Overlay::default();
        }
        let mut wanted = self.predictor.overlay(&Seen(&self.screen));
        wanted.cells.retain(|cell| frame.is_free(cell));
        wanted
    }

    /// Writes a cell as the stream left it; half of a wide character takes the other half with it.
    fn write_real(&self, out: &mut String, spot: Spot) {
        let Some(seen) = self.screen.seen(spot.row, spot.col) else { return };
        let spot = match seen.content {
            Content::Tail => Spot { col: spot.col.saturating_sub(1), ..spot },
            Content::Blank | Content::Char(_) | Content::Wide(_) | Content::Cluster(_) => spot,
        };
        go(out, spot);
        *out += &seen.look.sgr();
        *out += &text(&self.screen, spot);
    }
}

fn go(out: &mut String, spot: Spot) {
    let _ = write!(out, "\x1b[{};{}H", spot.row + 1, spot.col + 1);
}

fn text(screen: &Screen, spot: Spot) -> String {
    match screen.seen(spot.row, spot.col).map(|seen| seen.content) {
        Some(Content::Char(char) | Content::Wide(char)) => char.to_string(),
        Some(Content::Cluster(text)) => text.to_owned(),
        Some(Content::Blank | Content::Tail) | None => " ".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use devtail_channels::terminal::Mark;

    use super::*;

    const NOW: Time = Time::ZERO;

    /// A window, and what it would show if nobody had painted.
    struct Two {
        overlay: Overlay,
        frame: Frame,
        window: Screen,
        real: Screen,
        seq: u64,
    }

    impl Two {
        fn new() -> Self {
            let size = Size::new(20, 4).unwrap();
            let mut overlay = Overlay::new();
            overlay.measured(Some(Duration::from_millis(300)));
            let (window, real) = (Screen::new(size), Screen::new(size));
            let frame = Frame { size, has_status: false };
            let mut two = Self { overlay, frame, window, real, seq: 0 };
            two.output(&Mark::Size(size).encode());
            two
        }

        fn output(&mut self, bytes: &[u8]) {
            let at = self.real.offset();
            self.real.feed(bytes);
            let out = self.overlay.data(NOW, self.frame, at, bytes, bytes);
            self.window.feed(&out);
        }

        fn types(&mut self, keys: &[u8]) {
            self.seq += 1;
            self.overlay.typed(NOW, Some(self.seq), keys);
            self.repaint();
        }

        fn repaint(&mut self) {
            let out = self.overlay.repaint(self.frame);
            self.window.feed(&out);
        }

        #[track_caller]
        fn is_as_the_stream_left_it(&mut self) {
            let out = self.overlay.take_away(self.frame);
            self.window.feed(&out);
            assert_eq!(self.window.describe(), self.real.describe());
        }
    }

    #[test]
    fn a_guess_is_painted_at_once_and_leaves_no_trace() {
        let mut two = Two::new();
        two.output(b"\x1b[1;32m$ ");
        two.types(b"a");
        two.output(b"\x1b[0;4ma");
        two.types(b"bc");
        assert_eq!(two.window.contents(), "$ abc");
        assert_eq!(two.window.cursor().col, 5);
        assert!(two.window.seen(0, 3).unwrap().look.sgr().contains(";4"));
        two.output(b"b");
        assert_eq!(two.window.contents(), "$ abc");
        two.is_as_the_stream_left_it();
        two.types(b"\x7f\x7f");
        assert_eq!(two.window.contents(), "$ a");
        two.output(b"\r\n");
        two.is_as_the_stream_left_it();
    }

    #[test]
    fn nothing_is_painted_within_a_sequence_and_all_of_it_after() {
        let mut two = Two::new();
        two.output(b"$ ");
        two.types(b"a");
        two.output(b"a\x1b[3");
        two.types(b"b");
        assert_eq!(two.window.contents(), "$ a");
        two.output(b"1mb");
        two.types(b"c");
        assert_eq!(two.window.contents(), "$ abc");
        assert_eq!(two.window.seen(0, 4).unwrap().look.sgr(), "\x1b[0;4;31m");
        two.is_as_the_stream_left_it();
    }

    #[test]
    fn margins_origin_insertion_wide_letters_and_a_pending_wrap_are_as_they_were() {
        for before in [
            &b"\x1b[2;3r\x1b[?6h\x1b[1;1H$ "[..],
            b"\x1b[4h\x1b[?7l$ ",
            "$ \u{732b}\u{732b}\u{732b}\x1b[1;3H".as_bytes(),
            b"\x1b[4;1H0123456789012345",
            b"\x1b[?1049h\x1b[2;2H> ",
        ] {
            let mut two = Two::new();
            two.output(before);
            two.types(b"a");
            two.output(b"a");
            two.types(b"bcd");
            two.is_as_the_stream_left_it();
            two.repaint();
            two.output(b"bcd");
            two.is_as_the_stream_left_it();
        }
    }

    #[test]
    fn the_status_line_is_not_painted_over_and_another_size_not_painted_in() {
        let mut two = Two::new();
        two.output(b"\x1b[4;1H$ ");
        two.types(b"a");
        two.output(b"a");
        two.frame.has_status = true;
        two.types(b"b");
        assert_eq!(two.window.seen(3, 3).unwrap().content, Content::Blank);
        two.frame.has_status = false;
        two.repaint();
        assert_eq!(two.window.seen(3, 3).unwrap().content, Content::Char('b'));
        two.frame.size = Size::new(30, 4).unwrap();
        two.repaint();
        two.is_as_the_stream_left_it();
    }
}
