//! What every PDU begins with: packet types, data representation and the connection-oriented common header
//! (C706 12.6.3.1). Next: [`super::pdu`] for the bodies, [`super::dg`] for the
//! connectionless header.

use super::parse::{Fail, Res, bytes, u8_, u16_, u32_};
use crate::base::error::Error;
use bitflags::bitflags;

pub use crate::base::Endian;

/// Character set of the data representation label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Character {
    /// ASCII.
    #[default]
    Ascii,
    /// EBCDIC.
    Ebcdic,
}

/// Floating point format of the data representation label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Float {
    /// IEEE.
    #[default]
    Ieee,
    /// VAX.
    Vax,
    /// Cray.
    Cray,
    /// IBM.
    Ibm,
}

/// The data representation format label (C706 14.1): how the PDU's header fields and its stub are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Representation {
    /// Byte order of integers.
    pub endian: Endian,
    /// Character set.
    pub character: Character,
    /// Floating point format.
    pub float: Float,
}

impl Representation {
    /// ASCII, IEEE, little-endian: what nearly everyone sends.
    pub const LITTLE: Representation =
        Representation { endian: Endian::Little, character: Character::Ascii, float: Float::Ieee };
    /// ASCII, IEEE, big-endian.
    pub const BIG: Representation =
        Representation { endian: Endian::Big, character: Character::Ascii, float: Float::Ieee };

    /// From the first two bytes of the label; `None` for values that C706 doesn't assign.
    #[must_use]
    #[inline(always)]
    pub const fn from_bytes(integer_character: u8, float: u8) -> Option<Representation> {
        let endian = match integer_character >> 4 {
            0 => Endian::Big,
            1 => Endian::Little,
            _ => return None,
        };
        let character = match integer_character & 15 {
            0 => Character::Ascii,
            1 => Character::Ebcdic,
            _ => return None,
        };
        let float = match float {
            0 => Float::Ieee,
            1 => Float::Vax,
            2 => Float::Cray,
            3 => Float::Ibm,
            _ => return None,
        };
        Some(Representation { endian, character, float })
    }

    /// The first two bytes of the label; the reserved ones behind them are 0.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 2] {
        let integer = match self.endian {
            Endian::Big => 0,
            Endian::Little => 0x10,
        };
        [integer | self.character as u8, self.float as u8]
    }
}

macro_rules! packet_types {
    ($($name:ident = $value:literal, $text:literal, $doc:literal;)*) => {
        /// PDU types of both transports (C706 12.6.4.2, MS-RPCE 2.2.2.1).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum PacketType { $(#[doc = $doc] $name = $value,)* }

        impl PacketType {
            /// One more than the largest number.
            pub const NUMBER: usize = {
                let mut number = 0;
                $(if number <= $value { number = $value + 1; })*
                number
            };

            /// The type of that number, if C706 or MS-RPCE assigns it.
            #[must_use]
            pub const fn from_u8(value: u8) -> Option<PacketType> {
                match value { $($value => Some(PacketType::$name),)* _ => None }
            }

            /// The name in lower case with underscores: `bind_ack`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(PacketType::$name => $text,)* }
            }
        }
    };
}

packet_types! {
    Request = 0, "request", "A call, or a fragment of one.";
    Ping = 1, "ping", "Connectionless: is the call still being worked on?";
    Response = 2, "response", "A call's result, or a fragment of one.";
    Fault = 3, "fault", "The call failed.";
    Working = 4, "working", "Connectionless: the call is being worked on.";
    Nocall = 5, "nocall", "Connectionless: no such call is known.";
    Reject = 6, "reject", "Connectionless: the call was not begun.";
    Ack = 7, "ack", "Connectionless: the response arrived.";
    ClCancel = 8, "cl_cancel", "Connectionless: cancel the call.";
    Fack = 9, "fack", "Connectionless: fragments arrived.";
    CancelAck = 10, "cancel_ack", "Connectionless: the cancel arrived.";
    Bind = 11, "bind", "Opens an association with its first presentation contexts.";
    BindAck = 12, "bind_ack", "Answers a bind.";
    BindNak = 13, "bind_nak", "Refuses a bind.";
    AlterContext = 14, "alter_context", "Proposes further presentation contexts.";
    AlterContextResp = 15, "alter_context_resp", "Answers an alter_context.";
    Auth3 = 16, "auth3", "The third leg of a handshake (`rpc_auth_3`).";
    Shutdown = 17, "shutdown", "The server asks the client to close the connection.";
    CoCancel = 18, "co_cancel", "Cancels a call.";
    Orphaned = 19, "orphaned", "Abandons a call.";
}

impl PacketType {
    /// Whether connection-oriented PDUs can be of this type.
    #[must_use]
    pub const fn is_connection_oriented(self) -> bool {
        matches!(self as u8, 0 | 2 | 3 | 11..=19)
    }

    /// Whether connectionless PDUs can be of this type.
    #[must_use]
    pub const fn is_connectionless(self) -> bool {
        (self as u8) <= 10
    }
}

bitflags! {
    /// `pfc_flags` of the connection-oriented header.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct PfcFlags: u8 {
        /// `PFC_FIRST_FRAG`: first fragment.
        const FIRST_FRAG = 0x01;
        /// `PFC_LAST_FRAG`: last fragment.
        const LAST_FRAG = 0x02;
        /// `PFC_PENDING_CANCEL`: a cancel was pending at the sender. The same bit as [`PfcFlags::SUPPORT_HEADER_SIGN`].
        const PENDING_CANCEL = 0x04;
        /// `PFC_SUPPORT_HEADER_SIGN`, in bind, alter_context and their answers: header signing is offered or agreed.
        const SUPPORT_HEADER_SIGN = 0x04;
        /// Reserved.
        const RESERVED_1 = 0x08;
        /// `PFC_CONC_MPX`: concurrent multiplexing of one connection.
        const CONC_MPX = 0x10;
        /// `PFC_DID_NOT_EXECUTE`, in faults: the call was certainly not executed.
        const DID_NOT_EXECUTE = 0x20;
        /// `PFC_MAYBE`: no response is expected.
        const MAYBE = 0x40;
        /// `PFC_OBJECT_UUID`: the request carries an object UUID.
        const OBJECT_UUID = 0x80;
    }
}

/// The common header of connection-oriented PDUs, 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// `rpc_vers_minor`, 0 or 1; `rpc_vers` is 5.
    pub minor_version: u8,
    /// `PTYPE`.
    pub ptype: PacketType,
    /// `pfc_flags`.
    pub flags: PfcFlags,
    /// `packed_drep`.
    pub representation: Representation,
    /// `frag_length`: bytes of the whole PDU, 16 or more.
    pub frag_length: u16,
    /// `auth_length`: bytes of `auth_value`, without the trailer's eight bytes.
    pub auth_length: u16,
    /// `call_id`.
    pub call_id: u32,
}

impl Header {
    /// Bytes of the header.
    pub const SIZE: usize = 16;

    /// Reads the header and checks it: version 5.0 or 5.1, a data representation and PDU type that exist,
    /// `frag_length` of at least 16, `auth_length` inside the PDU.
    ///
    /// # Errors
    ///
    /// With the offset of the field that rules the header out.
    pub fn parse(input: &[u8]) -> Result<Header, Error> {
        if let Some(header) = input.first_chunk().and_then(plain) {
            return Ok(header);
        }
        match header(input) {
            Ok((_, header)) => Ok(header),
            Err(fail) => Err(Fail::into_error(fail, input.len())),
        }
    }

    /// Where the authentication trailer starts, counted from the PDU's first byte.
    #[must_use]
    pub fn trailer_offset(&self) -> Option<usize> {
        match self.auth_length {
            0 => None,
            n => usize::from(self.frag_length).checked_sub(usize::from(n) + 8),
        }
    }

    /// Whether the header could really be one, for streams where nothing tells that a PDU begins here: everything that
    /// [`Header::parse`] checks, the reserved bytes are 0, and the PDU is long enough for its type.
    #[must_use]
    pub fn plausible(input: &[u8]) -> bool {
        // What most other protocols begin with is ruled out without an error.
        let &[5, _, _, _, _, _, 0, 0, ..] = input else { return false };
        Header::parse(input).is_ok_and(|header| usize::from(header.frag_length) >= smallest(header.ptype))
    }

    /// Whether these few bytes (less than a header) could be the beginning of a plausible header.
    #[must_use]
    pub fn plausible_prefix(input: &[u8]) -> bool {
        let valid = |at: usize, check: &dyn Fn(u8) -> bool| input.get(at).is_none_or(|b| check(*b));
        valid(0, &|b| b == 5)
            && valid(1, &|b| b <= 1)
            && valid(2, &|b| PacketType::from_u8(b).is_some_and(PacketType::is_connection_oriented))
            && valid(4, &|b| Representation::from_bytes(b, 0).is_some())
            && valid(5, &|b| Representation::from_bytes(0, b).is_some())
            && valid(6, &|b| b == 0)
            && valid(7, &|b| b == 0)
    }

    /// `frag_length` of a header that has at least the frame of a PDU of version 5, whatever its type may be: lets a
    /// reader that stands at a PDU boundary step over a PDU it can't read.
    #[must_use]
    pub fn framed(input: &[u8]) -> Option<usize> {
        let &[5, 0 | 1, _, _, integer, float, _, _, a, b, ..] = input else { return None };
        let length = match Representation::from_bytes(integer, float)?.endian {
            Endian::Little => u16::from_le_bytes([a, b]),
            Endian::Big => u16::from_be_bytes([a, b]),
        };
        let length = usize::from(length);
        (length >= Header::SIZE).then_some(length)
    }
}

/// The fewest bytes that a PDU of this type has.
const fn smallest(ptype: PacketType) -> usize {
    match ptype {
        PacketType::Request | PacketType::Response => 24,
        PacketType::Fault => 28,
        PacketType::Bind | PacketType::AlterContext => 28,
        PacketType::BindAck | PacketType::AlterContextResp => 30,
        PacketType::BindNak => 18,
        PacketType::Auth3 => 24,
        _ => Header::SIZE,
    }
}

/// A header with nothing wrong, by its fixed places.
fn plain(fixed: &[u8; Header::SIZE]) -> Option<Header> {
    let &[5, minor_version @ (0 | 1), ptype, flags, integer, float, _, _, f0, f1, a0, a1, c0, c1, c2, c3] = fixed
    else {
        return None;
    };
    let ptype = PacketType::from_u8(ptype).filter(|t| t.is_connection_oriented())?;
    let representation = Representation::from_bytes(integer, float)?;
    let (frag_length, auth_length, call_id) = match representation.endian {
        Endian::Little => {
            (u16::from_le_bytes([f0, f1]), u16::from_le_bytes([a0, a1]), u32::from_le_bytes([c0, c1, c2, c3]))
        }
        Endian::Big => {
            (u16::from_be_bytes([f0, f1]), u16::from_be_bytes([a0, a1]), u32::from_be_bytes([c0, c1, c2, c3]))
        }
    };
    let room = usize::from(frag_length).checked_sub(Header::SIZE)?;
    if auth_length != 0 && usize::from(auth_length) + 8 > room {
        return None;
    }
    let flags = PfcFlags::from_bits_retain(flags);
    Some(Header { minor_version, ptype, flags, representation, frag_length, auth_length, call_id })
}

/// Field by field, so that what is wrong gets its offset.
fn header(input: &[u8]) -> Res<'_, Header> {
    let start = input;
    let (input, version) = u8_(input, "rpc_vers")?;
    if version != 5 {
        return Err(Fail::value(start, version, "rpc_vers 5"));
    }
    let at = input;
    let (input, minor_version) = u8_(input, "rpc_vers_minor")?;
    if minor_version > 1 {
        return Err(Fail::value(at, minor_version, "rpc_vers_minor 0 or 1"));
    }
    let at = input;
    let (input, ptype) = u8_(input, "PTYPE")?;
    let Some(ptype) = PacketType::from_u8(ptype).filter(|t| t.is_connection_oriented()) else {
        return Err(Fail::value(at, ptype, "a connection-oriented PDU type"));
    };
    let (input, flags) = u8_(input, "pfc_flags")?;
    let at = input;
    let (input, drep) = bytes(input, 4, "packed_drep")?;
    let representation = match *drep {
        [integer, float, ..] => Representation::from_bytes(integer, float),
        _ => None,
    };
    let Some(representation) = representation else {
        return Err(Fail::value(at, drep.first().copied().unwrap_or(0), "a data representation"));
    };
    let endian = representation.endian;
    let at = input;
    let (input, frag_length) = u16_(input, endian, "frag_length")?;
    if usize::from(frag_length) < Header::SIZE {
        return Err(Fail::value(at, frag_length, "frag_length of at least 16"));
    }
    let at = input;
    let (input, auth_length) = u16_(input, endian, "auth_length")?;
    let room = usize::from(frag_length) - Header::SIZE;
    if auth_length != 0 && usize::from(auth_length) + 8 > room {
        return Err(Fail::count(at, auth_length, room.saturating_sub(8), "auth_length"));
    }
    let (input, call_id) = u32_(input, endian, "call_id")?;
    let flags = PfcFlags::from_bits_retain(flags);
    Ok((input, Header { minor_version, ptype, flags, representation, frag_length, auth_length, call_id }))
}

#[cfg(test)]
#[path = "header_tests.rs"]
mod tests;
