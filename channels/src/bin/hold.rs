//! The smallest program that can hold a terminal: what a gateway runs as `PROGRAM hold STATE_DIR ID`, and what tmux pipes
//! a pane to as `PROGRAM capture-sink …`; the tests as well.

use std::path::Path;
use std::process::ExitCode;

use devtail_channels::terminal::host::{SinkPlan, hold, sink};
use devtail_protocol::ChannelId;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("capture-sink", plan)) =
        words.split_first().map(|(verb, rest)| (verb.as_str(), rest))
    {
        let ended = SinkPlan::parse(plan).and_then(|plan| sink(&plan));
        return if ended.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let [verb, state, id] = &words[..] else { return ExitCode::from(2) };
    match (verb.as_str(), ChannelId::parse(id)) {
        ("hold", Some(id)) if hold(Path::new(state), id).is_ok() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
