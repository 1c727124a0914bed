//! A notice in words for people who look elsewhere.

use crate::notification::Notification;
use crate::terminal::message::{News, Notice};

/// What a terminal's notice says; `None` if it is none.
pub(crate) fn notification(notice: &[u8]) -> Option<Notification> {
    let Notice { name, news } = Notice::decode(notice).ok()?;
    let title = if name.is_empty() { "Terminal".to_owned() } else { name };
    let (want, body) = match news {
        News::Bell => ("bell", "It rings the bell.".to_owned()),
        News::Finished { command, seconds } => {
            let command = if command.is_empty() { "A command".to_owned() } else { command };
            ("finished", format!("{command} finished after {}.", in_words(seconds)))
        }
    };
    // A bell asks for somebody; that something is done can wait for the phone to wake.
    Some(Notification { want, title, body, tag: want.to_owned(), is_urgent: want == "bell" })
}

/// "12 s", "3 min 5 s", "2 h 10 min".
fn in_words(seconds: u64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_becomes_a_sentence() {
        let says = |news| {
            let notice = Notice { name: "build".into(), news }.encode();
            let said = notification(&notice).unwrap();
            (said.want, format!("{}: {}", said.title, said.body))
        };
        assert_eq!(says(News::Bell), ("bell", "build: It rings the bell.".into()));
        let after = |seconds| says(News::Finished { command: "make".into(), seconds }).1;
        assert_eq!(after(12), "build: make finished after 12 s.");
        assert_eq!(after(185), "build: make finished after 3 min 5 s.");
        assert_eq!(after(7890), "build: make finished after 2 h 11 min.");
        let unknown = News::Finished { command: String::new(), seconds: 60 };
        assert_eq!(says(unknown).1, "build: A command finished after 1 min 0 s.");
        assert_eq!(notification(b"nonsense"), None);
    }
}
