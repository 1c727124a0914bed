//! A person who types at an even pace, and how long each key's echo takes.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use devtail_channels::terminal::Spec;
use devtail_client::Credential;
use devtail_protocol::ChannelId;
use hdrhistogram::Histogram;
use tokio::time::{sleep_until, timeout};

use crate::chance::Chance;
use crate::device::{Device, PATIENCE, Seen};

/// A device with one terminal, whose program gives back every byte.
#[derive(Debug)]
pub struct Typist {
    device: Device,
}

impl Typist {
    /// Starts a client and a terminal with this program, and waits until it has written its first word.
    ///
    /// # Errors
    /// As [`Device::start`], or no word came within [`PATIENCE`].
    pub async fn begin(
        credential: Credential,
        chance: &mut Chance,
        command: Vec<String>,
    ) -> Result<Self> {
        let id = u128::from(chance.number()) << 64 | u128::from(chance.number());
        let spec = Spec { command, ..Spec::default() };
        let mut device = Device::start(credential, ChannelId(id.to_le_bytes()), Some(&spec))?;
        let word = async {
            loop {
                match device.next().await? {
                    Seen::Bytes(_) | Seen::Screen(_) => return Ok(()),
                    Seen::End => bail!("the program ended early"),
                    Seen::Other => {}
                }
            }
        };
        timeout(PATIENCE, word).await.context("the program said nothing")??;
        Ok(Self { device })
    }

    /// Types so many keys, one each `pace`, the first after `lead`; a key whose echo is late delays the next.
    ///
    /// # Errors
    /// An echo did not come within [`PATIENCE`], or the session is over.
    pub async fn type_keys(
        &mut self,
        keys: u32,
        pace: Duration,
        lead: Duration,
    ) -> Result<Histogram<u64>> {
        let mut micros = Histogram::new(3).context("three digits are possible")?;
        let began = tokio::time::Instant::now() + lead;
        for number in 0..keys {
            self.listen_until(began + pace * number).await?;
            let typed = Instant::now();
            self.device.type_keys("x")?;
            timeout(PATIENCE, self.echo()).await.context("a key's echo did not come")??;
            micros.record(u64::try_from(typed.elapsed().as_micros())?)?;
        }
        Ok(micros)
    }

    /// Sends the byte that a flood waits for, and takes in what comes until told that it is enough; returns how many bytes.
    ///
    /// # Errors
    /// The session is over.
    pub async fn take_flood(&mut self, enough: impl Future<Output = ()>) -> Result<u64> {
        self.device.type_keys("x")?;
        let mut bytes = 0;
        tokio::pin!(enough);
        loop {
            tokio::select! {
                () = &mut enough => return Ok(bytes),
                seen = self.device.next() => match seen? {
                    Seen::Bytes(more) => bytes += more.len() as u64,
                    Seen::Screen(more) => bytes += more.len() as u64,
                    Seen::End => bail!("the flood ended early"),
                    Seen::Other => {}
                }
            }
        }
    }

    /// Ends the program.
    ///
    /// # Errors
    /// As [`Device::end_program`].
    pub async fn end(mut self) -> Result<()> {
        self.device.end_program().await
    }

    async fn listen_until(&mut self, moment: tokio::time::Instant) -> Result<()> {
        loop {
            tokio::select! {
                () = sleep_until(moment) => return Ok(()),
                seen = self.device.next() => ensure!(!matches!(seen?, Seen::End), "the program ended early"),
            }
        }
    }

    async fn echo(&mut self) -> Result<()> {
        loop {
            match self.device.next().await? {
                Seen::Bytes(_) | Seen::Screen(_) => return Ok(()),
                Seen::End => bail!("the program ended early"),
                Seen::Other => {}
            }
        }
    }
}
