//! One device with two terminals on one socket: one is typed into, the other floods.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use devtail_channels::terminal::{Input, KIND, Screen, Size, Snapshot, Spec};
use devtail_client::{ChannelEvent, Client, Config, Credential, Event, Events};
use devtail_protocol::wire::Priority;
use devtail_protocol::{Ch, ChannelId};
use devtail_tests::device::PATIENCE;
use tokio::time::timeout;

use crate::inside::READY;
use crate::raw::Search;
use crate::stage::Sight;

/// Between two keys.
const THINK: Duration = Duration::from_millis(100);

/// One device with two terminals.
pub(crate) struct Two {
    client: Client,
    events: Events,
    typed: Ch,
    flooded: Option<Ch>,
}

impl Two {
    /// Opens the one that is typed into: the bench's echo.
    pub(crate) async fn start(credential: Credential, id: ChannelId) -> Result<Self> {
        let (client, events) = Client::start(Config { credential, agent: "bench".to_owned() });
        let own = std::env::current_exe()?.display().to_string();
        let command = [own.as_str(), "--inside", "echo"].map(str::to_owned).to_vec();
        let spec = Spec { command, ..Spec::default() }.encode();
        let typed = client.open(id, KIND, Some(spec), None, Priority::Focused)?;
        let mut two = Self { client, events, typed, flooded: None };
        two.until(READY).await?;
        Ok(two)
    }

    /// Opens the other, which is seen too.
    pub(crate) fn flood(&mut self, id: ChannelId, spec: &Spec) -> Result<()> {
        let spec = Some(spec.encode());
        self.flooded = Some(self.client.open(id, KIND, spec, None, Priority::Visible)?);
        Ok(())
    }

    /// Types so many keys, each after the echo of the one before; what each took, in ms.
    pub(crate) async fn keys(&mut self, count: usize) -> Result<Vec<f64>> {
        let mut took = Vec::new();
        for letter in (b'a'..=b'z').cycle().take(count) {
            self.watch_for(THINK).await?;
            let began = Instant::now();
            self.client.send(self.typed, Input::Keys(vec![letter].into()).encode())?;
            self.until(&[letter]).await?;
            took.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(took)
    }

    /// Ends both programs.
    pub(crate) async fn end(mut self) -> Result<()> {
        for ch in self.flooded.into_iter().chain([self.typed]) {
            self.client.send(ch, Input::Kill.encode())?;
        }
        self.settled().await
    }

    /// Takes what comes until the mark was in the terminal that is typed into.
    async fn until(&mut self, mark: &[u8]) -> Result<()> {
        let mut search = Search::new(mark);
        let text = str::from_utf8(mark)?.trim_end();
        let wait = async {
            loop {
                let found = match self.next().await? {
                    Some(Sight::Bytes(bytes)) => search.finds_in(&bytes),
                    // What came last stands last: the letters come round again.
                    Some(Sight::Screen(shown)) => shown.trim_end().ends_with(text),
                    None => false,
                };
                if found {
                    return Ok(());
                }
            }
        };
        timeout(PATIENCE, wait).await.with_context(|| format!("{text} did not come"))?
    }

    /// Takes what comes for so long.
    pub(crate) async fn watch_for(&mut self, time: Duration) -> Result<()> {
        let watch = async {
            loop {
                self.next().await?;
            }
        };
        timeout(time, watch).await.unwrap_or(Ok(()))
    }

    /// Takes what comes until both programs were told to end.
    async fn settled(&mut self) -> Result<()> {
        let wait = async {
            while self.client.waiting(self.typed).0 > 0 {
                self.next().await?;
            }
            Ok(())
        };
        timeout(PATIENCE, wait).await.context("the terminals were not ended")?
    }

    /// What came next to the terminal that is typed into, if that is what came.
    async fn next(&mut self) -> Result<Option<Sight>> {
        let event = self.events.next().await.context("the session is over")?;
        let Event::Channel(ch, event) = event else { return Ok(None) };
        match event {
            ChannelEvent::Data { off, bytes } => {
                self.client.consume(ch, off + bytes.len() as u64);
                Ok((ch == self.typed).then_some(Sight::Bytes(bytes)))
            }
            ChannelEvent::Snapshot { at, state, .. } => {
                self.client.consume(ch, at);
                if ch != self.typed {
                    return Ok(None);
                }
                let mut screen = Screen::new(Size::default());
                screen.restore(&Snapshot::decode(&state)?, 0);
                Ok(Some(Sight::Screen(screen.contents())))
            }
            ChannelEvent::InputRefused { reason, .. } => bail!("a key was refused: {reason}"),
            ChannelEvent::Opened(_)
            | ChannelEvent::Applied(_)
            | ChannelEvent::Echoed { .. }
            | ChannelEvent::InputsUnknown { .. }
            | ChannelEvent::Unavailable(_)
            | ChannelEvent::Refused(_)
            | ChannelEvent::End { .. } => Ok(None),
        }
    }
}
