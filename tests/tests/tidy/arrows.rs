//! Which crate may use which: the drawing in ARCHITECTURE.md, held by cargo's own word.

use std::process::Command;

use devtail_tests::repo;
use serde_json::Value;

/// Crate folder, and the folders it may use. `tests` sees all; xtask sees none and only starts programs.
const ALLOWED: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("channels", &["protocol"]),
    ("control", &["protocol"]),
    ("client", &["protocol", "channels"]),
    ("gateway", &["protocol", "channels", "control"]),
    ("cli", &["protocol", "channels", "control", "client", "gateway"]),
    ("mobile-bindings", &["client", "channels"]),
    ("tests", &["protocol", "channels", "control", "client", "gateway"]),
    ("hot", &["protocol", "channels"]),
    ("xtask", &[]),
];

#[test]
fn no_arrow_points_upward() {
    super::none(&complaints(&metadata()));
}

#[test]
fn an_arrow_upward_is_found() {
    let upward = package("protocol", &["gateway"]);
    let found = complaints(&serde_json::json!({ "packages": [upward] }));
    assert_eq!(found, ["protocol uses gateway: no arrow of ARCHITECTURE.md goes there"]);
    assert!(
        complaints(&serde_json::json!({ "packages": [package("gateway", &["protocol"])] }))
            .is_empty()
    );
}

fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(repo::root())
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

/// Dependencies of every sort count: a test that reaches upward binds the floors as much as code does.
fn complaints(metadata: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let from = folder_of(&package["manifest_path"]);
        let Some((_, allowed)) = ALLOWED.iter().find(|(folder, _)| *folder == from) else {
            found.push(format!(
                "{from} is a new crate: add its arrows to ARCHITECTURE.md and to this table"
            ));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            // Only a dependency by path is ours; it names the folder.
            if dependency["path"].is_null() {
                continue;
            }
            let to = last_name(dependency["path"].as_str().unwrap_or_default());
            if to != from && !allowed.contains(&to.as_str()) {
                found.push(format!("{from} uses {to}: no arrow of ARCHITECTURE.md goes there"));
            }
        }
    }
    found
}

fn folder_of(manifest: &Value) -> String {
    last_name(manifest.as_str().unwrap_or_default().trim_end_matches("/Cargo.toml"))
}

fn last_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

fn package(folder: &str, uses: &[&str]) -> Value {
    let dependencies: Vec<Value> =
        uses.iter().map(|to| serde_json::json!({ "path": format!("/a/{to}") })).collect();
    serde_json::json!({ "manifest_path": format!("/a/{folder}/Cargo.toml"), "dependencies": dependencies })
}
