//! The real thing to be measured: a gateway process with a client of this process.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use devtail_channels::terminal::{Screen, Size, Snapshot, Spec};
use devtail_client::Credential;
use devtail_protocol::ChannelId;
use devtail_tests::chance::Chance;
use devtail_tests::device::{self, Device, PATIENCE, Seen};
use devtail_tests::gateway::Gateway;
use devtail_tests::proxy::Proxy;
use tokio::time::timeout;

use crate::inside::READY;
use crate::raw::Search;

/// A gateway, and a proxy before it for those who count bytes.
pub(crate) struct Stage {
    pub(crate) gateway: Gateway,
    pub(crate) proxy: Proxy,
    pub(crate) credential: Credential,
    chance: Chance,
}

/// What the client in front of a person does: it folds what comes into a screen.
pub(crate) struct View {
    pub(crate) device: Device,
    screen: Screen,
}

/// What came to a view.
pub(crate) enum Sight {
    Bytes(Bytes),
    /// What a Snapshot shows.
    Screen(String),
}

impl Stage {
    /// Starts a gateway of its own.
    pub(crate) async fn set() -> Result<Self> {
        let gateway = Gateway::start()?;
        let proxy = Proxy::start(gateway.listen()).await?;
        // Past the proxy: only what is counted goes through it.
        let credential = device::pair(gateway.link(), gateway.listen()).await?;
        let seed = std::time::UNIX_EPOCH.elapsed().map_or(0, |now| now.as_nanos() as u64);
        Ok(Self { gateway, proxy, credential, chance: Chance::new(seed) })
    }

    /// A channel id nobody uses yet.
    pub(crate) fn fresh_id(&mut self) -> ChannelId {
        ChannelId(
            (u128::from(self.chance.number()) << 64 | u128::from(self.chance.number()))
                .to_le_bytes(),
        )
    }

    /// Opens a terminal with one of the bench's programs in it and waits until that is ready.
    pub(crate) async fn open(&mut self, arguments: &[String], every_byte: bool) -> Result<View> {
        let program = std::env::current_exe()?.to_str().context("a path in UTF-8")?.to_owned();
        let command = std::iter::once(program).chain(arguments.iter().cloned()).collect();
        let spec = Spec { command, every_byte, ..Spec::default() };
        let device = Device::start(self.credential.clone(), self.fresh_id(), Some(&spec))?;
        let mut view = View::new(device);
        view.until(READY).await?;
        Ok(view)
    }
}

impl View {
    pub(crate) fn new(device: Device) -> Self {
        Self { device, screen: Screen::new(Size::default()) }
    }

    /// Parses what comes until the mark was in it, or is on the screen.
    pub(crate) async fn until(&mut self, mark: &[u8]) -> Result<()> {
        let mut search = Search::new(mark);
        // A screen in words has no blanks at a row's end.
        let text = str::from_utf8(mark)?.trim_end();
        let wait = async {
            loop {
                let found = match self.see().await? {
                    Some(Sight::Bytes(bytes)) => search.finds_in(&bytes),
                    Some(Sight::Screen(shown)) => shown.contains(text),
                    None => false,
                };
                if found {
                    return Ok(());
                }
            }
        };
        let came = timeout(PATIENCE * 2, wait).await;
        came.with_context(|| format!("{text} did not come; it shows:\n{}", self.screen.contents()))?
    }

    /// Parses what comes for so long.
    pub(crate) async fn watch_for(&mut self, time: Duration) -> Result<()> {
        let watch = async {
            loop {
                self.see().await?;
            }
        };
        timeout(time, watch).await.unwrap_or(Ok(()))
    }

    /// All that is shown, in words.
    pub(crate) fn screen(&self) -> String {
        self.screen.describe()
    }

    /// What is on the screen, without looks.
    pub(crate) fn contents(&self) -> String {
        self.screen.contents()
    }

    /// Parses what comes next; the bytes, or what a whole screen shows.
    pub(crate) async fn see(&mut self) -> Result<Option<Sight>> {
        Ok(match self.device.next().await? {
            Seen::Bytes(bytes) => {
                self.screen.feed(&bytes);
                Some(Sight::Bytes(bytes))
            }
            Seen::Screen(state) => {
                let snapshot = Snapshot::decode(&state)?;
                self.screen.restore(&snapshot, 0);
                Some(Sight::Screen(self.screen.contents()))
            }
            Seen::End => bail!("the program ended early"),
            Seen::Other => None,
        })
    }

    /// Ends the program and waits until that is taken.
    pub(crate) async fn end(mut self) -> Result<()> {
        self.device.end_program().await
    }
}
