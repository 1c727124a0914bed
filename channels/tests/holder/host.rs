//! A host without a gateway: its state directory, its registry, its holders.

use std::fs::DirEntry;
use std::path::PathBuf;
use std::sync::Arc;

use devtail_channels::dock::Dock;
use devtail_channels::registry::{Kind, Registry};
use devtail_channels::terminal::{Answer, Query, Spec, Terminal};
use devtail_protocol::{ChannelId, Fault};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A gateway's state directory, and its registry.
pub(crate) struct Host {
    pub(crate) state: TempDir,
    pub(crate) registry: Registry,
}

impl Host {
    pub(crate) fn new() -> Self {
        let state = TempDir::new().unwrap();
        let registry =
            Registry::new(state.path().to_owned(), PathBuf::from(env!("CARGO_BIN_EXE_hold")));
        Self { state, registry }
    }

    pub(crate) async fn open(&self, id: u8, command: &[&str]) -> Arc<Dock> {
        let command = command.iter().map(|word| (*word).to_owned()).collect();
        self.create(id, &Spec { command, ..Spec::default() }).await
    }

    /// Why a terminal of an id that was used cannot be made again.
    pub(crate) async fn again(&self, id: u8) -> Fault {
        let spec = Spec::default().encode();
        self.registry.create(Kind::Terminal, ChannelId([id; 16]), &spec).await.unwrap_err()
    }

    pub(crate) async fn create(&self, id: u8, spec: &Spec) -> Arc<Dock> {
        self.registry.create(Kind::Terminal, ChannelId([id; 16]), &spec.encode()).await.unwrap()
    }

    pub(crate) async fn list(&self, docks: &[Arc<Dock>]) -> Vec<Terminal> {
        let answer =
            self.registry.answer(Kind::Terminal, &Query::List.encode(), docks).await.unwrap();
        match Answer::decode(&answer).unwrap() {
            Answer::List(lines) => lines,
            other @ (Answer::Tmux(_) | Answer::Capture(_) | Answer::Record(_)) => {
                panic!("{other:?} is no list")
            }
        }
    }

    pub(crate) fn sockets(&self) -> usize {
        let is_socket =
            |entry: &DirEntry| entry.path().extension().is_some_and(|ext| ext == "sock");
        let entries = std::fs::read_dir(self.state.path().join("terminals"));
        entries.map_or(0, |entries| entries.flatten().filter(is_socket).count())
    }
}

impl Host {
    /// Sends a signal to the holders that have this word in their command line.
    pub(crate) fn signal(&self, word: &str, signal: Signal) {
        for pid in self.holders(word).into_iter().filter_map(Pid::from_raw) {
            let _ = kill_process(pid, signal);
        }
    }

    /// The most memory that a holder ever took, in kB.
    pub(crate) fn peak_kb(&self, id: u8) -> u64 {
        let [pid] = self.holders(&ChannelId([id; 16]).to_string())[..] else {
            panic!("one process holds one terminal")
        };
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak.unwrap().trim().trim_end_matches(" kB").parse().unwrap()
    }

    fn holders(&self, word: &str) -> Vec<i32> {
        let is_ours = |path: PathBuf| {
            let words = std::fs::read(path.join("cmdline")).unwrap_or_default();
            let has = |wanted: &[u8]| words.split(|byte| *byte == 0).any(|word| word == wanted);
            has(self.state.path().as_os_str().as_encoded_bytes()) && has(word.as_bytes())
        };
        std::fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .filter(|entry| is_ours(entry.path()))
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect()
    }
}

impl Drop for Host {
    /// Holders outlive what started them; a test's must not.
    fn drop(&mut self) {
        self.signal("hold", Signal::TERM);
        self.signal("hold", Signal::CONT);
    }
}
