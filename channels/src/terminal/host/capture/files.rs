//! The files of one capture: new ones, in a directory of the user's own, one behind the other. Nothing that exists is ever
//! written to or removed.

use std::collections::VecDeque;
use std::fs::{DirBuilder, File};
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, fstat, openat, statat, unlinkat};
use rustix::io::Errno;

use crate::terminal::limits::CAPTURE_NAMES_MAX;

/// Where the first file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::terminal::host) enum Place {
    /// Here, or nowhere.
    File(PathBuf),
    /// In this directory, which is made if it is not there: `STEM.EXTENSION`, or `STEM-2.EXTENSION` if that exists.
    Named { folder: PathBuf, stem: String, extension: &'static str },
}

/// The files as they are written.
#[derive(Debug)]
pub(super) struct Files {
    folder: OwnedFd,
    /// Of the first; the others have a number behind it.
    path: PathBuf,
    name: String,
    /// Bytes of one file.
    limit: u64,
    /// Older files to keep; `None` if there is to be one file and no other.
    keep: Option<u32>,
    file: File,
    len: u64,
    number: u32,
    older: VecDeque<Older>,
    /// Bytes of all files before this one.
    before: u64,
}

/// A file that is full. Whoever put another in its place may keep that.
#[derive(Debug)]
struct Older {
    name: String,
    device: u64,
    inode: u64,
}

impl Files {
    /// Makes the first file.
    ///
    /// # Errors
    /// The directory is not there or belongs to another user, the file exists, or the system refuses. The text says which.
    pub(super) fn create(place: &Place, limit: u64, keep: Option<u32>) -> io::Result<Self> {
        let (folder, path, file) = match place {
            Place::File(path) => {
                let folder = open_folder(path.parent().unwrap_or(Path::new("/")))?;
                let file = create(&folder, &name_of(path)?).map_err(|error| told(path, &error))?;
                (folder, path.clone(), file)
            }
            Place::Named { folder: at, stem, extension } => {
                DirBuilder::new()
                    .recursive(true)
                    .mode(0o700)
                    .create(at)
                    .map_err(|error| io::Error::other(format!("{}: {error}", at.display())))?;
                let folder = open_folder(at)?;
                let (name, file) = create_named(&folder, stem, extension)
                    .map_err(|error| told(&at.join(stem), &error))?;
                (folder, at.join(name), file)
            }
        };
        let name = name_of(&path)?;
        let older = VecDeque::new();
        Ok(Self { folder, path, name, limit, keep, file, len: 0, number: 0, older, before: 0 })
    }

    /// Writes whole lines, or as much of one as a file holds.
    ///
    /// # Errors
    /// The disk is full or fails, or the one file there is to be is full. What had been written whole stays.
    pub(super) fn write(&mut self, text: &[u8]) -> io::Result<()> {
        let mut rest = text;
        while !rest.is_empty() {
            let room = usize::try_from(self.limit - self.len).unwrap_or(usize::MAX);
            if rest.len() > room && self.keep.is_none() {
                let words = format!("it has reached its {} bytes", self.limit);
                return Err(io::Error::other(words));
            }
            let (now, later) = rest.split_at(fitting(rest, room, self.len == 0));
            self.append(now)?;
            rest = later;
            if !rest.is_empty() {
                self.next()?;
            }
        }
        Ok(())
    }

    /// The newest file.
    pub(super) fn newest(&self) -> PathBuf {
        self.path.with_file_name(self.numbered(self.number))
    }

    /// Bytes written, in all files that ever were.
    pub(super) const fn bytes(&self) -> u64 {
        self.before + self.len
    }

    /// Bytes written into those before the newest.
    pub(super) const fn bytes_before(&self) -> u64 {
        self.before
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.older.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(bytes) {
            // Half a line would be read for something it is not.
            let _ = self.file.set_len(self.len);
            return Err(error);
        }
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Begins the next file, and forgets the oldest.
    fn next(&mut self) -> io::Result<()> {
        let (number, file) = self.create_next()?;
        let meta = self.file.metadata()?;
        let name = self.numbered(self.number);
        self.older.push_back(Older { name, device: meta.dev(), inode: meta.ino() });
        self.before += self.len;
        (self.file, self.number, self.len) = (file, number, 0);
        let keep = self.keep.unwrap_or(u32::MAX) as usize;
        while self.older.len() > keep {
            self.older.pop_front().into_iter().for_each(|older| self.remove(&older));
        }
        Ok(())
    }

    fn create_next(&self) -> io::Result<(u32, File)> {
        for number in (self.number..).skip(1).take(CAPTURE_NAMES_MAX as usize) {
            match create(&self.folder, &self.numbered(number)) {
                Ok(file) => return Ok((number, file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other(format!(
            "{} and {CAPTURE_NAMES_MAX} others exist",
            self.newest().display()
        )))
    }

    fn remove(&self, older: &Older) {
        let Ok(found) = statat(&self.folder, &older.name, AtFlags::SYMLINK_NOFOLLOW) else {
            return;
        };
        if (found.st_dev, found.st_ino) == (older.device, older.inode) {
            let _ = unlinkat(&self.folder, &older.name, AtFlags::empty());
        }
    }

    fn numbered(&self, number: u32) -> String {
        if number == 0 { self.name.clone() } else { format!("{}.{number}", self.name) }
    }
}

/// How many bytes go into a file that has room for so many: all, up to the last line end, or, into an empty one, up to
/// the last letter.
fn fitting(text: &[u8], room: usize, is_empty: bool) -> usize {
    if text.len() <= room {
        return text.len();
    }
    if let Some(line_end) = memchr::memrchr(b'\n', &text[..room]) {
        return line_end + 1;
    }
    let is_boundary = |at: &usize| text[*at] & 0xc0 != 0x80;
    // What is no UTF-8 has boundaries nowhere, and is cut anywhere.
    if is_empty {
        (room.saturating_sub(3)..=room).rev().find(is_boundary).unwrap_or(room)
    } else {
        0
    }
}

fn open_folder(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = rustix::fs::open(path, flags, Mode::empty()).map_err(|error| {
        io::Error::other(format!("the directory {} cannot be opened: {error}", path.display()))
    })?;
    if fstat(&folder)?.st_uid != rustix::process::geteuid().as_raw() {
        let words =
            format!("the directory {} is another user's; choose one of your own", path.display());
        return Err(io::Error::other(words));
    }
    Ok(folder)
}

/// A new file, and never the one a symbolic link points to.
fn create(folder: &OwnedFd, name: &str) -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mode = Mode::RUSR | Mode::WUSR;
    openat(folder, name, flags, mode).map(File::from).map_err(Errno::into)
}

fn create_named(folder: &OwnedFd, stem: &str, extension: &str) -> io::Result<(String, File)> {
    let mut last = io::ErrorKind::AlreadyExists.into();
    for number in 1..=CAPTURE_NAMES_MAX {
        let also = if number == 1 { String::new() } else { format!("-{number}") };
        let name = format!("{stem}{also}.{extension}");
        match create(folder, &name) {
            Ok(file) => return Ok((name, file)),
            Err(error) => last = error,
        }
        if last.kind() != io::ErrorKind::AlreadyExists {
            break;
        }
    }
    Err(last)
}

fn name_of(path: &Path) -> io::Result<String> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned)
        .ok_or_else(|| io::Error::other(format!("{} names no file", path.display())))
}

fn told(path: &Path, error: &io::Error) -> io::Error {
    let path = path.display();
    io::Error::other(if error.kind() == io::ErrorKind::AlreadyExists {
        format!("{path} exists already, and nothing is overwritten; choose another file")
    } else {
        format!("{path} cannot be made: {error}")
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn files(folder: &Path, limit: u64, keep: Option<u32>) -> io::Result<Files> {
        Files::create(&Place::File(folder.join("out.log")), limit, keep)
    }

    #[test]
    fn lines_go_into_the_next_file_when_one_is_full_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("out.log.2"), "somebody's").unwrap();
        let mut files = files(folder.path(), 10, Some(1)).unwrap();
        files.write(b"one\ntwo\nthree\nfour\nfive\n").unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).ok();
        assert_eq!(read("out.log"), None, "only one older is kept");
        assert_eq!(read("out.log.1").as_deref(), Some("three\n"));
        assert_eq!(read("out.log.2").as_deref(), Some("somebody's"), "and others' are left alone");
        assert_eq!(read("out.log.3").as_deref(), Some("four\nfive\n"));
        assert_eq!((files.bytes(), files.count()), (24, 2));
        assert_eq!(files.newest(), folder.path().join("out.log.3"));
        let mode = fs::metadata(files.newest()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_line_longer_than_a_file_is_cut_between_letters() {
        assert_eq!(fitting("éééé".as_bytes(), 5, true), 4);
        assert_eq!(fitting("éééé".as_bytes(), 5, false), 0);
        assert_eq!(fitting(&[0x80; 9], 5, true), 5);
        let folder = tempfile::tempdir().unwrap();
        let mut files = files(folder.path(), 5, Some(100)).unwrap();
        files.write("aéééé".as_bytes()).unwrap();
        assert_eq!(files.count(), 2);
    }

    #[test]
    fn what_exists_is_neither_written_to_nor_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (link, target) = (folder.path().join("out.log"), folder.path().join("target"));
        symlink(&target, &link).unwrap();
        let error = files(folder.path(), 10, None).unwrap_err();
        assert!(error.to_string().contains("exists already"), "{error}");
        assert!(!target.exists());
        fs::remove_file(&link).unwrap();
        fs::write(&link, "mine").unwrap();
        assert!(files(folder.path(), 10, None).is_err());
        assert_eq!(fs::read_to_string(&link).unwrap(), "mine");
        let nowhere = files(&folder.path().join("no"), 10, None).unwrap_err();
        assert!(nowhere.to_string().contains("/no cannot be opened"), "{nowhere}");
    }

    #[test]
    fn one_file_and_no_other_ends_when_it_is_full() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = files(folder.path(), 10, None).unwrap();
        files.write(b"12345678\n").unwrap();
        assert!(files.write(b"9\n").unwrap_err().to_string().contains("10 bytes"));
        assert_eq!(fs::read(files.newest()).unwrap(), b"12345678\n");
    }

    #[test]
    fn a_full_disk_is_said_to_be_full() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = files(folder.path(), 10, None).unwrap();
        files.file = File::options().write(true).open("/dev/full").unwrap();
        let error = files.write(b"line\n").unwrap_err();
        assert!(error.to_string().contains("No space left"), "{error}");
        assert_eq!(files.bytes(), 0);
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("captures");
        let place = Place::Named { folder: at.clone(), stem: "sh".into(), extension: "log" };
        let newest = |_| Files::create(&place, 10, None).unwrap().newest();
        let made: Vec<PathBuf> = [1, 2, 3].into_iter().map(newest).collect();
        assert_eq!(made, ["sh.log", "sh-2.log", "sh-3.log"].map(|name| at.join(name)));
        assert_eq!(fs::metadata(&at).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
