//! What happens to a link, as text: a line an event, its time and what it is.
//!
//! ```text
//! # seconds  what
//! 0          lte          the link is like this condition of the ladder from now on
//! 10         dark         nothing passes
//! 12.5       up-dark      nothing passes from the phone to the host
//! 18         roam         the phone has another address
//! 20         light        all passes again
//! ```

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::condition::{Change, Event, rung};

/// Reads a trace; blank lines, and what follows a `#`, say nothing.
///
/// # Errors
/// A line is no event, or comes before the one above it; the message names the line.
pub fn read_trace(text: &str) -> Result<Vec<Event>> {
    let mut events: Vec<Event> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let said = line.split_once('#').map_or(line, |(said, _)| said).trim();
        if said.is_empty() {
            continue;
        }
        let event = event(said).with_context(|| format!("line {number} of the trace: {said:?}"))?;
        let is_later = events.last().is_none_or(|last| last.at <= event.at);
        ensure!(is_later, "line {number} of the trace is earlier than the one before it");
        events.push(event);
    }
    Ok(events)
}

fn event(said: &str) -> Result<Event> {
    let mut words = said.split_whitespace();
    let seconds: f64 = words.next().unwrap_or_default().parse().context("no time in seconds")?;
    let at = Duration::try_from_secs_f64(seconds).context("no time")?;
    let change = match words.next().context("nothing happens")? {
        "dark" => Change::Dark,
        "up-dark" => Change::UpDark,
        "light" => Change::Light,
        "roam" => Change::Roam,
        name => Change::Like(rung(name).context("neither an event nor a condition")?),
    };
    ensure!(words.next().is_none(), "more than a time and what happens");
    Ok(Event { at, change })
}

#[cfg(test)]
mod tests {
    use super::super::condition::LADDER;
    use super::*;

    #[test]
    fn a_trace_is_read_line_by_line() {
        let events = read_trace("# a lift\n0 lte\n\n5.5 up-dark # the door\n7 light\n").unwrap();
        let lte = Change::Like(rung("lte").unwrap());
        let at = |ms, change| Event { at: Duration::from_millis(ms), change };
        assert_eq!(events, [at(0, lte), at(5500, Change::UpDark), at(7000, Change::Light)]);
    }

    #[test]
    fn what_is_no_event_is_refused_with_its_line() {
        for bad in ["dark", "1", "1 gloomy", "-1 dark", "1 dark now", "2 dark\n1 light"] {
            let refused = read_trace(bad).expect_err(bad).to_string();
            assert!(refused.starts_with("line"), "{refused}");
        }
    }

    #[test]
    fn what_happens_on_the_ladder_is_in_order() {
        for condition in LADDER {
            assert!(condition.events.is_sorted_by_key(|event| event.at), "{}", condition.name);
        }
    }
}
