//! What of the history is shown, and what is asked for next.

use devtail_channels::terminal::{Answer, Query, RowsWanted, Search, Size};
use devtail_protocol::{ChannelId, Fault};

use super::held::Held;
use super::key::{Key, keys};
use super::sought::Sought;

/// What keys there are.
const HELP: &str = "↑ ↓ PgUp PgDn Home End · / searches upwards, n N go on · q back";

/// Pages through one terminal's rows.
#[derive(Debug)]
pub(in crate::screen) struct Pager {
    id: ChannelId,
    pub(super) size: Size,
    pub(super) held: Held,
    /// Number of the row at the top of the window.
    pub(super) first: u64,
    /// Cells at the left that are out of sight.
    pub(super) left: u32,
    pub(super) sought: Option<Sought>,
    /// The text that is being typed behind `/`.
    pub(super) prompt: Option<String>,
    pub(super) note: Option<String>,
    /// Why the host is not there at present.
    pub(super) offline: Option<String>,
    asked: Option<Asked>,
    /// Whether it is shown where the rows end, and that is not known yet.
    wants_end: bool,
}

#[derive(Debug)]
struct Asked {
    req: u32,
    is_search: bool,
}

impl Pager {
    pub(in crate::screen) fn new(id: ChannelId, size: Size) -> Self {
        Self {
            id,
            size,
            held: Held::default(),
            first: 0,
            left: 0,
            sought: None,
            prompt: None,
            note: Some(HELP.to_owned()),
            offline: None,
            asked: None,
            wants_end: true,
        }
    }

    /// What was typed; if the person goes back to the live screen, how much of it that took: the rest is for the program.
    pub(in crate::screen) fn typed(&mut self, bytes: &[u8]) -> Option<usize> {
        keys(bytes).into_iter().find_map(|(key, behind)| self.key(key).then_some(behind))
    }

    /// What the host is to be asked now; [`Pager::asked`] says under which number it was.
    pub(in crate::screen) fn question(&self) -> Option<Query> {
        if self.asked.is_some() {
            return None;
        }
        let rows = |(first, count)| Query::Rows(RowsWanted { id: self.id, first, count });
        if self.wants_end {
            // Behind the last row there is none: the answer says where that is.
            return Some(rows((u64::MAX, 1)));
        }
        let search = self.sought.as_ref().filter(|sought| sought.is_wanted);
        if let Some(search) = search.and_then(|sought| sought.question(self.id)) {
            return Some(Query::Search(search));
        }
        self.held.missing(self.first..self.first + self.height()).map(rows)
    }

    pub(in crate::screen) fn asked(&mut self, req: u32, query: &Query) {
        self.asked = Some(Asked { req, is_search: matches!(query, Query::Search(_)) });
    }

    /// An answer came, maybe to somebody else's question.
    pub(in crate::screen) fn answered(&mut self, req: u32, answer: Result<Answer, Fault>) {
        let Some(asked) = self.asked.take_if(|asked| asked.req == req) else { return };
        match answer {
            Ok(Answer::Rows(rows)) if self.wants_end => {
                self.wants_end = false;
                self.held.forget_from(rows.top);
                self.held.end = rows.first;
                self.held.base = rows.base;
                self.first = self.last_first();
            }
            Ok(Answer::Rows(rows)) => {
                if rows.rows.is_empty() {
                    self.held.end = self.held.end.min(rows.first);
                }
                self.held.take(rows, self.first);
                self.first = self.first.clamp(self.held.base, self.last_first());
            }
            Ok(Answer::Found(found)) => {
                self.held.base = found.base;
                if let Some(sought) = &mut self.sought {
                    sought.take(found);
                    self.older();
                }
            }
            Ok(Answer::List(_) | Answer::Tmux(_) | Answer::Capture(_) | Answer::Record(_)) => {}
            Err(fault) => {
                if asked.is_search {
                    self.sought = None;
                }
                self.wants_end = false;
                // Asking again would only say the same.
                self.held.end = self.held.end.min(self.first);
                self.note = Some(fault.message);
            }
        }
    }

    pub(in crate::screen) fn resized(&mut self, size: Size) {
        self.size = size;
        self.first = self.first.min(self.last_first());
    }

    /// Whether the host is there: `None`, or in words why not.
    pub(in crate::screen) fn link(&mut self, trouble: Option<String>) {
        self.offline = trouble;
    }

    /// Rows that are shown at once: the last line says where one is.
    pub(super) fn height(&self) -> u64 {
        u64::from(self.size.rows()).saturating_sub(1).max(1)
    }

    fn last_first(&self) -> u64 {
        self.held.end.saturating_sub(self.height()).max(self.held.base)
    }

    fn key(&mut self, key: Key) -> bool {
        if self.prompt.is_some() {
            self.type_text(key);
            return false;
        }
        self.note = None;
        let page = self.height().saturating_sub(1).max(1);
        match key {
            Key::Up | Key::Char('k') => self.scroll_to(self.first.saturating_sub(1)),
            Key::Down | Key::Enter | Key::Char('j') => self.scroll_to(self.first + 1),
            Key::PageUp | Key::Char('b') => self.scroll_to(self.first.saturating_sub(page)),
            Key::PageDown | Key::Char(' ' | 'f') => self.scroll_to(self.first + page),
            Key::Home | Key::Char('g') => self.scroll_to(self.held.base),
            Key::End | Key::Char('G') => self.wants_end = true,
            Key::Left => self.left = self.left.saturating_sub(u32::from(self.size.cols() / 2)),
            Key::Right => self.left = (self.left + u32::from(self.size.cols() / 2)).min(1000),
            Key::Char('/') => self.prompt = Some(String::new()),
            Key::Char('n') => self.older(),
            Key::Char('N') => self.newer(),
            Key::Char('q') | Key::Escape => return true,
            Key::Char(_) | Key::Backspace => self.note = Some(HELP.to_owned()),
        }
        false
    }

    fn scroll_to(&mut self, first: u64) {
        self.first = first.clamp(self.held.base, self.last_first());
    }

    fn type_text(&mut self, key: Key) {
        let Some(text) = &mut self.prompt else { return };
        match key {
            Key::Char(char) => text.push(char),
            Key::Backspace if text.pop().is_some() => {}
            Key::Backspace | Key::Escape => self.prompt = None,
            Key::Enter => {
                let text = self.prompt.take().unwrap_or_default();
                self.search(text);
            }
            Key::Up | Key::Down | Key::Left | Key::Right => {}
            Key::PageUp | Key::PageDown | Key::Home | Key::End => {}
        }
    }

    fn search(&mut self, text: String) {
        if text.is_empty() {
            return self.older();
        }
        match Search::check(&text) {
            Ok(()) => self.sought = Some(Sought::new(text, self.first + self.height())),
            Err(bad) => self.note = Some(bad.to_string()),
        }
    }

    fn older(&mut self) {
        let Some(sought) = &mut self.sought else { return };
        match sought.older() {
            Some(found) => self.show(found.row),
            None if sought.is_wanted => {}
            None => self.note = Some(format!("no older “{}”", sought.text)),
        }
    }

    fn newer(&mut self) {
        let Some(sought) = &mut self.sought else { return };
        match sought.newer() {
            Some(found) => self.show(found.row),
            None => self.note = Some(format!("no newer “{}”", sought.text)),
        }
    }

    /// Brings a row into sight, if it is not.
    fn show(&mut self, row: u64) {
        if !(self.first..self.first + self.height()).contains(&row) {
            self.scroll_to(row.saturating_sub(self.height() / 2));
        }
    }
}

#[cfg(test)]
mod tests;
