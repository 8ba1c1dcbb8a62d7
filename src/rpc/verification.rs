//! The verification trailer (MS-RPCE 2.2.2.13): behind the stub of a connection's first protected request the client
//! repeats, under protection, what it bound to.
//!
//! The trailer starts at a 4-byte boundary of the stub. Nothing tells where the stub proper ends, so up to
//! three bytes of alignment stay at the stub's end; see [`Verification::split`].

use super::header::Endian;
use super::parse::{Res, bytes, u8_, u16_, u32_};
use super::syntax::SyntaxId;
use crate::base::bounds;

/// `SIGNATURE`, the bytes that begin the trailer.
pub const SIGNATURE: [u8; 8] = [0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71];

/// `SEC_VT_COMMAND_END`.
const END: u16 = 0x4000;
/// `SEC_VT_MUST_PROCESS_COMMAND`.
const MUST_PROCESS: u16 = 0x8000;

/// `rpc_sec_vt_header2`: the header of the PDU, repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header2 {
    /// `PTYPE`.
    pub ptype: u8,
    /// `drep`.
    pub drep: [u8; 4],
    /// `call_id`.
    pub call_id: u32,
    /// `p_cont_id`.
    pub context_id: u16,
    /// `opnum`.
    pub opnum: u16,
}

/// What the trailer's commands say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// `rpc_sec_vt_bitmask`: bit 0 says that the client supports header signing.
    pub bitmask: Option<u32>,
    /// `rpc_sec_vt_pcontext`: interface and transfer syntax of the context.
    pub pcontext: Option<(SyntaxId, SyntaxId)>,
    /// `rpc_sec_vt_header2`.
    pub header2: Option<Header2>,
    /// Commands of unknown types.
    pub unknown: u16,
    /// Whether one of those has to be understood (`SEC_VT_MUST_PROCESS_COMMAND`).
    pub unknown_must: bool,
    /// Offset of the signature in the stub.
    pub offset: usize,
    /// Bytes of the trailer.
    pub length: usize,
}

impl Verification {
    /// Finds the trailer at the end of a stub: the signature at a 4-byte boundary within the last 512 bytes, with
    /// commands behind it that end exactly where the stub does.
    ///
    /// `endian` is that of the PDU; commands that only make sense in the other byte order are read in that one.
    #[must_use]
    pub fn find(stub: &[u8], endian: Endian) -> Option<Verification> {
        let first = stub.len().saturating_sub(bounds::VERIFICATION_WINDOW).next_multiple_of(4);
        // The last signature wins: a caller could have sent one as data.
        let mut at = stub.len().checked_sub(SIGNATURE.len() + 4)? & !3;
        while at >= first {
            crate::base::work::tick(1);
            if let Some(commands) = stub.get(at..).and_then(|s| s.strip_prefix(&SIGNATURE)) {
                let other = if endian == Endian::Little { Endian::Big } else { Endian::Little };
                if let Some(mut found) = parse(commands, endian).or_else(|| parse(commands, other)) {
                    found.offset = at;
                    found.length = stub.len() - at;
                    return Some(found);
                }
            }
            at = at.checked_sub(4)?;
        }
        None
    }

    /// The stub without the trailer; up to three bytes of alignment may be left at its end.
    #[must_use]
    pub fn split<'a>(&self, stub: &'a [u8]) -> &'a [u8] {
        stub.get(..self.offset).unwrap_or(stub)
    }
}

fn parse(mut input: &[u8], endian: Endian) -> Option<Verification> {
    let mut found = Verification::default();
    loop {
        let (rest, (command, body)) = command(input, endian).ok()?;
        input = rest;
        crate::base::work::tick(1 + body.len());
        let read = match command & !(END | MUST_PROCESS) {
            1 if body.len() == 4 => u32_(body, endian, "bits").ok().map(|(_, bits)| found.bitmask = Some(bits)),
            2 if body.len() == 40 => pcontext(body, endian).ok().map(|(_, pair)| found.pcontext = Some(pair)),
            3 if body.len() == 16 => header2(body, endian).ok().map(|(_, header)| found.header2 = Some(header)),
            1..=3 => None,
            _ => {
                found.unknown = found.unknown.saturating_add(1);
                found.unknown_must |= command & MUST_PROCESS != 0;
                Some(())
            }
        };
        read?;
        if command & END != 0 {
            return input.is_empty().then_some(found);
        }
    }
}

fn command(input: &[u8], endian: Endian) -> Res<'_, (u16, &[u8])> {
    let (input, command) = u16_(input, endian, "command")?;
    let (input, length) = u16_(input, endian, "length")?;
    let (input, body) = bytes(input, usize::from(length), "length")?;
    Ok((input, (command, body)))
}

fn pcontext(input: &[u8], endian: Endian) -> Res<'_, (SyntaxId, SyntaxId)> {
    let (input, interface) = SyntaxId::read(input, endian, "InterfaceId")?;
    let (input, transfer) = SyntaxId::read(input, endian, "TransferSyntax")?;
    Ok((input, (interface, transfer)))
}

fn header2(input: &[u8], endian: Endian) -> Res<'_, Header2> {
    let (input, ptype) = u8_(input, "PTYPE")?;
    let (input, _reserved) = bytes(input, 3, "Reserved1")?;
    let (input, drep) = bytes(input, 4, "drep")?;
    let (input, call_id) = u32_(input, endian, "call_id")?;
    let (input, context_id) = u16_(input, endian, "p_cont_id")?;
    let (input, opnum) = u16_(input, endian, "opnum")?;
    let drep = <[u8; 4]>::try_from(drep).unwrap_or_default();
    Ok((input, Header2 { ptype, drep, call_id, context_id, opnum }))
}

#[cfg(test)]
mod tests;
