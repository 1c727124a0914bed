//! `devtail tmux`: the sessions of the host's own tmux. Attaching to one runs `tmux attach-session` in a terminal of ours;
//! leaving that ends the terminal, and the session is as it was.

use anyhow::Result;
use devtail_channels::terminal::{
    KIND, NewSession, NewWindow, Query, Spec, Terminal, TmuxAsk, TmuxQuery, TmuxSession,
    TmuxSessions, TmuxWindow,
};
use devtail_protocol::ChannelId;
use devtail_protocol::wire::Priority;
use serde_json::{Value, json};

use crate::commands::connect::{must_be_a_terminal, show_and_end};
use crate::exit::{Failure, Status, printable};
use crate::gateways::{self, Which};
use crate::say::say;
use crate::screen::window_size;
use crate::session::Session;
use crate::table::render;
use crate::terminals::fresh_id;

#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    ls: LsArgs,
}

#[derive(clap::Subcommand, Debug)]
enum Action {
    /// Lists the sessions and their windows
    Ls(LsArgs),
    /// Works in a session; `~.` leaves it as it was
    Attach(OfArgs),
    /// Makes a session, or a window in one
    New(NewArgs),
    /// Gives a session or a window another name
    Rename(RenameArgs),
    /// Ends a session or a window, and what runs in it
    Kill(OfArgs),
}

#[derive(clap::Args, Debug)]
struct LsArgs {
    #[command(flatten)]
    which: Which,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args, Debug)]
struct OfArgs {
    /// The session's name or id ($3), and the window's number, name or id (@7)
    #[arg(value_name = "SESSION[:WINDOW]")]
    of: String,
    #[command(flatten)]
    which: Which,
}

#[derive(clap::Args, Debug)]
struct NewArgs {
    /// What to call it [default: tmux chooses]
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Make a window in this session instead
    #[arg(long, value_name = "SESSION")]
    window_of: Option<String>,
    /// Directory on the host to start in [default: home]
    #[arg(long, value_name = "DIR")]
    cwd: Option<String>,
    #[command(flatten)]
    which: Which,
}

#[derive(clap::Args, Debug)]
struct RenameArgs {
    #[command(flatten)]
    of: OfArgs,
    /// The new name
    #[arg(value_name = "NAME")]
    name: String,
}

pub(crate) async fn run(args: Args) -> Result<Option<Status>> {
    match args.action.unwrap_or(Action::Ls(args.ls)) {
        Action::Ls(args) => ls(&args).await.map(|()| None),
        Action::Attach(args) => attach(&args).await,
        Action::New(args) => new(args).await.map(|()| None),
        Action::Rename(args) => rename(args).await.map(|()| None),
        Action::Kill(args) => kill(&args).await.map(|()| None),
    }
}

async fn ls(args: &LsArgs) -> Result<()> {
    let (_, sessions) = listed(&args.which).await?;
    if args.json {
        say(to_json(&sessions))?;
        return Ok(());
    }
    let rows: Vec<_> = sessions.sessions.iter().flat_map(rows).collect();
    let headings = ["SESSION", "WINDOW", "NAME", "SEEN BY", "RUNS", "DIRECTORY", "NOTE"];
    say(render(&headings, &rows).trim_end())?;
    if sessions.left_out > 0 {
        say(format!(
            "… and {} windows more; `tmux ls` on the host tells of all.",
            sessions.left_out
        ))?;
    }
    Ok(())
}

async fn attach(args: &OfArgs) -> Result<Option<Status>> {
    must_be_a_terminal("tmux attach")?;
    let (mut session, sessions) = listed(&args.which).await?;
    let (found, window) = find_window(&sessions, &args.of)?;
    if let Some(window) = window {
        let ask = TmuxAsk::SelectWindow(window.id);
        session.tmux(TmuxQuery { server: sessions.server.clone(), ask }).await?;
    }
    let terminals = session.terminals().await?;
    let (id, spec) = match attached(&terminals, found) {
        Some(terminal) => (terminal.id, None),
        None => (fresh_id(), Some(spec(found))),
    };
    let opened =
        session.client.open(id, KIND, spec.map(|spec| spec.encode()), None, Priority::Focused);
    let ch = opened.map_err(|fault| Failure::of(&fault))?;
    show_and_end(session, (id, ch), &format!("tmux {}", printable(&found.name))).await
}

async fn new(args: NewArgs) -> Result<()> {
    let (mut session, before) = listed(&args.which).await?;
    let (ChannelId(key), name) = (fresh_id(), args.name.unwrap_or_default());
    let cwd = args.cwd.unwrap_or_default();
    let ask = match args.window_of {
        None => TmuxAsk::NewSession(NewSession { key, name, cwd }),
        Some(of) => {
            let session = find_session(&before, &of)?.id;
            TmuxAsk::NewWindow(NewWindow { key, session, name, cwd })
        }
    };
    let after = change(&mut session, &before, ask).await?;
    let is_new = |window: &&TmuxWindow| {
        before.sessions.iter().flat_map(|old| &old.windows).all(|old| old.id != window.id)
    };
    for session in &after.sessions {
        if let Some(window) = session.windows.iter().find(is_new) {
            say(format!("{}:{}", session.id, window.id))?;
        }
    }
    Ok(())
}

async fn rename(args: RenameArgs) -> Result<()> {
    let (mut session, before) = listed(&args.of.which).await?;
    let (found, window) = find_window(&before, &args.of.of)?;
    let ask = match window {
        Some(window) => TmuxAsk::RenameWindow(window.id, args.name),
        None => TmuxAsk::RenameSession(found.id, args.name),
    };
    change(&mut session, &before, ask).await.map(drop)
}

async fn kill(args: &OfArgs) -> Result<()> {
    let (mut session, before) = listed(&args.which).await?;
    let (found, window) = find_window(&before, &args.of)?;
    let ask = match window {
        Some(window) => TmuxAsk::KillWindow(window.id),
        None => TmuxAsk::KillSession(found.id),
    };
    change(&mut session, &before, ask).await?;
    say(format!("{} is ended.", printable(&args.of)))?;
    Ok(())
}

async fn listed(which: &Which) -> Result<(Session, TmuxSessions)> {
    let known = gateways::find(None, which).await?;
    let mut session = Session::open(&known).await?;
    let query = TmuxQuery { server: String::new(), ask: TmuxAsk::List };
    let sessions = session.tmux(query).await?;
    Ok((session, sessions))
}

/// Changes something of the server that was listed, and of no later one.
async fn change(
    session: &mut Session,
    before: &TmuxSessions,
    ask: TmuxAsk,
) -> Result<TmuxSessions> {
    let query = TmuxQuery { server: before.server.clone(), ask };
    // What the host would refuse is refused here, with the same words.
    let checked = Query::decode(&Query::Tmux(query.clone()).encode());
    checked.map_err(|bad| Failure::usage(bad.to_string()))?;
    session.tmux(query).await
}

/// The session of this name or id.
fn find_session<'a>(sessions: &'a TmuxSessions, named: &str) -> Result<&'a TmuxSession> {
    let is_named =
        |session: &&TmuxSession| session.id.to_string() == named || session.name == named;
    let none = || {
        let text = format!("tmux has no session {named}; `devtail tmux ls` lists them");
        Failure::usage(printable(&text)).into()
    };
    sessions.sessions.iter().find(is_named).ok_or_else(none)
}

/// The session, and the window if one is named behind a colon: a session's name has none.
pub(crate) fn find_window<'a>(
    sessions: &'a TmuxSessions,
    named: &str,
) -> Result<(&'a TmuxSession, Option<&'a TmuxWindow>)> {
    let Some((session, window)) = named.split_once(':') else {
        return Ok((find_session(sessions, named)?, None));
    };
    let session = find_session(sessions, session)?;
    let by_id = session.windows.iter().find(|known| known.id.to_string() == window);
    let by_index = session.windows.iter().find(|known| known.index.to_string() == window);
    let by_name = session.windows.iter().find(|known| known.name == window);
    let none = || {
        let text = format!("that session has no window {window}; `devtail tmux ls` lists them");
        Failure::usage(printable(&text))
    };
    Ok((session, Some(by_id.or(by_index).or(by_name).ok_or_else(none)?)))
}

/// The window that a session shows.
pub(crate) fn active(session: &TmuxSession) -> Result<&TmuxWindow> {
    let none = || Failure::usage("that session has no window").into();
    session.windows.iter().find(|window| window.active).ok_or_else(none)
}

/// The terminal of ours that is attached to this session already.
fn attached<'a>(terminals: &'a [Terminal], session: &TmuxSession) -> Option<&'a Terminal> {
    let command = session.attach();
    terminals.iter().find(|terminal| terminal.end.is_none() && terminal.command == command)
}

fn spec(session: &TmuxSession) -> Spec {
    Spec {
        command: session.attach(),
        size: window_size().unwrap_or_default(),
        name: session.name.chars().filter(|c| !c.is_control()).take(64).collect(),
        ..Spec::default()
    }
}

fn rows(session: &TmuxSession) -> Vec<Vec<String>> {
    let row = |window: &TmuxWindow| {
        let shown = if window.active { "*" } else { "" };
        vec![
            printable(&session.name),
            format!("{}{shown}", window.index),
            printable(&window.name),
            session.attached.to_string(),
            printable(&window.command),
            printable(&window.cwd),
            note(window),
        ]
    };
    session.windows.iter().map(row).collect()
}

/// What a person should know before they look for it: keys that go nowhere, for one.
fn note(window: &TmuxWindow) -> String {
    let notes = [
        (!window.mode.is_empty()).then(|| format!("{}: q leaves it", printable(&window.mode))),
        window.bell.then(|| "bell".to_owned()),
        window.activity.then(|| "activity".to_owned()),
    ];
    notes.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn to_json(all: &TmuxSessions) -> Value {
    let window = |window: &TmuxWindow| {
        json!({
            "id": window.id.to_string(),
            "index": window.index,
            "name": window.name,
            "active": window.active,
            "panes": window.panes,
            "pane": window.pane.to_string(),
            "command": window.command,
            "cwd": window.cwd,
            "bell": window.bell,
            "activity": window.activity,
            "mode": window.mode,
        })
    };
    let session = |session: &TmuxSession| {
        json!({
            "id": session.id.to_string(),
            "name": session.name,
            "created_ms": session.created_ms,
            "attached": session.attached,
            "windows": session.windows.iter().map(window).collect::<Vec<_>>(),
        })
    };
    json!({
        "version": all.version,
        "server": all.server,
        "left_out": all.left_out,
        "sessions": all.sessions.iter().map(session).collect::<Vec<_>>(),
    })
}
