//! The configuration as a file that says what every line means.

use super::{
    Config, Tls,
    key::{ISSUERS, KEYS},
};
use std::path::Path;
use toml::Value;

pub(super) fn render(config: &Config) -> String {
    let mut out = String::from(
        "# What devtail runs with. A key here < DEVTAIL_KEY in the environment < --key on the command line.\n",
    );
    for key in &KEYS {
        out += &format!("\n# {}\n# Unit: {}. Default: {}.\n", key.meaning, key.unit, key.default);
        out += &match value(config, key.name) {
            Some(value) => format!("{} = {value}\n", key.name),
            None => format!("# {} is not set\n", key.name),
        };
    }
    out += "\n# Outside issuers whose access tokens count, one [[issuers]] table each. Default: none.\n";
    out + &issuers(config)
}

fn issuers(config: &Config) -> String {
    if config.issuers.is_empty() {
        return format!("# no [[{ISSUERS}]]\n");
    }
    let tables = config
        .issuers
        .iter()
        .map(|issuer| Value::try_from(issuer).expect("an issuer is a table of plain values"));
    let mut file = toml::Table::new();
    file.insert(ISSUERS.to_owned(), Value::Array(tables.collect()));
    file.to_string()
}

fn value(config: &Config, key: &str) -> Option<Value> {
    let path = |path: &Path| Value::from(path.to_string_lossy().into_owned());
    Some(match key {
        "listen" => config.listen.to_string().into(),
        "state" => path(&config.state),
        "tls" => tls_word(&config.tls).into(),
        "tls_cert" => path(tls_file(&config.tls, |cert, _| cert)?),
        "tls_key" => path(tls_file(&config.tls, |_, key| key)?),
        "public_host" => config.public_host.as_ref()?.to_string().into(),
        "allowed_origins" => Value::Array(
            config.allowed_origins.iter().map(|origin| origin.to_string().into()).collect(),
        ),
        "drain_seconds" => i64::try_from(config.drain.as_secs()).expect("at most 600").into(),
        "pending_per_address" => i64::from(config.pending_per_address).into(),
        "metrics_public" => config.metrics_public.into(),
        "push_private" => config.push_private.into(),
        "push_contact" => config.push_contact.as_deref()?.into(),
        "log" => config.log.as_str().into(),
        unknown => unreachable!("KEYS names {unknown}, which has no value here"),
    })
}

const fn tls_word(tls: &Tls) -> &'static str {
    match tls {
        Tls::Off => "off",
        Tls::SelfSigned => "self-signed",
        Tls::Files { .. } => "files",
    }
}

fn tls_file<'a>(tls: &'a Tls, which: impl Fn(&'a Path, &'a Path) -> &'a Path) -> Option<&'a Path> {
    match tls {
        Tls::Files { cert, key } => Some(which(cert, key)),
        Tls::Off | Tls::SelfSigned => None,
    }
}
