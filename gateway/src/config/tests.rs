use super::{key::KEYS, *};
use clap::{Args, Command};
use std::path::Path;

fn folders() -> Folders {
    Folders { home: Some("/home/ann".into()), ..Folders::default() }
}

fn from_file(text: &str) -> Result<Config, ConfigError> {
    Config::resolve(Settings::parse(text, Path::new("/etc/devtail/config.toml"))?, &folders())
}

#[test]
fn an_empty_configuration_serves_loopback_without_tls() {
    let config = from_file("").unwrap();
    assert_eq!(config.listen, DEFAULT_LISTEN);
    assert_eq!(config.tls, Tls::Off);
    assert_eq!(config.state, Path::new("/home/ann/.local/state/devtail"));
}

#[test]
fn flags_win_over_the_file() {
    let file = Settings::parse("listen = \"127.0.0.1:1\"\ndrain_seconds = 3", Path::new("/c.toml"))
        .unwrap();
    let flags = Settings { listen: Some("127.0.0.1:2".parse().unwrap()), ..Settings::default() };
    let config = Config::resolve(flags.over(file), &folders()).unwrap();
    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.drain, Duration::from_secs(3));
}

#[test]
fn who_looks_from_the_side_finds_the_state_where_the_gateway_has_it() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("config.toml");
    // Public without TLS: it cannot be served, and its devices can be listed all the same.
    std::fs::write(&file, "state = \"kept\"\nlisten = \"0.0.0.0:1\"").unwrap();
    let named = Settings { config: Some(file), ..Settings::default() };
    let found = |flags| Config::state_directory(flags, &folders());
    assert_eq!(found(named.clone()).unwrap(), temp.path().join("kept"));
    assert_eq!(found(Settings::default()).unwrap(), folders().state().unwrap());
    let said = Settings { state: Some("/said".into()), ..named };
    assert_eq!(found(said).unwrap(), Path::new("/said"));
    let missing = Settings { config: Some(temp.path().join("none")), ..Settings::default() };
    assert!(matches!(found(missing), Err(ConfigError::Read { .. })));
}

#[test]
fn a_misspelled_key_is_refused_and_the_nearest_named() {
    let error = from_file("lisen = \"127.0.0.1:1\"").unwrap_err().to_string();
    assert!(error.contains("`lisen`") && error.contains("did you mean `listen`?"), "{error}");
    let error = from_file("entirely_different = 1").unwrap_err().to_string();
    assert!(error.contains("`entirely_different`") && !error.contains("did you mean"), "{error}");
}

#[test]
fn a_public_address_without_tls_is_refused_with_reason_and_remedy() {
    for listen in ["0.0.0.0:8377", "[::]:8377", "192.168.1.5:8377"] {
        let error = from_file(&format!("listen = \"{listen}\"")).unwrap_err();
        assert!(matches!(error, ConfigError::PublicWithoutTls { .. }));
        let said = error.to_string();
        assert!(
            said.contains(listen)
                && said.contains("read along")
                && said.contains("--tls self-signed"),
            "{said}"
        );
        from_file(&format!("listen = \"{listen}\"\ntls = \"self-signed\"")).unwrap();
    }
}

#[test]
fn a_certificate_without_its_key_is_refused() {
    assert!(matches!(from_file("tls_cert = \"a.pem\""), Err(ConfigError::TlsFiles)));
    assert!(matches!(from_file("tls = \"files\""), Err(ConfigError::TlsFiles)));
}

#[test]
fn relative_paths_start_at_the_file() {
    let config = from_file("tls_cert = \"a.pem\"\ntls_key = \"/keys/a.key\"").unwrap();
    assert_eq!(
        config.tls,
        Tls::Files { cert: "/etc/devtail/a.pem".into(), key: "/keys/a.key".into() }
    );
}

#[test]
fn values_out_of_range_say_what_is_possible() {
    let error = from_file("drain_seconds = 601").unwrap_err().to_string();
    assert_eq!(error, "drain_seconds = 601 is not possible; 0 to 600 is");
    assert!(from_file("pending_per_address = 0").is_err());
    assert!(
        from_file("allowed_origins = [\"*\"]")
            .unwrap_err()
            .to_string()
            .contains("`*` is not possible")
    );
}

#[test]
fn what_is_printed_can_be_read_back_and_names_every_key() {
    let text = "listen = \"[::]:1\"\ntls_cert = \"a.pem\"\ntls_key = \"b.pem\"\npublic_host = \"h.example:2\"\n\
                allowed_origins = [\"https://a.example\"]\nmetrics_public = true\nlog = \"debug\"";
    let printed = from_file(text).unwrap().render();
    assert_eq!(from_file(&printed).unwrap().render(), printed);
    let bare = from_file("").unwrap().render();
    for key in &KEYS {
        assert!(bare.contains(&format!("{} ", key.name)), "{} is not printed", key.name);
        assert!(bare.contains(&format!("Unit: {}. Default: {}.", key.unit, key.default)));
    }
}

#[test]
fn every_key_is_a_flag_and_a_variable() {
    let command = Settings::augment_args(Command::new("t"));
    for key in &KEYS {
        let flag = key.name.replace('_', "-");
        let arg =
            command.get_arguments().find(|arg| arg.get_long() == Some(&flag)).expect(key.name);
        let variable = format!("DEVTAIL_{}", key.name.to_ascii_uppercase());
        assert_eq!(arg.get_env().and_then(|env| env.to_str()), Some(variable.as_str()));
    }
    assert_eq!(command.get_arguments().count(), KEYS.len() + 1, "the one more is --config");
}

#[test]
fn without_a_home_the_error_says_what_to_set() {
    let error = Config::resolve(Settings::default(), &Folders::default()).unwrap_err().to_string();
    assert!(error.contains("XDG_STATE_HOME") && error.contains("--state"), "{error}");
}
