//! Tab stops.

/// Where tabs stop: one flag a column. Default: every eighth.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Tabs(Vec<bool>);

impl Tabs {
    /// Every eighth of `cols` columns.
    pub(super) fn new(cols: u16) -> Self {
        let mut tabs = Self(Vec::new());
        tabs.resize(cols);
        tabs
    }

    /// Keeps the stops there are; new columns get the default's.
    pub(super) fn resize(&mut self, cols: u16) {
        let known = self.0.len();
        self.0.truncate(cols.into());
        self.0.extend((known..cols.into()).map(|col| col % 8 == 0));
    }

    pub(super) fn set(&mut self, col: u16, on: bool) {
        if let Some(stop) = self.0.get_mut(usize::from(col)) {
            *stop = on;
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.fill(false);
    }

    /// The next stop after `col`, or the last column.
    pub(super) fn after(&self, col: u16) -> u16 {
        self.stops().find(|&stop| stop > col).unwrap_or_else(|| self.last())
    }

    /// The stop before `col`, or the first column.
    pub(super) fn before(&self, col: u16) -> u16 {
        self.stops().take_while(|&stop| stop < col).last().unwrap_or(0)
    }

    /// The columns that are stops.
    pub(super) fn stops(&self) -> impl Iterator<Item = u16> {
        (0u16..).zip(&self.0).filter(|(_, stop)| **stop).map(|(col, _)| col)
    }

    fn last(&self) -> u16 {
        u16::try_from(self.0.len().saturating_sub(1)).unwrap_or(u16::MAX)
    }
}
