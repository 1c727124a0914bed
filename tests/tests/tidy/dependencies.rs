//! What the lock file may not hold, and what every crate must say.

use super::tree;

/// One TLS and one SQLite: a second one is twice the advisories. The whole policy is in deny.toml.
const BANNED: &[&str] = &["openssl", "openssl-sys", "native-tls", "aws-lc-sys", "async-std"];

#[test]
fn the_lock_file_holds_nothing_banned() {
    let files = tree::files();
    let lock =
        files.iter().find(|file| file.path == "Cargo.lock").expect("Cargo.lock is committed");
    super::none(&banned(lock.text().expect("it is text")));
}

#[test]
fn every_crate_takes_the_workspaces_lints() {
    let manifests = tree::files()
        .into_iter()
        .filter(|file| file.path.ends_with("/Cargo.toml") && !file.path.starts_with("tests/fuzz/"));
    let without = manifests
        .filter(|file| !file.text().unwrap_or_default().contains("[lints]\nworkspace = true"));
    super::none(
        &without
            .map(|file| format!("{}: no [lints] workspace = true", file.path))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn a_banned_package_is_found() {
    assert_eq!(banned("[[package]]\nname = \"openssl\"\n"), ["Cargo.lock holds openssl"]);
    assert!(banned("[[package]]\nname = \"openssl-probe\"\n").is_empty());
}

fn banned(lock: &str) -> Vec<String> {
    let held =
        BANNED.iter().filter(|name| lock.lines().any(|line| line == format!("name = \"{name}\"")));
    held.map(|name| format!("Cargo.lock holds {name}")).collect()
}
