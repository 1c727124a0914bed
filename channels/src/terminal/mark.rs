//! The host's own marks: what it says in the Log beside what the program wrote. `ESC ] 8377 ; NAME=VALUE ESC \`.
//!
//! A program's own OSC 8377 is taken out by the Scanner, so a mark in the Log is the host's. Emulators that do not know
//! it ignore it.

use std::fmt::Write as _;

use super::limits::{COMMAND_CHARS_MAX, PEOPLE_MAX, PERSON_NAME_CHARS_MAX};
use super::message::{Person, Role, Size};

/// The OSC number of the marks.
pub(super) const MARK: u32 = 8377;

/// Something the host itself says, true from its place in the Log on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// The grid has this size: `size=COLSxROWS`.
    Size(Size),
    /// Whether what is typed is not shown, by the terminal's own settings (ICANON without ECHO): `secret=0` or `secret=1`.
    Secret(bool),
    /// Who is attached, at most 16: `people=` and for each `d` (drives) or `v` (views), eight hex digits of the client
    /// instance, a space and the device's name; `;` between them.
    People(Vec<Person>),
    /// A command of the shell that took at least 10 s is over: `finished=SECONDS COMMAND`. It happens once.
    Finished {
        /// The program's name, at most 64 characters; empty if nobody knows it any more.
        command: String,
        /// How long it took.
        seconds: u64,
    },
}

impl Mark {
    /// Its bytes in the Log.
    pub fn encode(&self) -> Vec<u8> {
        let text = match self {
            Self::Size(size) => format!("size={}x{}", size.cols(), size.rows()),
            Self::Secret(secret) => format!("secret={}", u8::from(*secret)),
            Self::People(people) => format!("people={}", list(people)),
            Self::Finished { command, seconds } => format!("finished={seconds} {}", plain(command)),
        };
        format!("\x1b]{MARK};{text}\x1b\\").into_bytes()
    }

    /// What stands before the first mark in these bytes of a Log, the mark, and what stands behind it; `None` if there is
    /// none. A mark of another sort is `None` itself. None is ever cut: the host appends it whole.
    pub fn split(log: &[u8]) -> Option<(&[u8], Option<Self>, &[u8])> {
        let begin = format!("\x1b]{MARK};");
        let at = memchr::memmem::find(log, begin.as_bytes())?;
        let text = &log[at + begin.len()..];
        let end = memchr::memmem::find(text, b"\x1b\\")?;
        Some((&log[..at], Self::decode(&text[..end]), &text[end + 2..]))
    }

    /// Reads the text of one, its number and semicolon cut off; `None` for a mark of another sort.
    pub fn decode(text: &[u8]) -> Option<Self> {
        let (name, value) = std::str::from_utf8(text).ok()?.split_once('=')?;
        match (name, value) {
            ("size", value) => {
                let (cols, rows) = value.split_once('x')?;
                Size::new(cols.parse().ok()?, rows.parse().ok()?).ok().map(Self::Size)
            }
            ("secret", "0") => Some(Self::Secret(false)),
            ("secret", "1") => Some(Self::Secret(true)),
            ("people", value) => {
                let entries = value.split(';').filter(|entry| !entry.is_empty());
                entries.take(PEOPLE_MAX).map(person).collect::<Option<_>>().map(Self::People)
            }
            ("finished", value) => {
                let (seconds, command) = value.split_once(' ')?;
                Some(Self::Finished { command: plain(command), seconds: seconds.parse().ok()? })
            }
            _ => None,
        }
    }
}

fn plain(command: &str) -> String {
    command.chars().filter(|char| !char.is_control()).take(COMMAND_CHARS_MAX).collect()
}

fn list(people: &[Person]) -> String {
    let mut list = String::new();
    for person in people.iter().take(PEOPLE_MAX) {
        let role = match person.role {
            Role::Drives => 'd',
            Role::Views => 'v',
        };
        let name = person.name.chars().filter(|char| !char.is_control() && *char != ';');
        let name: String = name.take(PERSON_NAME_CHARS_MAX).collect();
        let between = if list.is_empty() { "" } else { ";" };
        let _ = write!(list, "{between}{role}{:08x} {name}", person.id);
    }
    list
}

fn person(entry: &str) -> Option<Person> {
    let (head, name) = entry.split_once(' ')?;
    let role = match head.get(..1)? {
        "d" => Role::Drives,
        "v" => Role::Views,
        _ => return None,
    };
    let id = u32::from_str_radix(head.get(1..9).filter(|_| head.len() == 9)?, 16).ok()?;
    Some(Person { id, role, name: name.chars().take(PERSON_NAME_CHARS_MAX).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(mark: &Mark) -> Vec<u8> {
        let bytes = mark.encode();
        bytes[b"\x1b]8377;".len()..bytes.len() - 2].to_vec()
    }

    #[test]
    fn every_mark_is_read_as_it_was_written() {
        let ann = Person { id: 0x1a2b_3c4d, role: Role::Drives, name: "Ann's phone".into() };
        let ben = Person { id: 7, role: Role::Views, name: String::new() };
        for mark in [
            Mark::Size(Size::new(132, 50).unwrap()),
            Mark::Secret(true),
            Mark::Secret(false),
            Mark::People(vec![ann, ben]),
            Mark::People(vec![]),
            Mark::Finished { command: "make all".into(), seconds: 75 },
            Mark::Finished { command: String::new(), seconds: u64::MAX },
        ] {
            assert_eq!(Mark::decode(&text(&mark)), Some(mark));
        }
    }

    #[test]
    fn a_mark_is_told_from_what_stands_around_it() {
        let mark = Mark::Size(Size::new(100, 30).unwrap());
        let log = [b"before", &mark.encode()[..], b"behind"].concat();
        assert_eq!(Mark::split(&log), Some((&b"before"[..], Some(mark), &b"behind"[..])));
        assert_eq!(Mark::split(b"a\x1b]8377;new=1\x1b\\b"), Some((&b"a"[..], None, &b"b"[..])));
        assert_eq!(Mark::split(b"\x1b]8378;size=1x1\x1b\\"), None);
    }

    #[test]
    fn a_name_cannot_add_people_or_end_the_mark() {
        let name = "x;d00000001 root\x1b\\\u{9c}\x07".to_owned();
        let mark = Mark::People(vec![Person { id: 1, role: Role::Views, name }]);
        let Some(Mark::People(people)) = Mark::decode(&text(&mark)) else { panic!("people") };
        assert_eq!(people.len(), 1);
        assert_eq!(people[0].name, "xd00000001 root\\");
    }

    #[test]
    fn what_is_no_mark_is_not_read_as_one() {
        for text in [
            &b"size=0x5"[..],
            b"size=9x",
            b"secret=2",
            b"finished=x make",
            b"finished=1",
            b"people=x",
            b"people=d123 a",
            b"",
        ] {
            assert_eq!(Mark::decode(text), None, "{}", text.escape_ascii());
        }
    }
}
