//! A grid size.

use std::fmt;
use std::num::NonZeroU16;

use super::Bad;
use crate::terminal::generated;
use crate::terminal::limits::{CELLS_MAX, COLS_DEFAULT, ROWS_DEFAULT, SIDE_MAX};

/// Columns and rows of a grid, each 1 to 1000. Default: 80 × 24.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    cols: NonZeroU16,
    rows: NonZeroU16,
}

impl Size {
    /// A grid of so many columns and rows.
    ///
    /// # Errors
    /// `Bad::Size` unless both are 1 to 1000, and their product is at most `CELLS_MAX`.
    pub fn new(cols: u32, rows: u32) -> Result<Self, Bad> {
        let side =
            |n: u32| u16::try_from(n).ok().filter(|_| n <= SIDE_MAX).and_then(NonZeroU16::new);
        let (Some(cols), Some(rows), true) =
            (side(cols), side(rows), cols.saturating_mul(rows) <= CELLS_MAX)
        else {
            return Err(Bad::Size { cols, rows });
        };
        Ok(Self { cols, rows })
    }

    /// A grid as near to these sides as is possible; for a size a real terminal reports, where 0 means unknown.
    pub fn clamped(cols: u32, rows: u32) -> Self {
        let side = |n: u32, default: u16| match n {
            0 => u32::from(default),
            n => n.min(SIDE_MAX),
        };
        let cols = side(cols, COLS_DEFAULT);
        Self::new(cols, side(rows, ROWS_DEFAULT).min(CELLS_MAX / cols)).unwrap_or_default()
    }

    /// Columns, 1 to 1000.
    pub const fn cols(self) -> u16 {
        self.cols.get()
    }

    /// Rows, 1 to 1000.
    pub const fn rows(self) -> u16 {
        self.rows.get()
    }
}

impl Default for Size {
    fn default() -> Self {
        let side = |n| NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN);
        Self { cols: side(COLS_DEFAULT), rows: side(ROWS_DEFAULT) }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.cols, self.rows)
    }
}

impl TryFrom<generated::Size> for Size {
    type Error = Bad;

    fn try_from(size: generated::Size) -> Result<Self, Bad> {
        let or = |n: u32, default: u16| if n == 0 { u32::from(default) } else { n };
        Self::new(or(size.cols, COLS_DEFAULT), or(size.rows, ROWS_DEFAULT))
    }
}

impl From<Size> for generated::Size {
    fn from(size: Size) -> Self {
        Self { cols: size.cols().into(), rows: size.rows().into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_side_is_the_vt100s_and_an_impossible_one_is_refused_with_its_bounds() {
        assert_eq!(
            Size::try_from(generated::Size { cols: 0, rows: 50 }).unwrap().to_string(),
            "80x50"
        );
        let error = Size::new(0, 5).unwrap_err();
        assert_eq!(error, Bad::Size { cols: 0, rows: 5 });
        assert!(error.to_string().contains("1 to 1000"));
        assert!(Size::new(1001, 5).is_err());
        assert!(Size::new(1000, 1000).is_err());
        assert_eq!(Size::clamped(1000, 1000).to_string(), "1000x250");
        assert_eq!(Size::clamped(5000, 0).to_string(), "1000x24");
    }
}
