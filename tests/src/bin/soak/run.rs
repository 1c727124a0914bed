//! One run: type, break something, type on, and in the end read the shell's log.

use std::fmt;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use devtail_channels::terminal::Spec;
use devtail_client::Credential;
use devtail_protocol::ChannelId;
use devtail_tests::chance::Chance;
use devtail_tests::device::{self, Device, PATIENCE};
use devtail_tests::gateway::Gateway;
use devtail_tests::proxy::{Cut, Proxy};
use devtail_tests::tokens::{Tokens, Verdict};
use tokio::time::{Instant, sleep, timeout_at};

use crate::Args;
use crate::trouble::Trouble;

/// How often a run says where it is.
const SAYS_EVERY: u64 = 500;

/// A run under way.
pub(crate) struct Run {
    chance: Chance,
    tokens: Tokens,
    gateway: Gateway,
    proxy: Proxy,
    credential: Credential,
    terminal: ChannelId,
    device: Device,
    log: PathBuf,
    counts: Counts,
    _folder: tempfile::TempDir,
}

/// What happened.
#[derive(Debug, Default)]
struct Counts {
    resets: u64,
    half_open: u64,
    stalls: u64,
    kills: u64,
    restarts: u64,
    snapshots: u64,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) verdict: Verdict,
    counts: Counts,
}

impl Run {
    /// Starts gateway, proxy, client and shell.
    ///
    /// # Errors
    /// One of them does not start.
    pub(crate) async fn begin(seed: u64) -> Result<Self> {
        let mut chance = Chance::new(seed);
        let folder = tempfile::tempdir()?;
        let log = folder.path().join("shell.log");
        std::fs::write(&log, "")?;
        let gateway = Gateway::start()?;
        let proxy = Proxy::start(gateway.listen()).await?;
        let credential = device::pair(gateway.link(), proxy.address()).await?;
        let terminal = ChannelId(u128::from(chance.number()).to_le_bytes());
        let shell = ["bash", "--noprofile", "--norc", "-i"].map(str::to_owned).to_vec();
        let spec = Spec { command: shell, name: "soak".to_owned(), ..Spec::default() };
        let device = Device::start(credential.clone(), terminal, Some(&spec))?;
        let tokens = Tokens::new(chance.number() as u32);
        let counts = Counts::default();
        let run = Self {
            chance,
            tokens,
            gateway,
            proxy,
            credential,
            terminal,
            device,
            log,
            counts,
            _folder: folder,
        };
        run.device
            .type_keys(format!("t() {{ printf '%s\\n' \"$1\" >>'{}'; }}\r", run.log.display()))?;
        Ok(run)
    }

    /// Goes through every cut, and judges.
    ///
    /// # Errors
    /// The client does not come back, or says that it lost something.
    pub(crate) async fn through(mut self, args: &Args) -> Result<Report> {
        for number in 0..args.cuts {
            self.type_some(4)?;
            let pause = self.chance.millis_below(12);
            self.listen_for(pause).await?;
            let trouble = Trouble::at(number, args.cuts, args.kills(), &mut self.chance);
            self.break_with(trouble)
                .await
                .with_context(|| format!("at cut {number}, {trouble:?}"))?;
            if (number + 1) % SAYS_EVERY == 0 {
                println!("soak: {} cuts, {} tokens typed", number + 1, self.tokens.typed());
            }
        }
        self.settle().await?;
        self.counts.snapshots += self.device.snapshots();
        let verdict = self.tokens.judge(&std::fs::read_to_string(&self.log)?);
        // Ends the shell, so that the holder ends by itself.
        self.device.end_program().await?;
        Ok(Report { verdict, counts: self.counts })
    }

    /// Types up to so many tokens, each a command of its own.
    fn type_some(&mut self, most: u64) -> Result<()> {
        for _ in 0..self.chance.below(most + 1) {
            let command = format!("t {}\r", self.tokens.next_token());
            self.device.type_keys(command)?;
        }
        Ok(())
    }

    /// Takes in what comes for so long.
    async fn listen_for(&mut self, long: std::time::Duration) -> Result<()> {
        let end = Instant::now() + long;
        while let Ok(seen) = timeout_at(end, self.device.next()).await {
            seen?;
        }
        Ok(())
    }

    async fn break_with(&mut self, trouble: Trouble) -> Result<()> {
        match trouble {
            Trouble::Cut(cut) => self.cut(cut).await,
            Trouble::Stall(long) => self.stall(long).await,
            Trouble::Kill(away) => self.kill(away).await,
            Trouble::Restart => self.restart_client().await,
        }
    }

    async fn cut(&mut self, cut: Cut) -> Result<()> {
        match cut {
            Cut::Reset => self.counts.resets += 1,
            Cut::GatewayHalfOpen | Cut::ClientHalfOpen => self.counts.half_open += 1,
        }
        self.proxy.cut(cut);
        self.type_some(2)?;
        let pause = self.chance.millis_below(8);
        self.listen_for(pause).await?;
        // What the system says when the network changed; a silent end is found out this way within two seconds.
        self.device.client().nudge();
        self.settled().await
    }

    async fn stall(&mut self, long: std::time::Duration) -> Result<()> {
        self.counts.stalls += 1;
        self.proxy.stall();
        self.type_some(3)?;
        self.listen_for(long).await?;
        self.proxy.flow();
        Ok(())
    }

    async fn kill(&mut self, away: std::time::Duration) -> Result<()> {
        self.counts.kills += 1;
        self.gateway.kill()?;
        self.type_some(3)?;
        self.listen_for(away).await?;
        self.gateway.restart()?;
        self.device.client().nudge();
        self.settled().await
    }

    /// A program that ends takes its Outbox along; so it ends when nothing is in it, and cuts come at any other time.
    async fn restart_client(&mut self) -> Result<()> {
        self.counts.restarts += 1;
        self.settled().await?;
        self.counts.snapshots += self.device.snapshots();
        self.device = Device::start(self.credential.clone(), self.terminal, None)?;
        Ok(())
    }

    /// Waits until everything typed is acknowledged, which needs a Link.
    async fn settled(&mut self) -> Result<()> {
        let settled = |device: &Device| device.is_live() && device.unsettled() == 0;
        self.device.until("everything typed is acknowledged", settled).await
    }

    /// Waits until the shell has worked off what was typed.
    async fn settle(&mut self) -> Result<()> {
        self.settled().await?;
        let last = self.tokens.next_token().to_owned();
        self.device.type_keys(format!("t {last}\r"))?;
        let until = Instant::now() + PATIENCE;
        while !std::fs::read_to_string(&self.log)?.ends_with(&format!("{last}\n")) {
            ensure!(
                Instant::now() < until,
                "the shell did not come to the last token {last}: it was lost"
            );
            self.listen_for(std::time::Duration::from_millis(20)).await?;
        }
        // What comes late would be a second time.
        sleep(std::time::Duration::from_millis(200)).await;
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { resets, half_open, stalls, kills, restarts, snapshots } = &self.counts;
        write!(
            f,
            "{resets} resets, {half_open} half-open, {stalls} stalls, {kills} kills, {restarts} client restarts, \
             {snapshots} snapshots; {}",
            self.verdict
        )
    }
}
