//! The generated Rust of the `.proto` files is committed, so that a build needs no protoc and a reader can click
//! through. These tests make it again, in pure Rust, and compare; `cargo xtask bless` writes it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use devtail_tests::repo;
use unicode_width::UnicodeWidthChar as _;

/// A `.proto` file, its package, and the Rust that is made of it.
struct Source {
    proto: &'static str,
    package: &'static str,
    rust: &'static str,
}

const LINK: Source = Source {
    proto: "protocol/proto/link.proto",
    package: "devtail.v1",
    rust: "protocol/src/wire/generated.rs",
};

const TERMINAL: Source = Source {
    proto: "channels/proto/terminal.proto",
    package: "devtail.terminal.v1",
    rust: "channels/src/terminal/generated.rs",
};

#[test]
fn the_link_messages_are_made_of_link_proto() -> Result<()> {
    repo::same_as(&repo::root().join(LINK.rust), &generate(&LINK)?)
}

#[test]
fn the_terminal_messages_are_made_of_terminal_proto() -> Result<()> {
    repo::same_as(&repo::root().join(TERMINAL.rust), &generate(&TERMINAL)?)
}

const AGENT: Source = Source {
    proto: "channels/proto/agent.proto",
    package: "devtail.agent.v1",
    rust: "channels/src/agent/generated.rs",
};

#[test]
fn the_agent_messages_are_made_of_agent_proto() -> Result<()> {
    repo::same_as(&repo::root().join(AGENT.rust), &generate(&AGENT)?)
}

#[test]
fn the_pages_widths_are_the_hosts() -> Result<()> {
    repo::same_as(&repo::root().join("web/src/generated/widths.ts"), &widths())
}

/// How many cells each character takes, as the host's Screen has it: where the width changes, from U+0000 on.
fn widths() -> String {
    let mut text = String::from(
        "// @generated from the tables of the Rust crate unicode-width by `cargo xtask bless`. Do not edit.\n\n\
         /** Characters from `value >> 2` on, up to the next entry's, are `value & 3` cells wide. */\n\
         export const WIDTHS: readonly number[] = [\n",
    );
    let mut last = None;
    let mut line = String::new();
    for char in '\0'..=char::MAX {
        let width = char.width().unwrap_or(0).min(2);
        if last.replace(width) == Some(width) {
            continue;
        }
        let entry = format!("{:#x},", u32::from(char) << 2 | u32::try_from(width).unwrap_or(1));
        if line.len() + entry.len() > 116 {
            text += &format!("  {}\n", line.trim_end());
            line.clear();
        }
        line += &entry;
        line.push(' ');
    }
    text + &format!("  {}\n];\n", line.trim_end())
}

fn generate(source: &Source) -> Result<String> {
    let path = repo::root().join(source.proto);
    let folder = path.parent().context("a proto file stands in a folder")?;
    let descriptors = protox::compile([&path], [folder])?;
    let out = tempfile::tempdir()?;
    prost_build::Config::new().bytes(["."]).out_dir(out.path()).compile_fds(descriptors)?;
    let body = std::fs::read_to_string(out.path().join(format!("{}.rs", source.package)))?;
    formatted(&format!(
        "// Made of {} by `cargo xtask bless`. Do not edit.\n\
         #![allow(missing_docs, unreachable_pub, clippy::pedantic, reason = \"generated\")]\n{body}",
        source.proto
    ))
}

/// The text as rustfmt lays it out with the repository's own rules.
fn formatted(rust: &str) -> Result<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(Path::new(&repo::root()).join("rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("rustfmt is missing: rustup component add rustfmt")?;
    rustfmt.stdin.take().context("rustfmt was given a pipe")?.write_all(rust.as_bytes())?;
    let output = rustfmt.wait_with_output()?;
    ensure!(output.status.success(), "rustfmt refused the generated code");
    Ok(String::from_utf8(output.stdout)?)
}
