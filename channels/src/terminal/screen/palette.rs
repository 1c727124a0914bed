//! Colours a program changed (OSC 4, 10, 11, 12), and those a terminal has otherwise.

use std::collections::BTreeMap;

use crate::terminal::scan::Slot;

/// Red, green, blue.
pub(super) type Rgb = [u8; 3];

/// The changed colours. At most 259, since a slot is one of so many.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Palette(BTreeMap<Slot, Rgb>);

/// The 16 colours of a dark theme; where a device has other ones, only questions tell the difference.
const BASE: [Rgb; 16] = [
    [0x00, 0x00, 0x00],
    [0xcd, 0x31, 0x31],
    [0x0d, 0xbc, 0x79],
    [0xe5, 0xe5, 0x10],
    [0x24, 0x72, 0xc8],
    [0xbc, 0x3f, 0xbc],
    [0x11, 0xa8, 0xcd],
    [0xe5, 0xe5, 0xe5],
    [0x66, 0x66, 0x66],
    [0xf1, 0x4c, 0x4c],
    [0x23, 0xd1, 0x8b],
    [0xf5, 0xf5, 0x43],
    [0x3b, 0x8e, 0xea],
    [0xd6, 0x70, 0xd6],
    [0x29, 0xb8, 0xdb],
    [0xff, 0xff, 0xff],
];

impl Palette {
    /// The colour of a slot now.
    pub(super) fn colour(&self, slot: Slot) -> Rgb {
        self.0.get(&slot).copied().unwrap_or_else(|| default(slot))
    }

    /// Sets a slot as an OSC says it; what cannot be read changes nothing.
    pub(super) fn set(&mut self, slot: Slot, spec: &[u8]) {
        if let Some(rgb) = parse(spec) {
            self.0.insert(slot, rgb);
        }
    }

    /// Gives a slot its own colour back.
    pub(super) fn reset(&mut self, slot: Slot) {
        self.0.remove(&slot);
    }

    /// Gives all 256 their own colours back.
    pub(super) fn reset_indexed(&mut self) {
        self.0.retain(|slot, _| !matches!(slot, Slot::Palette(_)));
    }

    /// What makes any palette this one.
    pub(super) fn write(&self, out: &mut String) {
        *out += "\x1b]104\x1b\\\x1b]110\x1b\\\x1b]111\x1b\\\x1b]112\x1b\\";
        for (slot, [r, g, b]) in &self.0 {
            let name = match slot {
                Slot::Palette(index) => format!("4;{index}"),
                Slot::Foreground => "10".into(),
                Slot::Background => "11".into(),
                Slot::Cursor => "12".into(),
            };
            *out += &format!("\x1b]{name};rgb:{r:02x}/{g:02x}/{b:02x}\x1b\\");
        }
    }
}

fn default(slot: Slot) -> Rgb {
    let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
    match slot {
        Slot::Palette(index @ 0..=15) => BASE[usize::from(index)],
        Slot::Palette(index @ 16..=231) => {
            let cube = index - 16;
            [level(cube / 36), level(cube / 6 % 6), level(cube % 6)]
        }
        Slot::Palette(index @ 232..=255) => [8 + 10 * (index - 232); 3],
        Slot::Foreground | Slot::Cursor => [0xd4, 0xd4, 0xd4],
        Slot::Background => [0x1e, 0x1e, 0x1e],
    }
}

/// Reads `#rgb`, `#rrggbb`, `rgb:r/g/b` with one to four digits each (XParseColor).
fn parse(spec: &[u8]) -> Option<Rgb> {
    let text = std::str::from_utf8(spec).ok()?;
    let parts: Vec<&str> = match (text.strip_prefix("rgb:"), text.strip_prefix('#')) {
        (Some(rgb), _) => rgb.split('/').collect(),
        (None, Some(hex)) if hex.is_ascii() && [3, 6, 12].contains(&hex.len()) => {
            let digits = hex.len() / 3;
            vec![&hex[..digits], &hex[digits..2 * digits], &hex[2 * digits..]]
        }
        _ => return None,
    };
    let [r, g, b] = parts[..] else { return None };
    Some([channel(r)?, channel(g)?, channel(b)?])
}

/// Scales one to four hex digits to eight bits.
fn channel(hex: &str) -> Option<u8> {
    let value = u32::from_str_radix(hex, 16).ok()?;
    let highest = match hex.len() {
        digits @ 1..=4 => (1 << (4 * digits)) - 1,
        _ => return None,
    };
    u8::try_from(value * 255 / highest).ok()
}
