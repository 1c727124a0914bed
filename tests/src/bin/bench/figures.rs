//! Every figure, in the order of the tables.

mod echo;
mod network;
mod spine;
mod terminal;

use crate::figure::Figure;

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Figure> {
    [echo::FIGURES, spine::FIGURES, terminal::FIGURES, network::FIGURES].into_iter().flatten()
}
