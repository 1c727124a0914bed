//! The gateway's edge as a stranger, a browser and a paired device meet it: real sockets, real TLS, a real database.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod admission;
mod encryption;
mod house;
mod lifecycle;
mod outside;
mod page;
mod pairing;
mod push;
mod share;
mod slow;
mod wire;
