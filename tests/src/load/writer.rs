//! A person who types lines into a terminal through whatever happens, and the file that says what became of them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use devtail_channels::terminal::Spec;
use devtail_client::Credential;
use devtail_protocol::ChannelId;
use tokio::sync::watch;
use tokio::time::timeout_at;

use crate::chance::Chance;
use crate::device::{Device, PATIENCE};
use crate::tokens::{Tokens, Verdict};

/// The longest a writer thinks before its next line.
const THINKS_MS: u64 = 400;

/// A device with one terminal, whose program keeps each line.
#[derive(Debug)]
pub struct Writer {
    device: Device,
    tokens: Tokens,
    chance: Chance,
    log: PathBuf,
}

/// What became of a writer's lines.
#[derive(Debug)]
pub struct Written {
    /// Lost, doubled, out of order or torn.
    pub verdict: Verdict,
    /// When the link was live again after it had been down; `None` if it never was down.
    pub back_at: Option<Instant>,
    /// How many Snapshots were shown instead of what was missed.
    pub snapshots: u64,
}

impl Written {
    /// How many lines did not arrive once, whole and in their order.
    pub const fn damaged(&self) -> usize {
        let Verdict { typed: _, lost, doubled, reordered, foreign } = self.verdict;
        lost + doubled + reordered + foreign
    }
}

impl Writer {
    /// Starts a client and a terminal of its own, whose lines go into a file in this folder.
    ///
    /// # Errors
    /// As [`Device::start`], or the first line is not taken within [`PATIENCE`].
    pub async fn begin(credential: Credential, folder: &Path, mut chance: Chance) -> Result<Self> {
        let id = u128::from(chance.number()) << 64 | u128::from(chance.number());
        let log = folder.join(format!("{id:032x}"));
        std::fs::write(&log, "")?;
        let keep = ["sh", "-c", "exec cat >\"$0\""].map(str::to_owned);
        let command = keep.into_iter().chain([log.display().to_string()]).collect();
        let spec = Spec { command, name: "load".to_owned(), ..Spec::default() };
        let device = Device::start(credential, ChannelId(id.to_le_bytes()), Some(&spec))?;
        let mut writer = Self { device, tokens: Tokens::new(chance.number() as u32), chance, log };
        writer.type_line()?;
        writer.settled().await?;
        Ok(writer)
    }

    /// Types on until told that it is enough, waits until all of it is acknowledged, and judges.
    ///
    /// # Errors
    /// The session is over, an input was refused or its fate is unknown, or not all was acknowledged within [`PATIENCE`].
    pub async fn write(mut self, enough: watch::Receiver<bool>) -> Result<Written> {
        let (mut was_down, mut back_at) = (false, None);
        while !*enough.borrow() {
            self.type_line()?;
            let next = tokio::time::Instant::now() + self.chance.millis_below(THINKS_MS);
            while let Ok(seen) = timeout_at(next, self.device.next()).await {
                seen?;
                was_down |= !self.device.is_live();
                if was_down && back_at.is_none() && self.device.is_live() {
                    back_at = Some(Instant::now());
                }
            }
        }
        self.settled().await?;
        let verdict = self.judged().await?;
        let snapshots = self.device.snapshots();
        self.device.end_program().await?;
        Ok(Written { verdict, back_at, snapshots })
    }

    fn type_line(&mut self) -> Result<()> {
        let line = format!("{}\r", self.tokens.next_token());
        self.device.type_keys(line)
    }

    async fn settled(&mut self) -> Result<()> {
        let settled = |device: &Device| device.is_live() && device.unsettled() == 0;
        self.device.until("everything typed is acknowledged", settled).await
    }

    /// Reads the file once its last line is there, and once more later: what comes late would be a second time.
    async fn judged(&mut self) -> Result<Verdict> {
        let last = self.tokens.next_token().to_owned();
        self.device.type_keys(format!("{last}\r"))?;
        let until = Instant::now() + PATIENCE;
        while !std::fs::read_to_string(&self.log)?.ends_with(&format!("{last}\n")) {
            ensure!(Instant::now() < until, "the last line {last} was lost");
            let a_moment = tokio::time::Instant::now() + Duration::from_millis(20);
            while let Ok(seen) = timeout_at(a_moment, self.device.next()).await {
                seen?;
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        Ok(self.tokens.judge(&std::fs::read_to_string(&self.log)?))
    }
}
