//! This terminal and its locale.

use std::env;
use std::io::{self, IsTerminal as _};

use super::Finding;

/// Whether programs can draw in this terminal.
pub(crate) fn terminal() -> Finding {
    let check = "terminal";
    if !io::stdout().is_terminal() {
        return Finding::good(check, "there is none here, which is fine for scripts");
    }
    match env::var("TERM").ok().filter(|term| !term.is_empty()) {
        None => Finding::wrong(check, "TERM is not set", "export TERM=xterm-256color"),
        Some(term) if term == "dumb" => Finding::wrong(
            check,
            "TERM says that this terminal cannot draw",
            "Use another terminal, or export TERM=xterm-256color if it can.",
        ),
        Some(term) => Finding::good(check, format!("TERM is {term}")),
    }
}

/// Whether letters beyond ASCII come out right.
pub(crate) fn locale() -> Finding {
    let named = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| {
        let value = env::var(name).ok().filter(|value| !value.is_empty())?;
        Some((name, value))
    });
    judge_locale(named)
}

fn judge_locale(named: Option<(&str, String)>) -> Finding {
    let check = "locale";
    let remedy = "export LC_CTYPE=C.UTF-8, so that programs here write UTF-8.";
    match named {
        None => Finding::note(check, "none is set", remedy),
        Some((name, value)) => {
            let upper = value.to_ascii_uppercase();
            if upper.contains("UTF-8") || upper.contains("UTF8") {
                Finding::good(check, format!("{name} is {value}"))
            } else {
                Finding::note(check, format!("{name} is {value}, which is not UTF-8"), remedy)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Health;

    #[test]
    fn a_locale_without_utf_8_is_pointed_out() {
        assert_eq!(judge_locale(Some(("LANG", "de_DE.utf8".into()))).state, Health::Good);
        assert_eq!(judge_locale(Some(("LANG", "C".into()))).state, Health::Note);
        assert_eq!(judge_locale(None).state, Health::Note);
    }
}
