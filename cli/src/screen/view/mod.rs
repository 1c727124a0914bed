//! One terminal of a host, shown and worked in until it ends or the person leaves.

mod input;
mod line;
mod output;
mod signals;

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use devtail_channels::terminal::{End, Size};
use devtail_client::{Event, LinkState};
use devtail_protocol::Ch;
use tokio::time::{Instant, sleep_until, timeout};

use self::signals::{Signals, any};
use super::escape::Escape;
use super::keyboard::Keyboard;
use super::overlay::Overlay;
use super::passage::Passage;
use super::raw::{Raw, window_size};
use super::status;
use super::writer::Writer;
use crate::session::{Session, over};

/// What was typed last is given this long to leave with us.
const LAST_WORDS_WITHIN: Duration = Duration::from_secs(1);

/// How it ended.
#[derive(Debug)]
pub(crate) enum Left {
    /// The person left.
    Away,
    /// The program ended.
    Ended(End),
}

/// A terminal on this device's own.
pub(crate) struct View<'a> {
    session: &'a mut Session,
    ch: Ch,
    keyboard: Keyboard,
    escape: Escape,
    passage: Passage,
    overlay: Overlay,
    /// The overlay's zero of time.
    began: Instant,
    writer: Writer,
    /// Inputs that the Outbox did not take; nothing more is read from the keyboard meanwhile.
    held: VecDeque<Bytes>,
    /// This window's size.
    size: Size,
    state: LinkState,
    not_live_since: Option<Instant>,
    note: Option<String>,
    /// Why the terminal cannot be read at present.
    unavailable: Option<String>,
    shown: Option<String>,
    /// A line was drawn over what the host's screen has there, and no Snapshot has painted over it yet.
    is_dirty: bool,
    signals: Signals,
}

/// Everything that can wake the view.
enum Wake {
    Typed(Bytes),
    /// The Outbox takes inputs again.
    Room,
    Event(Option<Event>),
    Resized,
    Stopped,
    /// The status line is due.
    Tick,
}

impl<'a> View<'a> {
    /// A view of an open channel.
    ///
    /// # Errors
    /// Standard input or a signal cannot be watched.
    pub(crate) fn new(session: &'a mut Session, ch: Ch) -> io::Result<Self> {
        let size = window_size().unwrap_or_default();
        Ok(Self {
            writer: Writer::start(session.client.clone()),
            session,
            ch,
            keyboard: Keyboard::start(),
            escape: Escape::new(),
            passage: Passage::default(),
            overlay: Overlay::new(),
            began: Instant::now(),
            held: VecDeque::new(),
            size,
            state: LinkState::Live,
            not_live_since: None,
            note: None,
            unavailable: None,
            shown: None,
            is_dirty: false,
            signals: Signals::watch()?,
        })
    }

    /// Shows it until it is over; the window is as it was afterwards, whatever happened. With how it ended comes the number
    /// of inputs of which nobody has said that they were applied.
    ///
    /// # Errors
    /// The channel was refused, the session is over for good, or the window is gone.
    pub(crate) async fn run(mut self) -> Result<(Left, usize)> {
        let raw = Raw::enter()?;
        let left = self.serve().await;
        if left.is_ok() {
            let _ = timeout(LAST_WORDS_WITHIN, self.last_words()).await;
        }
        let unsettled = self.unsettled();
        let painted = self.overlay.take_away(self.frame());
        self.writer.put(painted).await;
        if self.shown.is_some() {
            self.writer.put(status::erase(self.size)).await;
        }
        self.writer.put(self.passage.restore()).await;
        let written = self.writer.finish().await;
        drop(raw);
        let left = left?;
        written?;
        Ok((left, unsettled))
    }

    async fn serve(&mut self) -> Result<Left> {
        loop {
            let left = match self.wake().await? {
                Wake::Typed(bytes) => self.typed(&bytes),
                Wake::Room => {
                    self.send_held();
                    None
                }
                Wake::Event(event) => self.event(event.ok_or_else(over)?).await?,
                Wake::Resized => {
                    self.resized();
                    None
                }
                Wake::Stopped => Some(Left::Away),
                Wake::Tick => {
                    self.overlay.handle_timeout(self.now());
                    None
                }
            };
            if let Some(left) = left {
                return Ok(left);
            }
            self.show_status().await;
            self.show_guesses().await;
        }
    }

    async fn wake(&mut self) -> Result<Wake> {
        let tick_at = self.tick_at();
        let Self { session, writer, keyboard, held, signals, ch, .. } = self;
        let Signals { resized, stopped } = signals;
        let Session { client, events } = &mut **session;
        let event = async {
            writer.room().await?;
            Ok::<_, io::Error>(events.next().await)
        };
        let tick = async {
            match tick_at {
                Some(at) => sleep_until(at).await,
                None => pending().await,
            }
        };
        Ok(tokio::select! {
            typed = keyboard.read(), if held.is_empty() => Wake::Typed(typed),
            () = client.room(*ch), if !held.is_empty() => Wake::Room,
            event = event => Wake::Event(event?),
            _ = resized.recv() => Wake::Resized,
            () = any(stopped) => Wake::Stopped,
            () = tick => Wake::Tick,
        })
    }
}
