//! What is on its way into the terminal: inputs in their order, and answers to the program's questions.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::ops::RangeInclusive;

use bytes::{Buf as _, Bytes};
use devtail_protocol::ClientId;
use devtail_protocol::limits::INPUT_COST;

use crate::terminal::limits::INPUTS_COST_MAX;
use crate::terminal::message::Input;

/// Bytes of answers that wait at most: a program that asks and does not read gets no more.
const REPLIES_BYTES_MAX: usize = 16 << 10;
/// What is said of an input for which there is no room.
const FULL: &str = "The program does not read, and too much waits for it already: this was not done. Try again later, or kill the terminal.";

/// Whose input, and its number.
pub(super) type Number = (ClientId, u64);

/// Inputs and answers, oldest first. Each is done before the next begins, so that they are settled in order; those that
/// are refused as well, because an input that is settled settles all before it.
#[derive(Debug, Default)]
pub(super) struct Keys {
    waiting: VecDeque<Piece>,
    /// What they cost, answers and those in `full` aside.
    cost: usize,
    replies: usize,
    /// Inputs for which there was no room: of each device a row, so that they cost next to nothing. What a device types
    /// behind them joins them until they are settled, for it was typed in the belief that they were done.
    full: HashMap<ClientId, RangeInclusive<u64>>,
}

#[derive(Debug)]
enum Piece {
    Keys(Number, Bytes, Wants),
    Other(Number, Input),
    Refused(Number, Cow<'static, str>),
    /// The place of this device's row in `full`.
    Full(ClientId),
    Reply(Bytes),
}

/// What a device wants beside that its keys are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    Nothing,
    /// To be told when what they bring about is there.
    Echo,
}

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing waits.
    Nothing,
    /// Write [`Keys::front`].
    Write,
    /// Settle this; its bytes are written.
    Settle(Number, Wants),
    /// Do this, then settle it.
    Do(Number, Input),
    /// Settle these as refused.
    Refuse(ClientId, RangeInclusive<u64>, Cow<'static, str>),
}

impl Keys {
    /// Queues an input, or its refusal where there is no room for it.
    pub(super) fn push(&mut self, number: Number, input: Input) {
        self.queue(
            number,
            match input {
                Input::Keys(bytes) => Piece::Keys(number, bytes, Wants::Nothing),
                Input::Predicted(bytes) => Piece::Keys(number, bytes, Wants::Echo),
                other @ (Input::Resize(_) | Input::Rename(_) | Input::Kill | Input::Drive) => {
                    Piece::Other(number, other)
                }
            },
        );
    }

    /// Queues the refusal of an input.
    pub(super) fn refuse(&mut self, number: Number, why: impl Into<Cow<'static, str>>) {
        self.queue(number, Piece::Refused(number, why.into()));
    }

    fn queue(&mut self, (client, seq): Number, piece: Piece) {
        if let Some(row) = self.full.get_mut(&client) {
            // A device whose numbers jump has said that it waits for none before.
            let follows = row.end().checked_add(1) == Some(seq);
            *row = if follows { *row.start()..=seq } else { seq..=seq };
        } else if self.cost + piece.cost() > INPUTS_COST_MAX {
            self.full.insert(client, seq..=seq);
            self.waiting.push_back(Piece::Full(client));
        } else {
            self.cost += piece.cost();
            self.waiting.push_back(piece);
        }
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
        if !self.front().is_empty() {
            return Next::Write;
        }
        let Some(piece) = self.waiting.pop_front() else { return Next::Nothing };
        self.cost -= piece.cost();
        match piece {
            Piece::Keys(number, _, wants) => Next::Settle(number, wants),
            Piece::Other(number, input) => Next::Do(number, input),
            Piece::Refused((client, seq), why) => Next::Refuse(client, seq..=seq, why),
            Piece::Full(client) => match self.full.remove(&client) {
                Some(row) => Next::Refuse(client, row, FULL.into()),
                None => self.next(),
            },
            Piece::Reply(_) => self.next(),
        }
    }

    /// The bytes to write; empty if none are next.
    pub(super) fn front(&self) -> &[u8] {
        match self.waiting.front() {
            Some(Piece::Keys(_, bytes, _) | Piece::Reply(bytes)) => bytes,
            Some(Piece::Other(..) | Piece::Refused(..) | Piece::Full(_)) | None => &[],
        }
    }

    /// So many of them were written.
    pub(super) fn written(&mut self, len: usize) {
        match self.waiting.front_mut() {
            Some(Piece::Keys(_, bytes, _)) => {
                self.cost -= len;
                bytes.advance(len);
            }
            Some(Piece::Reply(bytes)) => {
                self.replies -= len;
                bytes.advance(len);
            }
            Some(Piece::Other(..) | Piece::Refused(..) | Piece::Full(_)) | None => {}
        }
    }

    /// The program takes no more: the keys that wait are refused in their turn, and answers are dropped.
    pub(super) fn hang_up(&mut self, why: &'static str) {
        self.replies = 0;
        self.waiting.retain(|piece| !matches!(piece, Piece::Reply(_)));
        for piece in &mut self.waiting {
            if let Piece::Keys(number, ..) = piece {
                *piece = Piece::Refused(*number, why.into());
            }
        }
        self.cost = self.waiting.iter().map(Piece::cost).sum();
    }
}

impl Piece {
    /// What it costs while it waits, in bytes.
    fn cost(&self) -> usize {
        match self {
            Self::Keys(_, bytes, _) => INPUT_COST + bytes.len(),
            Self::Other(_, Input::Rename(name)) => INPUT_COST + name.len(),
            Self::Other(
                _,
                Input::Keys(_)
                | Input::Predicted(_)
                | Input::Resize(_)
                | Input::Kill
                | Input::Drive,
            ) => INPUT_COST,
            Self::Refused(_, why) => INPUT_COST + why.len(),
            Self::Full(_) | Self::Reply(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: ClientId = ClientId([1; 16]);
    const BEN: ClientId = ClientId([2; 16]);

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
        assert_eq!(keys.next(), Next::Settle((ANN, 1), Wants::Nothing));
        assert_eq!((keys.next(), keys.front()), (Next::Write, &b"\x1b[0n"[..]));
        keys.written(4);
        assert_eq!(keys.next(), Next::Do((ANN, 2), Input::Kill));
        assert_eq!((keys.next(), keys.cost), (Next::Nothing, 0));
    }

    #[test]
    fn what_was_typed_into_an_ended_program_is_named_and_the_rest_goes_on() {
        let mut keys = Keys::default();
        keys.push((ANN, 1), Input::Keys(Bytes::from_static(b"abc")));
        keys.push((ANN, 2), Input::Kill);
        keys.reply(b"\x1b[0n".to_vec());
        keys.hang_up("ended");
        assert_eq!(keys.next(), Next::Refuse(ANN, 1..=1, "ended".into()));
        assert_eq!(keys.next(), Next::Do((ANN, 2), Input::Kill));
        assert_eq!((keys.next(), keys.cost), (Next::Nothing, 0));
    }

    #[test]
    fn what_waits_is_counted_by_the_piece_and_refused_in_its_turn_above_the_bound() {
        let size = crate::terminal::Size::default();
        for input in [Input::Keys(Bytes::from_static(b"k")), Input::Resize(size)] {
            let mut keys = Keys::default();
            keys.push((BEN, 1), Input::Keys(Bytes::from_static(b"first")));
            (1..=100_000).for_each(|seq| keys.push((ANN, seq), input.clone()));
            assert!(keys.waiting.len() <= INPUTS_COST_MAX / INPUT_COST);
            keys.push((BEN, 2), input.clone());
            assert_eq!(keys.next(), Next::Write, "nothing is settled before what waits is done");
            keys.written(5);
            assert_eq!(keys.next(), Next::Settle((BEN, 1), Wants::Nothing));
            // There is room again, but not for what was typed behind a refused one.
            keys.push((ANN, 100_001), input.clone());
            let mut done = 0;
            let refused = loop {
                match keys.next() {
                    Next::Write => keys.written(1),
                    Next::Settle((ANN, seq), _) | Next::Do((ANN, seq), _) => {
                        assert_eq!(seq, done + 1);
                        done = seq;
                    }
                    Next::Refuse(ANN, numbers, why) => break (numbers, why),
                    other
                    @ (Next::Nothing | Next::Settle(..) | Next::Do(..) | Next::Refuse(..)) => {
                        panic!("{other:?}")
                    }
                }
            };
            assert_eq!(refused, (done + 1..=100_001, FULL.into()));
            assert_eq!(keys.next(), Next::Refuse(BEN, 2..=2, FULL.into()));
            keys.push((ANN, 100_002), Input::Kill);
            assert_eq!(keys.next(), Next::Do((ANN, 100_002), Input::Kill));
            assert_eq!((keys.next(), keys.cost, keys.full.len()), (Next::Nothing, 0, 0));
        }
    }

    #[test]
    fn numbers_that_jump_are_not_counted_through() {
        let mut keys = Keys { cost: INPUTS_COST_MAX, ..Keys::default() };
        for seq in [1, 2, u64::MAX - 1, u64::MAX] {
            keys.refuse((ANN, seq), "bad");
        }
        assert_eq!(keys.next(), Next::Refuse(ANN, u64::MAX - 1..=u64::MAX, FULL.into()));
    }

    #[test]
    fn a_program_that_asks_and_does_not_read_costs_the_bound() {
        let mut keys = Keys::default();
        (0..100_000).for_each(|_| keys.reply(b"\x1b[0n".to_vec()));
        assert!(keys.waiting.len() <= REPLIES_BYTES_MAX / 4);
    }
}
