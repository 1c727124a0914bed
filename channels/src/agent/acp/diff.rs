//! Changes to files: the first version tells a file's text before and after, the second a patch.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::agent::message::{Change, ChangeKind, Diff};

/// Bytes of a file that is compared line by line; a longer one is only said to have changed.
const COMPARED_BYTES_MAX: usize = 256 << 10;
/// Lines around a change.
const CONTEXT_LINES: usize = 3;

/// Reads a diff of either version.
pub(super) fn read(item: &Value) -> Diff {
    match item["changes"].as_array() {
        Some(changes) => Diff {
            changes: changes.iter().map(change).collect(),
            patch: item["patch"]["text"].as_str().unwrap_or_default().to_owned(),
            whole: None,
        },
        None => compared(
            item["path"].as_str().unwrap_or_default(),
            item["oldText"].as_str(),
            item["newText"].as_str().unwrap_or_default(),
        ),
    }
}

fn change(change: &Value) -> Change {
    let kind = match change["operation"].as_str().unwrap_or_default() {
        "add" | "copy" => ChangeKind::ChangeAdded,
        "delete" => ChangeKind::ChangeDeleted,
        "move" => ChangeKind::ChangeMoved,
        _ => ChangeKind::ChangeModified,
    };
    let text = |name: &str| change[name].as_str().unwrap_or_default().to_owned();
    Change { kind: kind.into(), path: text("path"), from: text("oldPath"), added: 0, removed: 0 }
}

/// A patch between two texts; without the first, the file is new.
fn compared(path: &str, old: Option<&str>, new: &str) -> Diff {
    let kind = if old.is_some() { ChangeKind::ChangeModified } else { ChangeKind::ChangeAdded };
    let mut change = Change { kind: kind.into(), path: path.to_owned(), ..Change::default() };
    let before = old.unwrap_or_default();
    if before.len() > COMPARED_BYTES_MAX || new.len() > COMPARED_BYTES_MAX {
        return Diff { changes: vec![change], ..Diff::default() };
    }
    let diff = TextDiff::from_lines(before, new);
    for line in diff.iter_all_changes() {
        match line.tag() {
            ChangeTag::Insert => change.added += 1,
            ChangeTag::Delete => change.removed += 1,
            ChangeTag::Equal => {}
        }
    }
    let from = if old.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
    let mut unified = diff.unified_diff();
    let patch = unified.context_radius(CONTEXT_LINES).header(&from, &format!("b/{path}"));
    Diff { changes: vec![change], patch: patch.to_string(), whole: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_file_was_and_is_becomes_a_patch() {
        let diff =
            read(&json!({ "path": "a.txt", "oldText": "one\ntwo\n", "newText": "one\n2\n" }));
        assert_eq!(diff.patch, "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n");
        let change = &diff.changes[0];
        assert_eq!(
            (change.kind(), change.added, change.removed),
            (ChangeKind::ChangeModified, 1, 1)
        );
        let new = read(&json!({ "path": "b.txt", "oldText": null, "newText": "one\n" }));
        assert_eq!(new.patch, "--- /dev/null\n+++ b/b.txt\n@@ -0,0 +1 @@\n+one\n");
        assert_eq!(new.changes[0].kind(), ChangeKind::ChangeAdded);
    }

    #[test]
    fn a_patch_is_kept_as_it_came() {
        let diff = read(&json!({
            "changes": [{ "operation": "move", "path": "b", "oldPath": "a" }],
            "patch": { "format": "git_patch", "text": "rename from a\n" },
        }));
        assert_eq!(diff.patch, "rename from a\n");
        assert_eq!(
            (diff.changes[0].kind(), diff.changes[0].from.as_str()),
            (ChangeKind::ChangeMoved, "a")
        );
    }
}
