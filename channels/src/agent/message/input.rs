//! What people want of a conversation.

use bytes::Bytes;
use prost::Message as _;

use super::spec::check_title;
use super::{Bad, Block, Choice, Prompt, Requeue, Setting};
use crate::agent::generated::{self, input};
use crate::agent::limits::{NAME_BYTES_MAX, PROMPT_BYTES_MAX};

/// Names a wish for ever: random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WishId(pub [u8; 16]);

/// What a person wants, once.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Its name: it is done once, however often and by whatever way it comes.
    pub id: WishId,
    /// What it is.
    pub wish: Wish,
}

/// What a person may want.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Say this to the agent.
    Prompt(Prompt),
    /// End the turn that runs.
    Cancel,
    /// Answer what waits for a person.
    Choose(Choice),
    /// Change, or take back, what waits in the queue.
    Requeue(WishId, Vec<Block>),
    /// Choose a value of one of the agent's own settings.
    Set(Setting),
    /// A new title.
    Rename(String),
}

impl WishId {
    /// Reads it.
    ///
    /// # Errors
    /// [`Bad::Id`] if there are not 16 bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, Bad> {
        bytes.try_into().map(Self).map_err(|_| Bad::Id { bytes: bytes.len() })
    }

    /// Writes it for the wire.
    pub fn write(self) -> Bytes {
        Bytes::copy_from_slice(&self.0)
    }
}

impl Input {
    /// Reads `Input.bytes`.
    ///
    /// # Errors
    /// `Bad` names the rule that it breaks.
    pub fn decode(bytes: &[u8]) -> Result<Self, Bad> {
        let generated::Input { id, wish } = generated::Input::decode(bytes)?;
        let wish = match wish.ok_or(Bad::Nothing)? {
            input::Wish::Prompt(prompt) => Wish::Prompt(checked(prompt)?),
            input::Wish::Cancel(generated::Cancel {}) => Wish::Cancel,
            input::Wish::Choose(choice) => {
                check_name(&choice.option)?;
                Wish::Choose(choice)
            }
            input::Wish::Requeue(Requeue { id, blocks }) => {
                check_length(&blocks)?;
                Wish::Requeue(WishId::read(&id)?, blocks)
            }
            input::Wish::Set(setting) => {
                check_name(&setting.name)?;
                check_name(&setting.value)?;
                Wish::Set(setting)
            }
            input::Wish::Rename(title) => {
                check_title(&title)?;
                Wish::Rename(title)
            }
        };
        Ok(Self { id: WishId::read(&id)?, wish })
    }

    /// Writes it for the wire.
    pub fn encode(&self) -> Bytes {
        let wish = match self.wish.clone() {
            Wish::Prompt(prompt) => input::Wish::Prompt(prompt),
            Wish::Cancel => input::Wish::Cancel(generated::Cancel {}),
            Wish::Choose(choice) => input::Wish::Choose(choice),
            Wish::Requeue(id, blocks) => input::Wish::Requeue(Requeue { id: id.write(), blocks }),
            Wish::Set(setting) => input::Wish::Set(setting),
            Wish::Rename(title) => input::Wish::Rename(title),
        };
        generated::Input { id: self.id.write(), wish: Some(wish) }.encode_to_vec().into()
    }
}

fn checked(prompt: Prompt) -> Result<Prompt, Bad> {
    if !prompt.blocks.iter().any(|block| block.kind.is_some()) {
        return Err(Bad::PromptEmpty);
    }
    check_length(&prompt.blocks)?;
    Ok(prompt)
}

fn check_length(blocks: &[Block]) -> Result<(), Bad> {
    let bytes = blocks.iter().map(prost::Message::encoded_len).sum();
    if bytes > PROMPT_BYTES_MAX { Err(Bad::PromptLong { bytes }) } else { Ok(()) }
}

const fn check_name(name: &str) -> Result<(), Bad> {
    if name.is_empty() || name.len() > NAME_BYTES_MAX { Err(Bad::Name) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::message::{Busy, block};

    fn text(text: &str) -> Block {
        Block { kind: Some(block::Kind::Text(text.to_owned())) }
    }

    #[test]
    fn a_wish_is_what_was_written() {
        let wishes = [
            Wish::Prompt(Prompt { blocks: vec![text("hi")], busy: Busy::Steer.into() }),
            Wish::Cancel,
            Wish::Choose(Choice { ask: 7, option: "once".to_owned() }),
            Wish::Requeue(WishId([2; 16]), vec![]),
            Wish::Set(Setting { name: "model".to_owned(), value: "small".to_owned() }),
            Wish::Rename("A title".to_owned()),
        ];
        for wish in wishes {
            let input = Input { id: WishId([1; 16]), wish };
            assert_eq!(Input::decode(&input.encode()), Ok(input));
        }
    }

    #[test]
    fn a_wish_that_breaks_a_rule_is_refused_with_the_rule() {
        let bad = |wish| Input::decode(&Input { id: WishId([1; 16]), wish }.encode()).unwrap_err();
        let prompt = |blocks| Wish::Prompt(Prompt { blocks, busy: 0 });
        assert_eq!(bad(prompt(vec![])), Bad::PromptEmpty);
        assert_eq!(bad(prompt(vec![Block { kind: None }])), Bad::PromptEmpty);
        let long = bad(prompt(vec![text(&"p".repeat(PROMPT_BYTES_MAX))]));
        assert!(matches!(long, Bad::PromptLong { .. }), "{long:?}");
        assert_eq!(bad(Wish::Choose(Choice { ask: 7, option: String::new() })), Bad::Name);
        assert_eq!(bad(Wish::Rename("a\tb".to_owned())), Bad::Title);
        assert_eq!(Input::decode(b""), Err(Bad::Nothing));
        let nameless = generated::Input {
            id: Bytes::new(),
            wish: Some(input::Wish::Cancel(generated::Cancel {})),
        };
        assert_eq!(Input::decode(&nameless.encode_to_vec()), Err(Bad::Id { bytes: 0 }));
    }
}
