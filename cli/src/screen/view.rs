//! One terminal of a host, shown and worked in until it ends or the person leaves.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use devtail_channels::terminal::{End, Input, Size, Snapshot};
use devtail_client::{ChannelEvent, Event, LinkState};
use devtail_protocol::Ch;
use devtail_protocol::limits::INTERRUPT_UNSENT_MIN;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep_until, timeout};

use super::escape::{Escape, Typed};
use super::happened;
use super::keyboard::Keyboard;
use super::passage::Passage;
use super::raw::{Raw, window_size};
use super::status::{self, PATIENCE};
use super::writer::Writer;
use crate::exit::{Failure, of_state, printable};
use crate::session::{Session, over};

/// ^C, ^Z and ^\: what they interrupt need not be shown to its end.
const INTERRUPTS: [u8; 3] = [0x03, 0x1a, 0x1c];
/// What was typed last is given this long to leave with us.
const LAST_WORDS_WITHIN: Duration = Duration::from_secs(1);
const HELP: &str = "~. leaves, and the shell goes on · ~~ types one ~ · ~? shows this";

/// How it ended.
#[derive(Debug)]
pub(crate) enum Left {
    /// The person left; so many inputs were never sent.
    Away { unsent: usize },
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
    writer: Writer,
    /// Inputs that the Outbox did not take; nothing more is read from the keyboard meanwhile.
    held: VecDeque<Bytes>,
    /// This window's size, and what the host has.
    size: Size,
    host_size: Size,
    state: LinkState,
    not_live_since: Option<Instant>,
    note: Option<String>,
    shown: Option<String>,
    signals: Signals,
}

struct Signals {
    resized: Signal,
    stopped: [Signal; 3],
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
            held: VecDeque::new(),
            size,
            host_size: size,
            state: LinkState::Live,
            not_live_since: None,
            note: None,
            shown: None,
            signals: Signals::watch()?,
        })
    }

    /// Shows it until it is over; the window is as it was afterwards, whatever happened.
    ///
    /// # Errors
    /// The channel was refused, the session is over for good, or the window is gone.
    pub(crate) async fn run(mut self) -> Result<Left> {
        let raw = Raw::enter()?;
        self.send(&Input::Resize(self.size));
        let left = self.serve().await;
        if left.is_ok() {
            let _ = timeout(LAST_WORDS_WITHIN, self.last_words()).await;
        }
        if self.shown.is_some() {
            self.writer.put(status::erase(self.size)).await;
        }
        self.writer.put(self.passage.restore()).await;
        let written = self.writer.finish().await;
        drop(raw);
        let left = left?;
        written?;
        Ok(left)
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
                Wake::Stopped => Some(self.away()),
                Wake::Tick => None,
            };
            if let Some(left) = left {
                return Ok(left);
            }
            self.show_status().await;
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

    /// Nothing at all: the window is gone.
    fn typed(&mut self, bytes: &[u8]) -> Option<Left> {
        if bytes.is_empty() {
            return Some(self.away());
        }
        self.note = None;
        for typed in self.escape.feed(bytes) {
            match typed {
                Typed::Keys(keys) => self.keys(keys),
                Typed::Help => self.note = Some(format!("devtail: {HELP}")),
                Typed::Leave => return Some(self.away()),
            }
        }
        None
    }

    fn keys(&mut self, keys: Vec<u8>) {
        if self.host_size != self.size {
            // Whoever types last has the size.
            self.host_size = self.size;
            self.send(&Input::Resize(self.size));
        }
        let interrupts = keys.iter().any(|key| INTERRUPTS.contains(key));
        self.send(&Input::Keys(keys.into()));
        if interrupts {
            self.session.client.refresh(self.ch, INTERRUPT_UNSENT_MIN);
        }
    }

    fn send(&mut self, input: &Input) {
        self.held.push_back(input.encode());
        self.send_held();
    }

    fn send_held(&mut self) {
        while let Some(input) = self.held.front() {
            if self.session.client.send(self.ch, input.clone()).is_err() {
                return;
            }
            self.held.pop_front();
        }
    }

    async fn event(&mut self, event: Event) -> Result<Option<Left>> {
        match event {
            Event::State(state) => {
                of_state(&state).map_or(Ok(()), Err)?;
                let is_live = state == LinkState::Live;
                self.not_live_since =
                    (!is_live).then(|| self.not_live_since.unwrap_or_else(Instant::now));
                self.state = state;
            }
            Event::Channel(ch, event) if ch == self.ch => return self.channel_event(event).await,
            Event::Channel(..) | Event::DialFailed(_) | Event::Fetched { .. } => {}
        }
        Ok(None)
    }

    async fn channel_event(&mut self, event: ChannelEvent) -> Result<Option<Left>> {
        match event {
            ChannelEvent::Data { off, bytes } => {
                let upto = off + bytes.len() as u64;
                let shown = self.passage.feed(&bytes);
                self.host_size = self.passage.take_size().unwrap_or(self.host_size);
                self.writer.put_log(shown, self.ch, upto).await;
            }
            ChannelEvent::Snapshot { had, state, .. } => self.snapshot(had, &state).await?,
            ChannelEvent::End { status, .. } => {
                return Ok(Some(Left::Ended(End::decode(&status)?)));
            }
            ChannelEvent::InputRefused { reason, .. } => {
                self.note = Some(format!("devtail: not typed: {}", printable(&reason)));
            }
            ChannelEvent::InputsUnknown { first, next } => {
                let count = next.saturating_sub(first);
                self.note = Some(format!(
                    "devtail: {count} of your inputs may be typed or not: the host lost track; look before you repeat them"
                ));
            }
            ChannelEvent::Refused(fault) => return Err(Failure::of(&fault).into()),
            ChannelEvent::Opened(_) | ChannelEvent::Applied(_) => {}
        }
        Ok(None)
    }

    async fn snapshot(&mut self, had: Option<u64>, state: &[u8]) -> Result<()> {
        let snapshot = Snapshot::decode(state)?;
        self.passage.begin_anew();
        let mut shown = self.passage.feed(&snapshot.vt);
        shown.extend(happened::since(had, &snapshot.events));
        self.host_size = snapshot.size;
        // It has painted over the line.
        self.shown = None;
        self.writer.put(shown).await;
        Ok(())
    }

    fn resized(&mut self) {
        self.size = window_size().unwrap_or(self.size);
        self.host_size = self.size;
        self.send(&Input::Resize(self.size));
    }

    fn away(&self) -> Left {
        let (waiting, _) = self.session.client.waiting(self.ch);
        Left::Away {
            unsent: if self.state == LinkState::Live { 0 } else { waiting + self.held.len() },
        }
    }

    /// What was typed before leaving is on its way: it is settled before the link is dropped.
    async fn last_words(&mut self) {
        while self.state == LinkState::Live && self.session.client.waiting(self.ch).0 > 0 {
            if self.session.events.next().await.is_none() {
                return;
            }
        }
    }

    /// When the status line may have to change by itself.
    fn tick_at(&self) -> Option<Instant> {
        let since = self.not_live_since?;
        Some(if since.elapsed() < PATIENCE {
            since + PATIENCE
        } else {
            Instant::now() + Duration::from_secs(1)
        })
    }

    async fn show_status(&mut self) {
        let is_late = self.not_live_since.is_some_and(|since| since.elapsed() >= PATIENCE);
        let (waiting, _) = self.session.client.waiting(self.ch);
        let link = is_late.then(|| status::words(&self.state, waiting)).flatten();
        let wanted = self.note.clone().or(link);
        if wanted == self.shown {
            return;
        }
        match &wanted {
            Some(text) => self.writer.put(status::draw(text, self.size)).await,
            None => {
                self.writer.put(status::erase(self.size)).await;
                self.session.client.refresh(self.ch, 0);
            }
        }
        self.shown = wanted;
    }
}

impl Signals {
    fn watch() -> io::Result<Self> {
        let stops = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()];
        let [terminate, hangup, interrupt] = stops.map(signal);
        Ok(Self {
            resized: signal(SignalKind::window_change())?,
            stopped: [terminate?, hangup?, interrupt?],
        })
    }
}

async fn any([terminate, hangup, interrupt]: &mut [Signal; 3]) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
        _ = interrupt.recv() => {}
    }
}
