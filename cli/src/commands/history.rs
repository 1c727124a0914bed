//! `devtail history`: what a terminal shows and what scrolled by in it, for scripts; for people there is `~h` in a window.

use anyhow::Result;
use devtail_channels::terminal::{Answer, Found, Query, Row, Rows, RowsWanted, Search};
use devtail_protocol::ChannelId;

use crate::commands::split_link;
use crate::exit::Failure;
use crate::gateways::{self, Which};
use crate::say::say_part;
use crate::session::{Session, other_answer};
use crate::terminals::named_or_newest;

/// Rows asked for at once: as many as a host answers with.
const PAGE: u32 = 1000;
/// Places asked for at once.
const PLACES: u32 = 100;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The gateway's link, the first time; the terminal's name or id [default: the newest shell]
    #[arg(value_names = ["LINK", "TERMINAL"], num_args = 0..=2)]
    words: Vec<String>,
    #[command(flatten)]
    which: Which,
    /// Print the last N rows only; with --search, the last N rows that have the text [default: all]
    #[arg(long, value_name = "N")]
    last: Option<u64>,
    /// Print the rows that have this text, each behind its number; capitals count if there are any
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Keep colours
    #[arg(long)]
    color: bool,
}

pub(crate) async fn run(args: Args) -> Result<()> {
    let (link, words) = split_link(args.words);
    if words.len() > 1 {
        return Err(Failure::usage("name one terminal; `devtail ls` lists them").into());
    }
    if let Some(text) = &args.search {
        Search::check(text).map_err(|bad| Failure::usage(bad.to_string()))?;
    }
    let known = gateways::find(link.as_deref(), &args.which).await?;
    let mut session = Session::open(&known).await?;
    let terminals = session.terminals().await?;
    let terminal = named_or_newest(&terminals, words.first().map(String::as_str))?;
    let mut history =
        History { session: &mut session, id: terminal.id, last: args.last, color: args.color };
    match args.search {
        None => history.print().await,
        Some(text) => history.print_found(text).await,
    }
}

struct History<'a> {
    session: &'a mut Session,
    id: ChannelId,
    last: Option<u64>,
    color: bool,
}

impl History<'_> {
    /// Prints the rows, those that run on into each other as one line.
    async fn print(&mut self) -> Result<()> {
        // Behind the last row there is none: the answer says where that is.
        let Rows { first: end, base, .. } = self.rows(u64::MAX, 1).await?;
        let mut next = self.last.map_or(base, |last| end.saturating_sub(last).max(base));
        while next < end {
            let count = u32::try_from(end - next).unwrap_or(PAGE).min(PAGE);
            let page = self.rows(next, count).await?;
            if page.rows.is_empty() {
                break;
            }
            next = page.first + page.rows.len() as u64;
            let line = |(row, behind): (&Row, u64)| {
                self.text(row) + if row.wraps && behind < end { "" } else { "\n" }
            };
            let behind = page.first + 1..;
            say_part(page.rows.iter().zip(behind).map(line).collect::<String>())?;
        }
        Ok(())
    }

    /// Prints the rows that have a text, the oldest first.
    async fn print_found(&mut self, text: String) -> Result<()> {
        let mut numbers = self.find(text).await?;
        let mut page = Rows { first: 0, base: 0, top: 0, rows: Vec::new() };
        while let Some(number) = numbers.pop() {
            let at = |page: &Rows| usize::try_from(number.checked_sub(page.first)?).ok();
            if at(&page).is_none_or(|at| at >= page.rows.len()) {
                page = self.rows(number, PAGE).await?;
            }
            if let Some(row) = at(&page).and_then(|at| page.rows.get(at)) {
                say_part(format!("{}:{}\n", number + 1, self.text(row)))?;
            }
        }
        Ok(())
    }

    /// Numbers of the rows that have a text, the newest first.
    async fn find(&mut self, text: String) -> Result<Vec<u64>> {
        let case_sensitive = text.chars().any(char::is_uppercase);
        let id = self.id;
        let mut search = Search { id, text, case_sensitive, before: None, limit: PLACES };
        let mut numbers = Vec::new();
        let most = self.last.and_then(|last| usize::try_from(last).ok()).unwrap_or(usize::MAX);
        while numbers.len() < most {
            let found = self.found(&search).await?;
            numbers.extend(found.matches.iter().map(|found| found.row));
            numbers.dedup();
            if !found.more {
                break;
            }
            search.before = Some(found.reached);
        }
        numbers.truncate(most);
        Ok(numbers)
    }

    async fn rows(&mut self, first: u64, count: u32) -> Result<Rows> {
        match self.session.ask(&Query::Rows(RowsWanted { id: self.id, first, count })).await? {
            Answer::Rows(rows) => Ok(rows),
            Answer::List(_)
            | Answer::Found(_)
            | Answer::Tmux(_)
            | Answer::Capture(_)
            | Answer::Record(_) => Err(other_answer()),
        }
    }

    async fn found(&mut self, search: &Search) -> Result<Found> {
        match self.session.ask(&Query::Search(search.clone())).await? {
            Answer::Found(found) => Ok(found),
            Answer::List(_)
            | Answer::Rows(_)
            | Answer::Tmux(_)
            | Answer::Capture(_)
            | Answer::Record(_) => Err(other_answer()),
        }
    }

    fn text(&self, row: &Row) -> String {
        match self.color {
            false => row.text(),
            // Nothing but looks may come with the text, whatever the host says.
            true => crate::screen::looks_and_text(&row.vt),
        }
    }
}
