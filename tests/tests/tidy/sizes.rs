//! How long a file and a function may be. Who needs more splits by meaning, or is on the list with a reason.

use syn::spanned::Spanned as _;
use syn::visit::Visit;

use super::tree;

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

/// Path, its lines now, and why. The list may only shrink: a file that grew past its number fails, and so does one
/// that shrank without its number being lowered.
const LONG_FILES: &[(&str, usize, &str)] = &[];

const SOURCES: &[&str] = &[".rs", ".ts", ".mjs", ".css", ".html"];

#[test]
fn a_file_stays_under_four_hundred_lines() {
    let files = tree::files().into_iter().filter(|file| !file.is_generated());
    let sources = files.filter(|file| SOURCES.iter().any(|end| file.path.ends_with(end)));
    let sizes: Vec<(String, usize)> = sources
        .map(|file| (file.path.clone(), file.text().unwrap_or_default().lines().count()))
        .collect();
    super::none(&long_files(&sizes, LONG_FILES));
}

#[test]
fn a_function_stays_under_seventy_lines() {
    let files = tree::rust();
    let found = files.iter().flat_map(|file| {
        long_functions(file.text().expect("Rust is text"))
            .into_iter()
            .map(|long| format!("{}: {long}", file.path))
    });
    super::none(&found.collect::<Vec<_>>());
}

#[test]
fn a_long_file_is_found_and_the_list_only_shrinks() {
    let sizes = |lines| [("a.rs".to_owned(), lines)];
    assert!(long_files(&sizes(400), &[]).is_empty());
    assert_eq!(long_files(&sizes(401), &[]).len(), 1);
    let list = [("a.rs", 450, "a table")];
    assert!(long_files(&sizes(450), &list).is_empty());
    assert_eq!(long_files(&sizes(451), &list).len(), 1);
    assert_eq!(long_files(&sizes(449), &list).len(), 1);
    assert_eq!(long_files(&[], &list).len(), 1);
}

#[test]
fn a_long_function_is_found_also_in_an_impl() {
    let body = "let _ = 1;\n".repeat(70);
    assert_eq!(long_functions(&format!("struct A; impl A {{ fn f() {{\n{body}}} }}")).len(), 1);
    assert!(long_functions(&format!("fn f() {{\n{}}}", "let _ = 1;\n".repeat(60))).is_empty());
}

fn long_files(sizes: &[(String, usize)], list: &[(&str, usize, &str)]) -> Vec<String> {
    let listed = |path: &str| list.iter().find(|(name, ..)| *name == path);
    let long = sizes.iter().filter_map(|(path, lines)| match listed(path) {
        None if *lines > FILE_LINES_MAX => {
            Some(format!("{path} has {lines} lines: split it by meaning"))
        }
        Some((_, max, _)) if lines > max => {
            Some(format!("{path} grew to {lines} lines past its {max}"))
        }
        Some((_, max, _)) if lines < max => {
            Some(format!("{path} shrank to {lines} lines: lower its {max} here"))
        }
        _ => None,
    });
    let gone = list.iter().filter(|(name, ..)| !sizes.iter().any(|(path, _)| path == name));
    long.chain(gone.map(|(name, ..)| format!("{name} is gone: take it off the list"))).collect()
}

fn long_functions(text: &str) -> Vec<String> {
    let mut functions = Functions(Vec::new());
    functions.visit_file(&syn::parse_file(text).expect("the compiler has read it before"));
    functions.0
}

struct Functions(Vec<String>);

impl Functions {
    fn weigh(&mut self, name: &syn::Ident, span: proc_macro2::Span) {
        let lines = span.end().line - span.start().line + 1;
        if lines > FUNCTION_LINES_MAX {
            self.0.push(format!("{name} has {lines} lines: split it by meaning"));
        }
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.weigh(&item.sig.ident, item.span());
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.weigh(&item.sig.ident, item.span());
        syn::visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.weigh(&item.sig.ident, item.span());
        syn::visit::visit_trait_item_fn(self, item);
    }
}
