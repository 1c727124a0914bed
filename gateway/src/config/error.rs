//! What can be wrong with a configuration, and what to do about it.

use std::{fmt::Display, io, net::SocketAddr, path::PathBuf};
use thiserror::Error;

/// Why there is no configuration to run with.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file is there but cannot be read, or was named and is not there.
    #[error("cannot read the configuration {path}: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no TOML, or a value has the wrong type.
    #[error("{path} is no valid configuration: {message}", path = path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and what, on one or more lines.
        message: String,
    },
    /// A key that means nothing: refused, because a misspelled one would be ignored in silence.
    #[error("{path} has the unknown key `{key}`{hint}; `devtail config` lists every key", path = path.display())]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
        /// `; did you mean …?`, or nothing.
        hint: String,
    },
    /// A value out of its range.
    #[error("{key} = {value} is not possible; {wanted} is")]
    Value {
        /// The key.
        key: &'static str,
        /// What it was set to.
        value: String,
        /// What would be possible.
        wanted: &'static str,
    },
    /// One of certificate and key is missing.
    #[error(
        "tls = \"files\" needs both tls_cert and tls_key; set them, or take tls = \"self-signed\""
    )]
    TlsFiles,
    /// Everyone on the way could read and type: refused.
    #[error(
        "{listen} can be reached from other machines, and without TLS everyone on the way could read along and type; \
         add --tls self-signed (or --tls-cert and --tls-key), or listen on 127.0.0.1"
    )]
    PublicWithoutTls {
        /// The address asked for.
        listen: SocketAddr,
    },
    /// Neither `HOME` nor the variable of the folder is set.
    #[error(
        "neither HOME nor {variable} is set, so there is no place for {what}; set one, or use {flag}"
    )]
    NoHome {
        /// The XDG variable that would do.
        variable: &'static str,
        /// What needs a place.
        what: &'static str,
        /// The flag that would do.
        flag: &'static str,
    },
}

impl ConfigError {
    pub(super) fn value(key: &'static str, value: impl Display, wanted: &'static str) -> Self {
        Self::Value { key, value: value.to_string(), wanted }
    }
}
