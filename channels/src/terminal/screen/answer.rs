//! Answers to a program's questions, from the state there is. Only the host asks this of its Screen.

use super::Screen;
use super::mode::Mode;
use crate::terminal::scan::{Question, Slot};

/// Pixels of a cell that is asked for: no device's own, but one that pictures come out undistorted with.
const CELL: (u32, u32) = (8, 16);
/// What this terminal calls itself.
const NAME: &str = concat!("devtail ", env!("CARGO_PKG_VERSION"));

impl Screen {
    /// What the terminal types in answer; empty if it has nothing to say.
    pub fn answer(&self, question: &Question) -> Vec<u8> {
        let answer = match question {
            // A VT220 with colours (22) and a clipboard (52).
            Question::PrimaryAttributes => "\x1b[?62;22;52c".into(),
            // As xterm 277: from there on vim trusts the mouse to be SGR's.
            Question::SecondaryAttributes => "\x1b[>0;277;0c".into(),
            Question::TertiaryAttributes => "\x1bP!|00000000\x1b\\".into(),
            Question::Health => "\x1b[0n".into(),
            Question::Cursor => format!("\x1b[{}R", self.place_asked()),
            Question::CursorAndPage => format!("\x1b[?{};1R", self.place_asked()),
            Question::Device(number) => device(*number).into(),
            Question::Mode { number, private } => self.mode_asked(*number, *private),
            Question::Version => format!("\x1bP>|{NAME}\x1b\\"),
            Question::Setting(name) => self.setting(name),
            Question::Capability(names) => capabilities(names),
            Question::Colours { slots, bell } => {
                self.colours(slots, if *bell { "\x07" } else { "\x1b\\" })
            }
            Question::Keyboard => {
                format!("\x1b[?{}u", self.keyboards[usize::from(self.is_alternate())].flags())
            }
            Question::OtherKeys => format!("\x1b[>4;{}m", self.other_keys),
            Question::Window(operation) => self.window(*operation),
            Question::Graphics(item) => format!("\x1b[?{item};3;0S"),
        };
        answer.into_bytes()
    }

    fn place_asked(&self) -> String {
        let (first, _) = self.reach();
        format!("{};{}", self.cursor.row.saturating_sub(first) + 1, self.cursor.col + 1)
    }

    fn mode_asked(&self, number: u16, private: bool) -> String {
        let on = match Mode::find(number, private) {
            None => None,
            Some(Mode::Switch(switch)) => Some(self.has(switch)),
            Some(Mode::Mouse(number)) => Some(self.modes.mouse == number),
            Some(Mode::MouseEncoding(number)) => Some(self.modes.mouse_encoding == number),
            Some(Mode::Alternate | Mode::AlternateAndCursor) => Some(self.is_alternate()),
            Some(Mode::SavedCursor) => Some(false),
        };
        let state = match on {
            None => 0,
            Some(true) => 1,
            Some(false) => 2,
        };
        format!("\x1b[{}{number};{state}$y", if private { "?" } else { "" })
    }

    fn setting(&self, name: &[u8]) -> String {
        let grid = self.shown();
        let value = match name {
            b"m" => {
                let mut style = String::new();
                self.pen.write(&mut style);
                style.split_off(2)
            }
            b"r" => format!("{};{}r", grid.top + 1, grid.bottom + 1),
            b" q" => format!("{} q", self.cursor_shape),
            b"\"p" => "62;1\"p".into(),
            b"\"q" => "0\"q".into(),
            b"t" => format!("{}t", self.size.rows()),
            _ => return "\x1bP0$r\x1b\\".into(),
        };
        format!("\x1bP1$r{value}\x1b\\")
    }

    fn colours(&self, slots: &[Slot], end: &str) -> String {
        let one = |slot: &Slot| {
            let name = match slot {
                Slot::Palette(index) => format!("4;{index}"),
                Slot::Foreground => "10".into(),
                Slot::Background => "11".into(),
                Slot::Cursor => "12".into(),
            };
            let [r, g, b] = self.palette.colour(*slot);
            format!("\x1b]{name};rgb:{r:02x}{r:02x}/{g:02x}{g:02x}/{b:02x}{b:02x}{end}")
        };
        slots.iter().map(one).collect()
    }

    fn window(&self, operation: u16) -> String {
        let (cols, rows) = (u32::from(self.size.cols()), u32::from(self.size.rows()));
        match operation {
            11 => "\x1b[1t".into(),
            13 => "\x1b[3;0;0t".into(),
            14 => format!("\x1b[4;{};{}t", rows * CELL.1, cols * CELL.0),
            15 => format!("\x1b[5;{};{}t", rows * CELL.1, cols * CELL.0),
            16 => format!("\x1b[6;{};{}t", CELL.1, CELL.0),
            18 => format!("\x1b[8;{rows};{cols}t"),
            19 => format!("\x1b[9;{rows};{cols}t"),
            // The title itself would let a program type what it has set before.
            20 => "\x1b]L\x1b\\".into(),
            21 => "\x1b]l\x1b\\".into(),
            _ => String::new(),
        }
    }
}

fn device(number: u16) -> &'static str {
    match number {
        15 => "\x1b[?13n",
        25 => "\x1b[?20n",
        26 => "\x1b[?27;1;0;0n",
        53 | 55 => "\x1b[?50n",
        56 => "\x1b[?57;0n",
        75 => "\x1b[?70n",
        85 => "\x1b[?83n",
        // The colour scheme is dark.
        996 => "\x1b[?997;1n",
        _ => "",
    }
}

/// Answers each of the names (hex, between semicolons): these three are known.
fn capabilities(names: &[u8]) -> String {
    let answer = |name: &[u8]| {
        let name = String::from_utf8_lossy(name).to_ascii_uppercase();
        let value = match name.as_str() {
            "544E" => "xterm-256color",
            "436F" | "636F6C6F7273" => "256",
            "524742" => "8/8/8",
            _ if name.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                return format!("\x1bP0+r{name}\x1b\\");
            }
            _ => return "\x1bP0+r\x1b\\".into(),
        };
        let hex: String = value.bytes().map(|byte| format!("{byte:02X}")).collect();
        format!("\x1bP1+r{name}={hex}\x1b\\")
    };
    names.split(|&byte| byte == b';').map(answer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_reported_as_they_are() {
        let mut screen = Screen::default();
        screen.feed(b"\x1b[?2004h\x1b[?1006h\x1b[4h");
        let asked = |number, private| {
            String::from_utf8(screen.answer(&Question::Mode { number, private })).unwrap()
        };
        assert_eq!(asked(2004, true), "\x1b[?2004;1$y");
        assert_eq!(asked(2026, true), "\x1b[?2026;2$y");
        assert_eq!(asked(1006, true), "\x1b[?1006;1$y");
        assert_eq!(asked(4, false), "\x1b[4;1$y");
        assert_eq!(asked(9999, true), "\x1b[?9999;0$y");
        assert!(screen.has_bracketed_paste());
    }

    #[test]
    fn the_cursor_is_reported_from_the_margin_in_origin_mode() {
        let mut screen = Screen::default();
        screen.feed(b"\x1b[5;20r\x1b[?6h\x1b[3;4H");
        assert_eq!(screen.answer(&Question::Cursor), b"\x1b[3;4R");
        screen.feed(b"\x1b[?6l\x1b[7;4H");
        assert_eq!(screen.answer(&Question::CursorAndPage), b"\x1b[?7;4;1R");
    }

    #[test]
    fn settings_and_colours_are_those_a_program_made() {
        let mut screen = Screen::default();
        screen.feed(b"\x1b[1;4:3;38;2;1;2;3;102m\x1b[3;9r\x1b[5 q\x1b]11;#102030\x07\x1b]4;200;rgb:f/0/8\x07");
        let set = |name: &[u8]| {
            String::from_utf8(screen.answer(&Question::Setting(name.to_vec()))).unwrap()
        };
        assert_eq!(set(b"m"), "\x1bP1$r0;1;4:3;38;2;1;2;3;102m\x1b\\");
        assert_eq!(set(b"r"), "\x1bP1$r3;9r\x1b\\");
        assert_eq!(set(b" q"), "\x1bP1$r5 q\x1b\\");
        assert_eq!(set(b"z"), "\x1bP0$r\x1b\\");
        let slots = vec![Slot::Background, Slot::Palette(200)];
        let answer = screen.answer(&Question::Colours { slots, bell: true });
        assert_eq!(answer, b"\x1b]11;rgb:1010/2020/3030\x07\x1b]4;200;rgb:ffff/0000/8888\x07");
    }

    #[test]
    fn capabilities_are_answered_one_by_one() {
        let screen = Screen::default();
        let answer = screen.answer(&Question::Capability(b"636f6c6f7273;6b62".to_vec()));
        assert_eq!(answer, b"\x1bP1+r636F6C6F7273=323536\x1b\\\x1bP0+r6B62\x1b\\");
    }
}
