//! What the tests, the bench and the soak share. It sees all floors, and no floor sees it.

pub mod repo;
pub mod vectors;
