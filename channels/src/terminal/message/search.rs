//! A search in a terminal's rows, as it is asked and answered.

use bytes::Bytes;
use devtail_protocol::ChannelId;

use super::{Bad, read_id};
use crate::terminal::generated;
use crate::terminal::limits::{
    ROW_NUMBER_MAX, SEARCH_MATCHES_MAX, SEARCH_TEXT_BYTES_MAX, SIDE_MAX,
};

/// What is sought, and from where upwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// The terminal.
    pub id: ChannelId,
    /// 1 to 256 bytes, no control characters.
    pub text: String,
    /// Whether capital letters must be as written.
    pub case_sensitive: bool,
    /// It begins in the row before this one; `None`: at the last row.
    pub before: Option<u64>,
    /// How many places at most, 1 to 100; all places of the last row told are told.
    pub limit: u32,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The newest first.
    pub matches: Vec<Match>,
    /// Whether older rows are left to search: ask again with `before` = `reached`.
    pub more: bool,
    /// Number of the oldest row kept.
    pub base: u64,
    /// Number of the primary screen's first row now.
    pub top: u64,
    /// Every row from here to where the search began was searched.
    pub reached: u64,
}

/// One place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// The row it begins in.
    pub row: u64,
    /// The cell it begins at, from 0.
    pub col: u32,
    /// Its cells; where the row runs on, they go on at the beginning of the next.
    pub len: u32,
}

impl Search {
    /// A text as it can be sought.
    ///
    /// # Errors
    /// [`Bad::Search`] if it is empty, too long, or has control characters.
    pub fn check(text: &str) -> Result<(), Bad> {
        let fits = (1..=SEARCH_TEXT_BYTES_MAX).contains(&text.len());
        if fits && !text.chars().any(char::is_control) { Ok(()) } else { Err(Bad::Search) }
    }
}

impl TryFrom<generated::SearchQuery> for Search {
    type Error = Bad;

    fn try_from(query: generated::SearchQuery) -> Result<Self, Bad> {
        Self::check(&query.text)?;
        let most = u32::try_from(SEARCH_MATCHES_MAX).unwrap_or(u32::MAX);
        let limit = if query.limit == 0 { most } else { query.limit.min(most) };
        Ok(Self {
            id: read_id(&query.id)?,
            text: query.text,
            case_sensitive: query.case_sensitive,
            before: query.before,
            limit,
        })
    }
}

impl From<&Search> for generated::SearchQuery {
    fn from(search: &Search) -> Self {
        Self {
            id: Bytes::copy_from_slice(&search.id.0),
            text: search.text.clone(),
            case_sensitive: search.case_sensitive,
            before: search.before,
            limit: search.limit,
        }
    }
}

impl TryFrom<generated::Found> for Found {
    type Error = Bad;

    fn try_from(answer: generated::Found) -> Result<Self, Bad> {
        let is_beyond = |number: u64| number > ROW_NUMBER_MAX;
        let has_no_place = |found: &generated::Match| {
            is_beyond(found.row) || found.col.checked_add(found.len).is_none()
        };
        if answer.matches.len() > SEARCH_MATCHES_MAX + SIDE_MAX as usize
            || answer.matches.iter().any(has_no_place)
            || [answer.base, answer.top, answer.reached].into_iter().any(is_beyond)
        {
            return Err(Bad::Rows);
        }
        let place =
            |found: generated::Match| Match { row: found.row, col: found.col, len: found.len };
        Ok(Self {
            matches: answer.matches.into_iter().map(place).collect(),
            more: answer.more,
            base: answer.base,
            top: answer.top,
            reached: answer.reached,
        })
    }
}

impl From<&Found> for generated::Found {
    fn from(found: &Found) -> Self {
        let place =
            |found: &Match| generated::Match { row: found.row, col: found.col, len: found.len };
        Self {
            matches: found.matches.iter().map(place).collect(),
            more: found.more,
            base: found.base,
            top: found.top,
            reached: found.reached,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::{Answer, Query};

    #[test]
    fn a_search_and_its_answer_survive_the_wire() {
        let search = Search {
            id: ChannelId([7; 16]),
            text: "Fehler: größer".into(),
            case_sensitive: true,
            before: Some(0),
            limit: 5,
        };
        let asked = Query::Search(search);
        assert_eq!(Query::decode(&asked.encode()), Ok(asked));
        let matches = vec![Match { row: 12, col: 3, len: 4 }];
        let found = Found { matches, more: true, base: 2, top: 20, reached: 11 };
        let answer = Answer::Found(found.clone());
        assert_eq!(Answer::decode(&answer.encode()), Ok(answer));
        let beyond = Answer::Found(Found { reached: u64::MAX, ..found });
        assert_eq!(Answer::decode(&beyond.encode()), Err(Bad::Rows));
    }

    #[test]
    fn what_cannot_stand_in_a_row_is_not_sought() {
        for text in ["", "a\nb", "\x1b[m", &"x".repeat(257)] {
            let query = generated::SearchQuery { text: text.to_owned(), ..Default::default() };
            assert_eq!(Search::try_from(query), Err(Bad::Search), "{text:?}");
        }
    }
}
