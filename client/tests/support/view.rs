//! What a user sees of one echo: all bytes in order, or the number that a Snapshot skipped to.

use std::time::Duration;

use devtail_client::{ChannelEvent, Client, Config, Event, Events, LinkState};
use devtail_protocol::wire::Priority;
use devtail_protocol::{Ch, ChannelId};

pub const ECHO: ChannelId = ChannelId([2; 16]);

/// Generous: only a broken driver is ever that late.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct View {
    pub client: Client,
    pub events: Events,
    pub ch: Ch,
    /// What was shown since the last Snapshot, and where that begins.
    pub shown: Vec<u8>,
    pub from: u64,
    pub states: Vec<&'static str>,
    pub applied: u64,
    /// Why the newest dial that failed did.
    pub failed: Option<String>,
}

impl View {
    pub fn open(config: Config) -> Self {
        let (client, events) = Client::start(config);
        let spec = Some(bytes::Bytes::new());
        let ch = client.open(ECHO, "echo", spec, None, Priority::Focused).unwrap();
        Self {
            client,
            events,
            ch,
            shown: Vec::new(),
            from: 0,
            states: Vec::new(),
            applied: 0,
            failed: None,
        }
    }

    pub fn send(&self, text: impl Into<bytes::Bytes>) {
        self.client.send(self.ch, text.into()).unwrap();
    }

    /// Takes events until this is so.
    pub async fn until(&mut self, mut what: impl FnMut(&Event, &Self) -> bool) -> Event {
        let seen = tokio::time::timeout(PATIENCE, async {
            loop {
                let event = self.events.next().await.expect("the session goes on");
                self.note(&event);
                if what(&event, self) {
                    return event;
                }
            }
        });
        let seen = seen.await;
        seen.unwrap_or_else(|_| panic!("it never came: {:?} {:?}", self.states, self.failed))
    }

    pub async fn live(&mut self) {
        self.until(|event, _| matches!(event, Event::State(LinkState::Live))).await;
    }

    /// Takes events until this much of the Log is shown.
    pub async fn shows(&mut self, head: u64) {
        self.until(|_, view| view.from + view.shown.len() as u64 >= head).await;
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::State(state) => self.states.push(name(state)),
            Event::Channel(ch, event) => {
                assert_eq!(*ch, self.ch);
                self.note_channel(event);
            }
            Event::DialFailed(error) => self.failed = Some(error.to_string()),
            Event::Fetched { .. } => {}
        }
    }

    fn note_channel(&mut self, event: &ChannelEvent) {
        match event {
            ChannelEvent::Data { off, bytes } => {
                assert_eq!(*off, self.from + self.shown.len() as u64, "no gap and no repetition");
                self.shown.extend_from_slice(bytes);
                self.client.consume(self.ch, off + bytes.len() as u64);
            }
            ChannelEvent::Snapshot { at, state, .. } => {
                assert_eq!(state, at.to_string().as_bytes());
                self.from = *at;
                self.shown.clear();
            }
            ChannelEvent::Applied(seq) => self.applied = *seq,
            ChannelEvent::Opened(_)
            | ChannelEvent::Unavailable(_)
            | ChannelEvent::Echoed { .. } => {}
            ChannelEvent::End { .. }
            | ChannelEvent::InputRefused { .. }
            | ChannelEvent::InputsUnknown { .. }
            | ChannelEvent::Refused(_) => panic!("{event:?}"),
        }
    }
}

fn name(state: &LinkState) -> &'static str {
    match state {
        LinkState::Connecting => "connecting",
        LinkState::Live => "live",
        LinkState::Suspect { .. } => "suspect",
        LinkState::Offline { .. } => "offline",
        LinkState::Asleep => "asleep",
        LinkState::Closed(_) => "closed",
    }
}
