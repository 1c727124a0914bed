//! The one place that reads the wall clock.

use devtail_control::Timestamp;
use std::time::SystemTime;

/// What the system clock shows.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_system(SystemTime::now())
}
