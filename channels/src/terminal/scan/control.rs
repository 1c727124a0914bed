//! Which control sequences pass, which are questions, and which are better gone.
//!
//! A sequence passes if it shows nothing or the [`Screen`](crate::terminal::Screen) knows it: otherwise a Snapshot would
//! differ from what the reader saw. What makes an emulator type (reports, window operations, printing) never passes.

use super::question::Question;
use crate::terminal::csi::Csi;
use crate::terminal::screen::Mode;

/// What becomes of a sequence.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ruling {
    /// Into the Log.
    Pass,
    /// Nowhere.
    Drop,
    /// These bytes into the Log.
    Instead(Vec<u8>),
    /// The host answers.
    Ask(Question),
    /// Whoever keeps the titles saves the one there is.
    SaveTitle,
    /// Whoever keeps the titles says the last one saved.
    RestoreTitle,
    /// The character before, so many times.
    Repeat(u16),
}

/// Rules on `ESC` … final.
pub(super) fn escape(raw: &[u8]) -> Ruling {
    match &raw[1..] {
        b"Z" => Ruling::Ask(Question::PrimaryAttributes),
        // A string's terminator without a string.
        b"\\" => Ruling::Drop,
        // Switches of the encoding (ISO 2022) and of 8-bit answers: this stream is UTF-8 and stays so.
        [b'%' | b' ', ..] => Ruling::Drop,
        // Double-width and double-height lines, which few emulators know.
        [b'#', b'3' | b'4' | b'5' | b'6'] => Ruling::Drop,
        _ => Ruling::Pass,
    }
}

/// Rules on `ESC [` … final.
pub(super) fn control(raw: &[u8]) -> Ruling {
    let Some(csi) = Csi::parse(raw) else { return Ruling::Drop };
    match (csi.prefix, csi.intermediate) {
        (0, 0) => plain(&csi),
        (b'?', 0) => private(&csi),
        (b'>', 0) => greater(&csi),
        (b'=', 0) => match csi.last {
            b'c' => Ruling::Ask(Question::TertiaryAttributes),
            b'u' => Ruling::Pass,
            _ => Ruling::Drop,
        },
        (b'<', 0) if csi.last == b'u' => Ruling::Pass,
        (0, b' ') if csi.last == b'q' => Ruling::Pass,
        (0, b'!') if csi.last == b'p' => Ruling::Pass,
        (0 | b'?', b'$') if csi.last == b'p' => {
            Ruling::Ask(Question::Mode { number: csi.value(0), private: csi.prefix == b'?' })
        }
        _ => Ruling::Drop,
    }
}

fn plain(csi: &Csi) -> Ruling {
    match csi.last {
        b'c' if csi.value(0) == 0 => Ruling::Ask(Question::PrimaryAttributes),
        b'n' if csi.value(0) == 5 => Ruling::Ask(Question::Health),
        b'n' if csi.value(0) == 6 => Ruling::Ask(Question::Cursor),
        b't' => window(csi.value(0), csi.value(1)),
        b'b' => Ruling::Repeat(csi.count(0)),
        b'h' | b'l' => modes(csi),
        b'@'..=b'M'
        | b'P'
        | b'S'
        | b'X'
        | b'Z'
        | b'`'
        | b'a'
        | b'd'..=b'g'
        | b'm'
        | b'r'
        | b's'
        | b'u' => Ruling::Pass,
        // T with five numbers starts mouse highlighting, which waits for the mouse.
        b'T' if csi.len() < 2 => Ruling::Pass,
        _ => Ruling::Drop,
    }
}

fn window(operation: u16, which: u16) -> Ruling {
    match operation {
        11 | 13..=16 | 18..=21 => Ruling::Ask(Question::Window(operation)),
        // 1 is the icon's title alone.
        22 if which != 1 => Ruling::SaveTitle,
        23 if which != 1 => Ruling::RestoreTitle,
        _ => Ruling::Drop,
    }
}

fn private(csi: &Csi) -> Ruling {
    match csi.last {
        b'h' | b'l' => modes(csi),
        b'J' | b'K' => Ruling::Pass,
        b'n' => match csi.value(0) {
            6 => Ruling::Ask(Question::CursorAndPage),
            number => Ruling::Ask(Question::Device(number)),
        },
        b'u' => Ruling::Ask(Question::Keyboard),
        b'm' if csi.value(0) == 4 => Ruling::Ask(Question::OtherKeys),
        b'S' => Ruling::Ask(Question::Graphics(csi.value(0))),
        _ => Ruling::Drop,
    }
}

fn greater(csi: &Csi) -> Ruling {
    match csi.last {
        b'c' if csi.value(0) == 0 => Ruling::Ask(Question::SecondaryAttributes),
        b'q' if csi.value(0) == 0 => Ruling::Ask(Question::Version),
        b'u' => Ruling::Pass,
        b'm' if csi.value(0) == 4 => Ruling::Pass,
        _ => Ruling::Drop,
    }
}

/// Lets through the modes the Screen knows.
fn modes(csi: &Csi) -> Ruling {
    let private = csi.prefix == b'?';
    let known = |number: &&u16| Mode::find(**number, private).is_some();
    let numbers: Vec<String> = csi.values().iter().filter(known).map(u16::to_string).collect();
    if numbers.is_empty() {
        return Ruling::Drop;
    }
    let prefix = if private { "?" } else { "" };
    Ruling::Instead(
        format!("\x1b[{prefix}{}{}", numbers.join(";"), char::from(csi.last)).into_bytes(),
    )
}
