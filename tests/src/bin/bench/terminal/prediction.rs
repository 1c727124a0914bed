//! Prediction: the recorded sessions, replayed over a virtual link of 300 ms there and back.

use std::time::Duration;

use anyhow::Result;
use devtail_tests::prediction::{Recording, replay};

use crate::figure::Rounds;

const ROUND_TRIP: Duration = Duration::from_millis(300);

pub(crate) fn round(rounds: &mut Rounds) -> Result<()> {
    let (mut shell_keys, mut shell_instant) = (0, 0);
    let (mut wrong, mut secrets, mut repaired) = (0, 0, 0);
    for recording in Recording::all()? {
        let figures = replay(&recording, ROUND_TRIP);
        if recording.is_shell {
            shell_keys += figures.keys;
            shell_instant += figures.instant;
        }
        wrong += figures.wrong.len();
        secrets += figures.secrets();
        repaired = repaired.max(figures.repaired_ms());
    }
    let instant = 100.0 * shell_instant as f64 / shell_keys.max(1) as f64;
    rounds.take("terminal.prediction.instant", instant);
    rounds.take("terminal.prediction.secrets", secrets as f64);
    rounds.take("terminal.prediction.wrong", wrong as f64);
    rounds.take("terminal.prediction.repaired", repaired as f64);
    Ok(())
}
