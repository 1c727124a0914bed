//! What `Input.bytes` says: what a device asks of the terminal.

use bytes::Bytes;
use prost::Message as _;

use super::{Bad, Size, check_name};
use crate::terminal::generated::{self, input::Kind};
use crate::terminal::limits::{KEYS_BYTES_MAX, MESSAGE_BYTES_MAX};

/// What a device asks of the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Bytes for the program, as a keyboard sends them; at most 16 KiB.
    Keys(Bytes),
    /// As `Keys`; the device predicts what they bring about, and wants to be told by an Echo.
    Predicted(Bytes),
    /// The device's own grid, which the program sees while this device drives.
    Resize(Size),
    /// A new name.
    Rename(String),
    /// End the program and forget the terminal.
    Kill,
    /// This device drives from now on.
    Drive,
}

impl Input {
    /// Reads an input.
    ///
    /// # Errors
    /// `Bad` if it is no input, or breaks a bound.
    pub fn decode(bytes: &[u8]) -> Result<Self, Bad> {
        if bytes.len() > MESSAGE_BYTES_MAX {
            return Err(Bad::TooLong { bytes: bytes.len() });
        }
        let generated::Input { kind, echo } = generated::Input::decode(bytes)?;
        match kind.ok_or(Bad::Nothing)? {
            Kind::Keys(keys) if keys.len() > KEYS_BYTES_MAX => {
                Err(Bad::KeysLong { bytes: keys.len() })
            }
            Kind::Keys(keys) => Ok(if echo { Self::Predicted(keys) } else { Self::Keys(keys) }),
            Kind::Resize(size) => Ok(Self::Resize(size.try_into()?)),
            Kind::Rename(name) => check_name(&name).map(|()| Self::Rename(name)),
            Kind::Kill(generated::Kill {}) => Ok(Self::Kill),
            Kind::Drive(generated::Drive {}) => Ok(Self::Drive),
        }
    }

    /// Writes it for the wire.
    pub fn encode(&self) -> Bytes {
        let kind = match self {
            Self::Keys(keys) | Self::Predicted(keys) => Kind::Keys(keys.clone()),
            Self::Resize(size) => Kind::Resize((*size).into()),
            Self::Rename(name) => Kind::Rename(name.clone()),
            Self::Kill => Kind::Kill(generated::Kill {}),
            Self::Drive => Kind::Drive(generated::Drive {}),
        };
        let echo = matches!(self, Self::Predicted(_));
        generated::Input { kind: Some(kind), echo }.encode_to_vec().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_input_survives_the_wire() {
        let size = Size::new(100, 30).unwrap();
        for input in [
            Input::Keys("ls\r".into()),
            Input::Predicted("ls\r".into()),
            Input::Resize(size),
            Input::Rename("build".into()),
            Input::Kill,
            Input::Drive,
        ] {
            assert_eq!(Input::decode(&input.encode()), Ok(input));
        }
    }

    #[test]
    fn an_input_that_says_nothing_or_too_much_is_refused() {
        assert_eq!(Input::decode(b""), Err(Bad::Nothing));
        let long = Input::Keys(vec![b'x'; KEYS_BYTES_MAX + 1].into());
        assert_eq!(Input::decode(&long.encode()), Err(Bad::KeysLong { bytes: KEYS_BYTES_MAX + 1 }));
        assert_eq!(Input::decode(&Input::Rename("a\nb".into()).encode()), Err(Bad::NameControl));
    }
}
