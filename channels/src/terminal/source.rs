//! A program's side of the terminal, without the PTY: what it wrote becomes Log, screen and answers.

use std::ops::ControlFlow;

use super::limits::{TITLES_SAVED_MAX, TURN_BYTES_MAX};
use super::mark::Mark;
use super::message::{Size, Snapshot};
use super::scan::{Scanner, Segment};
use super::screen::{Left, Screen};

/// A Scanner and the Screen behind it. The host's terminal and the simulator's are this.
#[derive(Debug)]
pub struct Source {
    scanner: Scanner,
    screen: Screen,
    saved_titles: Vec<String>,
}

/// What one read became.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Turn {
    /// What goes into the Log.
    pub log: Vec<u8>,
    /// What the program's questions are answered with: it goes into the PTY as if typed.
    pub replies: Vec<u8>,
    /// How many bytes were taken: all, unless what they became is above [`TURN_BYTES_MAX`]. The others come first in the
    /// next turn.
    pub used: usize,
}

impl Source {
    /// A blank terminal. The first thing in its Log is [`Source::resize`]'s mark.
    pub fn new(size: Size) -> Self {
        Self { scanner: Scanner::new(), screen: Screen::new(size), saved_titles: Vec::new() }
    }

    /// Takes what the program wrote, or a part of it: see [`Turn::used`].
    pub fn take(&mut self, bytes: &[u8]) -> Turn {
        let mut turn = Turn::default();
        let Self { scanner, screen, saved_titles } = self;
        turn.used = scanner.scan_while(bytes, |segment| {
            pass(segment, screen, saved_titles, &mut turn);
            if turn.log.len() + turn.replies.len() < TURN_BYTES_MAX {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        turn
    }

    /// Takes the end of what the program wrote.
    pub fn finish(&mut self) -> Turn {
        let mut turn = Turn::default();
        let Self { scanner, screen, saved_titles } = self;
        scanner.finish(|segment| pass(segment, screen, saved_titles, &mut turn));
        turn
    }

    /// Gives the terminal another size; the answer is the mark for the Log.
    pub fn resize(&mut self, size: Size) -> Vec<u8> {
        // A string under way would swallow the mark, so it ends here, void: a clipboard or title that is told in part is
        // told to nobody, neither by the Log nor by a Snapshot.
        let mut mark = self.scanner.interrupt().to_vec();
        mark.extend(Mark::Size(size).encode());
        self.screen.feed(&mark);
        mark
    }

    /// Writes down from now on which rows leave the screen: to be taken with [`Source::take_left`] after each turn.
    pub fn collect_rows(&mut self) {
        self.screen.collect_rows();
    }

    /// Gives the rows that left since the last time.
    pub fn take_left(&mut self, take: impl FnOnce(&Left)) {
        self.screen.take_left(take);
    }

    /// Whether [`Source::mark`] can say something now.
    pub fn takes_marks(&self) -> bool {
        self.scanner.is_ground()
    }

    /// Says something of the host's own, if the Log stands between two sequences; the answer is the mark for the Log. Within
    /// a string it can wait for its end.
    pub fn mark(&mut self, mark: &Mark) -> Option<Vec<u8>> {
        self.takes_marks().then(|| {
            let bytes = mark.encode();
            self.screen.feed(&bytes);
            bytes
        })
    }

    /// The screen.
    pub const fn screen(&self) -> &Screen {
        &self.screen
    }

    /// The screen as a Snapshot, and the Offset it stands at.
    pub fn snapshot(&self, name: &str) -> (u64, Snapshot) {
        (self.screen.ground_offset(), self.screen.snapshot(name))
    }
}

fn pass(segment: Segment<'_>, screen: &mut Screen, saved: &mut Vec<String>, turn: &mut Turn) {
    match segment {
        Segment::Clean(bytes) => {
            screen.feed(bytes);
            turn.log.extend_from_slice(bytes);
        }
        Segment::Question(question) => turn.replies.extend(screen.answer(&question)),
        Segment::SaveTitle => {
            if saved.len() == TITLES_SAVED_MAX {
                saved.remove(0);
            }
            saved.push(screen.title().to_owned());
        }
        Segment::RestoreTitle => {
            let Some(title) = saved.pop() else { return };
            let set = format!("\x1b]2;{title}\x1b\\").into_bytes();
            screen.feed(&set);
            turn.log.extend(set);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_answered_from_the_screen_at_its_place_and_leaves_no_trace() {
        let mut source = Source::new(Size::default());
        let turn = source.take(b"ab\x1b[6ncd\x1b[6n");
        assert_eq!(turn.log, b"abcd");
        assert_eq!(turn.replies, b"\x1b[1;3R\x1b[1;5R");
    }

    /// Every turn that this output takes, each within its bound, and the screen at the end.
    #[track_caller]
    fn takes_turns(output: &[u8]) -> (usize, Screen) {
        let mut source = Source::new(Size::default());
        let (mut rest, mut turns, mut whole) = (output, 0, Screen::new(Size::default()));
        while !rest.is_empty() {
            let turn = source.take(rest);
            // Behind the stop comes what was clean already: the text of one read at most.
            let bound = TURN_BYTES_MAX + output.len() + (32 << 10);
            assert!(turn.log.len() + turn.replies.len() <= bound, "{}", turn.log.len());
            whole.feed(&turn.log);
            rest = &rest[turn.used..];
            turns += 1;
        }
        assert_eq!(whole.digest(), source.screen().digest());
        (turns, whole)
    }

    #[test]
    fn output_that_asks_for_much_more_comes_turn_by_turn_and_whole() {
        let mut output = "🚀".as_bytes().to_vec();
        output.extend(b"\x1b[999b".repeat(1000));
        output.extend(b"\x1b[2J\x1b[Hthe end");
        let (turns, screen) = takes_turns(&output);
        assert!(turns > 10, "{turns}");
        assert_eq!(screen.contents(), "the end");
    }

    #[test]
    fn a_title_that_comes_back_again_and_again_is_told_turn_by_turn() {
        let titled = [&b"\x1b]2;"[..], &[b't'; 250], b"\x07"].concat();
        let restored = [&titled[..], &b"\x1b[22t\x1b[23t".repeat(5000)].concat();
        assert!(takes_turns(&restored).0 > 3);
    }

    #[test]
    fn a_title_that_was_saved_comes_back_as_one_that_is_set() {
        let mut source = Source::new(Size::default());
        source.take(b"\x1b]0;shell\x07\x1b[22;0;0t\x1b]0;vim\x07");
        let turn = source.take(b"\x1b[23;0;0t");
        assert_eq!(turn.log, b"\x1b]2;shell\x1b\\");
        assert_eq!(source.screen().title(), "shell");
    }

    #[test]
    fn a_string_that_a_resize_interrupted_ends_where_the_program_ends_it() {
        for (end, log) in
            [(&b"\x1b\\b"[..], &b"b"[..]), (b"\x18b", b"b"), (b"\x1b[1mb", b"\x1b[1mb")]
        {
            let mut source = Source::new(Size::default());
            source.take(b"\x1b]0;half a ti");
            source.resize(Size::new(100, 30).unwrap());
            source.resize(Size::new(90, 30).unwrap());
            let turn = source.take(&[b"tle", end].concat());
            assert_eq!(turn.log.escape_ascii().to_string(), log.escape_ascii().to_string());
        }
    }

    #[test]
    fn a_resize_in_the_middle_of_a_string_is_still_seen() {
        let mut source = Source::new(Size::default());
        let size = Size::new(100, 30).unwrap();
        let mut log = source.take(b"\x1b]52;c;QUJD").log;
        log.extend(source.resize(size));
        assert_eq!(source.screen().size(), size);
        let after = source.take(b"c2VjcmV0\x07after").log;
        assert_eq!(after.escape_ascii().to_string(), "after", "the rest of a string is no text");
        log.extend(after);

        let mut reader = Screen::new(Size::default());
        reader.feed(&log);
        assert_eq!((reader.size(), reader.contents().as_str()), (size, "after"));
        assert_eq!(
            reader.digest(),
            source.screen().digest(),
            "a Snapshot tells what the Log tells"
        );
        assert_eq!(reader.events_after(0).count(), 0);
    }
}
