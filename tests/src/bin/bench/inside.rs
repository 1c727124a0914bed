//! The programs that the bench runs inside a terminal: the same ones on the raw PTY and behind the gateway.

pub(crate) mod play;
pub(crate) mod storm;

use std::io::{Read as _, Write as _, stdin, stdout};

use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// A program of the bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Program {
    /// Gives back every byte, as an editor does with a typed letter.
    Echo,
    /// Waits for a byte, then writes lines of text and the end mark.
    Flood,
    /// Waits for a byte, then redraws as a coding agent does.
    Storm,
    /// Waits for a byte, then plays a recorded session.
    Play,
    /// Prints a numbered line ten times a second.
    Tick,
    /// Prints what cannot be compressed, as fast as it is read.
    Noise,
    /// Waits for the end of its input.
    Idle,
}

/// What an echo and a flood write when they are ready to be measured.
pub(crate) const READY: &[u8] = b"<ready>";
/// What a flood writes behind its last line.
pub(crate) const END_MARK: &[u8] = b"<the end of the flood>";

/// Runs it on the terminal this process stands in, which it makes raw first.
pub(crate) fn run(program: Program, bytes: usize, file: Option<&str>) -> Result<()> {
    let mut mode = tcgetattr(stdin()).context("the bench's programs run in a terminal")?;
    mode.make_raw();
    tcsetattr(stdin(), OptionalActions::Now, &mode)?;
    write(READY)?;
    match program {
        Program::Echo => echo(),
        Program::Flood => flood(bytes),
        Program::Storm => paced(storm::frames().map(|frame| (storm::PACE, frame))),
        Program::Play => paced(play::pieces(file.context("--file says what to play")?)?),
        Program::Tick => tick(),
        Program::Noise => noise(),
        Program::Idle => {
            std::io::copy(&mut stdin(), &mut std::io::sink()).map(drop).map_err(Into::into)
        }
    }
}

fn echo() -> Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let read = stdin().read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        write(&buffer[..read])?;
    }
}

fn flood(bytes: usize) -> Result<()> {
    let mut byte = [0];
    let text = text(64 << 10);
    // One flood for each byte that asks for one.
    while stdin().read(&mut byte)? == 1 {
        let mut left = bytes;
        while left > 0 {
            let length = text.len().min(left);
            write(&text[..length])?;
            left -= length;
        }
        write(END_MARK)?;
    }
    Ok(())
}

/// Ends when its terminal does: then it can write no more.
fn tick() -> Result<()> {
    for number in 0_u32.. {
        write(format!("tick {number:06}\r\n").as_bytes())?;
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Random bytes that are no controls, in rows: nothing in them asks the terminal for anything, or makes it slow.
fn noise() -> Result<()> {
    let mut random = std::fs::File::open("/dev/urandom")?;
    let mut rows = vec![0; 80 * 128];
    loop {
        random.read_exact(&mut rows)?;
        for byte in &mut rows {
            *byte = if *byte & 0x60 == 0 || *byte == 0x7f { *byte & 0x1f | 0x40 } else { *byte };
        }
        rows.chunks_exact_mut(80).for_each(|row| row[78..].copy_from_slice(b"\r\n"));
        write(&rows)?;
    }
}

/// Waits for a byte, then writes each piece after its pause.
fn paced(pieces: impl IntoIterator<Item = (Duration, Vec<u8>)>) -> Result<()> {
    let mut byte = [0];
    stdin().read_exact(&mut byte)?;
    for (pause, piece) in pieces {
        std::thread::sleep(pause);
        write(&piece)?;
    }
    write(END_MARK)?;
    std::io::copy(&mut stdin(), &mut std::io::sink()).map(drop).map_err(Into::into)
}

/// Lines as a log has them, of different lengths.
pub(crate) fn text(length: usize) -> Vec<u8> {
    let lines = (0_u32..).flat_map(|number| {
        let words = &"the quick brown fox jumps over the lazy dog and goes on to the next line"
            [..20 + (number * 7 % 50) as usize];
        format!("{number:06} {words}\r\n").into_bytes()
    });
    lines.take(length).collect()
}

fn write(bytes: &[u8]) -> Result<()> {
    let mut out = stdout().lock();
    out.write_all(bytes)?;
    out.flush().map_err(Into::into)
}
