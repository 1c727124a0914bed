//! What no file may hold: loose ends, blanks at a line's end, the paths of somebody's machine.

use devtail_tests::repo;

use super::tree;

const FILE_BYTES_MAX: usize = 256 * 1024;

/// Code whose blanks are checked; a corpus or a picture is left alone.
const WRITTEN: &[&str] =
    &[".rs", ".ts", ".mjs", ".css", ".html", ".toml", ".md", ".proto", ".json", ".yml"];

const CODE: &[&str] = &[".rs", ".ts", ".mjs"];

/// This folder holds the words it looks for.
const OWN_FOLDER: &str = "tests/tests/tidy/";

/// Words of unfinished work, and of tests that are there but do not run; in small letters, found in any.
const LOOSE_ENDS: &[&str] =
    &["todo", "fixme", "xxx", "unimplemented!", "[ignore", "test.skip", "it.skip", "test.only"];

/// How an npm lock file names the registry it was written with.
const REGISTRY: &str = "\"resolved\": \"http";

#[test]
fn no_file_is_larger_than_a_quarter_mebibyte() {
    let large = tree::files().into_iter().filter(|file| file.bytes.len() > FILE_BYTES_MAX);
    super::none(
        &large.map(|file| format!("{}: {} bytes", file.path, file.bytes.len())).collect::<Vec<_>>(),
    );
}

#[test]
fn no_file_has_blanks_at_a_line_end_or_tabs_or_another_machines_paths() {
    let paths = machine_paths();
    let words: Vec<&str> = paths.iter().map(String::as_str).chain([REGISTRY]).collect();
    let mut found = Vec::new();
    for file in tree::files() {
        let Some(text) = file.text() else { continue };
        if !ends_with(&file.path, WRITTEN) || file.path.starts_with(OWN_FOLDER) {
            continue;
        }
        found.extend(blanks(text).into_iter().map(|found| format!("{}:{found}", file.path)));
        found.extend(holds(text, &words).into_iter().map(|found| format!("{}:{found}", file.path)));
    }
    super::none(&found);
}

#[test]
fn no_code_has_a_loose_end() {
    let mut found = Vec::new();
    for file in tree::files() {
        if ends_with(&file.path, CODE) && !file.path.starts_with(OWN_FOLDER) {
            let text = file.text().unwrap_or_default().to_lowercase();
            let loose = holds(&text, LOOSE_ENDS);
            found.extend(loose.into_iter().map(|loose| format!("{}:{loose}", file.path)));
        }
    }
    super::none(&found);
}

#[test]
fn blanks_and_words_are_found_with_their_line() {
    assert_eq!(blanks("a\nb \n\tc\n"), ["2: blanks at the end of the line", "3: a tab"]);
    assert_eq!(holds("x\n// fixme: later", LOOSE_ENDS), ["2: holds fixme"]);
    assert_eq!(holds("cd /srv/ann/x", &["/srv/ann/"]), ["1: holds /srv/ann/"]);
    assert!(holds("metodos, x/srv/ann/x, xxxl", &["/srv/ann/", "todo", "xxx"]).is_empty());
}

/// The checkout that is looked at, and the home of who looks: no file may know either.
fn machine_paths() -> Vec<String> {
    let home = std::env::var("HOME").unwrap_or_default();
    let folders = [repo::root().display().to_string(), home];
    folders.iter().filter(|folder| folder.len() > 1).map(|folder| format!("{folder}/")).collect()
}

fn ends_with(path: &str, ends: &[&str]) -> bool {
    ends.iter().any(|end| path.ends_with(end))
}

fn blanks(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.ends_with([' ', '\t', '\r']) {
            found.push(format!("{number}: blanks at the end of the line"));
        } else if line.contains('\t') {
            found.push(format!("{number}: a tab"));
        }
    }
    found
}

/// Lines that hold one of the words with no letter or digit before or after it.
fn holds(text: &str, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let held = words
            .iter()
            .filter(|word| line.match_indices(**word).any(|(at, _)| stands_alone(line, at, word)));
        found.extend(held.map(|word| format!("{number}: holds {word}")));
    }
    found
}

fn stands_alone(line: &str, at: usize, word: &str) -> bool {
    let before = line[..at].chars().next_back();
    let after = line[at + word.len()..].chars().next();
    // Only a word that ends in a letter can be continued by one.
    let continues =
        word.ends_with(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric);
    !before.is_some_and(char::is_alphanumeric) && !continues
}
