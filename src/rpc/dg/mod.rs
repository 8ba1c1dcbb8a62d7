//! Connectionless PDUs (C706 chapter 12, DCE/RPC version 4 over UDP): the 80-byte header, the bodies, their encoders.
//!
//! `body` has the bodies, [`conv`] the conversation manager's callbacks, `conversation` what PDUs mean together
//! ([`Conversation`]).

#[cfg(feature = "session")]
mod assembly;
mod body;
pub mod conv;
#[cfg(feature = "session")]
mod conversation;
#[cfg(feature = "session")]
mod deliver;
#[cfg(feature = "session")]
mod early;
#[cfg(test)]
mod tests;

pub use body::{Body, Cancel, CancelAck, Fack, Selack};
#[cfg(feature = "session")]
pub use conversation::{Conversation, Received};
#[cfg(feature = "session")]
pub(crate) use deliver::sender_of;

use super::header::{PacketType, Representation};
use super::parse::{Fail, Res, bytes, u8_, u16_, u32_, uuid};
use super::security::AuthTrailer;
use super::write::Writer;
use crate::base::error::{Error, ErrorKind};
use crate::base::guid::Guid;
use alloc::vec::Vec;
use bitflags::bitflags;
use core::ops::Range;

bitflags! {
    /// `flags1` of the connectionless header.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct Flags1: u8 {
        /// Reserved for implementations.
        const RESERVED_01 = 0x01;
        /// `PF_LAST_FRAG`: last fragment.
        const LAST_FRAG = 0x02;
        /// `PF_FRAG`: a fragment of a message.
        const FRAG = 0x04;
        /// `PF_NO_FACK`: the receiver need not send a fack.
        const NO_FACK = 0x08;
        /// `PF_MAYBE`: no response is expected.
        const MAYBE = 0x10;
        /// `PF_IDEMPOTENT`: the call may be executed more than once.
        const IDEMPOTENT = 0x20;
        /// `PF_BROADCAST`: the call goes to every server.
        const BROADCAST = 0x40;
        /// Reserved for implementations.
        const RESERVED_80 = 0x80;
    }
}

bitflags! {
    /// `flags2` of the connectionless header.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct Flags2: u8 {
        /// `PF2_CANCEL_PENDING`: a cancel was pending when the call ended.
        const CANCEL_PENDING = 0x02;
    }
}

/// The header of connectionless PDUs, 80 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// `ptype`, 0 to 10.
    pub ptype: PacketType,
    /// `flags1`.
    pub flags1: Flags1,
    /// `flags2`.
    pub flags2: Flags2,
    /// `drep`, here of three bytes.
    pub representation: Representation,
    /// `serial_hi` and `serial_lo` together: the number of this transmission.
    pub serial: u16,
    /// `object`, nil for none.
    pub object: Guid,
    /// `if_id`.
    pub interface: Guid,
    /// `act_id`: the activity, one client thread.
    pub activity: Guid,
    /// `server_boot`, seconds since 1970; 0 while the client doesn't know it.
    pub server_boot: u32,
    /// `if_vers`: major and minor.
    pub interface_version: (u16, u16),
    /// `seqnum`: the call's number in its activity.
    pub sequence: u32,
    /// `opnum`.
    pub opnum: u16,
    /// `ihint`.
    pub interface_hint: u16,
    /// `ahint`.
    pub activity_hint: u16,
    /// `len`: bytes of the body.
    pub length: u16,
    /// `fragnum`: the fragment's place in the message; in a fack the last one received in sequence.
    pub fragment: u16,
    /// `auth_proto`; a verifier follows the body where it isn't 0.
    pub auth_proto: u8,
}

/// A connectionless PDU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdu<'a> {
    /// The header.
    pub header: Header,
    /// What the type makes of the body, still sealed where the PDU is.
    pub body: Body<&'a [u8]>,
    /// The verifier, where `auth_proto` isn't 0 and there is one.
    pub verifier: Option<Verifier<'a>>,
}

/// `auth_trailer_cl_t` as MS-RPCE 2.2.3.4 divides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verifier<'a> {
    /// `auth_proto` as the type, `auth_level`, `key_vers_num` as the context, and the alignment of the body before it.
    pub trailer: AuthTrailer,
    /// The two bytes of `sec_trailer_cl` in the PDU, with the alignment behind them.
    pub header: (usize, usize),
    /// The authentication token.
    pub value: &'a [u8],
}

impl Header {
    /// Bytes of the header.
    pub const SIZE: usize = 80;

    /// The names of the flags that are set.
    pub fn flag_names(&self) -> Vec<&'static str> {
        let first = [
            (Flags1::RESERVED_01, "reserved_01"),
            (Flags1::LAST_FRAG, "last_frag"),
            (Flags1::FRAG, "frag"),
            (Flags1::NO_FACK, "no_fack"),
            (Flags1::MAYBE, "maybe"),
            (Flags1::IDEMPOTENT, "idempotent"),
            (Flags1::BROADCAST, "broadcast"),
            (Flags1::RESERVED_80, "reserved_80"),
        ];
        let mut names: Vec<_> = first.iter().filter(|(f, _)| self.flags1.contains(*f)).map(|(_, name)| *name).collect();
        if self.flags2.contains(Flags2::CANCEL_PENDING) {
            names.push("cancel_pending");
        }
        names
    }

    /// Reads the header: version 4, a data representation and PDU type that exist.
    ///
    /// # Errors
    ///
    /// With the offset of the field that rules the header out.
    pub fn parse(input: &[u8]) -> Result<Header, Error> {
        match header(input) {
            Ok((_, header)) => Ok(header),
            Err(fail) => Err(Fail::into_error(fail, input.len())),
        }
    }

    /// Whether a datagram of `wire_len` bytes could really be a PDU, for flows where nothing else tells: everything
    /// that [`Header::parse`] checks; the body fits, with nothing behind it unless a verifier is announced; fragment
    /// numbers only where the flags say that there are fragments; an activity.
    #[must_use]
    pub fn plausible(data: &[u8], wire_len: usize) -> bool {
        let Ok((_, header)) = header(data) else { return false };
        let end = Header::SIZE + usize::from(header.length);
        let message = matches!(header.ptype, PacketType::Request | PacketType::Response);
        data.get(6) == Some(&0)
            && (end == wire_len || (header.auth_proto != 0 && end < wire_len))
            && (!message || header.fragment == 0 || header.flags1.contains(Flags1::FRAG))
            && !header.activity.is_nil()
    }

    /// Whether the PDU is a fragment of several.
    #[must_use]
    pub fn is_fragment(&self) -> bool {
        self.flags1.contains(Flags1::FRAG)
    }

    /// Whether no fragment comes after it.
    #[must_use]
    pub fn is_last(&self) -> bool {
        !self.is_fragment() || self.flags1.contains(Flags1::LAST_FRAG)
    }

    /// Where the body stands in the PDU, alignment before the verifier included where there is one.
    #[must_use]
    pub fn body_range(&self, available: usize) -> Range<usize> {
        let end = Header::SIZE + usize::from(self.length);
        let aligned = end.next_multiple_of(8);
        Header::SIZE..if self.auth_proto != 0 && aligned <= available { aligned } else { end }
    }
}

fn header(input: &[u8]) -> Res<'_, Header> {
    let at = input;
    let (input, version) = u8_(input, "rpc_vers")?;
    if version != 4 {
        return Err(Fail::value(at, version, "rpc_vers 4"));
    }
    let at = input;
    let (input, ptype) = u8_(input, "ptype")?;
    let Some(ptype) = PacketType::from_u8(ptype).filter(|t| t.is_connectionless()) else {
        return Err(Fail::value(at, ptype, "a connectionless PDU type"));
    };
    let (input, flags1) = u8_(input, "flags1")?;
    let (input, flags2) = u8_(input, "flags2")?;
    let at = input;
    let (input, integer) = u8_(input, "drep")?;
    let (input, float) = u8_(input, "drep")?;
    let Some(representation) = Representation::from_bytes(integer, float) else {
        return Err(Fail::value(at, integer, "a data representation"));
    };
    let endian = representation.endian;
    let (input, _reserved) = u8_(input, "drep")?;
    let (input, serial_hi) = u8_(input, "serial_hi")?;
    let (input, object) = uuid(input, endian, "object")?;
    let (input, interface) = uuid(input, endian, "if_id")?;
    let (input, activity) = uuid(input, endian, "act_id")?;
    let (input, server_boot) = u32_(input, endian, "server_boot")?;
    let (input, version) = u32_(input, endian, "if_vers")?;
    let (input, sequence) = u32_(input, endian, "seqnum")?;
    let (input, opnum) = u16_(input, endian, "opnum")?;
    let (input, interface_hint) = u16_(input, endian, "ihint")?;
    let (input, activity_hint) = u16_(input, endian, "ahint")?;
    let (input, length) = u16_(input, endian, "len")?;
    let (input, fragment) = u16_(input, endian, "fragnum")?;
    let (input, auth_proto) = u8_(input, "auth_proto")?;
    let (input, serial_lo) = u8_(input, "serial_lo")?;
    let header = Header {
        ptype,
        flags1: Flags1::from_bits_retain(flags1),
        flags2: Flags2::from_bits_retain(flags2),
        representation,
        serial: u16::from_be_bytes([serial_hi, serial_lo]),
        object,
        interface,
        activity,
        server_boot,
        // One 32-bit integer, the major number in its low half.
        interface_version: (version as u16, (version >> 16) as u16),
        sequence,
        opnum,
        interface_hint,
        activity_hint,
        length,
        fragment,
        auth_proto,
    };
    Ok((input, header))
}

impl<'a> Pdu<'a> {
    /// Reads a datagram.
    ///
    /// # Errors
    ///
    /// What [`Header::parse`] refuses, a datagram shorter than `len` says, and bodies that are cut short. A body that
    /// may be sealed is read all the same; [`Body::parse`] reads the opened one.
    pub fn parse(input: &'a [u8]) -> Result<Pdu<'a>, Error> {
        let header = Header::parse(input)?;
        let end = Header::SIZE + usize::from(header.length);
        let Some(bytes) = input.get(Header::SIZE..end) else {
            return Err(Error::truncated(input.len(), (end - input.len()) as u64, 0, "len"));
        };
        let verifier = match header.auth_proto {
            0 => None,
            _ => verifier(&header, input)?,
        };
        let sealed = verifier.is_some_and(|v| v.trailer.auth_level >= 6);
        let body = match Body::parse(header.ptype, header.representation.endian, bytes) {
            // Sealed bytes mean nothing yet.
            Err(_) if sealed => Body::Sealed(bytes),
            parsed => parsed?,
        };
        Ok(Pdu { header, body, verifier })
    }

    /// Reads the beginning of a request or response whose rest was not captured; nothing of a verifier is read, and the
    /// stub may be sealed.
    ///
    /// # Errors
    ///
    /// As [`Header::parse`], and for all other types.
    pub fn parse_truncated(input: &'a [u8]) -> Result<Pdu<'a>, Error> {
        let header = Header::parse(input)?;
        let end = (Header::SIZE + usize::from(header.length)).min(input.len());
        let stub = input.get(Header::SIZE..end).unwrap_or(&[]);
        let body = match header.ptype {
            PacketType::Request => Body::Request(stub),
            PacketType::Response => Body::Response(stub),
            _ => return Pdu::parse(input),
        };
        Ok(Pdu { header, body, verifier: None })
    }

    /// The PDU's bytes. `ptype` and `len` follow from the body, whatever the header says; the body is aligned to 8
    /// bytes before a verifier.
    ///
    /// # Errors
    ///
    /// When a length doesn't fit its field.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let h = &self.header;
        let mut w = Writer::new(h.representation.endian);
        let [serial_hi, serial_lo] = h.serial.to_be_bytes();
        let ptype = self.body.ptype().unwrap_or(h.ptype);
        w.bytes(&[4, ptype as u8, h.flags1.bits(), h.flags2.bits()]);
        w.bytes(&h.representation.to_bytes());
        w.bytes(&[0, serial_hi]);
        w.uuid(h.object);
        w.uuid(h.interface);
        w.uuid(h.activity);
        w.u32(h.server_boot);
        w.u32(u32::from(h.interface_version.1) << 16 | u32::from(h.interface_version.0));
        w.u32(h.sequence);
        w.u16(h.opnum);
        w.u16(h.interface_hint);
        w.u16(h.activity_hint);
        let length_at = w.out.len();
        w.u16(0);
        w.u16(h.fragment);
        w.bytes(&[h.auth_proto, serial_lo]);
        let start = w.out.len();
        self.body.write(&mut w);
        let length = w.out.len() - start;
        let too_large = ErrorKind::Count { value: length as u64, limit: 0xffff, claimed_by: "len" };
        w.patch_u16(length_at, u16::try_from(length).map_err(|_| Error::new(length_at, too_large))?);
        if let Some(verifier) = &self.verifier {
            w.out.resize(w.out.len().next_multiple_of(8), 0);
            w.bytes(&[verifier.trailer.auth_level, verifier.trailer.auth_context_id as u8]);
            let alignment = verifier_alignment(h.auth_proto, verifier.trailer.auth_level);
            w.out.resize(w.out.len() + alignment, 0);
            w.bytes(verifier.value);
        }
        Ok(w.out)
    }
}

/// Bytes between `sec_trailer_cl` and the token (MS-RPCE 2.2.3.4): up to the security provider's block size, rounded
/// up to 4, when sealed; up to 4 otherwise. NTLM seals byte by byte, Kerberos in blocks of 8.
fn verifier_alignment(auth_proto: u8, auth_level: u8) -> usize {
    match (auth_proto, auth_level) {
        (10, _) | (_, 0..=5) => 2,
        _ => 6,
    }
}

fn verifier<'a>(header: &Header, input: &'a [u8]) -> Result<Option<Verifier<'a>>, Error> {
    let body = header.body_range(input.len());
    let Some(rest) = input.get(body.end..).filter(|rest| !rest.is_empty()) else { return Ok(None) };
    let pad = body.len() - usize::from(header.length);
    let read = |rest: &'a [u8]| -> Res<'a, Verifier<'a>> {
        let (rest, auth_level) = u8_(rest, "auth_level")?;
        let (rest, key) = u8_(rest, "key_vers_num")?;
        let alignment = verifier_alignment(header.auth_proto, auth_level);
        let (value, _alignment) = bytes(rest, alignment.min(rest.len()), "alignment")?;
        let trailer = AuthTrailer {
            auth_type: header.auth_proto,
            auth_level,
            auth_pad_length: pad as u8,
            auth_context_id: key.into(),
        };
        Ok((&[], Verifier { trailer, header: (body.end, input.len() - value.len()), value }))
    };
    match read(rest) {
        Ok((_, verifier)) => Ok(Some(verifier)),
        Err(fail) => Err(Fail::into_error(fail, input.len())),
    }
}
