//! The command line.

use clap::{Parser, Subcommand};

use crate::commands::{
    attach, capture, completions, config, connect, devices, doctor, handoff, hold, kill, ls, new,
    pair, record, revoke, run, share, shares, tmux, token, unshare, up,
};
use crate::exit;

/// A shell, and everything in it, that no cut can break.
#[derive(Parser, Debug)]
#[command(name = "devtail", version, after_help = exit::TABLE, max_term_width = 100)]
pub(crate) struct Cli {
    /// What to do [default: up]
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Starts the gateway of this host and prints a link and a QR code
    Up(Box<up::Args>),
    /// Works in a terminal of a host: the newest shell there is, or a new one
    Connect(connect::Args),
    /// Lists the terminals of a host
    Ls(ls::Args),
    /// Makes a terminal and prints its id
    New(new::Args),
    /// Works in one terminal, by its name or id
    Attach(attach::Args),
    /// Ends a terminal and what runs in it
    Kill(kill::Args),
    /// Runs a command in a fresh terminal of a host: its output, its exit status
    Run(run::Args),
    /// Lists, makes, names, ends and works in the sessions of the host's own tmux
    Tmux(tmux::Args),
    /// Keeps what a terminal prints in files of its host
    Capture(capture::Args),
    /// Records a terminal, to be played again (asciicast)
    Record(record::Args),
    /// Makes a link that goes on in a terminal on another device
    Handoff(handoff::Args),
    /// Makes a link by which others look at a terminal
    Share(share::Args),
    /// Lists the sharing links (on the host)
    Shares(shares::Args),
    /// Ends a sharing link at once (on the host)
    Unshare(unshare::Args),
    /// Makes a link for one more device (on the host)
    Pair(pair::Args),
    /// Lists the devices (on the host)
    Devices(devices::Args),
    /// Shuts a device out at once (on the host)
    Revoke(revoke::Args),
    /// Prints a fresh access token of this device, for scripts
    Token(token::Args),
    /// Prints the configuration with units and defaults
    Config(Box<config::Args>),
    /// Says what is wrong here and what to do about it
    Doctor(doctor::Args),
    /// Prints completions for a shell
    Completions(completions::Args),
    /// Owns one terminal; the gateway starts it
    #[command(hide = true)]
    Hold(hold::Args),
    /// Writes what a pane of tmux prints into files; tmux starts it
    #[command(hide = true)]
    CaptureSink(capture::SinkArgs),
}
