//! What is on its way into the terminal: inputs in their order, and answers to the program's questions.

use std::collections::VecDeque;

use bytes::{Buf as _, Bytes};
use devtail_protocol::ClientId;

use crate::terminal::message::Input;

/// Bytes of answers that wait at most: a program that asks and does not read gets no more.
const REPLIES_BYTES_MAX: usize = 16 << 10;

/// Whose input, and its number.
pub(super) type Number = (ClientId, u64);

/// Inputs and answers, oldest first. Each is done before the next begins, so that they are settled in order.
#[derive(Debug, Default)]
pub(super) struct Keys {
    waiting: VecDeque<Piece>,
    bytes: usize,
    replies: usize,
}

#[derive(Debug)]
enum Piece {
    Keys(Number, Bytes),
    Other(Number, Input),
    Reply(Bytes),
}

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing waits.
    Nothing,
    /// Write [`Keys::front`].
    Write,
    /// Settle this; its bytes are written.
    Settle(Number),
    /// Do this, then settle it.
    Do(Number, Input),
}

impl Keys {
    /// Queues an input.
    pub(super) fn push(&mut self, number: Number, input: Input) {
        self.waiting.push_back(match input {
            Input::Keys(bytes) => {
                self.bytes += bytes.len();
                Piece::Keys(number, bytes)
            }
            other @ (Input::Resize(_) | Input::Rename(_) | Input::Kill) => {
                Piece::Other(number, other)
            }
        });
    }

    /// Queues an answer, or drops it above the bound.
    pub(super) fn reply(&mut self, bytes: Vec<u8>) {
        if !bytes.is_empty() && self.replies + bytes.len() <= REPLIES_BYTES_MAX {
            self.replies += bytes.len();
            self.waiting.push_back(Piece::Reply(bytes.into()));
        }
    }

    /// What is next; all but `Write` are taken out by asking.
    pub(super) fn next(&mut self) -> Next {
        match self.waiting.front() {
            None => Next::Nothing,
            Some(Piece::Keys(_, bytes) | Piece::Reply(bytes)) if !bytes.is_empty() => Next::Write,
            Some(Piece::Keys(..) | Piece::Other(..) | Piece::Reply(_)) => {
                match self.waiting.pop_front() {
                    Some(Piece::Keys(number, _)) => Next::Settle(number),
                    Some(Piece::Other(number, input)) => Next::Do(number, input),
                    Some(Piece::Reply(_)) | None => self.next(),
                }
            }
        }
    }

    /// The bytes to write; empty if none are next.
    pub(super) fn front(&self) -> &[u8] {
        match self.waiting.front() {
            Some(Piece::Keys(_, bytes) | Piece::Reply(bytes)) => bytes,
            Some(Piece::Other(..)) | None => &[],
        }
    }

    /// So many of them were written.
    pub(super) fn written(&mut self, len: usize) {
        match self.waiting.front_mut() {
            Some(Piece::Keys(_, bytes)) => {
                self.bytes -= len;
                bytes.advance(len);
            }
            Some(Piece::Reply(bytes)) => {
                self.replies -= len;
                bytes.advance(len);
            }
            Some(Piece::Other(..)) | None => {}
        }
    }

    /// The program takes no more: keys are void, and answers are dropped. Returns the keys' numbers.
    pub(super) fn hang_up(&mut self) -> Vec<Number> {
        (self.bytes, self.replies) = (0, 0);
        let mut void = Vec::new();
        self.waiting.retain(|piece| match piece {
            Piece::Other(..) => true,
            Piece::Keys(number, _) => {
                void.push(*number);
                false
            }
            Piece::Reply(_) => false,
        });
        void
    }

    /// Bytes of keys that wait.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: ClientId = ClientId([1; 16]);

    #[test]
    fn inputs_are_done_in_their_order_each_when_its_last_byte_is_written() {
        let mut keys = Keys::default();
        keys.push((ANN, 1), Input::Keys(Bytes::from_static(b"abc")));
        keys.reply(b"\x1b[0n".to_vec());
        keys.push((ANN, 2), Input::Kill);
        assert_eq!((keys.next(), keys.front()), (Next::Write, &b"abc"[..]));
        keys.written(2);
        assert_eq!((keys.next(), keys.front()), (Next::Write, &b"c"[..]));
        keys.written(1);
        assert_eq!(keys.next(), Next::Settle((ANN, 1)));
        assert_eq!((keys.next(), keys.front()), (Next::Write, &b"\x1b[0n"[..]));
        keys.written(4);
        assert_eq!(keys.next(), Next::Do((ANN, 2), Input::Kill));
        assert_eq!((keys.next(), keys.bytes()), (Next::Nothing, 0));
    }

    #[test]
    fn what_was_typed_into_an_ended_program_is_named_and_the_rest_goes_on() {
        let mut keys = Keys::default();
        keys.push((ANN, 1), Input::Keys(Bytes::from_static(b"abc")));
        keys.push((ANN, 2), Input::Kill);
        assert_eq!(keys.hang_up(), [(ANN, 1)]);
        assert_eq!(keys.next(), Next::Do((ANN, 2), Input::Kill));
    }

    #[test]
    fn a_program_that_asks_and_does_not_read_costs_the_bound() {
        let mut keys = Keys::default();
        (0..100_000).for_each(|_| keys.reply(b"\x1b[0n".to_vec()));
        assert!(keys.waiting.len() <= REPLIES_BYTES_MAX / 4);
    }
}
