//! Modes: what DECSET, DECRST, SM and RM switch.

/// A mode this terminal knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::terminal) enum Mode {
    /// One that is on or off.
    Switch(Switch),
    /// Which mouse events are told: 9, 1000, 1002 or 1003. One at a time.
    Mouse(u16),
    /// How they are told: 1005, 1006, 1015 or 1016. One at a time.
    MouseEncoding(u16),
    /// 47, 1047: the alternate screen.
    Alternate,
    /// 1048: the saved cursor.
    SavedCursor,
    /// 1049: both.
    AlternateAndCursor,
}

/// A mode that is on or off, each with its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(in crate::terminal) enum Switch {
    /// DECCKM: cursor keys send application codes.
    CursorKeys,
    /// DECSCNM: the whole screen inverted.
    ReverseVideo,
    /// DECOM: places count from the margins.
    Origin,
    /// DECAWM.
    Autowrap,
    /// The cursor blinks.
    CursorBlink,
    /// DECTCEM.
    CursorVisible,
    /// DECNKM: the keypad sends application codes.
    Keypad,
    /// Focus in and out are told.
    Focus,
    /// The wheel sends arrows on the alternate screen.
    AlternateScroll,
    /// Pastes are bracketed.
    BracketedPaste,
    /// Synchronised update: show nothing until it ends.
    Synchronized,
    /// IRM: text shifts what is right of it.
    Insert,
    /// LNM: a line feed also returns.
    NewLine,
}

impl Switch {
    pub(super) const ALL: [(Self, u16, bool); 13] = [
        (Self::CursorKeys, 1, true),
        (Self::ReverseVideo, 5, true),
        (Self::Origin, 6, true),
        (Self::Autowrap, 7, true),
        (Self::CursorBlink, 12, true),
        (Self::CursorVisible, 25, true),
        (Self::Keypad, 66, true),
        (Self::Focus, 1004, true),
        (Self::AlternateScroll, 1007, true),
        (Self::BracketedPaste, 2004, true),
        (Self::Synchronized, 2026, true),
        (Self::Insert, 4, false),
        (Self::NewLine, 20, false),
    ];
}

impl Mode {
    /// The mode with this number, among DEC's (`private`) or ANSI's.
    pub(in crate::terminal) fn find(number: u16, private: bool) -> Option<Self> {
        let switch = Switch::ALL.iter().find(|(_, n, dec)| (*n, *dec) == (number, private));
        if let Some((switch, ..)) = switch {
            return Some(Self::Switch(*switch));
        }
        match number {
            _ if !private => None,
            9 | 1000 | 1002 | 1003 => Some(Self::Mouse(number)),
            1005 | 1006 | 1015 | 1016 => Some(Self::MouseEncoding(number)),
            47 | 1047 => Some(Self::Alternate),
            1048 => Some(Self::SavedCursor),
            1049 => Some(Self::AlternateAndCursor),
            _ => None,
        }
    }
}

/// Which modes are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Modes {
    switches: u16,
    /// 9, 1000, 1002, 1003; 0: no mouse.
    pub(super) mouse: u16,
    /// 1005, 1006, 1015, 1016; 0: X10's.
    pub(super) mouse_encoding: u16,
}

impl Default for Modes {
    fn default() -> Self {
        let mut modes = Self { switches: 0, mouse: 0, mouse_encoding: 0 };
        modes.set(Switch::Autowrap, true);
        modes.set(Switch::CursorVisible, true);
        modes.set(Switch::AlternateScroll, true);
        modes
    }
}

impl Modes {
    pub(super) const fn has(&self, switch: Switch) -> bool {
        self.switches & (1 << switch as u8) != 0
    }

    pub(super) const fn set(&mut self, switch: Switch, on: bool) {
        let bit = 1 << switch as u8;
        self.switches = if on { self.switches | bit } else { self.switches & !bit };
    }
}
