//! What a driver is told, and what it says. Names are the agent's own.

use crate::agent::message::{
    Ask, Block, Commands, Content, Ended, Message, Notice, Plan, Setting, Settings, Tool, Usage,
};

/// What the agent's driver is to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Start the agent, or take up the session that it had; then say [`Heard::Ready`].
    Start,
    /// Begin a turn. Only when ready, and only one at a time.
    Prompt(Vec<Block>),
    /// End the turn that runs; [`Heard::TurnOver`] follows.
    Cancel,
    /// Answer a request; then say [`super::Conversation::delivered`].
    Answer {
        /// The entry of the Ask.
        ask: u64,
        /// The request's number.
        request: u64,
        /// The chosen option's name; `None`: the turn was cancelled.
        option: Option<String>,
    },
    /// Set one of the agent's settings.
    Set(Setting),
    /// End the agent and everything it started; [`Heard::Gone`] follows.
    Kill,
}

/// What the agent's driver says.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// The agent takes a prompt.
    Ready,
    /// It says more.
    Text {
        /// Its name for the message; `None`: the one it is saying.
        message: Option<String>,
        /// It is what the agent thinks to itself.
        thought: bool,
        /// What it says.
        text: String,
    },
    /// It says this, in place of what it said under that name.
    Message(String, Message),
    /// What is given of the tool call of that name.
    Tool(String, Tool),
    /// More of what the tool call of that name brought about.
    Content(String, Content),
    /// It waits for a person.
    Permission {
        /// The driver's number for the request.
        request: u64,
        /// The name of the tool call that is to go on.
        tool: Option<String>,
        /// What it asks.
        ask: Ask,
    },
    /// The turn is over.
    TurnOver(Ended),
    /// The agent is gone: why, for people.
    Gone(String),
    /// What it means to do.
    Plan(Plan),
    /// What it used.
    Usage(Usage),
    /// Its settings.
    Settings(Settings),
    /// Its commands.
    Commands(Commands),
    /// What it calls the conversation.
    Title(String),
    /// Something people should know.
    Notice(Notice),
    /// What nobody here knows, as it came: JSON.
    Raw(String),
}
