//! An agent that is driven: its process, and the protocol that it speaks. It may die and be started again.

use std::collections::VecDeque;
use std::future::pending;
use std::process::ExitStatus;

use super::acp::Acp;
use super::conversation::{Heard, Order};
use super::process::{Launch, Process, Step};

/// Bytes of an agent's last words that people are shown.
const WORDS_SHOWN: usize = 600;

/// How an agent is run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drive {
    /// Its process.
    pub launch: Launch,
    /// The mode in which it asks a person, where it has others.
    pub mode: Option<String>,
}

/// What came of driving.
#[derive(Debug, PartialEq)]
pub enum Driven {
    /// The agent said this.
    Heard(Heard),
    /// The answer to this Ask is written to the agent.
    Delivered(u64),
}

/// An agent, or none for now.
#[derive(Debug)]
pub struct Driver {
    drive: Drive,
    /// The agent's name for the newest session.
    session: Option<String>,
    running: Option<Running>,
    heard: VecDeque<Heard>,
}

#[derive(Debug)]
struct Running {
    process: Process,
    acp: Acp,
    /// Lines to be written, each with the Ask that it answers.
    out: VecDeque<(Vec<u8>, Option<u64>)>,
    /// Bytes of the first that are written.
    written: usize,
}

impl Driver {
    /// Of an agent that does not run; `session` is what it had before.
    pub const fn new(drive: Drive, session: Option<String>) -> Self {
        Self { drive, session, running: None, heard: VecDeque::new() }
    }

    /// The agent's name for its session, to take it up in another life.
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// Does what the conversation says, as far as that goes without waiting; [`Self::next`] does the rest.
    pub fn handle_order(&mut self, order: Order) {
        match (order, &mut self.running) {
            (Order::Start, None) => self.start(),
            (Order::Kill, Some(running)) => running.process.kill(),
            (Order::Start | Order::Kill, _) => {}
            (order, Some(running)) => running.handle_order(order),
            // It died, and that is said already or about to be.
            (_, None) => {}
        }
    }

    /// What comes next. Waits for ever while no agent runs. Cancel safe.
    pub async fn next(&mut self) -> Driven {
        loop {
            if let Some(heard) = self.heard.pop_front() {
                return Driven::Heard(heard);
            }
            let Some(running) = &mut self.running else { return pending().await };
            let out = running.out.front().map_or(&[][..], |(line, _)| &line[running.written..]);
            match running.process.step(out).await {
                Ok(Step::Took(took)) => {
                    if let Some(ask) = running.took(took) {
                        return Driven::Delivered(ask);
                    }
                }
                Ok(Step::Line(line)) => {
                    running.acp.handle_line(&line);
                    self.listen();
                }
                Ok(Step::Ended(status)) => self.ended(status),
                Err(error) => {
                    running.process.kill();
                    tracing::debug!(%error, "an agent's pipe failed");
                }
            }
        }
    }

    fn start(&mut self) {
        let Drive { launch, mode } = &self.drive;
        match Process::start(launch) {
            Ok(process) => {
                let cwd = launch.cwd.to_string_lossy().into_owned();
                let acp = Acp::new(cwd, self.session.clone(), mode.clone());
                let mut running = Running { process, acp, out: VecDeque::new(), written: 0 };
                running.handle_order(Order::Start);
                self.running = Some(running);
            }
            Err(error) => {
                let program = launch.argv.first().map_or("nothing", String::as_str);
                let words = format!("{program} cannot be started: {error}.");
                self.heard.push_back(Heard::Gone(words));
            }
        }
    }

    /// Takes in what the protocol makes of a line.
    fn listen(&mut self) {
        let Some(running) = &mut self.running else { return };
        running.speak(None);
        if let Some(session) = running.acp.session() {
            self.session = Some(session.to_owned());
        }
        while let Some(heard) = running.acp.poll_heard() {
            // One that cannot go on is of no use: that it is gone is said once, when it is.
            if let Heard::Gone(why) = heard {
                running.process.kill();
                running.out.clear();
                self.running = None;
                self.heard.push_back(Heard::Gone(why));
                return;
            }
            self.heard.push_back(heard);
        }
    }

    fn ended(&mut self, status: ExitStatus) {
        let Some(running) = self.running.take() else { return };
        let words = running.process.last_words();
        let words = words.trim();
        let shown = &words[words.ceil_char_boundary(words.len().saturating_sub(WORDS_SHOWN))..];
        let why = match shown {
            "" => format!("The agent ended ({status})."),
            shown => format!("The agent ended ({status}): {shown}"),
        };
        self.heard.push_back(Heard::Gone(why));
    }
}

impl Running {
    fn handle_order(&mut self, order: Order) {
        let ask = match &order {
            Order::Answer { ask, .. } => Some(*ask),
            Order::Start | Order::Prompt(_) | Order::Cancel | Order::Set(_) | Order::Kill => None,
        };
        self.acp.handle_order(order);
        self.speak(ask);
    }

    fn speak(&mut self, ask: Option<u64>) {
        while let Some(line) = self.acp.poll_line() {
            self.out.push_back((format!("{line}\n").into_bytes(), ask));
        }
    }

    /// So many bytes were written; the Ask whose answer is whole now.
    fn took(&mut self, took: usize) -> Option<u64> {
        self.written += took;
        let (_, ask) = self.out.pop_front_if(|(line, _)| line.len() <= self.written)?;
        self.written = 0;
        ask
    }
}
