//! `devtail doctor`: what is wrong here, and what to do about it.

use anyhow::Result;
use serde_json::{Value, json};

use crate::doctor::{Finding, device, gateway, here};
use crate::exit::Status;
use crate::gateways;
use crate::host::{Host, State};
use crate::say::say;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    state: State,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

/// Ends with 1 if anything is wrong.
pub(crate) async fn run(args: Args) -> Result<Option<Status>> {
    let mut findings = vec![gateway::configuration(&args.state)];
    // Without one, the configuration is what is wrong, and nobody knows where the gateway is.
    if let Ok(host) = Host::new(&args.state) {
        findings.push(gateway::state_directory(host.state()));
        findings.push(gateway::running(&host, &args.state));
    }
    findings.push(gateway::page());
    findings.extend([here::terminal(), here::locale()]);
    let known = gateways::all(&gateways::folder()?);
    findings.extend(device::all(known).await);
    if args.json {
        say(Value::Array(findings.iter().map(to_json).collect()))?;
    } else {
        findings.iter().try_for_each(say)?;
    }
    Ok(findings.iter().any(Finding::is_wrong).then_some(Status::Failed))
}

fn to_json(finding: &Finding) -> Value {
    json!({
        "check": finding.check,
        "state": finding.state.word(),
        "says": finding.says,
        "remedy": finding.remedy,
    })
}
