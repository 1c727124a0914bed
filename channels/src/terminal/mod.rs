//! The kind `terminal`: a program on a PTY, its output as a byte Log, its screen as the Snapshot.
//!
//! ```text
//!   PTY ─► Scanner ─► clean bytes ─► Log ─► every reader's own emulator
//!             │                └───► Screen ─► Snapshot
//!             └► queries ─► answered by Screen ─► PTY
//! ```
//!
//! Only the host answers a program's questions: the [`Scanner`] takes them out of the stream before the Log, so that no
//! client's emulator can ever answer one again. The host adds its own [`Mark`]s: the grid's size, who is attached, whether
//! what is typed is secret.
//!
//! Read first: [`Screen`], then [`Scanner`], then [`message`].

mod csi;
#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    reason = "written by prost from proto/terminal.proto"
)]
mod generated;
#[cfg(feature = "host")]
pub mod host;
mod lex;
pub mod limits;
mod mark;
pub mod message;
mod scan;
mod screen;
mod source;

pub use mark::Mark;
pub use message::{
    Answer, Bad, Capture, CaptureAsk, CaptureOf, CaptureQuery, CaptureStart, CaptureState, End,
    Event, Happening, Input, Key, NewSession, NewWindow, PaneId, Person, Query, Role, SessionId,
    Size, Snapshot, Spec, Terminal, TmuxAsk, TmuxId, TmuxQuery, TmuxSession, TmuxSessions,
    TmuxWindow, WindowId,
};
pub use scan::{Question, Scanner, Segment, Slot};
pub use screen::{Content, Cursor, Look, Screen, Seen};
pub use source::{Source, Turn};

/// What `Open.kind` says for a terminal.
pub const KIND: &str = "terminal";
