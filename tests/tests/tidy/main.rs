//! The house's own rules, each a named test. A rule is a pure function from text to complaints, with a test beside it
//! that it bites; what runs over the repository is here and only here through [`tree`].
//!
//! A rule that stands in the way is changed here, with its reason, in the commit that needs it.

mod arrows;
mod changelog;
mod checks;
mod circles;
mod dependencies;
mod features;
mod glossary;
mod kinds;
mod protos;
mod sizes;
mod text;
mod tree;

/// Fails with every complaint, one a line.
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
