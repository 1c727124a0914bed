//! One run: type, break something, type on, and in the end read the shell's log.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use devtail_channels::terminal::Spec;
use devtail_client::Credential;
use devtail_protocol::ChannelId;
use devtail_tests::chance::Chance;
use devtail_tests::device::{self, Device, PATIENCE};
use devtail_tests::gateway::Gateway;
use devtail_tests::proxy::{Cut, Proxy};
use devtail_tests::tokens::Tokens;
use tokio::time::{Instant, sleep, timeout_at};

use crate::Args;
use crate::fault::Fault;
use crate::host::Host;
use crate::report::Report;
use crate::trouble::Trouble;

/// How often a run says where it is.
const SAYS_EVERY: u64 = 500;

/// A run under way.
pub(crate) struct Run {
    pub(crate) chance: Chance,
    tokens: Tokens,
    pub(crate) gateway: Gateway,
    pub(crate) proxy: Proxy,
    pub(crate) credential: Credential,
    pub(crate) terminal: ChannelId,
    pub(crate) device: Device,
    log: PathBuf,
    faults: BTreeMap<&'static str, u64>,
    snapshots: u64,
    /// Last, so that it outlives the gateway.
    pub(crate) host: Host,
}

/// A shell without anybody's settings.
pub(crate) fn shell() -> Vec<String> {
    ["bash", "--noprofile", "--norc", "-i"].map(str::to_owned).to_vec()
}

impl Run {
    /// Starts gateway, proxy, client and shell on this host.
    ///
    /// # Errors
    /// One of them does not start.
    pub(crate) async fn begin(seed: u64, host: Host) -> Result<Self> {
        let mut chance = Chance::new(seed);
        let log = host.file("shell.log");
        std::fs::write(&log, "")?;
        let gateway = Gateway::start_in(&host.disk(), host.environment().to_vec())?;
        let proxy = Proxy::start(gateway.listen()).await?;
        let credential = device::pair(gateway.link(), proxy.address()).await?;
        let terminal = ChannelId(u128::from(chance.number()).to_le_bytes());
        let spec = Spec { command: shell(), name: "soak".to_owned(), ..Spec::default() };
        let device = Device::start(credential.clone(), terminal, Some(&spec))?;
        let tokens = Tokens::new(chance.number() as u32);
        let run = Self {
            chance,
            tokens,
            gateway,
            proxy,
            credential,
            terminal,
            device,
            log,
            faults: BTreeMap::new(),
            snapshots: 0,
            host,
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
        let faults = Fault::plan(args.faults(), &mut self.chance);
        let mut faults = (1..).zip(faults).peekable();
        for number in 0..args.cuts {
            self.type_some(4)?;
            let pause = self.chance.millis_below(12);
            self.listen_for(pause).await?;
            let trouble = Trouble::at(number, args.cuts, args.kills(), &mut self.chance);
            self.break_with(trouble)
                .await
                .with_context(|| format!("at cut {number}, {trouble:?}"))?;
            // Spread evenly between the cuts.
            while let Some((nth, fault)) =
                faults.next_if(|(nth, _)| nth * args.cuts <= (number + 1) * args.faults())
            {
                self.suffer(fault)
                    .await
                    .with_context(|| format!("at fault {nth}, {}", fault.name()))?;
            }
            if !args.json && (number + 1) % SAYS_EVERY == 0 {
                println!("soak: {} cuts, {} tokens typed", number + 1, self.tokens.typed());
            }
        }
        self.settle().await?;
        self.snapshots += self.device.snapshots();
        let verdict = self.tokens.judge(&std::fs::read_to_string(&self.log)?);
        // Ends the shell, so that the holder ends by itself.
        self.device.end_program().await?;
        Ok(Report { verdict, faults: self.faults, snapshots: self.snapshots })
    }

    /// One more of these went wrong.
    pub(crate) fn count(&mut self, name: &'static str) {
        *self.faults.entry(name).or_default() += 1;
    }

    /// Types up to so many tokens, each a command of its own.
    pub(crate) fn type_some(&mut self, most: u64) -> Result<()> {
        for _ in 0..self.chance.below(most + 1) {
            let command = format!("t {}\r", self.tokens.next_token());
            self.device.type_keys(command)?;
        }
        Ok(())
    }

    /// Takes in what comes for so long.
    pub(crate) async fn listen_for(&mut self, long: std::time::Duration) -> Result<()> {
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
        self.count(match cut {
            Cut::Reset => "reset",
            Cut::GatewayHalfOpen | Cut::ClientHalfOpen => "half_open",
        });
        self.proxy.cut(cut);
        self.type_some(2)?;
        let pause = self.chance.millis_below(8);
        self.listen_for(pause).await?;
        // What the system says when the network changed; a silent end is found out this way within two seconds.
        self.device.client().nudge();
        self.settled().await
    }

    async fn stall(&mut self, long: std::time::Duration) -> Result<()> {
        self.count("stall");
        self.proxy.stall();
        self.type_some(3)?;
        self.listen_for(long).await?;
        self.proxy.flow();
        Ok(())
    }

    async fn kill(&mut self, away: std::time::Duration) -> Result<()> {
        self.count("gateway_killed");
        self.gateway.kill()?;
        self.type_some(3)?;
        self.listen_for(away).await?;
        self.gateway.restart()?;
        self.device.client().nudge();
        self.settled().await
    }

    /// A program that ends takes its Outbox along; so it ends when nothing is in it, and cuts come at any other time.
    pub(crate) async fn restart_client(&mut self) -> Result<()> {
        self.count("client_restarted");
        self.settled().await?;
        self.snapshots += self.device.snapshots();
        self.device = Device::start(self.credential.clone(), self.terminal, None)?;
        Ok(())
    }

    /// Waits until everything typed is acknowledged, which needs a Link.
    pub(crate) async fn settled(&mut self) -> Result<()> {
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
