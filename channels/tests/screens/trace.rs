//! Random streams, the same for the same seed: everything a program may write, far more often than programs do.

use devtail_channels::terminal::Size;

/// A generator (xorshift64*), and the grid its numbers are about.
pub(crate) struct Trace {
    state: u64,
    cols_min: u64,
    cols: u64,
    rows: u64,
}

pub(crate) enum Step {
    Bytes(Vec<u8>),
    Resize(Size),
}

const TEXTS: [&str; 14] = [
    "hello",
    "x",
    "日本",
    "e\u{301}",
    "🚀",
    "wide日",
    "\u{302}",
    "ünï",
    "qqqxlmk",
    "a long line that wraps around",
    "#",
    "-",
    " ",
    "\t",
];
const SWITCHES: [u64; 12] = [1, 5, 6, 7, 12, 25, 66, 1004, 1007, 2004, 2026, 1049];
const ODD: [&str; 33] = [
    "\x1b7",
    "\x1b8",
    "\x1bD",
    "\x1bE",
    "\x1bM",
    "\x1bH",
    "\x1b[g",
    "\x1b[3g",
    "\x1b(0",
    "\x1b(B",
    "\x1b)0",
    "\x1b(A",
    "\x0e",
    "\x0f",
    "\x1b[4h",
    "\x1b[4l",
    "\x1b[20h",
    "\x1b[20l",
    "\x1b=",
    "\x1b>",
    "\x1b[s",
    "\x1b[u",
    "\x1b[!p",
    "\x1b#8",
    "\x1b[?47h",
    "\x1b[?47l",
    "\x1b[?1048h",
    "\x1b[?1048l",
    "\x1bn",
    "\x1b[r",
    "\x1b]104\x07",
    "\x07",
    "\x1b]52;c;aGk=\x07",
];

impl Trace {
    /// `cols_min`: alacritty's emulator knows no grid of one column.
    pub(crate) fn new(seed: u64, cols_min: u64) -> Self {
        let mut trace = Self {
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            cols_min,
            cols: 0,
            rows: 0,
        };
        trace.change_size();
        trace
    }

    pub(crate) fn size(&self) -> Size {
        Size::new(self.cols as u32, self.rows as u32).unwrap()
    }

    fn change_size(&mut self) {
        (self.cols, self.rows) = (self.cols_min + self.below(24), 1 + self.below(9));
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        (self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    fn row(&mut self) -> u64 {
        self.below(self.rows + 2)
    }

    fn col(&mut self) -> u64 {
        self.below(self.cols + 2)
    }

    /// So many bytes out of these.
    pub(crate) fn bytes(&mut self, of: &[u8], count: usize) -> Vec<u8> {
        (0..count).map(|_| self.of(of)).collect()
    }

    pub(crate) fn step(&mut self) -> Step {
        if self.below(60) == 0 {
            self.change_size();
            return Step::Resize(self.size());
        }
        let bytes = match self.below(16) {
            0..=4 => self.of(&TEXTS).to_owned(),
            5 => self.of(&["\r\n", "\n", "\r", "\x08", "\t", "\r\n"]).to_owned(),
            6 | 7 => format!("\x1b[{};{}H", self.row(), self.col()),
            8 => {
                let (count, last) = (self.below(6), self.of(b"ABCDEFGIZ`adek"));
                format!("\x1b[{count}{}", char::from(last))
            }
            9 => {
                let (count, last) = (self.below(4), self.of(b"@LMPSTXJKX"));
                format!("\x1b[{count}{}", char::from(last))
            }
            10 | 11 => self.style(),
            12 => {
                let (switch, last) = (self.of(&SWITCHES), self.of(b"hl"));
                format!("\x1b[?{switch}{}", char::from(last))
            }
            13 => format!("\x1b[{};{}r", self.row(), self.row()),
            14 => self.of(&ODD).to_owned(),
            _ => self.rare(),
        };
        Step::Bytes(bytes.into_bytes())
    }

    /// A line as programs log it: text and colours of any length, a progress bar, a full-screen program, a region.
    pub(crate) fn line(&mut self, n: u64) -> String {
        let mut line = String::new();
        for _ in 0..self.below(6) {
            line += &match self.below(4) {
                0 => format!("\x1b[{}m", 30 + self.below(8)),
                1 => format!("\x1b[1;38;5;{}m", 16 + self.below(240)),
                2 => "\x1b[m".to_owned(),
                _ => format!("{}, ", self.of(&TEXTS[..10]).trim_start_matches('\u{302}')),
            };
        }
        match self.below(40) {
            0 => line += "\rover\x1b[K",
            1 => line = format!("\x1b[?1049h{line}\x1b[5;5H\n\n\n{line}\x1b[?1049l"),
            2 => line += "\x1b[A\x1b[2K\x1b[B",
            3 => line += &format!("\x1b[1;{}r\x1b[99;1H\n\n\x1b[r\x1b[99;1H", 1 + self.rows / 2),
            4 => line += "\x1b[m\x1b[H\x1b[2J\x1b[3J",
            5 => line += "\x1b[44m\x1b[K",
            _ => {}
        }
        line + &format!("\x1b[m {n}\r\n")
    }

    fn style(&mut self) -> String {
        let n = self.below(256);
        match self.below(10) {
            0 => "\x1b[m".into(),
            1 => format!("\x1b[38;5;{n}m"),
            2 => format!("\x1b[48;2;{n};{};3m", 255 - n),
            3 => format!("\x1b[4:{}m", n % 6),
            4 => format!("\x1b[58:2::{n}:1:2m"),
            5 => format!("\x1b[{}m", 30 + n % 8),
            6 => format!("\x1b[{};{}m", 40 + n % 8, 90 + n % 8),
            _ => format!(
                "\x1b[{}m",
                self.of(&[1, 2, 3, 4, 5, 7, 8, 9, 21, 22, 23, 24, 25, 27, 28, 29, 53, 55])
            ),
        }
    }

    fn rare(&mut self) -> String {
        let n = self.below(40);
        match self.below(12) {
            0 => format!("\x1b[>{n}u"),
            1 => format!("\x1b[<{}u", n % 3),
            2 => format!("\x1b[={n};{}u", n % 4),
            3 => format!("\x1b[{} q", n % 8),
            4 => format!("\x1b[?{}h", self.of(&[9, 1000, 1002, 1003, 1005, 1006, 1015, 1016])),
            5 => format!("\x1b[?{}l", self.of(&[1000, 1003, 1006])),
            6 => format!("\x1b]2;title {n}\x1b\\"),
            7 => format!("\x1b]4;{n};#1{n:02x}\x07"),
            8 => format!("\x1b]1{};rgb:10/20/{n:02x}\x1b\\", n % 3),
            9 => format!("\x1b[{}b", n % 9),
            10 => format!("\x1b[>4;{}m", n % 3),
            _ => self
                .of(&["\x1bc", "\x1b[?1049h", "\x1b[?1049l", "\x1b[?1047h", "\x1b[?1047l"])
                .to_owned(),
        }
    }
}
