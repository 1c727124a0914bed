//! Which peers there are: the files of tests/peers, or one that a person names.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use devtail_tests::repo;

use super::adapter::{Adapter, File};
use super::template::installed;

/// The adapter of this name in tests/peers.
pub(crate) fn shipped(name: &str) -> Result<Adapter> {
    read(&folder().join(format!("{name}.toml")), 0)
}

/// Those that are named, by a name in tests/peers or by a path; all in tests/peers that are installed if none is.
pub(crate) fn chosen(named: &[String]) -> Result<Vec<Adapter>> {
    if named.is_empty() {
        let (here, absent): (Vec<_>, Vec<_>) =
            all()?.into_iter().partition(|adapter| missing(adapter).is_none());
        for adapter in absent {
            let program = missing(&adapter).unwrap_or_default();
            eprintln!("{} is left out: {program} is not installed", adapter.name);
        }
        return Ok(here);
    }
    named.iter().map(|name| asked_for(name)).collect()
}

fn asked_for(name: &str) -> Result<Adapter> {
    let is_path = name.ends_with(".toml");
    let path = if is_path { PathBuf::from(name) } else { folder().join(format!("{name}.toml")) };
    if !path.is_file() {
        let names = all()?.into_iter().map(|adapter| adapter.name).collect::<Vec<_>>().join(", ");
        bail!(
            "no peer is called {name}: name one of {names}, or the path of an adapter file (.toml)"
        );
    }
    let adapter = read(&path, 0)?;
    if let Some(program) = missing(&adapter) {
        bail!("{name} needs {program}, which is not installed: install it, or leave {name} out");
    }
    Ok(adapter)
}

fn all() -> Result<Vec<Adapter>> {
    let entries = fs::read_dir(folder())?.collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    let mut adapters = paths.iter().map(|path| read(path, 0)).collect::<Result<Vec<_>>>()?;
    adapters.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(adapters)
}

/// `depth`: how many files led here.
fn read(path: &Path, depth: usize) -> Result<Adapter> {
    let adapter = || -> Result<Adapter> {
        ensure!(depth < 2, "it is like one that is like another: name the last one");
        let file = File::parse(&fs::read_to_string(path)?)?;
        let like = file.like.as_ref().map(|name| {
            let beside = path.with_file_name(format!("{name}.toml"));
            let beside =
                if beside.is_file() { beside } else { folder().join(format!("{name}.toml")) };
            read(&beside, depth + 1)
        });
        let name = path.file_stem().context("a file has a name")?.to_string_lossy();
        file.adapter(&name, like.transpose()?)
    };
    adapter().with_context(|| format!("the adapter {}", path.display()))
}

/// The first program that it needs and that is not there.
fn missing(adapter: &Adapter) -> Option<String> {
    adapter.needs.iter().find(|program| installed(program).is_none()).cloned()
}

fn folder() -> PathBuf {
    repo::root().join("tests/peers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_adapter_that_ships_can_be_read() {
        let names: Vec<String> =
            all().expect("they are right").into_iter().map(|adapter| adapter.name).collect();
        assert_eq!(names, ["mosh", "ssh", "ssh-c", "ssh-tmux", "ttyd", "websocketd"]);
    }

    #[test]
    fn who_names_a_peer_that_is_none_is_told_which_there_are() {
        let error = format!("{:#}", chosen(&["telnet".to_owned()]).expect_err("it is none"));
        assert!(
            error.contains("no peer is called telnet") && error.contains("ssh-tmux"),
            "{error}"
        );
    }

    #[test]
    fn a_file_that_is_wrong_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("it.toml");
        fs::write(&path, "like = 'it'\n[client]\nargv = ['x']\necho = 'text'").expect("written");
        let error = format!("{:#}", chosen(&[path.display().to_string()]).expect_err("a circle"));
        assert!(error.contains("it.toml") && error.contains("name the last one"), "{error}");
    }
}
