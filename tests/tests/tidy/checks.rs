//! No test is left out: each test program of each crate stands in xtask's one list.

use super::tree;

#[test]
fn every_test_program_is_in_the_list_of_checks() {
    let files = tree::files();
    let list =
        files.iter().find(|file| file.path == "xtask/src/stages.rs").expect("xtask has its list");
    let programs: Vec<&str> = files.iter().filter_map(|file| program(&file.path)).collect();
    super::none(&left_out(&programs, list.text().expect("it is text")));
}

#[test]
fn a_forgotten_test_program_is_found() {
    assert_eq!(program("tests/tests/e2e.rs"), Some("e2e"));
    assert_eq!(program("tests/tests/tidy/main.rs"), Some("tidy"));
    assert_eq!(program("gateway/tests/edge.rs"), Some("edge"));
    assert_eq!(program("tests/tests/tidy/text.rs"), None);
    assert_eq!(program("gateway/src/tests/edge.rs"), None);
    assert_eq!(
        left_out(&["e2e", "new"], "cargo test --test e2e\""),
        ["the test program new is in no check of xtask/src/stages.rs"]
    );
}

/// The name of the test program of which this is the first file.
fn program(path: &str) -> Option<&str> {
    let (_crate, inner) = path.split_once('/')?;
    let inner = inner.strip_prefix("tests/")?.strip_suffix(".rs")?;
    inner.strip_suffix("/main").or((!inner.contains('/')).then_some(inner))
}

fn left_out(programs: &[&str], list: &str) -> Vec<String> {
    let words: Vec<&str> =
        list.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
    let missing = programs.iter().filter(|program| !words.contains(program));
    missing
        .map(|program| format!("the test program {program} is in no check of xtask/src/stages.rs"))
        .collect()
}
