//! Which terminal a person means, and how one is described to them.

use anyhow::Result;
use devtail_channels::terminal::{End, Terminal};
use devtail_protocol::ChannelId;
use serde_json::{Value, json};

use crate::exit::{Failure, Status, printable};

/// Hex digits of an id that are shown.
const SHORT: usize = 8;
/// Hex digits of an id that are enough to name it.
const PREFIX_MIN: usize = 4;

/// The terminal of this id, of an id that begins like this, or of this name.
pub(crate) fn find<'a>(terminals: &'a [Terminal], named: &str) -> Result<&'a Terminal> {
    let prefix = named.to_ascii_lowercase();
    let is_prefix =
        prefix.len() >= PREFIX_MIN && prefix.bytes().all(|byte| byte.is_ascii_hexdigit());
    let by_name: Vec<_> = terminals.iter().filter(|terminal| terminal.name == named).collect();
    let by_id: Vec<_> = terminals
        .iter()
        .filter(|terminal| is_prefix && terminal.id.to_string().starts_with(&prefix))
        .collect();
    match (by_id.as_slice(), by_name.as_slice()) {
        ([one], []) | ([], [one]) => Ok(one),
        ([one], [other]) if one.id == other.id => Ok(one),
        ([], []) => {
            Err(Failure::usage(format!("there is no terminal {named}; `devtail ls` lists them"))
                .into())
        }
        _ => Err(Failure::usage(format!(
            "{named} means several terminals; use the id that `devtail ls` shows"
        ))
        .into()),
    }
}

/// The shell that is gone on with if nobody says which: the newest that runs.
pub(crate) fn newest_shell(terminals: &[Terminal]) -> Option<&Terminal> {
    terminals
        .iter()
        .filter(|terminal| {
            terminal.end.is_none() && !terminal.silent && terminal.command.is_empty()
        })
        .max_by_key(|terminal| terminal.created_ms)
}

/// The terminal of this name or id; if nobody says which, the newest shell.
pub(crate) fn named_or_newest<'a>(
    terminals: &'a [Terminal],
    named: Option<&str>,
) -> Result<&'a Terminal> {
    let none =
        || Failure::new(Status::Unavailable, "no shell runs there; `devtail connect` begins one");
    match named {
        Some(named) => find(terminals, named),
        None => Ok(newest_shell(terminals).ok_or_else(none)?),
    }
}

/// A new id.
pub(crate) fn fresh_id() -> ChannelId {
    let mut id = [0; 16];
    getrandom::fill(&mut id).expect("the system has randomness");
    ChannelId(id)
}

/// What people call it.
pub(crate) fn label(terminal: &Terminal) -> String {
    let name = printable(&terminal.name);
    let id = short(terminal.id);
    if name.is_empty() { id } else { format!("{name} ({id})") }
}

/// The first digits of an id.
pub(crate) fn short(id: ChannelId) -> String {
    id.to_string().chars().take(SHORT).collect()
}

/// `running`, or how it ended.
pub(crate) fn state(terminal: &Terminal) -> String {
    if terminal.silent {
        return "not answering".to_owned();
    }
    terminal.end.as_ref().map_or_else(|| "running".to_owned(), |end| printable(&end.to_string()))
}

/// One terminal for scripts.
pub(crate) fn to_json(terminal: &Terminal) -> Value {
    json!({
        "id": terminal.id.to_string(),
        "name": terminal.name,
        "title": terminal.title,
        "command": terminal.command,
        "cwd": terminal.cwd,
        "cols": terminal.size.cols(),
        "rows": terminal.size.rows(),
        "created_ms": terminal.created_ms,
        "viewers": terminal.viewers,
        "pid": (terminal.pid != 0).then_some(terminal.pid),
        "end": terminal.end.as_ref().map(end_to_json),
        "silent": terminal.silent,
    })
}

fn end_to_json(end: &End) -> Value {
    match end {
        End::Code(code) => json!({"code": code}),
        End::Signal(signal) => json!({"signal": signal}),
        End::Lost(why) => json!({"lost": why}),
    }
}

#[cfg(test)]
mod tests {
    use devtail_channels::terminal::Size;

    use super::*;

    fn terminal(id: u8, name: &str, created_ms: u64) -> Terminal {
        Terminal {
            id: ChannelId([id; 16]),
            name: name.into(),
            title: String::new(),
            command: vec![],
            cwd: "/".into(),
            size: Size::default(),
            created_ms,
            viewers: 0,
            pid: 1,
            end: None,
            silent: false,
        }
    }

    #[test]
    fn a_terminal_is_found_by_name_and_by_the_beginning_of_its_id() {
        let all =
            [terminal(0xab, "build", 1), terminal(0xac, "shell", 2), terminal(0xad, "shell", 3)];
        assert_eq!(find(&all, "build").unwrap().id, all[0].id);
        assert_eq!(find(&all, "ACAC").unwrap().id, all[1].id);
        assert!(find(&all, "shell").unwrap_err().to_string().contains("several"));
        assert!(find(&all, "ab").unwrap_err().to_string().contains("no terminal"));
    }

    #[test]
    fn the_newest_shell_that_runs_is_gone_on_with() {
        let mut all = [terminal(1, "a", 1), terminal(2, "b", 2), terminal(3, "c", 3)];
        all[2].end = Some(End::Code(0));
        assert_eq!(newest_shell(&all).unwrap().id, all[1].id);
        all[1].command = vec!["make".into()];
        assert_eq!(newest_shell(&all).unwrap().id, all[0].id);
    }
}
