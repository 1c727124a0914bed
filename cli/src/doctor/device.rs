//! This device at the gateways it knows: reachable, still let in, clocks in step.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use devtail_client::Access;
use devtail_control::limits::ACCESS_LIFETIME_S;

use super::Finding;
use crate::exit::{Status, status};
use crate::gateways::Known;

/// Clocks further apart than this make tokens invalid sooner or later, in seconds.
const SKEW_MAX_S: i64 = 60;

/// One finding for each gateway that is remembered.
pub(crate) async fn all(known: Result<Vec<Known>>) -> Vec<Finding> {
    let known = match known {
        Ok(known) => known,
        Err(error) => {
            return vec![Finding::wrong(
                "devices",
                format!("{error:#}"),
                "Remove that file and pair again.",
            )];
        }
    };
    if known.is_empty() {
        let remedy =
            "`devtail connect LINK` makes one known; `devtail pair` on its host prints a link.";
        return vec![Finding::note("devices", "no gateway is known here", remedy)];
    }
    let mut findings = Vec::new();
    for known in &known {
        findings.push(one(known).await);
    }
    findings
}

async fn one(known: &Known) -> Finding {
    let check = format!("device at {}", known.name);
    let access = match known.credential() {
        Ok(credential) => credential.access().await.map_err(anyhow::Error::from),
        Err(error) => Err(error),
    };
    match access {
        Ok(access) => judge_clock(check, &access, now()),
        Err(error) => {
            let remedy = match status(&error) {
                Status::NotPermitted => {
                    "Pair again: `devtail pair` on the host, then `devtail connect LINK` here."
                }
                Status::Unavailable => "Look whether the host is up and `devtail up` runs there.",
                Status::Failed
                | Status::Usage
                | Status::Lost
                | Status::Config
                | Status::Program(_) => "Remove its file and pair again.",
            };
            Finding::wrong(check, format!("{error:#}"), remedy)
        }
    }
}

fn judge_clock(check: String, access: &Access, now: i64) -> Finding {
    let made_at = access.expires_at.saturating_sub(ACCESS_LIFETIME_S);
    let skew = i64::try_from(made_at).unwrap_or(i64::MAX).saturating_sub(now);
    if skew.abs() <= SKEW_MAX_S {
        return Finding::good(check, "it is let in, and the clocks agree");
    }
    let order = if skew > 0 { "ahead of" } else { "behind" };
    let says = format!("it is let in, and the gateway's clock is {} s {order} ours", skew.abs());
    Finding::wrong(check, says, "Set both clocks by NTP (timedatectl set-ntp true).")
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use devtail_client::Secret;

    use super::*;

    #[test]
    fn a_token_tells_whether_the_clocks_agree() {
        let access = Access { token: Secret::new("x"), expires_at: 10_900 };
        assert!(!judge_clock("d".into(), &access, 10_030).is_wrong());
        let behind = judge_clock("d".into(), &access, 9_000);
        assert!(behind.is_wrong() && behind.says.contains("1000 s ahead of"), "{behind}");
    }
}
