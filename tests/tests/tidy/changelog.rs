//! The CHANGELOG has a place for the next line, and a heading of its own for the wire.

use super::tree;

#[test]
fn the_changelog_has_a_place_for_what_is_new_and_for_the_wire() {
    let files = tree::files();
    let changelog =
        files.iter().find(|file| file.path == "CHANGELOG.md").expect("CHANGELOG.md exists");
    super::none(&complaints(changelog.text().expect("it is text")));
}

#[test]
fn a_missing_heading_is_found() {
    assert_eq!(
        complaints("# Changelog\n## [Unreleased]\n## [1.0.0]\n### Wire\n"),
        ["CHANGELOG.md: no ### Wire in Unreleased"]
    );
    assert_eq!(complaints("# Changelog\n").len(), 1);
    assert!(complaints("## [Unreleased]\n### Wire\n- all of it\n").is_empty());
}

fn complaints(text: &str) -> Vec<String> {
    let Some((_, unreleased)) =
        text.split_once("\n## [Unreleased]").or_else(|| text.split_once("## [Unreleased]"))
    else {
        return vec!["CHANGELOG.md: no ## [Unreleased]".to_owned()];
    };
    let newest = unreleased.split("\n## ").next().unwrap_or_default();
    let has_wire = newest.lines().any(|line| line == "### Wire");
    if has_wire { Vec::new() } else { vec!["CHANGELOG.md: no ### Wire in Unreleased".to_owned()] }
}
