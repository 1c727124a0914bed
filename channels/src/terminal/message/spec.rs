//! What `Open.spec` says: the terminal to create.

use bytes::Bytes;
use prost::Message as _;

use super::{Bad, Size, check_directory, check_name};
use crate::terminal::generated;
use crate::terminal::limits::{COMMAND_BYTES_MAX, COMMAND_WORDS_MAX, MESSAGE_BYTES_MAX};

/// The terminal to create.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spec {
    /// Program and arguments; empty for the user's login shell.
    pub command: Vec<String>,
    /// Absolute directory to start in; empty for the user's home.
    pub cwd: String,
    /// The grid at the start.
    pub size: Size,
    /// What people call it; empty for the program's name.
    pub name: String,
    /// Whether the program waits for its reader rather than the Log dropping its oldest.
    pub every_byte: bool,
    /// Whether typed bytes are not echoed until the program asks for it.
    pub no_echo: bool,
}

impl Spec {
    /// Reads a spec.
    ///
    /// # Errors
    /// `Bad` if it is no spec, or breaks a bound.
    pub fn decode(bytes: &[u8]) -> Result<Self, Bad> {
        if bytes.len() > MESSAGE_BYTES_MAX {
            return Err(Bad::TooLong { bytes: bytes.len() });
        }
        generated::Spec::decode(bytes)?.try_into()
    }

    /// Writes it for the wire.
    pub fn encode(&self) -> Bytes {
        let spec = generated::Spec {
            command: self.command.clone(),
            cwd: self.cwd.clone(),
            size: Some(self.size.into()),
            name: self.name.clone(),
            every_byte: self.every_byte,
            no_echo: self.no_echo,
        };
        spec.encode_to_vec().into()
    }
}

impl TryFrom<generated::Spec> for Spec {
    type Error = Bad;

    fn try_from(spec: generated::Spec) -> Result<Self, Bad> {
        check_command(&spec.command)?;
        check_directory(&spec.cwd)?;
        check_name(&spec.name)?;
        let size = spec.size.unwrap_or_default().try_into()?;
        Ok(Self {
            command: spec.command,
            cwd: spec.cwd,
            size,
            name: spec.name,
            every_byte: spec.every_byte,
            no_echo: spec.no_echo,
        })
    }
}

fn check_command(words: &[String]) -> Result<(), Bad> {
    if words.len() > COMMAND_WORDS_MAX {
        return Err(Bad::CommandWords { words: words.len() });
    }
    let bytes = words.iter().map(String::len).sum();
    if bytes > COMMAND_BYTES_MAX {
        return Err(Bad::CommandBytes { bytes });
    }
    if words.first().is_some_and(String::is_empty) || words.iter().any(|word| word.contains('\0')) {
        return Err(Bad::CommandWord);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use devtail_protocol::wire::{Decoder, Encoder, Frame, Open, OutboxRange, Priority, Sealed};
    use devtail_protocol::{Ch, ChannelId, ClientId, Epoch, Position, Time};

    use super::*;
    use crate::terminal::limits::{NAME_CHARS_MAX, PATH_BYTES_MAX};

    #[test]
    fn a_spec_survives_the_wire_and_an_empty_one_is_a_login_shell() {
        let spec = Spec {
            command: vec!["vim".into(), "-R".into()],
            cwd: "/tmp".into(),
            size: Size::new(132, 50).unwrap(),
            name: "edit".into(),
            every_byte: true,
            no_echo: true,
        };
        assert_eq!(Spec::decode(&spec.encode()), Ok(spec));
        assert_eq!(Spec::decode(b""), Ok(Spec::default()));
    }

    #[test]
    fn the_largest_spec_fits_an_open() {
        let mut command = vec!["a".repeat(40); COMMAND_WORDS_MAX];
        command[0].push_str(&"a".repeat(COMMAND_BYTES_MAX - 40 * COMMAND_WORDS_MAX));
        let spec = Spec {
            command,
            cwd: format!("/{}", "a".repeat(PATH_BYTES_MAX - 1)),
            size: Size::new(250, 1000).unwrap(),
            name: "🚀".repeat(NAME_CHARS_MAX),
            every_byte: true,
            no_echo: true,
        };
        assert_eq!(Spec::decode(&spec.encode()).as_ref(), Ok(&spec));
        let open = Frame::Open(Open {
            ch: Ch(u16::MAX.into()),
            id: ChannelId([0xff; 16]),
            kind: crate::terminal::KIND.to_owned(),
            spec: Some(spec.encode()),
            have: Some(Position { epoch: Epoch(u64::MAX), offset: u64::MAX }),
            window: u32::MAX,
            priority: Priority::Focused,
            outbox: Some(OutboxRange { first: u64::MAX - 1, next: u64::MAX }),
            client: Some(ClientId([0xff; 16])),
            reader: "n".repeat(64),
        });
        let packet = Encoder::new().seal(Time::ZERO, &[open], Sealed::Plain);
        assert_eq!(Decoder::new(0).open(packet).map(|frames| frames.len()), Ok(1));
    }

    #[test]
    fn what_no_program_could_be_started_from_is_refused() {
        let bad = |change: fn(&mut Spec)| {
            let mut spec = Spec::default();
            change(&mut spec);
            Spec::decode(&spec.encode()).unwrap_err()
        };
        assert_eq!(bad(|s| s.cwd = "tmp".into()), Bad::Directory);
        assert_eq!(bad(|s| s.command = vec![String::new()]), Bad::CommandWord);
        assert_eq!(bad(|s| s.command = vec!["a\0b".into()]), Bad::CommandWord);
        assert_eq!(bad(|s| s.command = vec!["a".into(); 257]), Bad::CommandWords { words: 257 });
        assert_eq!(
            bad(|s| s.command = vec!["a".repeat(10_241)]),
            Bad::CommandBytes { bytes: 10_241 }
        );
        // However much longer it is, the bound and the way out are named.
        for bytes in [10_241, 20_000, 200_000] {
            let spec = Spec { command: vec!["a".repeat(bytes)], ..Spec::default() };
            let words = Spec::decode(&spec.encode()).unwrap_err().to_string();
            assert!(words.contains("10240") && words.contains("script file"), "{words}");
        }
        assert_eq!(bad(|s| s.name = "\u{1b}[2J".into()), Bad::NameControl);
        assert_eq!(bad(|s| s.name = "x".repeat(65)), Bad::NameLong { chars: 65 });
        assert!(matches!(Spec::decode(&[0xff; 40]), Err(Bad::Malformed(_))));
        assert!(matches!(Spec::decode(&vec![0; MESSAGE_BYTES_MAX + 1]), Err(Bad::TooLong { .. })));
    }
}
