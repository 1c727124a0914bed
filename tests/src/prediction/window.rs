//! A folded Screen as the predictor sees it.

use devtail_channels::terminal::{Content, Look, Screen};
use devtail_client::predict::{Cell, Extent, Glyph, Shown, Spot};

/// A Screen that is guessed at.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a>(pub &'a Screen);

impl Shown for Window<'_> {
    type Style = Look;

    fn extent(&self) -> Extent {
        Extent { rows: self.0.size().rows(), cols: self.0.size().cols() }
    }

    fn cursor(&self) -> Option<Spot> {
        let cursor = self.0.cursor();
        (!cursor.pending).then_some(Spot { row: cursor.row, col: cursor.col })
    }

    fn cell(&self, spot: Spot) -> Cell<Look> {
        let Some(seen) = self.0.seen(spot.row, spot.col) else {
            return Cell { glyph: Glyph::Blank, is_dim: false, style: Look::default() };
        };
        let glyph = match seen.content {
            Content::Blank => Glyph::Blank,
            Content::Char(char) => Glyph::of(char),
            Content::Wide(_) | Content::Cluster(_) | Content::Tail => Glyph::Other,
        };
        Cell { glyph, is_dim: seen.look.is_dim(), style: seen.look }
    }

    fn is_alternate(&self) -> bool {
        self.0.is_alternate()
    }

    fn is_secret(&self) -> bool {
        self.0.is_secret()
    }
}
