//! Standard output and standard error, and no panic when nobody reads them any more.

use std::fmt::Display;
use std::io::{self, Write as _};

/// Writes one or more whole lines.
///
/// # Errors
/// Nobody reads it, or the disk is full.
pub(crate) fn say(text: impl Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Writes text as it is.
///
/// # Errors
/// Nobody reads it, or the disk is full.
pub(crate) fn say_part(text: impl Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "{text}")?;
    out.flush()
}

/// Writes a sentence to standard error, if that is still there: a window that was closed takes none.
pub(crate) fn warn(text: impl Display) {
    let _ = writeln!(io::stderr(), "devtail: {text}");
}

/// One sentence of an error and its causes, none said twice.
pub(crate) fn sentence(error: &anyhow::Error) -> String {
    let mut sentence = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if sentence.contains(&cause) {
            continue;
        }
        if !sentence.is_empty() {
            sentence += ": ";
        }
        sentence += &cause;
    }
    sentence
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn a_cause_that_was_said_already_is_not_said_again() {
        let error = Err::<(), _>(anyhow::anyhow!("no route"))
            .context("cannot reach h: no route; try again")
            .context("ls");
        assert_eq!(sentence(&error.unwrap_err()), "ls: cannot reach h: no route; try again");
    }
}
