//! What a gateway hands a holder at its start, on standard input.

use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

use bytes::Bytes;
use devtail_protocol::ChannelId;

use crate::terminal::limits::{MESSAGE_BYTES_MAX, PATH_BYTES_MAX};

/// Which terminal to hold, and where to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The channel's id.
    pub id: ChannelId,
    /// The socket to listen on.
    pub socket: PathBuf,
    /// `Open.spec`, as it came.
    pub spec: Bytes,
}

/// The version of this format, so that a gateway finds out if it starts a holder of another.
const VERSION: u8 = 1;

impl Order {
    /// Writes it: version, id, length of the path as a big-endian u16, path, spec to the end.
    pub fn encode(&self) -> Vec<u8> {
        let path = self.socket.as_os_str().as_bytes();
        let mut out = vec![VERSION];
        out.extend(self.id.0);
        out.extend(u16::try_from(path.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend(path);
        out.extend(&self.spec);
        out
    }

    /// Reads it to the end of the stream.
    ///
    /// # Errors
    /// The stream fails, ends early, or is no order of this version.
    pub fn read(from: impl Read) -> io::Result<Self> {
        let mut all = Vec::new();
        let mut from = from.take((PATH_BYTES_MAX + MESSAGE_BYTES_MAX + 32) as u64);
        from.read_to_end(&mut all)?;
        let (head, rest) = all.split_at_checked(19).ok_or_else(|| bad("is cut short"))?;
        if head[0] != VERSION {
            return Err(bad("is of another version; restart the gateway"));
        }
        let id = ChannelId(head[1..17].try_into().map_err(|_| bad("is cut short"))?);
        let len = usize::from(u16::from_be_bytes([head[17], head[18]]));
        let (path, spec) = rest.split_at_checked(len).ok_or_else(|| bad("is cut short"))?;
        let socket = PathBuf::from(std::ffi::OsString::from_vec(path.to_vec()));
        Ok(Self { id, socket, spec: Bytes::copy_from_slice(spec) })
    }
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the order on standard input {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_survives_the_pipe_and_half_of_one_is_refused() {
        let order = Order { id: ChannelId([3; 16]), socket: "/run/x.sock".into(), spec: Bytes::from_static(b"spec") };
        let bytes = order.encode();
        assert_eq!(Order::read(&bytes[..]).unwrap(), order);
        assert!(Order::read(&bytes[..20]).is_err());
        assert!(Order::read(&b"\x02"[..]).is_err());
    }
}
