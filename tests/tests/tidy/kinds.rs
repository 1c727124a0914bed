//! The gateway and the client carry every kind of channel and know none.
//!
//! Decision: only code counts. A comment, a doc or a sentence for a person may speak of a terminal to explain itself; an
//! identifier may not, nor may a string that is a kind's name. "agent" and "files" are also everyday words (user agent,
//! open files), so as identifiers these two count only in a path after `channels`. Tests may name a kind as a sample.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::tree;

const FOLDERS: &[&str] = &["gateway/src/", "client/src/"];

/// Words that mean the kind in any identifier, and as a string of their own.
const ALWAYS: &[&str] = &["terminal", "tunnel"];

/// Words that mean the kind after `channels::` only.
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
fn a_kind_is_found_in_names_strings_and_paths_but_not_in_words_for_people() {
    assert_eq!(complaints("use devtail_channels::terminal::Spec;"), ["1: names the kind terminal"]);
    assert_eq!(complaints("\nstruct TerminalThing;"), ["2: names the kind terminal"]);
    assert_eq!(complaints("let kind = \"terminal\";"), ["1: names the kind terminal"]);
    assert_eq!(complaints("use devtail_channels::files;"), ["1: names the kind files"]);
    assert_eq!(complaints("#[derive(Terminal)] struct A;"), ["1: names the kind terminal"]);
    assert!(complaints("/// A terminal, for instance.\nlet files = user_agent(\"The terminal ended.\"); // a tunnel").is_empty());
    assert!(complaints("#[cfg(test)]\nmod tests { fn terminal() {} }").is_empty());
    assert_eq!(complaints("#[cfg(test)] mod tests; fn terminal() {}").len(), 1);
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
            TokenTree::Punct(punct) if punct.as_char() == '#' => attribute(&mut tokens, found),
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
                let own = ALWAYS.iter().find(|kind| text == format!("\"{kind}\""));
                found.extend(own.map(|kind| format!("{line}: names the kind {kind}")));
            }
        }
    }
}

/// Passes over `[doc = "…"]`, which a doc comment becomes, and over what is only for tests; the rest is code.
fn attribute(
    tokens: &mut std::iter::Peekable<proc_macro2::token_stream::IntoIter>,
    found: &mut Vec<String>,
) {
    tokens.next_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '!'));
    let Some(TokenTree::Group(group)) =
        tokens.next_if(|token| matches!(token, TokenTree::Group(_)))
    else {
        return;
    };
    let words: Vec<String> = group.stream().into_iter().map(|token| token.to_string()).collect();
    if words == ["cfg", "(test)"] {
        let ends = |token: &TokenTree| match token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Ident(_) | TokenTree::Literal(_) => false,
        };
        tokens.find(ends);
    } else if words.first().is_none_or(|first| first != "doc") {
        walk(group.stream(), found);
    }
}

fn named_in(word: &str) -> Option<&'static &'static str> {
    let lower = word.to_ascii_lowercase();
    ALWAYS.iter().find(|kind| lower.contains(**kind))
}
