//! Predictive echo: every rule by a case that the page's twin plays too, and recorded sessions over a slow Link.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use devtail_tests::prediction::{Case, Recording, SCRIPTS, replay};
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

/// The round trip that the recorded sessions are replayed over.
const ROUND_TRIP: Duration = Duration::from_millis(300);
/// The share of a shell's keys whose effect is to be seen at once: what mosh's paper found of all keys.
const INSTANT_PERCENT_MIN: f64 = 70.0;

#[test]
fn most_keys_in_a_shell_are_seen_at_once_and_no_password_ever_is() {
    let recordings = Recording::all().expect("the recordings can be read");
    assert_eq!(recordings.len(), SCRIPTS.len());
    let (mut keys, mut instant) = (0, 0);
    for recording in &recordings {
        let figures = replay(recording, ROUND_TRIP);
        println!("{:14} {figures}", recording.name);
        assert_eq!(figures.secrets(), 0, "{}: letters of a password were shown", recording.name);
        if recording.is_shell {
            assert!(
                figures.instant_percent() >= INSTANT_PERCENT_MIN,
                "{}: {figures}",
                recording.name
            );
            keys += figures.keys;
            instant += figures.instant;
        }
    }
    println!("shells         {instant} of {keys} keys at once");
    assert!(keys > 800);
}
