//! A `.proto` file is documentation: every message, enum, field and value is explained, and no number has two lives.
//!
//! A field counts as explained by the comment above it (or above the unbroken run of fields it stands in, or behind it
//! on its line), by the comment of the same name elsewhere in the file (a name means one thing in a file), or by the
//! comment of its own message or enum.

use std::collections::BTreeSet;

use super::tree;

#[test]
fn every_proto_field_is_explained_and_no_number_has_two_lives() {
    let files = tree::files();
    let protos = files.iter().filter(|file| file.path.ends_with(".proto"));
    let found: Vec<String> = protos
        .flat_map(|file| {
            let text = file.text().expect("a .proto is text");
            complaints(text).into_iter().map(|found| format!("{}: {found}", file.path))
        })
        .collect();
    super::none(&found);
}

#[test]
fn a_silent_field_and_a_second_life_are_found() {
    let text = "// A.\nmessage A {\n  // Units.\n  uint32 x = 1;\n  uint64 y = 2;\n\n  uint64 z = 3;\n}\n\
                message B {\n  reserved 1, 4;\n  uint32 x = 1;\n  // W.\n  uint32 w = 2;\n  uint32 v = 2; // V.\n  A of_a = 5;\n}\n";
    assert_eq!(
        complaints(text),
        [
            "A.z has no comment",
            "B has no comment",
            "B: number 1 is reserved or used twice",
            "B: number 2 is reserved or used twice"
        ]
    );
}

/// A field, enum value or block, as one line of the file says it.
#[derive(Debug)]
enum Item<'a> {
    Block { name: &'a str, explained: bool },
    End,
    Oneof,
    Reserved(Vec<u32>),
    Field { kind: &'a str, name: &'a str, number: u32, explained: bool },
}

fn complaints(text: &str) -> Vec<String> {
    let items = items(text);
    let explained: BTreeSet<&str> = items.iter().filter_map(explained_name).collect();
    let mut found = Vec::new();
    let mut owners: Vec<&str> = Vec::new();
    let mut taken: BTreeSet<u32> = BTreeSet::new();
    for item in &items {
        let owner = owners.iter().rev().find(|name| !name.is_empty()).copied().unwrap_or_default();
        match item {
            Item::Block { name, explained } => {
                owners.push(name);
                taken.clear();
                if !explained {
                    found.push(format!("{name} has no comment"));
                }
            }
            Item::Oneof => owners.push(""),
            Item::End => drop(owners.pop()),
            Item::Reserved(numbers) => taken.extend(numbers),
            Item::Field { kind, name, number, explained: own } => {
                if !own && !explained.contains(name) && !explained.contains(kind) {
                    found.push(format!("{owner}.{name} has no comment"));
                }
                if !taken.insert(*number) {
                    found.push(format!("{owner}: number {number} is reserved or used twice"));
                }
            }
        }
    }
    found
}

fn explained_name<'a>(item: &Item<'a>) -> Option<&'a str> {
    match item {
        Item::Field { name, explained: true, .. } | Item::Block { name, explained: true } => {
            Some(name)
        }
        Item::Field { .. } | Item::Block { .. } | Item::End | Item::Oneof | Item::Reserved(_) => {
            None
        }
    }
}

fn items(text: &str) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    let mut comment_above = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("//") {
            comment_above = true;
            continue;
        }
        let item = item(line, comment_above);
        // A run of fields shares the comment above its first; anything else ends it.
        comment_above &= matches!(item, Some(Item::Field { .. }));
        items.extend(item);
        if line.ends_with("{}") {
            items.push(Item::End);
        }
    }
    items
}

fn item(line: &str, comment_above: bool) -> Option<Item<'_>> {
    let (code, comment) =
        line.split_once("//").map_or((line, ""), |(code, comment)| (code.trim(), comment));
    let explained = comment_above || !comment.is_empty();
    let mut words = code.split_whitespace();
    match words.next()? {
        "syntax" | "package" | "option" | "import" => None,
        "message" | "enum" => Some(Item::Block { name: words.next()?, explained }),
        "oneof" => Some(Item::Oneof),
        "}" => Some(Item::End),
        "reserved" => Some(Item::Reserved(numbers(code))),
        _ => {
            let (left, right) = code.split_once('=')?;
            let number = right.trim().trim_end_matches(';').parse().ok()?;
            let mut left = left.split_whitespace().rev();
            let name = left.next()?;
            Some(Item::Field { kind: left.next().unwrap_or_default(), name, number, explained })
        }
    }
}

fn numbers(code: &str) -> Vec<u32> {
    code.split(|letter: char| !letter.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect()
}
