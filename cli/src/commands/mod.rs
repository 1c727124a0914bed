//! One command a file: its arguments, and what it does.

pub(crate) mod attach;
pub(crate) mod capture;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod connect;
pub(crate) mod devices;
pub(crate) mod doctor;
pub(crate) mod handoff;
pub(crate) mod hold;
pub(crate) mod kill;
pub(crate) mod ls;
pub(crate) mod new;
pub(crate) mod pair;
pub(crate) mod record;
pub(crate) mod revoke;
pub(crate) mod run;
pub(crate) mod share;
pub(crate) mod shares;
pub(crate) mod tmux;
pub(crate) mod token;
pub(crate) mod unshare;
pub(crate) mod up;

/// A link in front of other words, if the first one is a link.
pub(crate) fn split_link(mut words: Vec<String>) -> (Option<String>, Vec<String>) {
    if words.first().is_some_and(|word| word.contains("://")) {
        let link = words.remove(0);
        return (Some(link), words);
    }
    (None, words)
}
