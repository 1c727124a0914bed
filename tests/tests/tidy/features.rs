//! Conditional code is a second program nobody tests, so it is allowed at named gates only.

use super::tree;

/// Folder and the feature that may be asked for in it.
const GATES: &[(&str, &str)] = &[
    ("channels/src/", "host"),
    ("protocol/src/", "fuzzing"),
    ("control/src/", "plane"),
    // So that the fuzzer, which is a program of its own, compiles no database.
    ("tests/src/lib.rs", "load"),
];

#[test]
fn features_are_asked_for_at_the_named_gates_only() {
    let files = tree::rust();
    let found =
        files.iter().filter(|file| !file.path.starts_with("tests/tests/tidy/")).flat_map(|file| {
            let asked = complaints(&file.path, file.text().expect("Rust is text"));
            asked.into_iter().map(|asked| format!("{}:{asked}", file.path))
        });
    super::none(&found.collect::<Vec<_>>());
}

#[test]
fn a_feature_at_no_gate_is_found() {
    let line = "#[cfg(feature = \"host\")]";
    assert!(complaints("channels/src/lib.rs", line).is_empty());
    assert_eq!(complaints("gateway/src/lib.rs", line).len(), 1);
    assert_eq!(complaints("channels/src/lib.rs", "cfg!(feature = \"other\")").len(), 1);
}

fn complaints(path: &str, text: &str) -> Vec<String> {
    let allowed = |feature: &str| {
        GATES.iter().any(|(folder, gate)| path.starts_with(folder) && *gate == feature)
    };
    let asked = (1..).zip(text.lines()).filter_map(|(number, line)| {
        let feature = line.split_once("feature = \"")?.1.split('"').next()?;
        (line.contains("cfg") && !allowed(feature))
            .then(|| format!("{number}: feature {feature} has no gate here"))
    });
    asked.collect()
}
