//! What gateways ask of a holder: inputs, Snapshots, and its line of the list.

use devtail_protocol::hold::OwnerEvent;
use devtail_protocol::wire::Outcome;
use devtail_protocol::{Code, Fault};
use tokio::time::Instant;

use super::{Holder, Program};
use crate::terminal::host::keys::{Next, Wants};
use crate::terminal::host::pty::Pty;
use crate::terminal::limits::FRAME_WITHIN;
use crate::terminal::message::{Answer, Input, Query, Size, Terminal};

impl Holder {
    pub(super) fn handle(&mut self, event: OwnerEvent) {
        match event {
            OwnerEvent::Input { client, seq, bytes } => match Input::decode(&bytes) {
                Ok(Input::Keys(_) | Input::Predicted(_)) if !self.takes_keys() => {
                    self.keys.refuse((client, seq), "The program has ended; nothing was typed.");
                }
                Ok(Input::Kill) => {
                    // At once: keys before it may wait for ever for a program that reads nothing. They are void, and so
                    // there is always room for it.
                    self.keys.hang_up("The terminal was killed before the program took this.");
                    self.work();
                    self.kill();
                    self.keys.push((client, seq), Input::Kill);
                }
                Ok(input @ (Input::Keys(_) | Input::Predicted(_))) => match self.may_type(client) {
                    Ok(()) => self.keys.push((client, seq), input),
                    Err(why) => self.keys.refuse((client, seq), why),
                },
                Ok(Input::Drive) => {
                    // At once: keys behind it are this device's to type.
                    self.take_over(client);
                    self.keys.push((client, seq), Input::Drive);
                }
                Ok(input @ (Input::Resize(_) | Input::Rename(_))) => {
                    self.keys.push((client, seq), input);
                }
                Err(bad) => self.keys.refuse((client, seq), bad.to_string()),
            },
            OwnerEvent::Attached(client, name) => self.entered(client, name),
            OwnerEvent::Detached(client) => self.left(client),
            OwnerEvent::Asked { front, req, query } => {
                let answer = self.answer(&query);
                self.owner.answer(front, req, answer.map(|answer| answer.encode()));
            }
        }
    }

    /// What this terminal has to say to a question.
    fn answer(&mut self, query: &[u8]) -> Result<Answer, Fault> {
        let bad = |words: String| Fault::new(Code::BadSpec, words);
        match Query::decode(query).map_err(|error| bad(error.to_string()))? {
            Query::List => Ok(Answer::List(vec![self.line()])),
            Query::Rows(wanted) => Ok(Answer::Rows(self.rows(&wanted))),
            Query::Search(search) => Ok(Answer::Found(self.search(&search))),
            Query::Capture(query) => self.capture(&query.ask).map(Answer::Capture),
            Query::Record(query) => self.record(&query.ask).map(Answer::Record),
            Query::Tmux(_) => Err(bad("A holder knows nothing of tmux; ask its gateway.".into())),
        }
    }

    /// Gives the Snapshot that is waited for, once the Log has all that the screen shows.
    pub(super) fn show(&mut self) {
        if self.backlog.is_empty() && self.owner.wants_snapshot() && !self.is_half_drawn() {
            // The next one has a frame of its own to wait for.
            self.frame_ends_by = None;
            let (at, snapshot) = self.source.snapshot(&self.name);
            self.owner.snapshot(at, &snapshot.encode());
        }
    }

    /// Whether the program is in the middle of a frame, and not for so long that it may have forgotten its end.
    fn is_half_drawn(&mut self) -> bool {
        if !self.source.screen().is_synchronizing() {
            self.frame_ends_by = None;
            return false;
        }
        let now = Instant::now();
        now < *self.frame_ends_by.get_or_insert(now + FRAME_WITHIN)
    }

    /// Does what waits, up to what must wait for the PTY.
    pub(super) fn work(&mut self) {
        loop {
            match self.keys.next() {
                Next::Nothing | Next::Write => return,
                Next::Settle((client, seq), wants) => {
                    if wants == Wants::Echo {
                        self.typed(client, seq);
                    }
                    self.owner.settled(client, seq, Outcome::Applied);
                }
                Next::Do((client, seq), input) => {
                    match input {
                        Input::Keys(_) | Input::Predicted(_) | Input::Kill | Input::Drive => {}
                        Input::Resize(size) => self.says_size(client, size),
                        Input::Rename(name) => self.name = name,
                    }
                    self.owner.settled(client, seq, Outcome::Applied);
                }
                Next::Refuse(client, numbers, why) => {
                    for seq in numbers {
                        self.owner.settled(client, seq, Outcome::Refused(why.to_string()));
                    }
                }
            }
        }
    }

    pub(super) fn resize(&mut self, size: Size) {
        // Behind the end of a Log stands nothing, and nobody draws for another size.
        let is_over = matches!(self.program, Program::Ended(..));
        if is_over || size == self.source.screen().size() {
            return;
        }
        // The mark comes first: what the program writes for the new size stands behind it.
        let mark = self.source.resize(size);
        self.append(&mark);
        if let Some(pty) = self.pty() {
            pty.resize(size);
        }
    }

    pub(super) fn line(&self) -> Terminal {
        Terminal {
            id: self.id,
            name: self.name.clone(),
            title: self.source.screen().title().to_owned(),
            command: self.spec.command.clone(),
            cwd: self.cwd.clone(),
            size: self.source.screen().size(),
            created_ms: self.created_ms,
            viewers: u32::try_from(self.owner.clients()).unwrap_or(u32::MAX),
            pid: self.pty().map_or(0, Pty::pid),
            end: match &self.program {
                Program::Running(_) | Program::Detached(_) => None,
                Program::Exited(_, end, _) | Program::Ended(end, _) => Some(end.clone()),
            },
            silent: false,
        }
    }
}
