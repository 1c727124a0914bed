//! Kitty's keyboard flags: a stack for each of the two screens.

use crate::terminal::limits::KEYBOARD_DEPTH_MAX;

/// The flags now, and those saved under them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Keyboard {
    flags: u8,
    saved: Vec<u8>,
}

/// Every flag there is.
const FLAGS: u16 = 31;

impl Keyboard {
    /// The flags now.
    pub(super) const fn flags(&self) -> u8 {
        self.flags
    }

    /// `CSI = flags ; how u`: sets, adds or removes.
    pub(super) fn set(&mut self, flags: u16, how: u16) {
        let flags = mask(flags);
        self.flags = match how {
            0 | 1 => flags,
            2 => self.flags | flags,
            3 => self.flags & !flags,
            _ => self.flags,
        };
    }

    /// `CSI > flags u`. The oldest goes when the stack is full.
    pub(super) fn push(&mut self, flags: u16) {
        if self.saved.len() == KEYBOARD_DEPTH_MAX {
            self.saved.remove(0);
        }
        self.saved.push(self.flags);
        self.flags = mask(flags);
    }

    /// `CSI < count u`. Beyond the bottom all flags are off.
    pub(super) fn pop(&mut self, count: u16) {
        for _ in 0..count.max(1) {
            let Some(flags) = self.saved.pop() else {
                self.flags = 0;
                return;
            };
            self.flags = flags;
        }
    }

    /// What makes any stack this one.
    pub(super) fn write(&self, out: &mut String) {
        *out += &format!("\x1b[<{}u", KEYBOARD_DEPTH_MAX + 1);
        let mut levels = self.saved.iter().skip(1).chain([&self.flags]);
        if let Some(bottom) = self.saved.first() {
            *out += &format!("\x1b[={bottom}u");
            levels.by_ref().for_each(|flags| *out += &format!("\x1b[>{flags}u"));
        } else if self.flags != 0 {
            *out += &format!("\x1b[={}u", self.flags);
        }
    }
}

fn mask(flags: u16) -> u8 {
    u8::try_from(flags & FLAGS).unwrap_or(0)
}
