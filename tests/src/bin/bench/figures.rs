//! Every figure, in the order of the tables.

mod echo;
mod netlab;
mod network;
mod spine;
mod terminal;

use crate::figure::Figure;

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Figure> {
    let groups =
        [echo::FIGURES, spine::FIGURES, terminal::FIGURES, network::FIGURES, netlab::FIGURES];
    groups.into_iter().flatten()
}
