//! What a program finds in its environment: what a login gives, and little else.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use nix::unistd::{Uid, User};

/// Variables of the gateway's own environment that reach a terminal. All others, its secrets among them, do not.
const KEPT: [&str; 14] = [
    "PATH",
    // Where the user's tmux server listens.
    "TMUX_TMPDIR",
    "TZ",
    "LANG",
    "LANGUAGE",
    "SSH_AUTH_SOCK",
    "XDG_RUNTIME_DIR",
    "XDG_SESSION_ID",
    "XDG_DATA_DIRS",
    "XDG_CONFIG_DIRS",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "NIX_PROFILES",
];
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Who logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) home: String,
    pub(super) shell: String,
}

impl Account {
    /// The account this process runs as, from the user database; a stranger to it gets `/` and `/bin/sh`. Its home is where
    /// `HOME` says, as for the gateway's own files: a container's user database often knows none.
    pub(super) fn own() -> Self {
        let home = std::env::var("HOME").ok().filter(|home| Path::new(home).is_absolute());
        match User::from_uid(Uid::current()) {
            Ok(Some(user)) => Self {
                home: home.unwrap_or_else(|| user.dir.to_string_lossy().into_owned()),
                shell: Some(user.shell.to_string_lossy().into_owned())
                    .filter(|shell| !shell.is_empty())
                    .unwrap_or_else(sh),
                name: user.name,
            },
            Ok(None) | Err(_) => {
                let home = home.unwrap_or_else(|| "/".into());
                Self { name: Uid::current().to_string(), home, shell: sh() }
            }
        }
    }
}

fn sh() -> String {
    "/bin/sh".into()
}

/// The environment of a program that this process starts for its own account.
pub(super) fn of_login(account: &Account) -> BTreeMap<String, String> {
    let utf8 = |(name, value): (OsString, OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    login(account, std::env::vars_os().filter_map(utf8))
}

/// The environment of a program on a terminal of this account. `given` is the holder's own.
fn login(
    account: &Account,
    given: impl Iterator<Item = (String, String)>,
) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = given
        .filter(|(name, _)| KEPT.contains(&name.as_str()) || name.starts_with("LC_"))
        .collect();
    let effective = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| all.get(*name).filter(|value| !value.is_empty()));
    if !effective.is_some_and(|locale| is_utf8(locale)) {
        all.retain(|name, _| name != "LC_ALL" && name != "LC_CTYPE");
        all.insert("LANG".into(), "C.UTF-8".into());
    }
    all.entry("PATH".into()).or_insert_with(|| PATH.into());
    for (name, value) in [
        ("HOME", account.home.as_str()),
        ("USER", &account.name),
        ("LOGNAME", &account.name),
        ("SHELL", &account.shell),
        ("TERM", "xterm-256color"),
        ("COLORTERM", "truecolor"),
        ("TERM_PROGRAM", "devtail"),
        ("TERM_PROGRAM_VERSION", env!("CARGO_PKG_VERSION")),
    ] {
        all.insert(name.into(), value.into());
    }
    all
}

fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(given: &[(&str, &str)]) -> BTreeMap<String, String> {
        let account =
            Account { name: "ann".into(), home: "/home/ann".into(), shell: "/bin/zsh".into() };
        login(&account, given.iter().map(|(name, value)| ((*name).into(), (*value).into())))
    }

    #[test]
    fn only_what_a_login_gives_reaches_the_program() {
        let all = of(&[
            ("DEVTAIL_TOKEN", "secret"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("TZ", "UTC"),
            ("HOME", "/root"),
        ]);
        assert!(!all.contains_key("DEVTAIL_TOKEN") && !all.contains_key("AWS_SECRET_ACCESS_KEY"));
        assert_eq!(
            (all["TZ"].as_str(), all["HOME"].as_str(), all["PATH"].as_str()),
            ("UTC", "/home/ann", PATH)
        );
        assert_eq!(
            (all["TERM"].as_str(), all["COLORTERM"].as_str()),
            ("xterm-256color", "truecolor")
        );
    }

    #[test]
    fn the_locale_is_kept_if_it_is_utf8_and_made_so_if_not() {
        assert_eq!(of(&[("LANG", "de_DE.UTF-8")])["LANG"], "de_DE.UTF-8");
        assert_eq!(of(&[("LANG", "de_DE")])["LANG"], "C.UTF-8");
        let all = of(&[("LANG", "de_DE.utf8"), ("LC_ALL", "C"), ("LC_TIME", "de_DE.UTF-8")]);
        assert_eq!(
            (all["LANG"].as_str(), all.get("LC_ALL"), all["LC_TIME"].as_str()),
            ("C.UTF-8", None, "de_DE.UTF-8")
        );
    }
}
