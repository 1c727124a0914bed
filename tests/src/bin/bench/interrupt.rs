//! From ^C to the next prompt, while `base64 /dev/zero` runs.

use std::time::{Duration, Instant};

use anyhow::Result;
use devtail_channels::terminal::Spec;

use crate::stage::View;

/// The flood has filled every buffer on the way by then.
const FLOODS_FOR: Duration = Duration::from_millis(1500);

/// The shell that is interrupted.
pub(crate) fn shell() -> Spec {
    let command = ["bash", "--norc", "--noprofile", "-i"].map(str::to_owned).to_vec();
    Spec { command, ..Spec::default() }
}

/// Interrupts so many floods; what each took, in ms. Ends the shell.
pub(crate) async fn times(mut view: View, times: usize) -> Result<Vec<f64>> {
    // Quotes, so that the line itself does not look like the prompt.
    view.device.type_keys("PS1='prom''pt-\\#> '\r")?;
    view.until(b"prompt-2> ").await?;
    let mut took = Vec::new();
    for number in 2..2 + times {
        view.device.type_keys("base64 /dev/zero\r")?;
        view.watch_for(FLOODS_FOR).await?;
        let began = Instant::now();
        view.device.interrupt()?;
        view.until(format!("prompt-{}> ", number + 1).as_bytes()).await?;
        took.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    view.end().await?;
    Ok(took)
}
