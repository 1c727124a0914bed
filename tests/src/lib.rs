//! What the tests, the bench and the soak share. It sees all floors, and no floor sees it.

pub mod chance;
pub mod device;
pub mod fuzzing;
pub mod gateway;
pub mod hot;
#[cfg(feature = "load")]
pub mod load;
pub mod narrow;
pub mod netlab;
pub mod prediction;
pub mod proxy;
pub mod repo;
pub mod sim;
pub mod tokens;
pub mod vectors;
