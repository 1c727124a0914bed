//! What `End.status` says: how the program ended.

use std::fmt;

use bytes::Bytes;
use prost::Message as _;

use super::Bad;
use crate::terminal::generated::{self, end::Kind};

/// How the program ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum End {
    /// It exited with this status.
    Code(u8),
    /// A signal ended it, for instance "SIGKILL".
    Signal(String),
    /// Nobody knows; one sentence says why.
    Lost(String),
}

impl End {
    /// Reads a status.
    ///
    /// # Errors
    /// `Bad` if it is none.
    pub fn decode(bytes: &[u8]) -> Result<Self, Bad> {
        generated::End::decode(bytes)?.try_into()
    }

    /// Writes it for the wire.
    pub fn encode(&self) -> Bytes {
        generated::End::from(self).encode_to_vec().into()
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exited with {code}"),
            Self::Signal(name) => write!(f, "ended by {name}"),
            Self::Lost(why) => f.write_str(why),
        }
    }
}

impl TryFrom<generated::End> for End {
    type Error = Bad;

    fn try_from(end: generated::End) -> Result<Self, Bad> {
        Ok(match end.kind.ok_or(Bad::Nothing)? {
            Kind::Code(code) => Self::Code(u8::try_from(code).map_err(|_| Bad::ExitCode { code })?),
            Kind::Signal(name) => Self::Signal(name),
            Kind::Lost(why) => Self::Lost(why),
        })
    }
}

impl From<&End> for generated::End {
    fn from(end: &End) -> Self {
        let kind = match end {
            End::Code(code) => Kind::Code((*code).into()),
            End::Signal(name) => Kind::Signal(name.clone()),
            End::Lost(why) => Kind::Lost(why.clone()),
        };
        Self { kind: Some(kind) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_survives_the_wire_and_an_impossible_one_is_refused() {
        for end in [
            End::Code(0),
            End::Code(255),
            End::Signal("SIGKILL".into()),
            End::Lost("the holder died".into()),
        ] {
            assert_eq!(End::decode(&end.encode()), Ok(end));
        }
        let high = generated::End { kind: Some(Kind::Code(256)) };
        assert_eq!(End::try_from(high), Err(Bad::ExitCode { code: 256 }));
        assert_eq!(End::decode(b""), Err(Bad::Nothing));
    }
}
