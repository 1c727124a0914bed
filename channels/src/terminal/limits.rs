//! Every bound of this kind in one place, each with its reason.

use std::time::Duration;

/// Columns or rows of a grid: more than any wall of screens shows.
pub const SIDE_MAX: u32 = 1000;
/// Cells of a grid: twice a wall of screens in the smallest print, and a Snapshot of its text still fits a packet.
pub const CELLS_MAX: u32 = 250_000;
/// Columns a terminal has when nobody says: the VT100's.
pub const COLS_DEFAULT: u16 = 80;
/// Rows a terminal has when nobody says: the VT100's.
pub const ROWS_DEFAULT: u16 = 24;
/// Characters of the name people call a terminal by.
pub const NAME_CHARS_MAX: usize = 64;
/// Characters of a window title that are kept.
pub const TITLE_CHARS_MAX: usize = 256;
/// Words of a command.
pub const COMMAND_WORDS_MAX: usize = 256;
/// Bytes of a command's words together: beside them the largest path, name and envelope still fit an Open frame, which the
/// protocol bounds to 16 KiB. A longer command would end the Link of whoever sent it.
pub const COMMAND_BYTES_MAX: usize = 10 << 10;
/// Ids of terminals that are over which a host remembers, so that none is made twice: the newest.
pub const ENDED_MAX: usize = 4096;
/// Attached devices that a mark names; those beyond are not shown.
pub const PEOPLE_MAX: usize = 16;
/// Devices that left, whose grids are kept for their return: the newest.
pub const GRIDS_KEPT: usize = 16;
/// Characters of a device's name in a mark: what a device's name has at most.
pub const PERSON_NAME_CHARS_MAX: usize = 64;
/// Bytes of a path: Linux's PATH_MAX.
pub const PATH_BYTES_MAX: usize = 4096;
/// Bytes of keys in one input: what one Input frame carries.
pub const KEYS_BYTES_MAX: usize = 16 << 10;
/// What inputs cost together that wait for a program which reads nothing, in bytes: each its own and the protocol's
/// INPUT_COST. As much as sixteen devices leave unapplied; more is refused.
pub const INPUTS_COST_MAX: usize = 2 << 20;
/// Things that happened once and are still told: the newest.
pub const EVENTS_MAX: usize = 32;
/// Bytes of clipboard text one OSC 52 may set.
pub const CLIPBOARD_BYTES_MAX: usize = 64 << 10;
/// Bytes of clipboard text all kept events hold together, so that a Snapshot fits its packet.
pub const CLIPBOARD_BYTES_KEPT: usize = 128 << 10;
/// Bytes of a control sequence that is no string: xterm's longest have about a hundred.
pub const SEQUENCE_BYTES_MAX: usize = 512;
/// Parameters of a control sequence that are read; those behind are dropped.
pub const PARAMS_MAX: usize = 32;
/// Bytes of a string (OSC, DCS) that is held back while it may still turn out to be a question.
pub const UNDECIDED_BYTES_MAX: usize = 4096;
/// Bytes of a string that are let through: half the Log, so that a Snapshot can always begin before the string.
pub const STRING_BYTES_MAX: usize = 128 << 10;
/// Times that one REP repeats its character: a row of the widest grid.
pub const REPEAT_MAX: usize = SIDE_MAX as usize;
/// Bytes of Log and answers that one turn makes of what was read; the rest waits for the next, and keys are heard between
/// them. Few bytes can ask for many (REP, a saved title): without it a read of 64 KiB becomes 43 MB.
pub const TURN_BYTES_MAX: usize = 256 << 10;
/// A synchronised update (DEC 2026) that lasts longer is shown as it is: the time that emulators give one as well.
pub const FRAME_WITHIN: Duration = Duration::from_millis(150);
/// Bytes a buffer of the output's way keeps for the next turn: what a read takes. A larger one is given back.
pub const BUFFER_BYTES_KEPT: usize = 64 << 10;
/// Different combined characters (letters with marks) a Screen tells apart; marks beyond are dropped.
pub const CLUSTERS_MAX: usize = 4096;
/// Bytes of one combined character.
pub const CLUSTER_BYTES_MAX: usize = 32;
/// Depth of the kitty keyboard stack, per screen: what kitty itself keeps at most is unsaid; programs use one or two.
pub const KEYBOARD_DEPTH_MAX: usize = 16;
/// Window titles a program may have saved; xterm keeps as many.
pub const TITLES_SAVED_MAX: usize = 10;
/// Terminals one host runs at once: as many as a Session has channels.
pub const TERMINALS_MAX: usize = 256;
/// Bytes of a spec or input message: a full command with its envelope.
pub const MESSAGE_BYTES_MAX: usize = COMMAND_BYTES_MAX + PATH_BYTES_MAX + 4096;
/// Rows that left a screen at its top and are kept to be read: what people set terminals to who want "all of it".
pub const HISTORY_ROWS_DEFAULT: usize = 10_000;
/// Bytes that one terminal's rows take, packed ones as packed: all terminals of a user together stay below 256 MiB. Ten
/// thousand rows of a log take 600 kB unpacked.
pub const HISTORY_BYTES_MAX: usize = 1 << 20;
/// Bytes of rows that are packed together: large enough to pack well, small enough to unpack in 0.1 ms.
pub const HISTORY_BLOCK_BYTES: usize = 64 << 10;
/// Bytes of rows that may leave a screen within one turn. Beyond, what left before them is forgotten: only a huge grid
/// full of colours that scrolls away at once has so many.
pub const LEAVING_BYTES_MAX: usize = HISTORY_BYTES_MAX;
/// Bytes of one kept row. A longer one loses its looks, then its end: the widest row in plain text fits.
pub const ROW_BYTES_MAX: usize = 4 << 10;
/// The number of a row: no terminal counts so far, what is added to one stays a number, and a page counts it exactly.
pub const ROW_NUMBER_MAX: u64 = 1 << 53;
/// Rows one question is answered with.
pub const ROWS_ANSWER_MAX: usize = 1000;
/// Bytes of rows one question is answered with, the first row apart: no answer holds up a slow link's other channels long.
pub const ROWS_ANSWER_BYTES_MAX: usize = 128 << 10;
/// Bytes of a text that is sought.
pub const SEARCH_TEXT_BYTES_MAX: usize = 256;
/// Places one question is answered with, beside all those of the last row told.
pub const SEARCH_MATCHES_MAX: usize = 100;
/// Bytes of rows that one question searches: about a millisecond, in which no key is heard. The asker asks on.
pub const SEARCH_BYTES_MAX: usize = 256 << 10;
/// Rows that run on into each other and are searched as one line; a longer line is searched in parts.
pub const SEARCH_LINE_ROWS_MAX: usize = 64;
/// Bytes that tmux may say in answer to one command: a thousand windows with long names and paths.
pub const TMUX_OUTPUT_BYTES_MAX: usize = 1 << 20;
/// Bytes of tmux's complaints that are read.
pub const TMUX_WORDS_BYTES_MAX: usize = 4 << 10;
/// Bytes of the words that name one life of a tmux server: two numbers.
pub const TMUX_SERVER_BYTES_MAX: usize = 64;
/// Sessions of tmux that are told of: the newest.
pub const TMUX_SESSIONS_MAX: usize = 128;
/// Windows of tmux that are told of: with the longest names and paths they fit an answer's packet.
pub const TMUX_WINDOWS_MAX: usize = 400;
/// Characters of a window's directory that are told.
pub const TMUX_PATH_CHARS_MAX: usize = 256;
/// Windows made last in a session of which it is known who asked for them: more than anybody asks for in one cut.
pub const TMUX_KEYS_KEPT: usize = 16;
/// Bytes of the path of a file that output is kept in: it stands whole in a row of the audit log.
pub const CAPTURE_FILE_BYTES_MAX: usize = 200;
/// Bytes of one file of a capture at least: what one turn of output may be, many times over, does not begin a file each.
pub const CAPTURE_BYTES_MIN: u64 = 64 << 10;
/// Bytes of one file of a capture or recording at most: a disk's worth.
pub const CAPTURE_BYTES_MAX: u64 = 16 << 30;
/// Bytes of one file of a capture, if nobody says.
pub const CAPTURE_BYTES: u64 = 16 << 20;
/// Bytes of a recording, if nobody says: hours of work, minutes of a flood.
pub const RECORD_BYTES: u64 = 64 << 20;
/// Older files of a capture that are kept beside the newest, if nobody says.
pub const CAPTURE_KEEP: u32 = 4;
/// Older files of a capture that may be kept beside the newest.
pub const CAPTURE_KEEP_MAX: u32 = 100;
/// Bytes of output that wait for a disk, for each capture and recording; one that is slower stops. A tenth of a second of
/// the wildest flood.
pub const CAPTURE_WAITING_BYTES_MAX: usize = 16 << 20;
/// Pieces of output that wait for a disk: single keys' echoes are small, their bookkeeping is not.
pub const CAPTURE_PIECES_MAX: usize = 16 << 10;
/// Names that are tried for a file beside those that exist.
pub const CAPTURE_NAMES_MAX: u32 = 1000;
/// Characters of a command's name, in a mark and in a notice.
pub const COMMAND_CHARS_MAX: usize = 64;
