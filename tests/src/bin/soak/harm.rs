//! What a fault does to a run: the person types on, the fault passes, and everything must be as before.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use devtail_channels::terminal::Spec;
use devtail_protocol::ChannelId;
use devtail_tests::device::Device;
use devtail_tests::proxy::Cut;
use rustix::process::Resource;

use crate::fault::Fault;
use crate::process::Process;
use crate::run::{Run, shell};

/// Steps of the clock, in seconds: a zone that was wrong, a battery that was empty, and right again.
const STEPS: [i64; 5] = [3600, -3600, 86_400, -86_400, 0];
/// Longer than a gateway waits for a holder's answer, and a client for a probe's.
const FROZEN_LONG: Duration = Duration::from_secs(6);
/// Descriptors that a gateway has used up at any time.
const DESCRIPTORS_FEW: u64 = 8;
/// Devices that come at once while a gateway is given no more memory.
const CROWD: usize = 12;
/// The gateway's end by a lack of memory, in the summary.
const DIED: &str = "gateway_died_of_no_memory";

impl Run {
    /// Goes through one fault, and waits until all that was typed in it is acknowledged.
    ///
    /// # Errors
    /// Something did not come back by itself once the fault was gone.
    pub(crate) async fn suffer(&mut self, fault: Fault) -> Result<()> {
        self.count(fault.name());
        match fault {
            Fault::GatewayFrozen => self.freeze(Process::of(self.gateway.pid())).await?,
            Fault::HolderFrozen => {
                for holder in self.holders() {
                    self.freeze(holder).await?;
                }
            }
            Fault::HolderKilled => self.kill_a_holder().await?,
            Fault::DiskFull => self.fill_the_disk().await?,
            Fault::ClockStep => self.step_the_clock().await?,
            Fault::NoDescriptors => self.take_descriptors().await?,
            Fault::NoMemory => self.take_memory().await?,
        }
        self.device.client().nudge();
        self.settled().await
    }

    /// The processes that own terminals.
    fn holders(&self) -> Vec<Process> {
        let others = self.gateway.processes().into_iter().filter(|id| *id != self.gateway.pid());
        others.map(Process::of).collect()
    }

    async fn freeze(&mut self, process: Process) -> Result<()> {
        process.freeze()?;
        self.type_some(3)?;
        let is_long = self.chance.percent(20);
        let long = if is_long { FROZEN_LONG } else { self.chance.millis_below(400) };
        self.listen_for(long).await?;
        // The Links may end meanwhile: whoever comes back finds nobody who answers.
        if is_long || self.chance.percent(30) {
            self.proxy.cut(Cut::Reset);
            self.device.client().nudge();
            self.listen_for(long).await?;
        }
        process.go_on()
    }

    /// Another terminal, so that the one that is typed into shows whether it alone is harmed.
    async fn kill_a_holder(&mut self) -> Result<()> {
        let before = self.holders();
        let id = ChannelId(u128::from(self.chance.number()).to_le_bytes());
        let spec = Spec { command: shell(), name: "victim".to_owned(), ..Spec::default() };
        let mut victim = Device::start(self.credential.clone(), id, Some(&spec))?;
        victim.type_keys("echo here\r")?;
        let typed = |device: &Device| device.is_live() && device.unsettled() == 0;
        victim.until("the second terminal is typed into", typed).await?;
        let holder = self.holders().into_iter().find(|holder| !before.contains(holder));
        let holder = holder.context("a terminal has a holder")?;
        let programs = holder.children()?;
        ensure!(!programs.is_empty(), "a holder has a program");
        self.type_some(3)?;
        holder.kill()?;
        self.type_some(3)?;
        victim.gone().await.context("a client that reads the terminal is told")?;
        let mut late = Device::start(self.credential.clone(), id, None)?;
        late.gone().await.context("a client that comes later is told")?;
        for program in programs {
            program.gone().await.context("the program ends with its terminal")?;
        }
        Ok(())
    }

    async fn fill_the_disk(&mut self) -> Result<()> {
        // To renew a token the gateway must write it down: one that is good outlasts a full disk, for its 15 minutes.
        self.host.step_clock(0)?;
        self.proxy.cut(Cut::Reset);
        self.device.client().nudge();
        self.settled().await?;
        self.host.fill_disk()?;
        self.type_some(3)?;
        self.proxy.cut(Cut::Reset);
        self.device.client().nudge();
        // What is open already needs no disk.
        self.settled().await.context("with a full disk")?;
        self.restart_client().await.context("with a full disk")?;
        // It needs the disk: whether it is refused or not, the gateway lives on.
        let _refused = self.gateway.pair();
        self.host.free_disk()?;
        self.gateway.pair().context("the disk has room again").map(drop)
    }

    async fn step_the_clock(&mut self) -> Result<()> {
        let step = STEPS[usize::try_from(self.chance.below(STEPS.len() as u64))?];
        self.host.step_clock(step)?;
        self.type_some(3)?;
        self.proxy.cut(Cut::Reset);
        self.device.client().nudge();
        self.settled().await.with_context(|| format!("{step} s after the true time"))
    }

    async fn take_descriptors(&mut self) -> Result<()> {
        let gateway = Process::of(self.gateway.pid());
        let had = gateway.limit(Resource::Nofile, Some(DESCRIPTORS_FEW))?;
        self.endure_a_cut().await?;
        gateway.limit(Resource::Nofile, had).map(drop)
    }

    async fn take_memory(&mut self) -> Result<()> {
        let gateway = Process::of(self.gateway.pid());
        let had = gateway.limit(Resource::Data, Some(gateway.memory()?))?;
        // Each of them costs the gateway a Link, a reader and a compression context.
        let crowd: Vec<Device> = (0..CROWD)
            .map(|_| Device::start(self.credential.clone(), self.terminal, None))
            .collect::<Result<_>>()?;
        self.endure_a_cut().await?;
        drop(crowd);
        if self.gateway.has_ended()? {
            // As whoever keeps services does.
            self.count(DIED);
            return self.gateway.restart();
        }
        gateway.limit(Resource::Data, had).map(drop)
    }

    /// The client comes back in vain, and types on.
    async fn endure_a_cut(&mut self) -> Result<()> {
        self.proxy.cut(Cut::Reset);
        self.type_some(3)?;
        let long = Duration::from_millis(100) + self.chance.millis_below(400);
        self.listen_for(long).await
    }
}
