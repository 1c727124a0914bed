//! What people should know though they look elsewhere: the bell, and that a long command is over.
//!
//! A command runs while the terminal's foreground is not the shell's. Nobody tells when that changes, so it is looked at
//! when there is reason to: a moment after keys, and with each output while something runs. An idle terminal costs nothing.

use std::time::Duration;

use tokio::time::Instant;

use super::{Holder, Program};
use crate::terminal::host::pty::Pty;
use crate::terminal::mark::Mark;
use crate::terminal::message::{Happening, News, Notice};

/// A command that is still there this long after the keys is one that runs.
const RUNS_AFTER: Duration = Duration::from_secs(1);
/// A command that took less was waited for.
const LONG: Duration = Duration::from_secs(10);
/// Bells within this are one, so that a program that rings and rings says so at most once a second.
const BELLS_APART: Duration = Duration::from_secs(1);

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Attention {
    /// When to look whether a command runs, and when its keys were typed.
    look: Option<(Instant, Instant)>,
    running: Option<Running>,
    /// Something that is over and not said yet, for the Log stands within a sequence.
    unsaid: Option<Running>,
    rang_at: Option<Instant>,
    /// Bells up to this Offset were heard.
    heard: u64,
}

/// A command in the foreground.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Running {
    since: Instant,
    group: u32,
    command: String,
}

impl Holder {
    /// When to look again, if there is reason to.
    pub(super) fn attention_at(&self) -> Option<Instant> {
        self.attention.look.map(|(at, _)| at)
    }

    /// Keys went to the program: they may start something.
    pub(super) fn keys_went(&mut self) {
        if self.attention.running.is_none() {
            let now = Instant::now();
            self.attention.look.get_or_insert((now + RUNS_AFTER, now));
        }
    }

    /// The program wrote something, which is on the screen now.
    pub(super) fn output_came(&mut self) {
        self.hear();
        if self.attention.running.is_some() {
            self.look_at_foreground(Instant::now());
        }
        self.say_finished();
    }

    /// Looks, if it is time to.
    pub(super) fn attend(&mut self) {
        let now = Instant::now();
        if let Some((_, typed)) = self.attention.look.take_if(|(at, _)| now >= *at) {
            self.look_at_foreground(typed);
        }
    }

    fn look_at_foreground(&mut self, since: Instant) {
        let Program::Running(pty) = &self.program else { return };
        let Self { attention, .. } = self;
        let foreground = pty.foreground().filter(|group| *group != pty.pid());
        let was = attention.running.take();
        attention.running = match (foreground, was) {
            (Some(group), Some(running)) if running.group == group => Some(running),
            // The next command of one line: they are waited for together.
            (Some(group), Some(running)) => {
                Some(Running { group, command: Pty::name_of(group), ..running })
            }
            (Some(group), None) => Some(Running { since, group, command: Pty::name_of(group) }),
            (None, Some(running)) => {
                attention.unsaid = Some(running).filter(|running| running.since.elapsed() >= LONG);
                None
            }
            (None, None) => None,
        };
        self.say_finished();
    }

    fn say_finished(&mut self) {
        let Some(Running { since, command, .. }) = &self.attention.unsaid else { return };
        let (command, seconds) = (command.clone(), since.elapsed().as_secs());
        if self.say(&Mark::Finished { command: command.clone(), seconds }) {
            self.attention.unsaid = None;
            self.notice(News::Finished { command, seconds });
        }
    }

    /// Passes a bell on.
    fn hear(&mut self) {
        let screen = self.source.screen();
        let Attention { heard, rang_at, .. } = &mut self.attention;
        let rang = screen.events_after(*heard).any(|event| event.what == Happening::Bell);
        *heard = screen.offset();
        if rang && rang_at.is_none_or(|at| at.elapsed() >= BELLS_APART) {
            *rang_at = Some(Instant::now());
            self.notice(News::Bell);
        }
    }

    fn notice(&mut self, news: News) {
        self.owner.notice(&Notice { name: self.name.clone(), news }.encode());
    }
}
