//! SGR: how text is to look.

use super::cell::{Colour, Style};
use crate::terminal::csi::Csi;

impl Style {
    /// Applies one SGR sequence.
    pub(super) fn select(&mut self, csi: &Csi) {
        let values = csi.values();
        if values.is_empty() {
            *self = Self::PLAIN;
        }
        let mut at = 0;
        while at < values.len() {
            at += self.apply(csi, at);
        }
    }

    /// Applies what begins at a value; says how many values it took.
    fn apply(&mut self, csi: &Csi, at: usize) -> usize {
        let number = csi.value(at);
        let joined = (at + 1..csi.values().len()).take_while(|&n| csi.is_joined(n)).count();
        match number {
            0 => *self = Self::PLAIN,
            4 if joined > 0 => self.underline = u8::try_from(csi.value(at + 1).min(5)).unwrap_or(1),
            4 => self.underline = 1,
            21 => self.underline = 2,
            24 => self.underline = 0,
            6 => self.turn(5, true),
            22 => {
                self.turn(1, false);
                self.turn(2, false);
            }
            30..=37 => self.foreground = palette(number - 30),
            39 => self.foreground = Colour::Default,
            40..=47 => self.background = palette(number - 40),
            49 => self.background = Colour::Default,
            59 => self.line = Colour::Default,
            90..=97 => self.foreground = palette(number - 82),
            100..=107 => self.background = palette(number - 92),
            38 | 48 | 58 => return self.extended(csi, at, joined),
            _ => self.attribute(number),
        }
        1 + joined
    }

    fn attribute(&mut self, number: u16) {
        for (on, off) in Self::ATTRIBUTES {
            if number == on || number == off {
                self.turn(on, number == on);
            }
        }
    }

    fn turn(&mut self, attribute: u16, on: bool) {
        let Some(at) = Self::ATTRIBUTES.iter().position(|(begin, _)| *begin == attribute) else {
            return;
        };
        self.attributes = if on { self.attributes | 1 << at } else { self.attributes & !(1 << at) };
    }

    /// 38, 48, 58: a colour in its long form, with semicolons (`38;5;n`, `38;2;r;g;b`) or colons (ITU T.416).
    fn extended(&mut self, csi: &Csi, at: usize, joined: usize) -> usize {
        let (colour, taken) = match (csi.value(at + 1), joined) {
            (5, _) => (Some(palette(csi.value(at + 2))), 3),
            // With colons a colour space may stand before the three.
            (2, 5..) => (Some(rgb(csi, at + 3)), 6),
            (2, _) => (Some(rgb(csi, at + 2)), 5),
            _ => (None, 2),
        };
        if let Some(colour) = colour {
            match csi.value(at) {
                38 => self.foreground = colour,
                48 => self.background = colour,
                _ => self.line = colour,
            }
        }
        if joined > 0 { 1 + joined } else { taken }
    }

    /// The SGR sequence that makes any style this one.
    pub(super) fn write(&self, out: &mut String) {
        out.push_str("\x1b[0");
        for (at, (begin, _)) in Self::ATTRIBUTES.iter().enumerate() {
            if self.attributes & 1 << at != 0 {
                *out += &format!(";{begin}");
            }
        }
        match self.underline {
            0 => {}
            1 => out.push_str(";4"),
            kind => *out += &format!(";4:{kind}"),
        }
        write_colour(out, self.foreground, 30);
        write_colour(out, self.background, 40);
        write_colour(out, self.line, 50);
        out.push('m');
    }
}

fn palette(index: u16) -> Colour {
    Colour::Palette(u8::try_from(index).unwrap_or(u8::MAX))
}

fn rgb(csi: &Csi, at: usize) -> Colour {
    let channel = |n| u8::try_from(csi.value(at + n)).unwrap_or(u8::MAX);
    Colour::Rgb(channel(0), channel(1), channel(2))
}

/// Writes a colour for the group 30 (text), 40 (background) or 50 (underline, which has no short forms).
fn write_colour(out: &mut String, colour: Colour, group: u16) {
    match colour {
        Colour::Default => {}
        Colour::Palette(index @ 0..=7) if group < 50 => {
            *out += &format!(";{}", group + u16::from(index))
        }
        Colour::Palette(index @ 8..=15) if group < 50 => {
            *out += &format!(";{}", group + 52 + u16::from(index))
        }
        // Colons, so that an emulator without underline colours takes the numbers for nothing else.
        Colour::Palette(index) if group == 50 => *out += &format!(";58:5:{index}"),
        Colour::Rgb(r, g, b) if group == 50 => *out += &format!(";58:2::{r}:{g}:{b}"),
        Colour::Palette(index) => *out += &format!(";{};5;{index}", group + 8),
        Colour::Rgb(r, g, b) => *out += &format!(";{};2;{r};{g};{b}", group + 8),
    }
}
