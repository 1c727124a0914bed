//! Every key of the configuration file: its meaning, unit and default, once.

use super::ConfigError;
use std::path::Path;

/// One key of the file; with `-` for `_` it is the flag, in capitals behind `DEVTAIL_` the variable.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    pub(super) default: &'static str,
    pub(super) meaning: &'static str,
}

const fn key(
    name: &'static str,
    unit: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Key {
    Key { name, unit, default, meaning }
}

/// In the order in which `devtail config` prints them.
pub(super) const KEYS: [Key; 13] = [
    key(
        "listen",
        "address:port",
        "127.0.0.1:8377",
        "Where the gateway listens. An address that other machines can reach needs TLS.",
    ),
    key(
        "state",
        "directory",
        "$XDG_STATE_HOME/devtail",
        "Devices, keys, the log of who did what, and the terminals' sockets.",
    ),
    key(
        "tls",
        "off | self-signed | files",
        "off, or files if a certificate is given",
        "How the port is encrypted (TLS 1.3 only).",
    ),
    key("tls_cert", "path of a PEM file", "none", "The certificate chain, the server's own first."),
    key(
        "tls_key",
        "path of a PEM file",
        "none",
        "The certificate's private key; keep it readable for you alone.",
    ),
    key(
        "public_host",
        "host or host:port",
        "the listening address",
        "The name under which others reach the gateway; links carry it.",
    ),
    key(
        "allowed_origins",
        "list of origins",
        "[]",
        "Pages from elsewhere that may use the gateway, beside its own.",
    ),
    key(
        "drain_seconds",
        "s, 0 to 600",
        "10",
        "How long a stopping gateway waits for its links to leave.",
    ),
    key(
        "pending_per_address",
        "connections",
        "16",
        "How many an address may have open before it proves who it is. Raise it behind a proxy, whose clients share one address.",
    ),
    key(
        "metrics_public",
        "true | false",
        "false",
        "Whether /metrics answers anyone, or only this machine.",
    ),
    key(
        "push_private",
        "true | false",
        "false",
        "Whether push endpoints may lead to this machine and its neighbours, for a push service of your own.",
    ),
    key(
        "push_contact",
        "mailto: or https: URL",
        "the page's https URL",
        "Whom the operators of push services can turn to; they are told with each notification.",
    ),
    key(
        "log",
        "tracing directives",
        "info",
        "What is logged; `debug` or `devtail_gateway=trace,info` say more.",
    ),
];

/// The table of outside issuers, whose inner keys control knows.
pub(super) const ISSUERS: &str = "issuers";

/// Checks that every key of the file means something.
///
/// # Errors
/// [`ConfigError::UnknownKey`], naming the nearest known key if one is near.
pub(super) fn check(table: &toml::Table, path: &Path) -> Result<(), ConfigError> {
    let known = || KEYS.iter().map(|key| key.name).chain([ISSUERS]);
    for key in table.keys() {
        if known().any(|name| name == key) {
            continue;
        }
        let (distance, near) = known()
            .map(|name| (strsim::damerau_levenshtein(name, key), name))
            .min()
            .expect("there is at least one known key");
        let hint = if distance <= 3 { format!("; did you mean `{near}`?") } else { String::new() };
        return Err(ConfigError::UnknownKey { path: path.to_owned(), key: key.clone(), hint });
    }
    Ok(())
}
