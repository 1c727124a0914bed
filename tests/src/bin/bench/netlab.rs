//! The laboratory against ping and iperf3 in its own namespaces: what it says of a link, and what they measure.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use devtail_tests::netlab::{Condition, HOST, Lab, Loss, Way, named};
use serde_json::Value;

use crate::figure::Rounds;

const MBIT: f64 = 1e6;
const RATE: u64 = 20_000_000;
/// Bytes of a full IP packet, and of what TCP (with its timestamps) and UDP carry in it.
const PACKET: f64 = 1500.0;
const TCP_PAYLOAD: f64 = 1448.0;
const UDP_PAYLOAD: f64 = 1472.0;

pub(crate) fn round(rounds: &mut Rounds) -> Result<()> {
    let lte = Lab::start(&ladder("lte")?, 11)?;
    rounds.take("netlab.delay.error", (ping(&lte, 100, 50)?.mean_ms - 50.0).abs());
    drop(lte);
    let three_g = Lab::start(&ladder("3g")?, 12)?;
    // Two of them never meet, so that none waits for another: the lane keeps their order.
    let spread = ping(&three_g, 100, 200)?.deviation_ms;
    let wanted = 40.0 * (2.0_f64 / 3.0).sqrt();
    rounds.take("netlab.jitter.error", (spread - wanted).abs());
    let lost = ping(&three_g, 4_000, 3)?.lost_percent;
    rounds.take("netlab.loss.error", (lost - 100.0 * (1.0 - 0.97 * 0.97)).abs());
    drop(three_g);
    let pipe = Lab::start(&pipe(), 13)?;
    rounds.take("netlab.rate.tcp.error", rate_error(tcp(&pipe)?, TCP_PAYLOAD));
    rounds.take("netlab.rate.udp.error", rate_error(udp(&pipe)?, UDP_PAYLOAD));
    Ok(())
}

fn ladder(name: &str) -> Result<Condition> {
    named(name).context("a condition of the ladder")
}

/// A link on which nothing but its rate counts.
fn pipe() -> Condition {
    let way = Way {
        delay: Duration::from_millis(5),
        jitter: Duration::ZERO,
        reorders: false,
        loss: Loss::Even { ppm: 0 },
        rate: Some(RATE),
        queue: Duration::from_millis(100),
    };
    Condition { name: "pipe", up: way, down: way, events: &[] }
}

/// By how many percent such a rate of payload is off the link's.
fn rate_error(received: f64, payload: f64) -> f64 {
    (received * PACKET / payload / RATE as f64 - 1.0).abs() * 100.0
}

/// What ping says in the end.
#[derive(Debug, PartialEq)]
struct Pinged {
    lost_percent: f64,
    mean_ms: f64,
    deviation_ms: f64,
}

fn ping(lab: &Lab, times: u32, every_ms: u32) -> Result<Pinged> {
    let mut command = Command::new("ping");
    let every = f64::from(every_ms) / 1000.0;
    command.args(["-n", "-q", "-W", "2", "-c", &times.to_string(), "-i", &every.to_string()]);
    command.arg(HOST.to_string()).env("LC_ALL", "C");
    let output = lab.phone().run(&mut command).context("apt-get install iputils-ping")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    pinged(&said).with_context(|| format!("ping said {said:?}"))
}

fn pinged(said: &str) -> Option<Pinged> {
    let lost = said.lines().find_map(|line| line.split_once("% packet loss"))?.0;
    let (_, times) = said.lines().find_map(|line| line.strip_prefix("rtt "))?.split_once(" = ")?;
    // Behind the times it may say how many were under way at once.
    let mut times = times.split(' ').next()?.split('/').map(|time| time.parse().ok());
    let (_least, mean_ms, _most, deviation_ms) =
        (times.next()?, times.next()??, times.next()?, times.next()??);
    let lost_percent = lost.rsplit(' ').next()?.parse().ok()?;
    Some(Pinged { lost_percent, mean_ms, deviation_ms })
}

/// Bits a second of payload, as the host received them.
fn tcp(lab: &Lab) -> Result<f64> {
    let said = iperf(lab, &["-t", "5", "-O", "1"])?;
    said["end"]["sum_received"]["bits_per_second"].as_f64().context("no rate")
}

/// As [`tcp`]; what is sent is twice what the link takes.
fn udp(lab: &Lab) -> Result<f64> {
    let rate = format!("{}", 2 * RATE);
    let length = format!("{UDP_PAYLOAD}");
    let said = iperf(lab, &["-u", "-t", "5", "-b", &rate, "-l", &length])?;
    let sum = &said["end"]["sum"];
    let sent = sum["bits_per_second"].as_f64().context("no rate")?;
    let lost = sum["lost_percent"].as_f64().context("no loss")?;
    ensure!(sent > 1.5 * RATE as f64, "iperf3 sent but {:.1} Mbit/s", sent / MBIT);
    Ok(sent * (1.0 - lost / 100.0))
}

fn iperf(lab: &Lab, words: &[&str]) -> Result<Value> {
    let mut server = serve(lab)?;
    let mut command = Command::new("iperf3");
    command.args(["-J", "-c", &HOST.to_string()]).args(words);
    let output = lab.phone().run(&mut command);
    // It serves once and ends by itself, unless the client never came.
    let _ended = server.kill();
    server.wait()?;
    serde_json::from_slice(&output?.stdout).context("iperf3 -J prints JSON")
}

/// A server that listens.
fn serve(lab: &Lab) -> Result<Child> {
    let mut command = Command::new("iperf3");
    command.args(["-s", "-1", "--forceflush", "-B", &HOST.to_string()]).stdout(Stdio::piped());
    let child = lab.host().inside(|| command.spawn())?;
    let mut child = child.context("iperf3 is missing: apt-get install iperf3")?;
    let mut said = BufReader::new(child.stdout.take().context("its output is a pipe")?).lines();
    let listens = said.any(|line| line.is_ok_and(|line| line.contains("listening")));
    // What else it says goes where nobody reads it, without holding it up.
    std::thread::spawn(move || said.for_each(drop));
    ensure!(listens, "iperf3 does not listen");
    Ok(child)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ping_says_is_read() {
        let said = "--- 10.77.0.1 ping statistics ---\n\
            40 packets transmitted, 38 received, 5% packet loss, time 1990ms\n\
            rtt min/avg/max/mdev = 50.1/50.9/52.4/0.612 ms, pipe 2\n";
        let wanted = Pinged { lost_percent: 5.0, mean_ms: 50.9, deviation_ms: 0.612 };
        assert_eq!(pinged(said), Some(wanted));
        assert_eq!(
            pinged(&said.replace(", pipe 2", "")).map(|said| said.deviation_ms),
            Some(0.612)
        );
        assert_eq!(pinged("nobody is there"), None);
    }

    #[test]
    fn a_link_that_carries_its_rate_has_no_error() {
        let payload = RATE as f64 * TCP_PAYLOAD / PACKET;
        assert!(rate_error(payload, TCP_PAYLOAD) < 1e-9);
        assert!((rate_error(payload * 0.9, TCP_PAYLOAD) - 10.0).abs() < 1e-6);
    }
}
