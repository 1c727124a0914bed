//! From outside: the programs as a person or a stranger meets them, with a real gateway, holder, shell and client.
//!
//! Needs `cargo build --workspace --bins` first; `cargo xtask test e2e` does both.

mod command_line;
mod floods;
mod handoff;
mod hostile;
mod http;
mod links;
mod share;
mod support;
mod terminal;
mod tokens;
