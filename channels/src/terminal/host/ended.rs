//! What is left of a terminal that is over: its id, so that an Open that comes late, or comes again, makes no second one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use devtail_protocol::ChannelId;

use super::spawn::{socket, sockets};
use crate::terminal::limits::ENDED_MAX;

const EXTENSION: &str = "ended";

/// The terminal of this socket is over: leaves its id in the place of the socket. Where that cannot be written the socket
/// stays, and says as much.
pub(super) fn leave(socket: &Path) {
    if File::create(socket.with_extension(EXTENSION)).is_ok() {
        drop(fs::remove_file(socket));
    }
}

/// Whether there is, or was, a terminal of this id.
pub(super) fn is_known(state: &Path, id: ChannelId) -> bool {
    let socket = socket(state, id);
    socket.exists() || socket.with_extension(EXTENSION).exists()
}

/// Forgets the oldest ids above the bound.
pub(super) fn forget(state: &Path) {
    let Ok(entries) = fs::read_dir(sockets(state)) else { return };
    let ended = |path: &PathBuf| path.extension().is_some_and(|extension| extension == EXTENSION);
    let ids: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(ended).collect();
    let Some(excess) = ids.len().checked_sub(ENDED_MAX).filter(|excess| *excess > 0) else {
        return;
    };
    let left = |path: &PathBuf| fs::metadata(path).and_then(|found| found.modified());
    let mut ids: Vec<(SystemTime, PathBuf)> =
        ids.into_iter().filter_map(|path| Some((left(&path).ok()?, path))).collect();
    ids.sort();
    ids.into_iter().take(excess).for_each(|(_, path)| drop(fs::remove_file(path)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_from_its_socket_on_and_the_oldest_are_forgotten_first() {
        let state = tempfile::tempdir().unwrap();
        fs::create_dir(sockets(state.path())).unwrap();
        let id = |number: usize| {
            ChannelId([&[0; 8], &(number as u64).to_be_bytes()[..]].concat().try_into().unwrap())
        };
        let now = SystemTime::now();
        for number in 0..ENDED_MAX + 3 {
            let socket = socket(state.path(), id(number));
            File::create(&socket).unwrap();
            assert!(is_known(state.path(), id(number)));
            leave(&socket);
            let ended = File::open(socket.with_extension(EXTENSION)).unwrap();
            ended.set_modified(now + std::time::Duration::from_secs(number as u64)).unwrap();
            assert!(!socket.exists() && is_known(state.path(), id(number)));
        }
        forget(state.path());
        let known = |number| is_known(state.path(), id(number));
        assert!(!known(0) && !known(2) && known(3) && known(ENDED_MAX + 2));
    }
}
