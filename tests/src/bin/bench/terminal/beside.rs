//! A key's echo while another terminal of the same device floods the link.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use devtail_channels::terminal::{Input, KIND, Screen, Size, Snapshot, Spec};
use devtail_client::{ChannelEvent, Client, Config, Event, Events};
use devtail_protocol::Ch;
use devtail_protocol::wire::Priority;
use devtail_tests::device::PATIENCE;
use tokio::time::timeout;

use super::{SLOW, narrow};
use crate::figure::Rounds;
use crate::inside::READY;
use crate::raw::Search;
use crate::stage::{Sight, Stage};
use crate::stats::percentile;

/// A round's keys: enough for a percentile of 99.
const KEYS: usize = 100;
/// Between two keys.
const THINK: Duration = Duration::from_millis(100);

/// One device with two terminals.
struct Two {
    client: Client,
    events: Events,
    typed: Ch,
}

pub(crate) async fn round(stage: &mut Stage, rounds: &mut Rounds) -> Result<()> {
    let (_narrow, credential) = narrow(stage, SLOW).await?;
    let (client, events) = Client::start(Config { credential, agent: "bench".to_owned() });
    let flood = ["base64", "/dev/zero"].map(str::to_owned).to_vec();
    let echo = ["--inside", "echo"].map(str::to_owned);
    let echo = std::iter::once(std::env::current_exe()?.display().to_string()).chain(echo);
    let spec = |command| Some(Spec { command, ..Spec::default() }.encode());
    let typed =
        client.open(stage.fresh_id(), KIND, spec(echo.collect()), None, Priority::Focused)?;
    let mut two = Two { client, events, typed };
    two.until(READY).await?;
    let flooded = two.client.open(stage.fresh_id(), KIND, spec(flood), None, Priority::Visible)?;
    two.watch_for(Duration::from_secs(2)).await?;
    let mut took = Vec::new();
    for letter in (b'a'..=b'z').cycle().take(KEYS) {
        two.watch_for(THINK).await?;
        let began = Instant::now();
        two.client.send(typed, Input::Keys(vec![letter].into()).encode())?;
        two.until(&[letter]).await?;
        took.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    for ch in [flooded, typed] {
        two.client.send(ch, Input::Kill.encode())?;
    }
    two.settled().await?;
    rounds.take("terminal.beside.p50", percentile(&took, 50));
    rounds.take("terminal.beside.p99", percentile(&took, 99));
    Ok(())
}

impl Two {
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

    async fn watch_for(&mut self, time: Duration) -> Result<()> {
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
