//! Predictive echo: every rule by a case that the page's twin plays too, and recorded sessions over a slow Link.

use std::fs;
use std::path::PathBuf;

use devtail_tests::prediction::Case;
use devtail_tests::repo;

#[test]
fn every_case_shows_what_it_says_after_each_step() {
    let mut cases: Vec<PathBuf> = fs::read_dir(repo::root().join("tests/prediction/cases"))
        .expect("the cases are there")
        .map(|entry| entry.expect("it can be listed").path())
        .collect();
    cases.sort();
    assert!(cases.len() > 20);
    for path in cases {
        let (written, played) =
            Case::play(&path).unwrap_or_else(|error| panic!("{path:?}: {error:#}"));
        if repo::blesses() {
            fs::write(&path, &played).expect("it can be written");
        } else {
            for (written, played) in written.lines().zip(played.lines()) {
                assert_eq!(written, played, "{}", path.display());
            }
            assert_eq!(written, played, "{}", path.display());
        }
    }
}
