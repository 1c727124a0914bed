//! The fold of a conversation's Events: what people read.

use std::collections::VecDeque;

use super::limits::{ENTRY_BYTES_MAX, LATE_MAX, PAGE_BYTES_MAX, TRANSCRIPT_BYTES_MAX};
use super::message::{
    Asked, Commands, Entry, EntryKind, Event, EventKind, Page, Plan, Queue, Settings, Snapshot,
    Spec, State, Usage,
};

pub(super) mod join;

use self::join::Part;

/// A conversation as far as it is at hand: its newest end, whole, and every Ask that waits.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transcript {
    /// Oldest first.
    entries: VecDeque<Entry>,
    /// What they weigh.
    bytes: usize,
    /// No entry that began at or after this Offset is missing.
    from: u64,
    /// What came about entries before it, oldest first, for a page that does not know of it.
    late: VecDeque<Late>,
    agent: String,
    cwd: String,
    title: String,
    state: State,
    queue: Queue,
    plan: Plan,
    usage: Usage,
    settings: Settings,
    commands: Commands,
}

/// A record about an entry that is not at hand.
#[derive(Debug, Clone, PartialEq)]
struct Late {
    offset: u64,
    entry: u64,
    kind: EventKind,
}

impl Transcript {
    /// Of a conversation that begins.
    pub fn new(spec: Spec) -> Self {
        let Spec { agent, cwd, title } = spec;
        Self { agent: agent.unwrap_or_default(), cwd, title, ..Self::default() }
    }

    /// Takes in the record at this Offset. What concerns an entry that is not at hand comes with that one's page.
    pub fn apply(&mut self, offset: u64, event: Event) {
        match join::part(offset, event) {
            Part::Begins(entry) => self.begin(entry),
            Part::Changes(entry, kind) => self.change(Late { offset, entry, kind }),
            Part::Beside(kind) => self.set(kind),
        }
    }

    /// Takes in older entries, as a page that ends where this begins has them.
    pub fn prepend(&mut self, page: Page) {
        let Page { entries, from } = page;
        for mut entry in entries.into_iter().rev().filter(|entry| entry.at < self.from) {
            // An Ask that waits is at hand already, and newer here than in a page.
            if let Err(index) = self.index(entry.at) {
                let at = entry.at;
                for late in self.late.iter().filter(|late| late.entry == at) {
                    join::change(&mut entry, late.offset, late.kind.clone());
                }
                self.bytes += weight(&entry);
                self.entries.insert(index, entry);
            }
        }
        self.from = self.from.min(from);
        self.late.retain(|late| late.entry < self.from);
    }

    /// The newest end, as a reader that was away gets it.
    pub fn snapshot(&self) -> Snapshot {
        let mut left = PAGE_BYTES_MAX;
        let mut from = self.from;
        let mut entries = VecDeque::new();
        for entry in self.entries.iter().rev() {
            if entry.at >= from {
                match left.checked_sub(weight(entry)) {
                    Some(rest) => left = rest,
                    None => from = entry.at + 1,
                }
            }
            if entry.at >= from || entry.waits() {
                entries.push_front(entry.clone());
            }
        }
        Snapshot {
            entries: entries.into(),
            from,
            agent: self.agent.clone(),
            cwd: self.cwd.clone(),
            title: self.title.clone(),
            state: self.state,
            queue: self.queue.clone(),
            plan: self.plan.clone(),
            usage: self.usage,
            settings: self.settings.clone(),
            commands: self.commands.clone(),
        }
    }

    /// The entries at hand, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The entry of this name, if it is at hand.
    pub fn entry(&self, at: u64) -> Option<&Entry> {
        self.index(at).ok().map(|index| &self.entries[index])
    }

    /// Bytes that may still go into an entry; 0 if it is not at hand.
    pub fn room(&self, at: u64) -> usize {
        let entry = self.entry(at);
        entry.map_or(0, |entry| ENTRY_BYTES_MAX.saturating_sub(join::weight(&entry.kind)))
    }

    /// Whether an Ask has an option of this name.
    pub fn offers(&self, ask: u64, option: &str) -> bool {
        match self.entry(ask).map(|entry| &entry.kind) {
            Some(EntryKind::Asked(Asked { ask: Some(ask), .. })) => {
                ask.options.iter().any(|offered| offered.name == option)
            }
            Some(_) | None => false,
        }
    }

    /// What waits for a person, oldest first.
    pub fn waiting(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.waits())
    }

    /// Entries that began before this Offset are not at hand; 0: there are none.
    pub const fn whole_from(&self) -> u64 {
        self.from
    }

    /// What people call the conversation; empty: nothing yet.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What the agent is about.
    pub const fn state(&self) -> State {
        self.state
    }

    /// What waits for the end of the turn.
    pub const fn queue(&self) -> &Queue {
        &self.queue
    }

    fn begin(&mut self, entry: Entry) {
        debug_assert!(
            self.entries.back().is_none_or(|last| last.at < entry.at),
            "records come in order"
        );
        self.bytes += weight(&entry);
        self.entries.push_back(entry);
        self.trim();
    }

    fn change(&mut self, change: Late) {
        let Ok(index) = self.index(change.entry) else {
            if change.entry < self.from {
                self.late.push_back(change);
                if self.late.len() > LATE_MAX {
                    self.late.pop_front();
                }
            }
            return;
        };
        let entry = &mut self.entries[index];
        self.bytes -= weight(entry);
        join::change(entry, change.offset, change.kind);
        self.bytes += weight(entry);
        self.trim();
    }

    fn set(&mut self, kind: EventKind) {
        match kind {
            EventKind::State(state) => self.state = State::try_from(state).unwrap_or_default(),
            EventKind::Queue(queue) => self.queue = queue,
            EventKind::Plan(plan) => self.plan = plan,
            EventKind::Usage(usage) => self.usage = usage,
            EventKind::Settings(settings) => self.settings = settings,
            EventKind::Commands(commands) => self.commands = commands,
            EventKind::Title(title) => self.title = title,
            EventKind::Said(_)
            | EventKind::Message(_)
            | EventKind::More(_)
            | EventKind::Tool(_)
            | EventKind::MoreContent(_)
            | EventKind::Ask(_)
            | EventKind::Answered(_)
            | EventKind::Notice(_)
            | EventKind::Ended(_)
            | EventKind::Raw(_) => {}
        }
    }

    /// Lets go of the oldest above the bound, but of no Ask that waits and not of the newest.
    fn trim(&mut self) {
        while self.bytes > TRANSCRIPT_BYTES_MAX
            && let Some(index) = self.entries.iter().position(|entry| !entry.waits())
            && index + 1 < self.entries.len()
            && let Some(gone) = self.entries.remove(index)
        {
            self.bytes -= weight(&gone);
            self.from = self.from.max(gone.at + 1);
        }
    }

    fn index(&self, at: u64) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&at, |entry| entry.at)
    }
}

impl From<Snapshot> for Transcript {
    fn from(snapshot: Snapshot) -> Self {
        let Snapshot { entries, from, agent, cwd, title, .. } = snapshot;
        let Snapshot { state, queue, plan, usage, settings, commands, .. } = snapshot;
        let bytes = entries.iter().map(weight).sum();
        Self {
            entries: entries.into(),
            bytes,
            from,
            late: VecDeque::new(),
            agent,
            cwd,
            title,
            state,
            queue,
            plan,
            usage,
            settings,
            commands,
        }
    }
}

fn weight(entry: &Entry) -> usize {
    join::weight(&entry.kind).min(ENTRY_BYTES_MAX)
}

#[cfg(test)]
mod tests;
