//! The conversation manager's interface (C706 appendix P): before a server executes a call that must not run twice, it
//! asks the client back, in the reverse direction on the same ports, under an activity of its own.
//!
//! The callbacks with `auth` in their name carry the handshake of connectionless security, so the few fields that lead
//! to their tokens are read here.

use crate::base::guid::Guid;
use crate::rpc::header::Endian;
use crate::rpc::parse::{Res, bytes, u32_, uuid};

/// The interface, version 3.0.
pub const INTERFACE: Guid = Guid::constant("333a2276-0000-0000-0d00-00809c000000");

/// The operation's name.
#[must_use]
pub const fn name(opnum: u16) -> Option<&'static str> {
    Some(match opnum {
        0 => "conv_who_are_you",
        1 => "conv_who_are_you2",
        2 => "conv_are_you_there",
        3 => "conv_who_are_you_auth",
        4 => "conv_who_are_you_auth_more",
        _ => return None,
    })
}

/// What a callback asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<'a> {
    /// `actuid`: the activity whose call made the server ask.
    pub activity: Guid,
    /// `boot_time` of the server; `conv_who_are_you_auth_more` has none.
    pub boot_time: Option<u32>,
    /// `in_data` of `conv_who_are_you_auth`: the server's token.
    pub token: Option<&'a [u8]>,
}

impl<'a> Question<'a> {
    /// Reads the request stub of a callback; `None` where it can't be one.
    #[must_use]
    pub fn parse(opnum: u16, endian: Endian, stub: &'a [u8]) -> Option<Question<'a>> {
        question(opnum, endian, stub).ok().map(|(_, question)| question)
    }
}

/// The client's token in the response stub of `conv_who_are_you_auth` (`out_data`).
#[must_use]
pub fn answer_token(opnum: u16, endian: Endian, stub: &[u8]) -> Option<&[u8]> {
    let token = |input| -> Res<'_, &[u8]> {
        let (input, _seq) = u32_(input, endian, "seq")?;
        let (input, _cas) = uuid(input, endian, "cas_uuid")?;
        let (input, _maximum) = u32_(input, endian, "out_data")?;
        let (input, _offset) = u32_(input, endian, "out_data")?;
        let (input, actual) = u32_(input, endian, "out_data")?;
        bytes(input, actual as usize, "out_data")
    };
    if opnum != 3 {
        return None;
    }
    token(stub).ok().map(|(_, token)| token)
}

fn question(opnum: u16, endian: Endian, input: &[u8]) -> Res<'_, Question<'_>> {
    let (input, activity) = uuid(input, endian, "actuid")?;
    if opnum == 4 {
        return Ok((input, Question { activity, boot_time: None, token: None }));
    }
    let (input, boot_time) = u32_(input, endian, "boot_time")?;
    let boot_time = Some(boot_time);
    if opnum != 3 {
        return Ok((input, Question { activity, boot_time, token: None }));
    }
    let (input, count) = u32_(input, endian, "in_data")?;
    let (input, token) = bytes(input, count as usize, "in_data")?;
    Ok((input, Question { activity, boot_time, token: Some(token) }))
}
