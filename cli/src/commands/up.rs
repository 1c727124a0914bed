//! `devtail up`: the gateway of this host, in the foreground until it is asked to stop.

use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, Result};
use devtail_control::{Grant, Scope};
use devtail_gateway::{Config, Folders, Gateway, Notice, Settings, page_missing, stop_signal};
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tracing_subscriber::EnvFilter;

use crate::commands::pair::qr;
use crate::exit::{Failure, Status, printable};
use crate::say::say;

/// What is logged whatever is asked for: tungstenite would write tokens at TRACE.
const NEVER_LOGGED: [&str; 2] = ["tungstenite=info", "tokio_tungstenite=info"];

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    settings: Settings,
    /// Print one JSON line {"listen","url","link"} once it serves, and no QR code
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let config = Config::load(args.settings, &Folders::from_env())?;
    log_to_stderr(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(config, args.json))
}

async fn serve(config: Config, as_json: bool) -> Result<()> {
    let state = config.state.clone();
    let gateway = Gateway::bind(config).await?;
    let notices = gateway.notices();
    let everything = Grant::everywhere(Scope::ALL.into_iter().collect());
    let pairing = gateway.pair(everything).await.context("cannot make a pairing link")?;
    let address = gateway.address();
    let link = address.pairing_link(&pairing.code);
    if as_json {
        say(json!({"listen": address.listen, "url": address.url, "link": link}))?;
    } else {
        say(greeting(&link, &state.to_string_lossy(), address.listen.ip().is_loopback()))?;
    }
    let shutdown = async {
        if let Err(error) = stop_signal().await {
            eprintln!("devtail: signals cannot be watched ({error}); stop it with kill -9");
            std::future::pending::<()>().await;
        }
    };
    let told = tokio::spawn(tell(notices, as_json));
    gateway.run(shutdown).await;
    told.abort();
    Ok(())
}

fn greeting(link: &str, state: &str, is_loopback: bool) -> String {
    let mut out = format!("\n  Open this link, or give it to `devtail connect`:\n\n  {link}\n");
    if io::stdout().is_terminal() {
        out += &format!("\n{}", qr(link));
    }
    out += "\n  It pairs one device, within 5 minutes. For another: devtail pair\n";
    if is_loopback {
        out += "  Only this machine can reach it. For others: devtail up --listen 0.0.0.0:8377 --tls self-signed\n";
    }
    out += &format!("  State: {state}\n");
    if let Some(missing) = page_missing() {
        out += &format!("  {missing}\n");
    }
    out
}

async fn tell(mut notices: Receiver<Notice>, as_json: bool) {
    loop {
        let device = match notices.recv().await {
            Ok(Notice::Paired(device)) => device,
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        let name = printable(device.name.as_str());
        let words = format!("  Paired: {name}. Was that not you? devtail revoke {}", device.id);
        if as_json {
            // One line is promised there.
            eprintln!("{}", words.trim_start());
        } else {
            // A gateway goes on when nobody reads its output any more.
            drop(say(words));
        }
    }
}

fn log_to_stderr(directives: &str) -> Result<()> {
    let mut filter = EnvFilter::try_new(directives).map_err(|_| {
        let words = format!("`{directives}` is no log filter; try --log info");
        Failure::new(Status::Config, words)
    })?;
    for directive in NEVER_LOGGED {
        filter = filter.add_directive(directive.parse().expect("a constant directive"));
    }
    let is_terminal = io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(is_terminal)
        .init();
    Ok(())
}
