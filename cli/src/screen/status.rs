//! One line over the window's last row while there is something to say about the link. Pure.

use std::time::Duration;

use devtail_channels::terminal::Size;
use devtail_client::{Client, LinkState};
use unicode_width::UnicodeWidthChar as _;

/// A link that is back within this time was never missed.
pub(super) const PATIENCE: Duration = Duration::from_millis(400);

/// How the link is; `None` if all is well.
pub(super) fn what(state: &LinkState) -> Option<String> {
    Some(match state {
        LinkState::Live => return None,
        LinkState::Connecting => "connecting …".to_owned(),
        LinkState::Suspect { since } => {
            format!("no answer for {} s, trying another way …", Client::since(*since).as_secs())
        }
        LinkState::Offline { until } => {
            format!("offline, next attempt in {} s", Client::until(*until).as_secs() + 1)
        }
        LinkState::Asleep => "asleep".to_owned(),
        LinkState::Closed(_) => "closed".to_owned(),
    })
}

/// What there is to say of the link; `None` if all is well.
pub(super) fn words(state: &LinkState, waiting: usize) -> Option<String> {
    let what = what(state)?;
    let keys = match waiting {
        0 => String::new(),
        1 => " · 1 input waits".to_owned(),
        many => format!(" · {many} inputs wait"),
    };
    Some(format!("devtail: {what}{keys} · ~. leaves"))
}

/// Draws a line over the last row; the cursor stays where it is.
pub(super) fn draw(text: &str, size: Size) -> Vec<u8> {
    let line = cut(text, size.cols().into());
    format!("\x1b7\x1b[{};1H\x1b[0;7m {line} \x1b[K\x1b[0m\x1b8", size.rows()).into_bytes()
}

/// Takes the line away; what was there comes back with a refresh.
pub(super) fn erase(size: Size) -> Vec<u8> {
    format!("\x1b7\x1b[{};1H\x1b[0m\x1b[2K\x1b8", size.rows()).into_bytes()
}

/// As much of a text as fits with a blank on each side.
fn cut(text: &str, cols: usize) -> String {
    let mut width = 2;
    text.chars()
        .take_while(|c| {
            width += c.width().unwrap_or(0);
            width <= cols
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_live_link_says_nothing_and_a_lost_one_says_what_waits() {
        assert_eq!(words(&LinkState::Live, 3), None);
        let text = words(&LinkState::Connecting, 2).unwrap();
        assert!(text.contains("2 inputs wait") && text.contains("~."), "{text}");
    }

    #[test]
    fn the_line_fits_its_row_and_leaves_the_cursor_alone() {
        let drawn = String::from_utf8(draw("abcdefghijkl", Size::new(10, 5).unwrap())).unwrap();
        assert!(drawn.starts_with("\x1b7\x1b[5;1H") && drawn.ends_with("\x1b8"));
        assert!(drawn.contains(" abcdefgh ") && !drawn.contains('i'), "{drawn:?}");
    }
}
