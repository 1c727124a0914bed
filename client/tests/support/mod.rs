//! A gateway for tests and what a user sees of it.
#![allow(
    clippy::result_large_err,
    clippy::unwrap_used,
    dead_code,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    reason = "each test program uses its part, and tungstenite's callback returns a whole response"
)]

pub mod gateway;
mod host;
mod served;
pub mod view;
mod visitor;
