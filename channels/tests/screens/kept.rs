//! A terminal and the rows that left it, as a holder has them.

use devtail_channels::terminal::history::History;
use devtail_channels::terminal::{Row, Size, Source};

pub(crate) struct Kept {
    pub(crate) source: Source,
    history: History,
}

impl Kept {
    pub(crate) fn new(size: Size) -> Self {
        let mut source = Source::new(size);
        source.collect_rows();
        Self { source, history: History::default() }
    }

    pub(crate) fn takes(&mut self, part: &[u8]) {
        assert_eq!(self.source.take(part).used, part.len());
        self.source.take_left(|left| self.history.add(left));
    }

    pub(crate) fn pack(&mut self) {
        self.history.pack();
    }

    /// Every row there is, page by page; those of the screen are the last.
    pub(crate) fn all_rows(&self) -> Vec<Row> {
        let mut all = Vec::new();
        let screen = self.source.screen();
        let base = self.history.base();
        loop {
            let page = self.history.rows(screen, base + all.len() as u64, 777);
            if page.rows.is_empty() {
                return all;
            }
            all.extend(page.rows);
        }
    }
}
