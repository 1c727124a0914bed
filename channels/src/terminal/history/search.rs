//! A search upwards, line by line, as far as one question may go.

use super::line::{Line, fold};
use super::reader::Reader;
use crate::terminal::limits::{SEARCH_BYTES_MAX, SEARCH_LINE_ROWS_MAX};
use crate::terminal::message::{Found, Search};

pub(super) fn run(reader: &mut Reader<'_>, search: &Search, base: u64, top: u64) -> Found {
    let text: String = match search.case_sensitive {
        true => search.text.clone(),
        false => search.text.chars().map(fold).collect(),
    };
    let mut to = search.before.unwrap_or(u64::MAX).clamp(base, reader.end());
    let (mut matches, mut bytes) = (Vec::new(), 0);
    while to > base && bytes < SEARCH_BYTES_MAX && matches.len() < search.limit as usize {
        let (from, behind) = line_around(reader, to - 1);
        let mut line = Line::new(from, !search.case_sensitive);
        for number in from..behind {
            let Some(row) = reader.row(number) else { break };
            bytes += row.vt.len() + 1;
            line.push(row.vt);
        }
        let mut reached = from;
        for found in line.matches(&text).into_iter().rev().filter(|found| found.row < to) {
            let is_full = matches.len() >= search.limit as usize;
            if is_full && matches.last().is_some_and(|last: &_| row_of(last) != found.row) {
                reached = matches.last().map_or(from, row_of);
                break;
            }
            matches.push(found);
        }
        to = reached;
    }
    Found { matches, more: to > base, base, top, reached: to }
}

const fn row_of(found: &crate::terminal::message::Match) -> u64 {
    found.row
}

/// The rows of the line that this row is in: the first, and the one behind the last.
fn line_around(reader: &mut Reader<'_>, row: u64) -> (u64, u64) {
    let (mut from, mut behind) = (row, row + 1);
    let max = SEARCH_LINE_ROWS_MAX as u64;
    while from > 0 && row - from < max && reader.wraps(from - 1) {
        from -= 1;
    }
    while behind - row < max && reader.wraps(behind - 1) {
        behind += 1;
    }
    (from, behind.min(reader.end()))
}
