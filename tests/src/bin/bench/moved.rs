//! The bytes that a TCP port has moved, by the kernel's own count.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// Bytes before a TCP payload on this path: IPv4, TCP, and the timestamps that Linux adds.
const HEADERS: u64 = 20 + 20 + 12;

/// What the connections of this port have sent and received so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moved {
    /// IP packets, both ways, in bytes.
    pub(crate) ip_bytes: u64,
    /// TCP payload that the port sent.
    pub(crate) sent_bytes: u64,
}

impl Moved {
    /// Asks the kernel.
    pub(crate) fn of(port: u16) -> Result<Self> {
        let said = Command::new("ss")
            .args(["-tinH", "state", "established", &format!("( sport = :{port} )")])
            .output()
            .context("ss is missing: apt-get install iproute2")?;
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let sum = |name: &str| -> u64 {
            said.split_whitespace()
                .filter_map(|word| word.strip_prefix(name)?.parse::<u64>().ok())
                .sum()
        };
        let (sent_bytes, received) = (sum("bytes_sent:"), sum("bytes_received:"));
        let segments = sum("segs_out:") + sum("segs_in:");
        ensure!(segments > 0, "the kernel says nothing of port {port}");
        Ok(Self { ip_bytes: sent_bytes + received + HEADERS * segments, sent_bytes })
    }

    /// What moved since an earlier count.
    pub(crate) const fn since(self, before: Self) -> Self {
        Self {
            ip_bytes: self.ip_bytes - before.ip_bytes,
            sent_bytes: self.sent_bytes - before.sent_bytes,
        }
    }
}
