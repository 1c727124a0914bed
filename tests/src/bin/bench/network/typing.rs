//! Keys at an even pace, whether the last echo has come or not; the same through ssh on a link of its own.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use devtail_channels::terminal::{Size, Spec};
use devtail_tests::device::{Device, PATIENCE};
use devtail_tests::netlab::{HOST, Lab, named};
use tokio::time::timeout;

use super::{World, inside};
use crate::figure::Rounds;
use crate::inside::READY;
use crate::peer::{self, Peer};
use crate::raw::RawPty;
use crate::stage::View;
use crate::stats::percentile;

/// A round's keys, and the time between two: eight a second, a fast typist.
const KEYS: usize = 160;
const PACE: Duration = Duration::from_millis(125);
const SEED: u64 = 11;
/// Several round trips, so that a lost farewell is said again.
const FAREWELL: Duration = Duration::from_secs(2);

/// Keys on their way, and what the others took.
struct Typed {
    under_way: VecDeque<Instant>,
    took: Vec<f64>,
}

pub(super) fn round(condition: &'static str, rounds: &mut Rounds) -> Result<()> {
    let [p50, p50_ssh, p99, p99_ssh, ratio] = match condition {
        "lte" => [
            "network.typing.lte.p50",
            "network.typing.lte.p50.ssh",
            "network.typing.lte.p99",
            "network.typing.lte.p99.ssh",
            "network.typing.lte.ratio",
        ],
        _ => [
            "network.typing.3g.p50",
            "network.typing.3g.p50.ssh",
            "network.typing.3g.p99",
            "network.typing.3g.p99.ssh",
            "network.typing.3g.ratio",
        ],
    };
    // Both at once, so that the machine is the same for both; each on a link that nobody else uses.
    let theirs = thread::spawn(move || by_ssh(condition));
    let ours = by_devtail(condition)?;
    let theirs = theirs.join().ok().context("the thread of ssh panicked")??;
    let plot = if condition == "lte" { "typing-lte" } else { "typing-3g" };
    rounds.sampled(plot, "devtail", &ours);
    rounds.sampled(plot, "ssh", &theirs);
    rounds.beside(p50, "ssh", percentile(&theirs, 50));
    rounds.beside(p99, "ssh", percentile(&theirs, 99));
    rounds.take(p50, percentile(&ours, 50));
    rounds.take(p99, percentile(&ours, 99));
    rounds.take(p50_ssh, percentile(&theirs, 50));
    rounds.take(p99_ssh, percentile(&theirs, 99));
    rounds.take(ratio, percentile(&ours, 50) / percentile(&theirs, 50));
    Ok(())
}

fn by_devtail(condition: &str) -> Result<Vec<f64>> {
    let world = World::make(condition, SEED)?;
    world.on_phone(|| async {
        let spec = Spec { command: inside("echo")?, ..Spec::default() };
        let device = Device::start(world.pair().await?, world.fresh_id(), Some(&spec))?;
        let mut view = View::new(device);
        view.until(READY).await?;
        let mut typed = Typed::new();
        let mut clock = tokio::time::interval(PACE);
        for letter in (b'a'..=b'z').cycle().take(KEYS) {
            loop {
                tokio::select! {
                    biased;
                    _ = clock.tick() => break,
                    sight = view.see() => drop(sight?),
                }
                typed.see(&view.contents());
            }
            typed.under_way.push_back(Instant::now());
            view.device.type_keys(vec![letter])?;
        }
        let rest = async {
            while typed.took.len() < KEYS {
                view.see().await?;
                typed.see(&view.contents());
            }
            anyhow::Ok(())
        };
        timeout(PATIENCE, rest).await.context("some echoes did not come")??;
        view.end().await?;
        Ok(typed.took)
    })
}

fn by_ssh(condition: &str) -> Result<Vec<f64>> {
    let lab = Lab::start(&named(condition).context("a condition of the ladder")?, SEED)?;
    let (adapter, program) = (peer::shipped("ssh")?, inside("echo")?);
    let ssh = lab.host().inside(|| Peer::start(&adapter, HOST, &program))??;
    let client = ssh.client()?;
    let mut pty = lab.phone().inside(|| RawPty::of(client, Size::default()))??;
    pty.read_until(READY)?;
    let mut reader = pty.reader()?;
    let came = thread::spawn(move || -> Result<Vec<Instant>> {
        let mut came = Vec::new();
        let mut buffer = [0; 4096];
        while came.len() < KEYS {
            let read = reader.read(&mut buffer)?;
            ensure!(read > 0, "ssh ended early");
            let now = Instant::now();
            came.extend(
                buffer[..read].iter().filter(|byte| byte.is_ascii_lowercase()).map(|_| now),
            );
        }
        Ok(came)
    });
    let mut sent = Vec::new();
    let mut next = Instant::now();
    let mut writer = pty.reader()?;
    for letter in (b'a'..=b'z').cycle().take(KEYS) {
        thread::sleep(next.saturating_duration_since(Instant::now()));
        next += PACE;
        sent.push(Instant::now());
        writer.write_all(&[letter])?;
    }
    let came = came.join().ok().context("the reader of ssh panicked")??;
    // The farewell passes while there is a link: a session that never hears it outlives the run.
    drop(pty);
    thread::sleep(FAREWELL);
    Ok(sent.iter().zip(came).map(|(sent, came)| millis(came.duration_since(*sent))).collect())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

impl Typed {
    fn new() -> Self {
        Self { under_way: VecDeque::new(), took: Vec::new() }
    }

    /// Echoes come in the order of the keys, and the screen holds all of them.
    fn see(&mut self, screen: &str) {
        let letters = |text: &[u8]| text.iter().filter(|byte| byte.is_ascii_lowercase()).count();
        let come = letters(screen.as_bytes()).saturating_sub(letters(READY));
        let new = come.saturating_sub(self.took.len()).min(self.under_way.len());
        self.took.extend(self.under_way.drain(..new).map(|sent| millis(sent.elapsed())));
    }
}
