//! Recorded sessions of everyday programs, played at their own pace through ssh -C and through the gateway at once.

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::Result;
use devtail_channels::terminal::{Size, Spec};
use devtail_tests::device::Device;
use devtail_tests::repo;

use crate::figure::Rounds;
use crate::inside::{END_MARK, READY, play};
use crate::moved::Moved;
use crate::peer::{self, Peer};
use crate::raw::RawPty;
use crate::stage::{Stage, View};

/// The recordings in tests/wire, and the figures of each: IP bytes of both, their ratio, and payload to what was written.
const RECORDINGS: [(&str, [&str; 4]); 3] = [
    (
        "vim",
        [
            "terminal.wire.vim.ssh",
            "terminal.wire.vim.devtail",
            "terminal.wire.vim",
            "terminal.payload.vim",
        ],
    ),
    (
        "htop",
        [
            "terminal.wire.htop.ssh",
            "terminal.wire.htop.devtail",
            "terminal.wire.htop",
            "terminal.payload.htop",
        ],
    ),
    (
        "cargo",
        [
            "terminal.wire.cargo.ssh",
            "terminal.wire.cargo.devtail",
            "terminal.wire.cargo",
            "terminal.payload.cargo",
        ],
    ),
];
/// The last acknowledgements are counted too.
const ECHOES: Duration = Duration::from_millis(500);

pub(crate) async fn round(stage: &mut Stage, rounds: &mut Rounds) -> Result<()> {
    let adapter = peer::shipped("ssh-c")?;
    let size = Size::new(120, 40)?;
    for (name, [ssh, devtail, ratio, payload]) in RECORDINGS {
        let file = repo::root().join(format!("tests/wire/{name}.cast")).display().to_string();
        let program = std::env::current_exe()?.display().to_string();
        let arguments = [&program, "--inside", "play", "--file", &file].map(str::to_owned);
        let ssh_c = Peer::start(&adapter, Ipv4Addr::LOCALHOST, &arguments)?;
        let (port, client) = (ssh_c.port(), ssh_c.client()?);
        let theirs = tokio::task::spawn_blocking(move || by_ssh(client, port, size));
        let ours = through(stage, &arguments, size).await?;
        let theirs = theirs.await??;
        rounds.take(ssh, theirs.ip_bytes as f64 / 1000.0);
        rounds.take(devtail, ours.ip_bytes as f64 / 1000.0);
        rounds.take(ratio, ours.ip_bytes as f64 / theirs.ip_bytes as f64);
        let written = play::bytes(&file)? as f64;
        rounds.take(payload, 100.0 * ours.sent_bytes as f64 / written);
    }
    Ok(())
}

fn by_ssh(client: std::process::Command, port: u16, size: Size) -> Result<Moved> {
    let mut pty = RawPty::of(client, size)?;
    pty.read_until(READY)?;
    std::thread::sleep(ECHOES);
    let before = Moved::of(port)?;
    pty.write(b"g")?;
    pty.read_until(END_MARK)?;
    std::thread::sleep(ECHOES);
    Ok(Moved::of(port)?.since(before))
}

async fn through(stage: &mut Stage, arguments: &[String], size: Size) -> Result<Moved> {
    let spec = Spec { command: arguments.to_vec(), size, ..Spec::default() };
    let id = stage.fresh_id();
    let port = stage.gateway.listen().port();
    let mut view = View::new(Device::start(stage.credential.clone(), id, Some(&spec))?);
    view.until(READY).await?;
    view.watch_for(ECHOES).await?;
    let before = Moved::of(port)?;
    view.device.type_keys("g")?;
    view.until(END_MARK).await?;
    view.watch_for(ECHOES).await?;
    let moved = Moved::of(port)?.since(before);
    view.end().await?;
    Ok(moved)
}
