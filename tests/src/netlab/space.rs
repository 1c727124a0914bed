//! A network namespace of the lab's own: what runs inside sees its interfaces and no others.

use std::fs::File;
use std::process::{Command, Output};
use std::thread;

use anyhow::{Context as _, Result, anyhow, ensure};
use nix::sched::{CloneFlags, setns, unshare};

/// A network namespace; it goes once nothing runs in it and this is dropped.
#[derive(Debug)]
pub struct Space(File);

impl Space {
    /// Makes one, with nothing in it but a loopback that is up.
    ///
    /// # Errors
    /// The process may not make namespaces (it needs `CAP_SYS_ADMIN`), or `ip` is missing.
    pub fn make() -> Result<Self> {
        let made = thread::spawn(|| -> Result<Self> {
            unshare(CloneFlags::CLONE_NEWNET).context("a network namespace needs root")?;
            Ok(Self(File::open("/proc/thread-self/ns/net")?))
        });
        let space = made.join().map_err(|_| anyhow!("the namespace's thread panicked"))??;
        space.ip("link set lo up")?;
        Ok(space)
    }

    /// Does something on a thread that stands inside: its sockets, and the programs it starts, are there.
    ///
    /// # Errors
    /// The namespace cannot be entered.
    pub fn inside<T: Send>(&self, act: impl FnOnce() -> T + Send) -> Result<T> {
        thread::scope(|scope| {
            let inside = scope.spawn(|| -> Result<T> {
                setns(&self.0, CloneFlags::CLONE_NEWNET).context("cannot enter the namespace")?;
                Ok(act())
            });
            inside.join().map_err(|_| anyhow!("what ran in the namespace panicked"))?
        })
    }

    /// Runs a program inside and waits for it.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn run(&self, command: &mut Command) -> Result<Output> {
        let name = command.get_program().to_string_lossy().into_owned();
        self.inside(|| command.output())?.with_context(|| format!("cannot run {name}"))
    }

    /// Tells the namespace's network something, in the words of `ip`.
    pub(super) fn ip(&self, words: &str) -> Result<()> {
        let said = self.run(Command::new("ip").args(words.split_whitespace()));
        let said = said.context("ip is missing: apt-get install iproute2")?;
        ensure!(said.status.success(), "ip {words}: {}", String::from_utf8_lossy(&said.stderr));
        Ok(())
    }
}
