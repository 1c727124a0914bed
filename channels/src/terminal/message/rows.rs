//! Rows by number, as they are asked for and answered.

use bytes::Bytes;
use devtail_protocol::ChannelId;

use super::{Bad, read_id};
use crate::terminal::generated;
use crate::terminal::limits::{ROW_BYTES_MAX, ROW_NUMBER_MAX, ROWS_ANSWER_MAX};
use crate::terminal::screen::RowText;

const ESC: u8 = 0x1b;

/// Which rows of a terminal are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsWanted {
    /// The terminal.
    pub id: ChannelId,
    /// Number of the first.
    pub first: u64,
    /// How many at most, 1 to 1000.
    pub count: u32,
}

/// Rows of a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// Number of the first one below.
    pub first: u64,
    /// Number of the oldest row kept.
    pub base: u64,
    /// Number of the primary screen's first row now; from here on rows may still change.
    pub top: u64,
    /// The rows, without a gap.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its text and looks: characters and SGR sequences; begins and ends plain. At most 4 KiB.
    pub vt: Bytes,
    /// Whether its text runs on into the next row.
    pub wraps: bool,
}

impl Row {
    /// Its text, without looks.
    pub fn text(&self) -> String {
        plain(&self.vt)
    }
}

impl From<RowText<'_>> for Row {
    fn from(row: RowText<'_>) -> Self {
        Self { vt: Bytes::copy_from_slice(row.vt), wraps: row.wraps }
    }
}

/// A row's text without looks; a control that does not belong there is left out.
pub(crate) fn plain(vt: &[u8]) -> String {
    let mut text = Vec::with_capacity(vt.len());
    let mut rest = vt;
    while let Some(at) = rest.iter().position(|byte| *byte < b' ' || *byte == 0x7f) {
        text.extend_from_slice(&rest[..at]);
        let sequence = &rest[at..];
        let len = match sequence {
            [ESC, b'[', control @ ..] => {
                let last = control.iter().position(|byte| (0x40..=0x7e).contains(byte));
                last.map_or(sequence.len(), |last| last + 3)
            }
            _ => 1,
        };
        rest = &sequence[len..];
    }
    text.extend_from_slice(rest);
    String::from_utf8_lossy(&text).into_owned()
}

impl TryFrom<generated::RowsQuery> for RowsWanted {
    type Error = Bad;

    fn try_from(query: generated::RowsQuery) -> Result<Self, Bad> {
        let most = u32::try_from(ROWS_ANSWER_MAX).unwrap_or(u32::MAX);
        Ok(Self { id: read_id(&query.id)?, first: query.first, count: query.count.clamp(1, most) })
    }
}

impl From<&RowsWanted> for generated::RowsQuery {
    fn from(wanted: &RowsWanted) -> Self {
        let id = Bytes::copy_from_slice(&wanted.id.0);
        Self { id, first: wanted.first, count: wanted.count }
    }
}

impl TryFrom<generated::Rows> for Rows {
    type Error = Bad;

    fn try_from(answer: generated::Rows) -> Result<Self, Bad> {
        let is_long = |row: &generated::Row| row.vt.len() > ROW_BYTES_MAX;
        let numbers = [answer.first, answer.base, answer.top];
        let is_beyond = numbers.iter().any(|number| *number > ROW_NUMBER_MAX);
        if answer.rows.len() > ROWS_ANSWER_MAX || answer.rows.iter().any(is_long) || is_beyond {
            return Err(Bad::Rows);
        }
        let row = |row: generated::Row| Row { vt: row.vt, wraps: row.wraps };
        let rows = answer.rows.into_iter().map(row).collect();
        Ok(Self { first: answer.first, base: answer.base, top: answer.top, rows })
    }
}

impl From<&Rows> for generated::Rows {
    fn from(rows: &Rows) -> Self {
        let row = |row: &Row| generated::Row { vt: row.vt.clone(), wraps: row.wraps };
        Self {
            first: rows.first,
            base: rows.base,
            top: rows.top,
            rows: rows.rows.iter().map(row).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::{Answer, Query};

    #[test]
    fn rows_survive_the_wire_and_more_than_an_answer_holds_are_refused() {
        let wanted = RowsWanted { id: ChannelId([7; 16]), first: u64::MAX, count: 1000 };
        let asked = Query::Rows(wanted);
        assert_eq!(Query::decode(&asked.encode()), Ok(asked));
        let row = Row { vt: "x".into(), wraps: true };
        let mut rows = Rows { first: 3, base: 1, top: 9, rows: vec![row.clone()] };
        let answer = Answer::Rows(rows.clone());
        assert_eq!(Answer::decode(&answer.encode()), Ok(answer));
        rows.rows = vec![row; ROWS_ANSWER_MAX + 1];
        assert_eq!(Answer::decode(&Answer::Rows(rows.clone()).encode()), Err(Bad::Rows));
        rows.rows = vec![Row { vt: vec![b'x'; ROW_BYTES_MAX + 1].into(), wraps: false }];
        assert_eq!(Answer::decode(&Answer::Rows(rows.clone()).encode()), Err(Bad::Rows));
        let beyond = Rows { first: u64::MAX, rows: vec![], ..rows };
        assert_eq!(Answer::decode(&Answer::Rows(beyond).encode()), Err(Bad::Rows));
    }

    #[test]
    fn a_rows_text_is_what_stands_in_it_whatever_else_comes() {
        assert_eq!(plain("\x1b[0;1;31mré\x1b[0m日 x".as_bytes()), "ré日 x");
        assert_eq!(plain(b"a\x07b\x1b]c\x1b[3"), "ab]c");
        assert_eq!(plain(b"a\xffb"), "a\u{fffd}b");
    }
}
