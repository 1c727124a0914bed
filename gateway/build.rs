//! Builds the web page where Node is there, and writes the table of its files that `page.rs` embeds.
//!
//! Nothing is written outside web/ and `OUT_DIR`. Without Node, or with `DEVTAIL_SKIP_WEB=1`, a page that web/dist already
//! holds is taken; if there is none either, the table is empty and says why, and the gateway tells whoever opens it.

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
};

/// What the page is made of, inside web/.
const INPUTS: [&str; 5] =
    ["src", "build.mjs", "package.json", "package-lock.json", "tsconfig.json"];
const NO_NODE: &str = "this devtail was built where Node.js was missing: install Node 20 or newer, then build it again";
const FAILED: &str = "the page could not be built: run `npm ci && npm run build` in web/ to see why, then build devtail again";
const SKIPPED: &str = "this devtail was built with DEVTAIL_SKIP_WEB=1: build it again without";

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let web = here.join("../web");
    println!("cargo::rerun-if-env-changed=DEVTAIL_SKIP_WEB");
    println!("cargo::rerun-if-changed=build.rs");
    for input in INPUTS.map(|name| web.join(name)).iter().filter(|path| path.exists()) {
        println!("cargo::rerun-if-changed={}", input.display());
    }
    let trouble = build(&web).err();
    if let Some(reason) = trouble {
        println!("cargo::warning={reason}");
        watch_for_remedy(reason, &out);
    }
    let mut files = Vec::new();
    if web.join("dist/index.html").exists() {
        collect(&web.join("dist"), "", &mut files)?;
    }
    files.sort();
    let missing = if files.is_empty() { trouble.unwrap_or(FAILED) } else { "" };
    write_table(&out, &files, missing)
}

/// Runs npm in web/; `Err` says why there is no fresh page.
fn build(web: &Path) -> Result<(), &'static str> {
    if env::var_os("DEVTAIL_SKIP_WEB").is_some_and(|value| value == "1") {
        return Err(SKIPPED);
    }
    if !npm(web, &["--version"]).map_err(|_| NO_NODE)? {
        return Err(NO_NODE);
    }
    let installed =
        fs::metadata(web.join("node_modules/.package-lock.json")).and_then(|lock| lock.modified());
    let wanted = fs::metadata(web.join("package-lock.json")).and_then(|lock| lock.modified());
    let stale = match (installed, wanted) {
        (Ok(installed), Ok(wanted)) => installed < wanted,
        _ => true,
    };
    let quiet = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
    if stale && !npm(web, &quiet).unwrap_or(false) {
        return Err(FAILED);
    }
    if npm(web, &["run", "--silent", "build"]).unwrap_or(false) { Ok(()) } else { Err(FAILED) }
}

/// Tells cargo what would change if the person did what the reason says: inputs alone would never make it try again.
fn watch_for_remedy(reason: &str, out: &Path) {
    if reason == NO_NODE {
        println!("cargo::rerun-if-env-changed=PATH");
        let path = env::var_os("PATH").unwrap_or_default();
        for folder in
            env::split_paths(&path).filter(|folder| folder.is_absolute() && folder.exists())
        {
            println!("cargo::rerun-if-changed={}", folder.display());
        }
    } else if reason == FAILED {
        // A file that is never there is always out of date: the next build tries again.
        println!("cargo::rerun-if-changed={}", out.join("try-again").display());
    }
}

/// True if npm ended well. What it says goes to the build log, which cargo shows with `-vv`.
fn npm(web: &Path, args: &[&str]) -> io::Result<bool> {
    let output = Command::new("npm").args(args).current_dir(web).output()?;
    io::stderr().write_all(&output.stderr)?;
    Ok(output.status.success())
}

/// Lists the files below `folder` by their paths in URLs.
fn collect(folder: &Path, parent: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{parent}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &path, files)?;
        } else {
            files.push((path, entry.path()));
        }
    }
    Ok(())
}

/// Copies the files to `OUT_DIR`, so that the crate still compiles when web/dist is gone, and writes the table.
fn write_table(out: &Path, files: &[(String, PathBuf)], missing: &str) -> io::Result<()> {
    let mut table = format!("const MISSING: &str = {missing:?};\nstatic ASSETS: &[Asset] = &[\n");
    for (number, (path, source)) in files.iter().enumerate() {
        let bytes = fs::read(source)?;
        let (plain, zipped) =
            (out.join(format!("asset-{number}")), out.join(format!("asset-{number}.gz")));
        fs::write(&plain, &bytes)?;
        fs::write(&zipped, gzip(&bytes)?)?;
        table += &format!(
            "    Asset {{ path: {path:?}, etag: {:?}, bytes: include_bytes!({plain:?}), gzip: include_bytes!({zipped:?}) }},\n",
            etag(&bytes)
        );
    }
    fs::write(out.join("assets.rs"), table + "];\n")
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn etag(bytes: &[u8]) -> String {
    let hex: String =
        Sha256::digest(bytes)[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}
