//! The kind's messages: one that exists in its typed form is valid. The contract is `proto/agent.proto`.
//!
//! What has no rule of its own beyond its type is the generated one, with the contract's words.

mod bad;
mod entry;
mod event;
mod input;
mod page;
mod snapshot;
mod spec;

pub use bad::Bad;
pub use entry::{Entry, EntryKind};
pub use event::{Event, EventKind};
pub use input::{Input, Wish, WishId};
pub use page::{Answer, Conversation, Page, Query};
pub use snapshot::Snapshot;
pub use spec::Spec;

pub use super::generated::{
    Answered, Answerer, Ask, Asked, Attachment, Block, Busy, Change, ChangeKind, Choice, Command,
    Commands, Content, Contents, Delivery, Diff, EndReason, Ended, Link, Message, Notice,
    Option as Choosable, OptionKind, Place, Places, Plan, PlanItem, PlanStatus, Prompt, Queue,
    Queued, Quote, Requeue, Said, Setting, SettingOf, Settings, Severity, State, Tool, ToolKind,
    ToolStatus, Usage, Value, block, content,
};
