//! A terminal window with a devtail command in it.

use std::io::{Read as _, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use devtail_channels::terminal::{Screen, Size};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::{DEVTAIL, Home};

const COLS: u16 = 100;
const ROWS: u16 = 30;
/// Generous: only a broken program is ever that late.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Window {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    child: Box<dyn Child + Send + Sync>,
    /// Everything shown so far.
    pub shown: String,
    /// How much of that was asked for already.
    seen: usize,
}

impl Window {
    pub fn open(home: &Home, args: &[&str]) -> Self {
        Self::open_sized(home, args, COLS, ROWS)
    }

    /// A window of so many columns and rows.
    pub fn open_sized(home: &Home, args: &[&str], cols: u16, rows: u16) -> Self {
        Self::open_program(home, DEVTAIL, args, cols, rows)
    }

    /// A window with another program in it.
    pub fn open_program(home: &Home, program: &str, args: &[&str], cols: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size(cols, rows)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        home.env().iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self { master: pair.master, keys, output, child, shown: String::new(), seen: 0 }
    }

    pub fn types(&mut self, text: &str) {
        self.keys.write_all(text.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits until this is shown, behind what was waited for before.
    pub fn shows(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.shown[self.seen..].find(text) {
                self.seen += at + text.len();
                return;
            }
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.shown += &String::from_utf8_lossy(&bytes),
                Err(error) => panic!("{text:?} never came ({error}); shown: {:?}", self.shown),
            }
        }
    }

    /// Waits until this stands on the screen, however it came there.
    pub fn stands(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut screen = Screen::new(Size::new(COLS.into(), ROWS.into()).unwrap());
            screen.feed(self.shown.as_bytes());
            if screen.contents().contains(text) {
                return;
            }
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.shown += &String::from_utf8_lossy(&bytes),
                Err(error) => {
                    panic!("{text:?} never stood there ({error}):\n{}", screen.contents())
                }
            }
        }
    }

    pub fn resizes(&self, cols: u16, rows: u16) {
        self.master.resize(size(cols, rows)).unwrap();
    }

    /// Waits for the end of the command; returns its status.
    pub fn ends(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.shown += &String::from_utf8_lossy(&bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("it does not end; shown: {:?}", self.shown)
                }
            }
        }
        self.child.wait().unwrap().exit_code()
    }
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { cols, rows, pixel_width: 0, pixel_height: 0 }
}
