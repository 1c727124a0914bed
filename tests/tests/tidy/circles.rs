//! No circle among the modules of a crate: module A uses B, B uses C, C uses A cannot be read in any order.
//!
//! A module here is a file or folder right under `src`. What counts as use is a path that begins with `crate::`,
//! followed through the crate root's `pub use`; code under `#[cfg(test)]` does not count.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::Visit;

use super::tree;

type Uses = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_modules_of_a_crate_use_each_other_in_a_circle() {
    let mut crates: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for file in tree::rust() {
        let Some((folder, inner)) = file.path.split_once("/src/") else { continue };
        let text = file.text().expect("Rust is text").to_owned();
        crates.entry(folder.to_owned()).or_default().push((inner.to_owned(), text));
    }
    let found: Vec<String> = crates
        .iter()
        .filter_map(|(folder, files)| {
            Some(format!("{folder}/src: {}", circle(&uses(files))?.join(" uses ")))
        })
        .collect();
    super::none(&found);
}

#[test]
fn a_circle_is_found_also_through_the_crate_root() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; pub use b::Thing;"),
        ("a.rs", "use crate::Thing;"),
        ("b/mod.rs", "fn f() { crate::c::g() }"),
        ("c.rs", "use crate::{a::h, c::own};"),
    ];
    let files: Vec<_> = files.map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec();
    assert_eq!(circle(&uses(&files)), Some(["a", "b", "c", "a"].map(str::to_owned).to_vec()));
    assert_eq!(circle(&uses(&files[..3])), None);
}

#[test]
fn what_only_a_test_uses_makes_no_circle() {
    let files =
        [("a.rs", "use crate::b::f;"), ("b.rs", "#[cfg(test)] mod tests { use crate::a::g; }")];
    let files: Vec<_> = files.map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec();
    assert_eq!(circle(&uses(&files)), None);
}

/// Module → modules it uses, of the files of one crate's `src`.
fn uses(files: &[(String, String)]) -> Uses {
    let names: BTreeSet<String> = files.iter().map(|(path, _)| module(path)).collect();
    let mut renamed = BTreeMap::new();
    let mut found = Uses::new();
    for (path, text) in files {
        let mut paths = Paths::default();
        paths.visit_file(&syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}")));
        if is_root(path) {
            renamed.extend(paths.exports);
        } else {
            found.entry(module(path)).or_default().extend(paths.firsts);
        }
    }
    for (from, targets) in &mut found {
        let real = |target: &String| renamed.get(target).unwrap_or(target).clone();
        *targets = targets
            .iter()
            .map(real)
            .filter(|target| names.contains(target) && target != from)
            .collect();
    }
    found
}

fn is_root(path: &str) -> bool {
    path == "lib.rs" || path == "main.rs"
}

/// "log" for `log.rs`, `log/mod.rs` and `log/cursor.rs`.
fn module(path: &str) -> String {
    path.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned()
}

/// The first circle found, its first module again at the end.
fn circle(uses: &Uses) -> Option<Vec<String>> {
    fn walk(
        at: &str,
        uses: &Uses,
        trail: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> Option<Vec<String>> {
        if let Some(start) = trail.iter().position(|name| name == at) {
            return Some(trail[start..].iter().cloned().chain([at.to_owned()]).collect());
        }
        if !done.insert(at.to_owned()) {
            return None;
        }
        trail.push(at.to_owned());
        let found =
            uses.get(at).into_iter().flatten().find_map(|next| walk(next, uses, trail, done));
        trail.pop();
        found
    }
    let mut done = BTreeSet::new();
    uses.keys().find_map(|start| walk(start, uses, &mut Vec::new(), &mut done))
}

/// The names right after `crate::` in a file, and what its `pub use` renames.
#[derive(Default)]
struct Paths {
    firsts: BTreeSet<String>,
    exports: BTreeMap<String, String>,
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let is_test = |attr: &syn::Attribute| {
            attr.path().is_ident("cfg")
                && quote::ToTokens::to_token_stream(attr).to_string().contains("test")
        };
        if !item.attrs.iter().any(is_test) {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut leaves = Vec::new();
        leaves_of(&item.tree, &mut Vec::new(), &mut leaves);
        for leaf in leaves {
            match leaf.as_slice() {
                [root, first, ..] if root == "crate" => drop(self.firsts.insert(first.clone())),
                [first, .., last] => drop(self.exports.insert(last.clone(), first.clone())),
                _ => {}
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut segments = path.segments.iter().map(|segment| segment.ident.to_string());
        if segments.next().is_some_and(|root| root == "crate") {
            self.firsts.extend(segments.next());
        }
        syn::visit::visit_path(self, path);
    }
}

fn leaves_of(tree: &syn::UseTree, prefix: &mut Vec<String>, leaves: &mut Vec<Vec<String>>) {
    match tree {
        syn::UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            leaves_of(&path.tree, prefix, leaves);
            prefix.pop();
        }
        syn::UseTree::Name(name) => {
            leaves.push([prefix.as_slice(), &[name.ident.to_string()]].concat())
        }
        syn::UseTree::Rename(rename) => {
            leaves.push([prefix.as_slice(), &[rename.rename.to_string()]].concat())
        }
        syn::UseTree::Glob(_) => leaves.push(prefix.clone()),
        syn::UseTree::Group(group) => {
            group.items.iter().for_each(|item| leaves_of(item, prefix, leaves))
        }
    }
}
