//! The fake agent as a program of its own, for the tests of this crate: `fake-agent [newer] [early] [forgets] [bold]`.

use std::io;

use devtail_channels::agent::fake::{Fake, Habits};

fn main() -> io::Result<()> {
    let has = |habit: &str| std::env::args().any(|argument| argument == habit);
    let habits = Habits {
        newer: has("newer"),
        early: has("early"),
        forgets: has("forgets"),
        bold: has("bold"),
    };
    Fake::new(habits, io::stdout()).run(io::stdin().lock())
}
