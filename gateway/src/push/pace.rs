//! How often a channel is heard: a program that rings and rings is told of once.

use crate::limits::{PUSH_APART, PUSH_APART_KEPT};
use devtail_protocol::ChannelId;
use std::{collections::HashMap, time::Instant};

/// What was told within the last ten seconds.
#[derive(Debug, Default)]
pub(crate) struct Pace(HashMap<(ChannelId, String), Instant>);

impl Pace {
    /// Whether this may be told now; then it counts as told.
    pub(crate) fn admits(&mut self, now: Instant, channel: ChannelId, tag: &str) -> bool {
        self.0.retain(|_, told| now < *told + PUSH_APART);
        let key = (channel, tag.to_owned());
        if self.0.contains_key(&key) || self.0.len() >= PUSH_APART_KEPT {
            return false;
        }
        self.0.insert(key, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_channel_is_told_of_once_in_ten_seconds_for_each_tag() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        let (one, two) = (ChannelId([1; 16]), ChannelId([2; 16]));
        assert!(pace.admits(start, one, "bell"));
        assert!(!pace.admits(start + Duration::from_millis(9_999), one, "bell"));
        assert!(pace.admits(start, one, "finished") && pace.admits(start, two, "bell"));
        assert!(pace.admits(start + Duration::from_secs(10), one, "bell"));
        assert_eq!(pace.0.len(), 1, "the others are forgotten");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        let admitted = (0..=u8::MAX).cycle().take(2000).enumerate();
        let admitted =
            admitted.filter(|(n, id)| pace.admits(now, ChannelId([*id; 16]), &n.to_string()));
        assert_eq!(admitted.count(), PUSH_APART_KEPT);
    }
}
