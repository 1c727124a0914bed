//! Every figure, in the order of the tables.

mod netlab;
mod network;
mod spine;
mod terminal;

use crate::figure::Figure;

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Figure> {
    [spine::FIGURES, terminal::FIGURES, network::FIGURES, netlab::FIGURES].into_iter().flatten()
}
