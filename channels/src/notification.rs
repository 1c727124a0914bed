//! What people are told who look elsewhere.

/// What a kind's notice says to people who look elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// What sort it is: people choose which sorts they want. Small letters and dashes, at most 16.
    pub want: &'static str,
    /// Where it comes from.
    pub title: String,
    /// What happened, in a sentence.
    pub body: String,
    /// A newer notification of a channel with the same tag takes the place of the older.
    pub tag: String,
    /// Somebody is waited for.
    pub is_urgent: bool,
}
