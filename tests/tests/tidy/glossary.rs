//! The glossary of ARCHITECTURE.md and the code use the same words.

use std::collections::BTreeSet;

use super::tree;

#[test]
fn every_word_of_the_glossary_is_a_name_in_the_code() {
    let files = tree::files();
    let text =
        files.iter().find(|file| file.path == "ARCHITECTURE.md").expect("ARCHITECTURE.md exists");
    let words = glossary(text.text().expect("it is text"));
    assert!(
        words.len() >= 10,
        "ARCHITECTURE.md has a ## Glossary of lines that begin with a **Word**"
    );
    let code =
        files.iter().filter(|file| file.path.ends_with(".rs") || file.path.ends_with(".proto"));
    let names: BTreeSet<String> =
        code.flat_map(|file| parts(file.text().unwrap_or_default())).collect();
    let missing = words.iter().filter(|word| !names.contains(&word.to_lowercase()));
    super::none(
        &missing
            .map(|word| format!("ARCHITECTURE.md: no name in the code holds {word}"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn a_word_is_found_inside_a_longer_name() {
    let names: BTreeSet<String> =
        parts("struct ClientSession; mod out_box; enum Fault {}").into_iter().collect();
    for word in ["client", "session", "out", "fault"] {
        assert!(names.contains(word), "{word}");
    }
    assert!(!names.contains("gateway"));
    assert_eq!(
        glossary("**No**\n## Glossary\n- **Log**: what.\n**Cursor** – where\n## Next\n**No**"),
        ["Log", "Cursor"]
    );
}

/// The first bold word of each line of the section.
fn glossary(text: &str) -> Vec<String> {
    let section = text.split("## Glossary").nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let bold = section
        .lines()
        .filter_map(|line| line.split("**").nth(1).filter(|word| !word.contains(' ')));
    bold.map(str::to_owned).collect()
}

/// The lower-case words that the names after struct, enum, trait, mod, type and message are made of.
fn parts(code: &str) -> Vec<String> {
    let definitions = ["struct", "enum", "trait", "mod", "type", "message"];
    let words: Vec<&str> = code
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let names = words.windows(2).filter(|pair| definitions.contains(&pair[0])).map(|pair| pair[1]);
    names.flat_map(split_name).collect()
}

/// "client" and "session" for `ClientSession` and `client_session`; the whole name too.
fn split_name(name: &str) -> Vec<String> {
    let mut parts = vec![name.to_lowercase()];
    let mut part = String::new();
    for letter in name.chars() {
        if letter == '_' || letter.is_uppercase() {
            parts.push(std::mem::take(&mut part));
        }
        part.extend(letter.to_lowercase().filter(|letter| *letter != '_'));
    }
    parts.push(part);
    parts
}
