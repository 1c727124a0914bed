//! How our types are kept in a column.

use crate::{device::DeviceId, grant::Workspaces, scope::Scopes, timestamp::Timestamp};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use std::{error::Error, str::FromStr};

impl ToSql for Timestamp {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(i64::try_from(self.unix_ms()).unwrap_or(i64::MAX).into())
    }
}

impl FromSql for Timestamp {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let ms = value.as_i64()?;
        u64::try_from(ms).map(Self::from_unix_ms).map_err(|_| FromSqlError::OutOfRange(ms))
    }
}

impl ToSql for DeviceId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_bytes().as_slice().into())
    }
}

impl FromSql for DeviceId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        <[u8; 16]>::column_result(value).map(Self::from_bytes)
    }
}

impl ToSql for Scopes {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl FromSql for Scopes {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        from_text(value)
    }
}

impl ToSql for Workspaces {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl FromSql for Workspaces {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        from_text(value)
    }
}

/// Reads a value that is kept as its text.
pub(crate) fn from_text<T>(value: ValueRef<'_>) -> FromSqlResult<T>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    value.as_str()?.parse().map_err(|error| FromSqlError::Other(Box::new(error)))
}
