//! The gateway.
mod authority;
pub mod config;
