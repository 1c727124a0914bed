//! What a query comes to, given what there is: pure, so that asking again is seen to change nothing.

use std::fmt::Write as _;

use devtail_protocol::{Code, Fault};

use super::list::{Found, KEY, MADE};
use super::server::Trouble;
use crate::terminal::limits::TMUX_KEYS_KEPT;
use crate::terminal::message::{NewSession, NewWindow, TmuxAsk, TmuxQuery};

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Nothing: it is so.
    Done,
    /// This command line of tmux.
    Run(Vec<String>),
}

/// What a query comes to.
///
/// # Errors
/// [`Code::Gone`] for what is not there, [`Code::BadSpec`] for a name that is taken.
pub(super) fn plan(query: &TmuxQuery, found: &Found, home: &str) -> Result<Plan, Fault> {
    let is_of_another = !query.server.is_empty() && query.server != found.server;
    if let Some(plan) = in_another_life(&query.ask).filter(|_| is_of_another) {
        return plan;
    }
    match &query.ask {
        TmuxAsk::List => Ok(Plan::Done),
        TmuxAsk::NewSession(new) => new_session(new, found, home),
        TmuxAsk::RenameSession(id, name) => {
            let session = found.session(*id).ok_or_else(|| no_session(id))?;
            if session.name == written(name) {
                return Ok(Plan::Done);
            }
            ensure_free(found, name)?;
            Ok(run(&["rename-session", "-t", &id.to_string(), "--", &plain(name)]))
        }
        TmuxAsk::KillSession(id) => Ok(match found.session(*id) {
            Some(_) => run(&["kill-session", "-t", &id.to_string()]),
            None => Plan::Done,
        }),
        TmuxAsk::NewWindow(new) => new_window(new, found, home),
        TmuxAsk::RenameWindow(id, name) => {
            found.window(*id).ok_or_else(|| no_window(id))?;
            Ok(run(&["rename-window", "-t", &id.to_string(), "--", &plain(name)]))
        }
        TmuxAsk::KillWindow(id) => Ok(match found.window(*id) {
            Some(_) => run(&["kill-window", "-t", &id.to_string()]),
            None => Plan::Done,
        }),
        TmuxAsk::SelectWindow(id) => {
            found.window(*id).ok_or_else(|| no_window(id))?;
            Ok(run(&["select-window", "-t", &id.to_string()]))
        }
    }
}

/// What a query comes to whose ids are of a server that is gone; they mean nothing in this one. `None`: it has none.
fn in_another_life(ask: &TmuxAsk) -> Option<Result<Plan, Fault>> {
    match ask {
        TmuxAsk::List | TmuxAsk::NewSession(_) => None,
        TmuxAsk::KillSession(_) | TmuxAsk::KillWindow(_) => Some(Ok(Plan::Done)),
        TmuxAsk::RenameSession(..)
        | TmuxAsk::NewWindow(_)
        | TmuxAsk::RenameWindow(..)
        | TmuxAsk::SelectWindow(_) => {
            Some(Err(gone("tmux was started anew since this list was made")))
        }
    }
}

/// Whether tmux refuses because it is so already: what was to be killed went meanwhile.
pub(super) fn is_done(ask: &TmuxAsk, trouble: &Trouble) -> bool {
    let kills = matches!(ask, TmuxAsk::KillSession(_) | TmuxAsk::KillWindow(_));
    kills
        && match trouble {
            Trouble::NoServer => true,
            Trouble::Refused(why) => {
                why.starts_with("can't find session") || why.starts_with("can't find window")
            }
            Trouble::Missing
            | Trouble::Slow
            | Trouble::TooMuch
            | Trouble::Old(_)
            | Trouble::Io(_) => false,
        }
}

/// The directory that what is asked for begins in.
pub(super) fn directory<'a>(ask: &'a TmuxAsk, home: &'a str) -> Option<&'a str> {
    match ask {
        TmuxAsk::NewSession(NewSession { cwd, .. }) | TmuxAsk::NewWindow(NewWindow { cwd, .. }) => {
            Some(or(cwd, home))
        }
        TmuxAsk::List
        | TmuxAsk::RenameSession(..)
        | TmuxAsk::KillSession(_)
        | TmuxAsk::RenameWindow(..)
        | TmuxAsk::KillWindow(_)
        | TmuxAsk::SelectWindow(_) => None,
    }
}

fn new_session(new: &NewSession, found: &Found, home: &str) -> Result<Plan, Fault> {
    let key = hex(&new.key);
    if found.keys.values().any(|keys| keys.own == key) {
        return Ok(Plan::Done);
    }
    ensure_free(found, &new.name)?;
    let name = plain(&new.name);
    let named = if name.is_empty() { vec![] } else { vec!["-s", &name] };
    let cwd = plain(or(&new.cwd, home));
    let mark = [";", "set-option", KEY, &key];
    Ok(run(&[&["new-session", "-d"], &named[..], &["-c", &cwd], &mark].concat()))
}

fn new_window(new: &NewWindow, found: &Found, home: &str) -> Result<Plan, Fault> {
    let session = found.session(new.session).ok_or_else(|| no_session(&new.session))?;
    let made = found.keys.get(&session.id).map(|keys| keys.made.as_str()).unwrap_or_default();
    let key = hex(&new.key);
    let mut keys: Vec<&str> = made.split(' ').filter(|key| !key.is_empty()).collect();
    if keys.contains(&key.as_str()) {
        return Ok(Plan::Done);
    }
    keys.push(&key);
    let keys = keys[keys.len().saturating_sub(TMUX_KEYS_KEPT)..].join(" ");
    let (id, name) = (session.id.to_string(), plain(&new.name));
    let place = format!("{id}:");
    let named = if name.is_empty() { vec![] } else { vec!["-n", &name] };
    let cwd = plain(or(&new.cwd, home));
    let mark = [";", "set-option", "-t", &id, MADE, &keys];
    Ok(run(&[&["new-window", "-d", "-t", &place], &named[..], &["-c", &cwd], &mark].concat()))
}

fn ensure_free(found: &Found, name: &str) -> Result<(), Fault> {
    let name = written(name);
    if name.is_empty() || found.sessions.iter().all(|session| session.name != name) {
        return Ok(());
    }
    Err(Fault::new(
        Code::BadSpec,
        format!("tmux has a session {name} already; choose another name."),
    ))
}

/// The name of a session as tmux will write it.
fn written(name: &str) -> String {
    name.replace(['.', ':'], "_")
}

/// A text as tmux takes it for itself: it would replace `#{…}` by a value, run what stands in `#(…)`, and take a `;` at the
/// end for the end of the command.
pub(in crate::terminal::host) fn plain(text: &str) -> String {
    let text = text.replace('#', "##");
    match text.strip_suffix(';') {
        Some(rest) => format!("{rest}\\;"),
        None => text,
    }
}

/// Bytes in hexadecimal.
pub(in crate::terminal::host) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn or<'a>(text: &'a str, default: &'a str) -> &'a str {
    if text.is_empty() { default } else { text }
}

fn run(words: &[&str]) -> Plan {
    Plan::Run(words.iter().map(|word| (*word).to_owned()).collect())
}

fn no_session(id: &impl std::fmt::Display) -> Fault {
    gone(&format!("tmux has no session {id} any more"))
}

fn no_window(id: &impl std::fmt::Display) -> Fault {
    gone(&format!("tmux has no window {id} any more"))
}

fn gone(what: &str) -> Fault {
    Fault::new(Code::Gone, format!("{what}; list them again."))
}

#[cfg(test)]
mod tests {
    use super::super::list::Keys;
    use super::*;
    use crate::terminal::message::{SessionId, TmuxId, TmuxSession};

    fn id(text: &str) -> SessionId {
        TmuxId::parse(text).unwrap()
    }

    fn found() -> Found {
        let session = TmuxSession {
            id: id("$3"),
            name: "ma_in".into(),
            created_ms: 0,
            attached: 0,
            windows: vec![],
        };
        let keys =
            Keys { own: hex(&[1; 16]), made: format!("{} {}", hex(&[2; 16]), hex(&[3; 16])) };
        Found {
            server: "12.34".into(),
            sessions: vec![session],
            keys: [(id("$3"), keys)].into(),
            panes: vec![],
        }
    }

    fn planned(ask: TmuxAsk) -> Result<Plan, Code> {
        let query = TmuxQuery { server: "12.34".into(), ask };
        plan(&query, &found(), "/home/ann").map_err(|fault| fault.code)
    }

    fn session(key: u8, name: &str) -> TmuxAsk {
        TmuxAsk::NewSession(NewSession { key: [key; 16], name: name.into(), cwd: String::new() })
    }

    fn window(key: u8) -> TmuxAsk {
        let (name, cwd) = ("#(rm x)".into(), "/tmp".into());
        TmuxAsk::NewWindow(NewWindow { key: [key; 16], session: id("$3"), name, cwd })
    }

    #[test]
    fn what_is_done_is_not_done_again() {
        for ask in [
            session(1, "ma.in"),
            window(2),
            window(3),
            TmuxAsk::RenameSession(id("$3"), "ma_in".into()),
            TmuxAsk::RenameSession(id("$3"), "ma.in".into()),
            TmuxAsk::KillSession(id("$4")),
            TmuxAsk::KillWindow(TmuxId::parse("@1").unwrap()),
        ] {
            assert_eq!(planned(ask.clone()), Ok(Plan::Done), "{ask:?}");
        }
    }

    #[test]
    fn a_name_is_a_name_to_tmux_and_nothing_else() {
        let Ok(Plan::Run(words)) = planned(session(9, "#{pid}")) else { panic!("it is new") };
        assert_eq!(words[..6], ["new-session", "-d", "-s", "##{pid}", "-c", "/home/ann"]);
        let Ok(Plan::Run(words)) = planned(window(9)) else { panic!("it is new") };
        assert_eq!(words[3..6], ["$3:", "-n", "##(rm x)"]);
        let keys = [2, 3, 9].map(|key| hex(&[key; 16])).join(" ");
        assert_eq!(words.last(), Some(&keys));
    }

    #[test]
    fn a_text_that_ends_like_a_command_line_ends_none() {
        let Ok(Plan::Run(words)) = planned(session(9, "a;b;")) else { panic!("it is new") };
        assert_eq!(words[..4], ["new-session", "-d", "-s", r"a;b\;"]);
    }

    #[test]
    fn a_directory_is_looked_for_as_it_was_asked_for() {
        for (cwd, found) in [("/tmp/a#b;", "/tmp/a#b;"), ("", "/home/ann")] {
            let (key, name) = ([9; 16], "-c".into());
            let ask = TmuxAsk::NewSession(NewSession { key, name, cwd: cwd.into() });
            assert_eq!(directory(&ask, "/home/ann"), Some(found));
        }
        assert_eq!(directory(&TmuxAsk::KillSession(id("$3")), "/home/ann"), None);
    }

    #[test]
    fn what_is_not_there_or_taken_is_refused() {
        assert_eq!(planned(session(9, "ma:in")), Err(Code::BadSpec));
        assert_eq!(planned(TmuxAsk::RenameSession(id("$4"), "x".into())), Err(Code::Gone));
    }

    #[test]
    fn an_id_of_another_life_of_the_server_means_nothing_in_this_one() {
        let in_another = |ask| {
            let query = TmuxQuery { server: "1.1".into(), ask };
            plan(&query, &found(), "/").map_err(|fault| fault.code)
        };
        assert_eq!(in_another(TmuxAsk::KillSession(id("$3"))), Ok(Plan::Done));
        assert_eq!(in_another(TmuxAsk::RenameSession(id("$3"), "x".into())), Err(Code::Gone));
        assert_eq!(in_another(window(9)), Err(Code::Gone));
    }
}
