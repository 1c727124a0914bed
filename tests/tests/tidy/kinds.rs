//! The gateway and the client carry every kind of channel and know none.
//!
//! Decision: only code counts. A comment or a doc may speak of a terminal to explain itself; an identifier or a string
//! may not. "agent" and "files" are also everyday words (user agent, open files), so these two count only where they
//! can mean the kind: as a string of their own, or in a path after `channels`.

use proc_macro2::{TokenStream, TokenTree};

use super::tree;

const FOLDERS: &[&str] = &["gateway/src/", "client/src/"];

/// Words that mean the kind wherever they stand.
const ALWAYS: &[&str] = &["terminal", "tunnel"];

/// Words that mean the kind as a string of their own, or after `channels::`.
const SOMETIMES: &[&str] = &["agent", "files"];

#[test]
fn neither_the_gateway_nor_the_client_names_a_kind() {
    let files = tree::rust();
    let ours =
        files.iter().filter(|file| FOLDERS.iter().any(|folder| file.path.starts_with(folder)));
    let found = ours.flat_map(|file| {
        complaints(file.text().expect("Rust is text"))
            .into_iter()
            .map(|named| format!("{}:{named}", file.path))
    });
    super::none(&found.collect::<Vec<_>>());
}

#[test]
fn a_kind_is_found_in_names_strings_and_paths_but_not_in_docs() {
    assert_eq!(complaints("use devtail_channels::terminal::Spec;"), ["1: names the kind terminal"]);
    assert_eq!(complaints("\nstruct TerminalThing;"), ["2: names the kind terminal"]);
    assert_eq!(complaints("let kind = \"agent\";"), ["1: names the kind agent"]);
    assert_eq!(complaints("use devtail_channels::files;"), ["1: names the kind files"]);
    assert!(
        complaints("/// A terminal, for instance.\nlet files = user_agent; // a tunnel").is_empty()
    );
}

fn complaints(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    walk(text.parse().expect("the compiler has read it before"), &mut found);
    found
}

fn walk(tokens: TokenStream, found: &mut Vec<String>) {
    let mut path_of_channels = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let line = token.span().start().line;
        match token {
            TokenTree::Group(group) => walk(group.stream(), found),
            TokenTree::Punct(punct) if punct.as_char() == '#' => skip_doc(&mut tokens, found),
            // A colon keeps the path going; anything else ends it.
            TokenTree::Punct(punct) => path_of_channels &= punct.as_char() == ':',
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                let kind = named_in(&name)
                    .or_else(|| SOMETIMES.iter().find(|kind| path_of_channels && **kind == name));
                found.extend(kind.map(|kind| format!("{line}: names the kind {kind}")));
                path_of_channels = name.ends_with("channels");
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let own = SOMETIMES.iter().find(|kind| text == format!("\"{kind}\""));
                found.extend(
                    named_in(&text).or(own).map(|kind| format!("{line}: names the kind {kind}")),
                );
            }
        }
    }
}

/// Passes over `[doc = "…"]`, which a doc comment becomes; any other attribute is code.
fn skip_doc(
    tokens: &mut std::iter::Peekable<proc_macro2::token_stream::IntoIter>,
    found: &mut Vec<String>,
) {
    tokens.next_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '!'));
    let Some(TokenTree::Group(group)) =
        tokens.next_if(|token| matches!(token, TokenTree::Group(_)))
    else {
        return;
    };
    let first = group.stream().into_iter().next();
    if !first.is_some_and(|first| first.to_string() == "doc") {
        walk(group.stream(), found);
    }
}

fn named_in(word: &str) -> Option<&'static &'static str> {
    let lower = word.to_ascii_lowercase();
    ALWAYS.iter().find(|kind| lower.contains(**kind))
}
