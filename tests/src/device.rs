//! A device with one terminal, for the soak and the bench: the real client, and a view that only counts.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use devtail_channels::terminal::{Input, KIND, Spec};
use devtail_client::{
    ChannelEvent, Client, Config, Credential, Event, Events, LinkState, PairingLink, Store,
};
use devtail_protocol::limits::INTERRUPT_UNSENT_MIN;
use devtail_protocol::wire::Priority;
use devtail_protocol::{Ch, ChannelId, Code};
use tokio::time::timeout;

/// How long anything that has to come may take before the run has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A running client that reads one terminal.
#[derive(Debug)]
pub struct Device {
    client: Client,
    events: Events,
    ch: Ch,
    state: LinkState,
    position: u64,
    snapshots: u64,
    /// Its program was told to end, or its holder killed: the terminal may be gone.
    is_ending: bool,
    has_ended: bool,
}

/// What came next for the view.
#[derive(Debug)]
pub enum Seen {
    /// Bytes of the terminal; they count as parsed.
    Bytes(Bytes),
    /// The screen as a whole, in the kind's own message.
    Screen(Bytes),
    /// The terminal's program has ended.
    End,
    /// Something that a view of bytes does not show: the Link's state, an acknowledgement.
    Other,
}

/// Pairs a new device through `dial`, which may be a proxy before the gateway of the link.
///
/// # Errors
/// The gateway refuses the code.
pub async fn pair(link: &str, dial: SocketAddr) -> Result<Credential> {
    let link: PairingLink = through(link, dial)?.parse()?;
    let enrolment = devtail_client::pair(&link, "test device").await.context("cannot pair")?;
    Ok(Credential::open(Store::memory(enrolment))?)
}

/// The same link with another address.
fn through(link: &str, dial: SocketAddr) -> Result<String> {
    let (scheme, rest) = link.split_once("://").context("a link has a scheme")?;
    let (_, path) = rest.split_once('/').context("a link has a path")?;
    Ok(format!("{scheme}://{dial}/{path}"))
}

impl Device {
    /// Starts a client and reads this terminal, which is created if there is a spec and it does not exist.
    ///
    /// # Errors
    /// The protocol does not take the Open.
    pub fn start(credential: Credential, id: ChannelId, spec: Option<&Spec>) -> Result<Self> {
        let agent = concat!("devtail-tests ", env!("CARGO_PKG_VERSION")).to_owned();
        let (client, events) = Client::start(Config { credential, agent });
        let ch = client.open(id, KIND, spec.map(Spec::encode), None, Priority::Focused)?;
        Ok(Self {
            client,
            events,
            ch,
            state: LinkState::Connecting,
            position: 0,
            snapshots: 0,
            is_ending: false,
            has_ended: false,
        })
    }

    /// The client's handle, to nudge it.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// How many Snapshots replaced what was shown.
    pub const fn snapshots(&self) -> u64 {
        self.snapshots
    }

    /// Whether everything arrives, as far as the client knows.
    pub fn is_live(&self) -> bool {
        self.state == LinkState::Live
    }

    /// How many inputs are not settled.
    pub fn unsettled(&self) -> usize {
        self.client.waiting(self.ch).0
    }

    /// Types, whether there is a Link or not.
    ///
    /// # Errors
    /// The Outbox is full.
    pub fn type_keys(&self, keys: impl Into<Bytes>) -> Result<()> {
        let input = Input::Keys(keys.into()).encode();
        self.client.send(self.ch, input).map(drop).context("the Outbox is full")
    }

    /// Types ^C, and asks for the newest screen instead of a long rest, as a view does.
    ///
    /// # Errors
    /// The Outbox is full.
    pub fn interrupt(&self) -> Result<()> {
        self.type_keys("\x03")?;
        self.client.refresh(self.ch, INTERRUPT_UNSENT_MIN);
        Ok(())
    }

    /// Ends the program, forgets the terminal, and waits until that is done.
    ///
    /// # Errors
    /// As [`Self::until`].
    pub async fn end_program(&mut self) -> Result<()> {
        self.client.send(self.ch, Input::Kill.encode()).context("the Outbox is full")?;
        self.is_ending = true;
        self.until("the program ended", |device| device.has_ended).await
    }

    /// Waits until the gateway says that the terminal is gone, for its holder is.
    ///
    /// # Errors
    /// As [`Self::until`].
    pub async fn gone(&mut self) -> Result<()> {
        self.is_ending = true;
        self.until("the terminal is gone", |device| device.has_ended).await
    }

    /// Waits for the next event and takes it in. Cancel-safe.
    ///
    /// # Errors
    /// The session is over, an input was refused or its fate is unknown, or the stream has a gap.
    pub async fn next(&mut self) -> Result<Seen> {
        let event = self.events.next().await.context("the session is over")?;
        self.take(event)
    }

    /// Takes events in until `done` holds.
    ///
    /// # Errors
    /// As [`Self::next`], or it did not come to hold within [`PATIENCE`].
    pub async fn until(&mut self, what: &str, mut done: impl FnMut(&Self) -> bool) -> Result<()> {
        let wait = async {
            while !done(self) {
                self.next().await?;
            }
            Ok(())
        };
        timeout(PATIENCE, wait).await.unwrap_or_else(|_| bail!("not within {PATIENCE:?}: {what}"))
    }

    fn take(&mut self, event: Event) -> Result<Seen> {
        match event {
            Event::State(LinkState::Closed(fault)) => bail!("the session was closed: {fault}"),
            Event::State(state) => {
                tracing::debug!(?state, "link");
                self.state = state;
                Ok(Seen::Other)
            }
            Event::DialFailed(error) => {
                tracing::debug!(%error, "dial");
                Ok(Seen::Other)
            }
            Event::Channel(_, event) => self.take_channel(event),
            Event::Fetched { .. } => Ok(Seen::Other),
        }
    }

    fn take_channel(&mut self, event: ChannelEvent) -> Result<Seen> {
        match event {
            ChannelEvent::Data { off, bytes } => {
                let gap = off != self.position && self.position != 0;
                ensure!(!gap, "Data at {off} came where {} was due", self.position);
                self.shown(off + bytes.len() as u64);
                Ok(Seen::Bytes(bytes))
            }
            ChannelEvent::Snapshot { at, state, .. } => {
                self.snapshots += 1;
                self.shown(at);
                Ok(Seen::Screen(state))
            }
            ChannelEvent::End { .. } => {
                self.has_ended = true;
                Ok(Seen::End)
            }
            ChannelEvent::Opened(_)
            | ChannelEvent::Applied(_)
            | ChannelEvent::Echoed { .. }
            | ChannelEvent::Unavailable(_) => Ok(Seen::Other),
            ChannelEvent::InputRefused { seq, reason } => {
                bail!("input {seq} was refused: {reason}")
            }
            ChannelEvent::InputsUnknown { first, next } => {
                bail!("the fate of inputs {first} to {next} is unknown")
            }
            ChannelEvent::Refused(fault) if self.is_ending && fault.code == Code::Gone => {
                self.has_ended = true;
                Ok(Seen::End)
            }
            ChannelEvent::Refused(fault) => bail!("the terminal was refused: {fault}"),
        }
    }

    fn shown(&mut self, position: u64) {
        self.position = position;
        self.client.consume(self.ch, position);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_dialled_through_a_proxy_with_its_secrets_kept() {
        let proxy = "127.0.0.1:9".parse().expect("an address");
        let link = through("http://127.0.0.1:8377/#pair=abc&fp=def", proxy).expect("a link");
        assert_eq!(link, "http://127.0.0.1:9/#pair=abc&fp=def");
    }
}
