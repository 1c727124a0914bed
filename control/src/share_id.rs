//! The name of one sharing link.

use crate::entropy::hex;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// Names a share: 16 bytes, printed as 32 hexadecimal digits. It is no secret: the link's code is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShareId([u8; 16]);

impl ShareId {
    pub(crate) const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for ShareId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for ShareId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShareId({self})")
    }
}

/// A text that is no share's id.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a share's id has 32 hexadecimal digits; `devtail shares` lists them")]
pub struct BadShareId;

impl FromStr for ShareId {
    type Err = BadShareId;

    fn from_str(text: &str) -> Result<Self, BadShareId> {
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(BadShareId);
        }
        u128::from_str_radix(text, 16).map(|id| Self(id.to_be_bytes())).map_err(|_| BadShareId)
    }
}

impl ToSql for ShareId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_slice().into())
    }
}

impl FromSql for ShareId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        <[u8; 16]>::column_result(value).map(Self)
    }
}
