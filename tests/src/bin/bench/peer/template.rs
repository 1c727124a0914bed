//! Placeholders of an adapter file, and what they stand for in this run.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

const NAMES: [&str; 4] = ["folder", "address", "port", "program"];

/// What the placeholders stand for.
#[derive(Debug, Clone)]
pub(super) struct Template {
    values: [String; NAMES.len()],
    program: Vec<String>,
}

impl Template {
    pub(super) fn new(folder: &str, address: Ipv4Addr, port: u16, program: &[String]) -> Self {
        let values = [folder.to_owned(), address.to_string(), port.to_string(), program.join(" ")];
        Self { values, program: program.to_vec() }
    }

    /// With everything filled in.
    pub(super) fn text(&self, text: &str) -> String {
        NAMES.iter().zip(&self.values).fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    /// A command line; a word that is `{program}` alone becomes as many words as the program has.
    pub(super) fn command(&self, argv: &[String]) -> Result<Command> {
        let (first, rest) = argv.split_first().context("an argv is empty")?;
        let first = self.text(first);
        let path = installed(&first).with_context(|| format!("{first} is not installed"))?;
        let mut command = Command::new(path);
        for word in rest {
            if word == "{program}" {
                command.args(&self.program);
            } else {
                command.arg(self.text(word));
            }
        }
        Ok(command)
    }
}

/// Where a program is. Servers such as sshd insist on being called by their whole path, and stand where only root looks.
pub(super) fn installed(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// A name in braces that stands for nothing. Braces around anything else are only braces.
pub(super) fn unknown_placeholder(text: &str) -> Option<&str> {
    text.split('{').skip(1).find_map(|rest| {
        let (name, _) = rest.split_once('}')?;
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
        (is_name && !NAMES.contains(&name)).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_becomes_words_alone_and_a_text_within_another_word() {
        let program = ["bench", "--inside"].map(str::to_owned);
        let template = Template::new("/f", Ipv4Addr::LOCALHOST, 7, &program);
        let argv = ["sh", "{program}", "-c={program}", "{address}:{port}"].map(str::to_owned);
        let command = template.command(&argv).expect("there is a shell");
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        assert_eq!(words, ["bench", "--inside", "-c=bench --inside", "127.0.0.1:7"]);
    }

    #[test]
    fn braces_of_json_are_no_placeholders() {
        assert_eq!(unknown_placeholder("{\"AuthToken\":\"\"} {port}"), None);
        assert_eq!(unknown_placeholder("a {prot} b"), Some("prot"));
    }
}
