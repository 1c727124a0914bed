//! What the holder says to people though nobody looks.

use bytes::Bytes;
use prost::Message as _;

use super::Bad;
use crate::terminal::generated::{self, notice::What};
use crate::terminal::limits::{COMMAND_CHARS_MAX, MESSAGE_BYTES_MAX, NAME_CHARS_MAX};

/// Something a person should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What people call the terminal; at most 64 characters.
    pub name: String,
    /// What happened there.
    pub news: News,
}

/// What can happen that a person should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// The program rang the bell.
    Bell,
    /// A command of the shell that took long is over.
    Finished {
        /// The program's name, at most 64 characters; empty if nobody knows it any more.
        command: String,
        /// How long it took.
        seconds: u64,
    },
}

impl Notice {
    /// Reads a notice; what is too long is cut.
    ///
    /// # Errors
    /// `Bad` if it is none.
    pub fn decode(bytes: &[u8]) -> Result<Self, Bad> {
        if bytes.len() > MESSAGE_BYTES_MAX {
            return Err(Bad::TooLong { bytes: bytes.len() });
        }
        let notice = generated::Notice::decode(bytes)?;
        let news = match notice.what.ok_or(Bad::Nothing)? {
            What::Bell(generated::Bell {}) => News::Bell,
            What::Finished(finished) => News::Finished {
                command: plain(&finished.command, COMMAND_CHARS_MAX),
                seconds: finished.seconds,
            },
        };
        Ok(Self { name: plain(&notice.name, NAME_CHARS_MAX), news })
    }

    /// Writes it for the wire.
    pub fn encode(&self) -> Bytes {
        let what = match &self.news {
            News::Bell => What::Bell(generated::Bell {}),
            News::Finished { command, seconds } => {
                What::Finished(generated::Finished { command: command.clone(), seconds: *seconds })
            }
        };
        generated::Notice { name: self.name.clone(), what: Some(what) }.encode_to_vec().into()
    }
}

/// Words for people: no control characters, bounded.
fn plain(text: &str, chars_max: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(chars_max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_survives_the_wire() {
        let finished = News::Finished { command: "make".into(), seconds: 75 };
        for news in [News::Bell, finished] {
            let notice = Notice { name: "build".into(), news };
            assert_eq!(Notice::decode(&notice.encode()).unwrap(), notice);
        }
    }

    #[test]
    fn what_would_drive_a_screen_is_taken_out_and_what_is_too_long_is_cut() {
        let news = News::Finished { command: format!("m\x1b[31m{}", "x".repeat(99)), seconds: 1 };
        let read = Notice::decode(&Notice { name: "a\u{7}b".into(), news }.encode()).unwrap();
        let News::Finished { command, .. } = read.news else { panic!("{:?}", read.news) };
        assert_eq!((read.name.as_str(), command.chars().count()), ("ab", 64));
        assert!(command.starts_with("m[31mx"));
        assert!(Notice::decode(b"").is_err() && Notice::decode(&[0xff; 9]).is_err());
    }
}
