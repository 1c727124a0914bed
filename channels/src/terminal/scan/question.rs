//! What a program may ask its terminal.

use crate::terminal::lex::Close;

/// A question that gets an answer. One that is better left alone is dropped, and is none of these.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Question {
    /// DA1: what are you?
    PrimaryAttributes,
    /// DA2: which version?
    SecondaryAttributes,
    /// DA3: which unit?
    TertiaryAttributes,
    /// DSR 5: are you well?
    Health,
    /// DSR 6: where is the cursor?
    Cursor,
    /// DSR ? 6: where is the cursor, and on which page?
    CursorAndPage,
    /// DSR ? 15, 25, 26, 53, 55, 996: a part of the machine that is not there, or the colour scheme.
    Device(u16),
    /// DECRQM: is this mode on?
    Mode {
        /// Its number.
        number: u16,
        /// Whether it is one of DEC's (`?`).
        private: bool,
    },
    /// XTVERSION: what is your name?
    Version,
    /// DECRQSS: what is this setting? The bytes name the control that would set it.
    Setting(Vec<u8>),
    /// XTGETTCAP: one terminfo entry, its name in hex as it was asked.
    Capability(Vec<u8>),
    /// OSC 4, 10, 11, 12: which colours?
    Colours {
        /// Those asked for, in order.
        slots: Vec<Slot>,
        /// Whether the question ended in BEL, as then its answer does.
        bell: bool,
    },
    /// Kitty: which keyboard flags are on?
    Keyboard,
    /// XTQMODKEYS 4: how are other keys modified?
    OtherKeys,
    /// XTWINOPS: the window's state, position, size or title.
    Window(u16),
    /// XTSMGRAPHICS: how many colours, which geometry (of pictures that are not supported)?
    Graphics(u16),
}

/// Something that has a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// One of the 256.
    Palette(u8),
    /// Text.
    Foreground,
    /// What is behind it.
    Background,
    /// The cursor.
    Cursor,
}

impl Question {
    /// The colours asked for in an OSC `number` with these fields; `None` if none of ours.
    pub(super) fn colours(number: u32, fields: &[u8], close: Close) -> Option<Self> {
        let fields: Vec<&[u8]> = fields.split(|&byte| byte == b';').collect();
        let slots: Vec<Slot> = match number {
            4 => fields.chunks(2).filter_map(palette_slot).collect(),
            10..=12 => (number..=12)
                .zip(&fields)
                .filter(|(_, spec)| **spec == b"?")
                .filter_map(dynamic_slot)
                .collect(),
            _ => return None,
        };
        (!slots.is_empty()).then_some(Self::Colours { slots, bell: close == Close::Bell })
    }
}

fn palette_slot(pair: &[&[u8]]) -> Option<Slot> {
    let [index, b"?"] = pair else { return None };
    std::str::from_utf8(index).ok()?.parse().ok().map(Slot::Palette)
}

fn dynamic_slot((number, _): (u32, &&[u8])) -> Option<Slot> {
    match number {
        10 => Some(Slot::Foreground),
        11 => Some(Slot::Background),
        12 => Some(Slot::Cursor),
        _ => None,
    }
}
