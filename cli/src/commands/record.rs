//! `devtail record`: a terminal is recorded, to be played again by asciinema and its like.

use anyhow::Result;
use devtail_channels::terminal::{CaptureAsk, CaptureStart, Query};

use crate::commands::capture::{OfArgs, perform};
use crate::exit::Failure;
use crate::terminals::fresh_id;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand, Debug)]
enum Action {
    /// Records what is shown from now on, and how it changes
    Start(StartArgs),
    /// Ends the recording
    Stop(OfArgs),
    /// Says how far it is, of one terminal or of all
    Status(OfArgs),
}

#[derive(clap::Args, Debug)]
struct StartArgs {
    #[command(flatten)]
    of: OfArgs,
    /// File on the host that does not exist [default: a new one in its state directory]
    #[arg(long, value_name = "PATH")]
    file: Option<String>,
    /// Bytes at which the recording ends
    #[arg(long, value_name = "N", default_value_t = 64 << 20)]
    max_bytes: u64,
}

pub(crate) async fn run(args: Args) -> Result<()> {
    let (of, ask) = match args.action {
        Action::Start(start) => {
            let file = start.file.unwrap_or_default();
            let (key, max_bytes) = (fresh_id().0, start.max_bytes);
            (start.of, CaptureAsk::Start(CaptureStart { key, file, max_bytes, keep: 0 }))
        }
        Action::Stop(of) => (of, CaptureAsk::Stop),
        Action::Status(of) => (of, CaptureAsk::Status),
    };
    if of.is_of_tmux() {
        let instead = "a pane of tmux is not recorded; attach to its session with `devtail tmux attach`, and record that";
        return Err(Failure::usage(instead).into());
    }
    perform(of, ask, Query::Record).await
}
