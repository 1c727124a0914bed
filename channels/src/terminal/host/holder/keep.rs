//! What a holder does to keep its output in files.

use std::path::Path;

use devtail_protocol::Fault;

use super::{Holder, Program};
use crate::terminal::host::capture::{Scene, Sort};
use crate::terminal::message::{Capture, CaptureAsk, CaptureOf};

impl Holder {
    pub(super) fn capture(&mut self, ask: &CaptureAsk) -> Result<Vec<Capture>, Fault> {
        self.keep(&Sort::Capture, ask)
    }

    pub(super) fn record(&mut self, ask: &CaptureAsk) -> Result<Vec<Capture>, Fault> {
        let (_, screen) = self.source.snapshot(&self.name);
        self.keep(&Sort::Recording(screen), ask)
    }

    fn keep(&mut self, sort: &Sort, ask: &CaptureAsk) -> Result<Vec<Capture>, Fault> {
        let scene = Scene {
            of: CaptureOf::Terminal(self.id),
            name: &self.name,
            shell: &self.shell,
            // The socket is in a directory of the state directory's.
            state: self.socket.parent().and_then(Path::parent).unwrap_or(Path::new("/")),
            is_running: !matches!(self.program, Program::Ended(..)),
        };
        Ok(self.kept.ask(sort, ask, &scene)?.into_iter().collect())
    }
}
