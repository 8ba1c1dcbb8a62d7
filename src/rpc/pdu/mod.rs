//! Connection-oriented PDUs (C706 chapter 12, MS-RPCE 2.2.2): [`Pdu::parse`] borrows from the bytes it reads,
//! [`Pdu::encode`] is its mirror. Next: [`super::connection`] for what PDUs mean to each other.

mod bind;
mod encode;
#[cfg(test)]
pub(crate) mod tests;

#[cfg(feature = "session")]
pub(crate) use bind::EXTENDED_ERROR;
pub use bind::{Bind, BindAck, BindNak, ContextElement, ContextResult};

use super::header::{Endian, Header, PacketType, PfcFlags};
use super::parse::{Fail, Res, u8_, u16_, u32_, uuid};
use super::security::AuthTrailer;
use crate::base::error::Error;
use crate::base::guid::Guid;
use core::ops::Range;

/// A connection-oriented PDU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdu<'a> {
    /// The common header.
    pub header: Header,
    /// What the type makes of the rest.
    pub body: Body<'a>,
    /// What stands between the body and the authentication trailer (or the end of the PDU) and belongs to neither:
    /// authentication padding behind stubs, alignment and left-over bytes behind other bodies.
    pub padding: &'a [u8],
    /// The authentication verifier, where `auth_length` is not 0.
    pub auth: Option<Verifier<'a>>,
}

/// `auth_verifier_co_t`: trailer and token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verifier<'a> {
    /// The eight bytes before the token.
    pub trailer: AuthTrailer,
    /// `auth_value`.
    pub value: &'a [u8],
}

/// The bodies of the connection-oriented PDU types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// `request`.
    Request(Request<'a>),
    /// `response`.
    Response(Response<'a>),
    /// `fault`.
    Fault(Fault<'a>),
    /// `bind`.
    Bind(Bind),
    /// `bind_ack`.
    BindAck(BindAck<'a>),
    /// `bind_nak`.
    BindNak(BindNak<'a>),
    /// `alter_context`.
    AlterContext(Bind),
    /// `alter_context_resp`.
    AlterContextResp(BindAck<'a>),
    /// `rpc_auth_3`: nothing but padding and the token.
    Auth3,
    /// `shutdown`.
    Shutdown,
    /// `co_cancel`.
    CoCancel,
    /// `orphaned`.
    Orphaned,
}

/// `rpcconn_request_hdr_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// `alloc_hint`: bytes of stub still to come with this fragment included; only a hint.
    pub alloc_hint: u32,
    /// `p_cont_id`.
    pub context_id: u16,
    /// `opnum`.
    pub opnum: u16,
    /// The object UUID, where `PFC_OBJECT_UUID` announces one.
    pub object: Option<Guid>,
    /// The stub, still sealed where the PDU is; without authentication padding.
    pub stub: &'a [u8],
}

/// `rpcconn_response_hdr_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response<'a> {
    /// `alloc_hint`: bytes of stub still to come with this fragment included; only a hint.
    pub alloc_hint: u32,
    /// `p_cont_id`.
    pub context_id: u16,
    /// `cancel_count`.
    pub cancel_count: u8,
    /// Reserved, normally 0.
    pub reserved: u8,
    /// The stub, still sealed where the PDU is; without authentication padding.
    pub stub: &'a [u8],
}

/// `rpcconn_fault_hdr_t`. In a sealed PDU, whether [`Fault::status`] is to be believed depends on the sender: some seal
/// everything from offset 24 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault<'a> {
    /// `alloc_hint`.
    pub alloc_hint: u32,
    /// `p_cont_id`.
    pub context_id: u16,
    /// `cancel_count`.
    pub cancel_count: u8,
    /// The byte that C706 reserves; bit 0 says that extended error information follows (MS-RPCE 2.2.2.8, MS-EERR).
    pub flags: u8,
    /// `status`.
    pub status: u32,
    /// `reserved2`, missing in the shortest faults.
    pub reserved: Option<u32>,
    /// Stub data: extended error information where [`Fault::flags`] says so.
    pub stub: &'a [u8],
}

impl Fault<'_> {
    /// Whether the stub data is extended error information.
    #[must_use]
    pub fn extended_error(&self) -> bool {
        self.flags & 1 != 0
    }
}

impl Body<'_> {
    /// The PDU type of the body.
    #[must_use]
    pub fn ptype(&self) -> PacketType {
        match self {
            Body::Request(_) => PacketType::Request,
            Body::Response(_) => PacketType::Response,
            Body::Fault(_) => PacketType::Fault,
            Body::Bind(_) => PacketType::Bind,
            Body::BindAck(_) => PacketType::BindAck,
            Body::BindNak(_) => PacketType::BindNak,
            Body::AlterContext(_) => PacketType::AlterContext,
            Body::AlterContextResp(_) => PacketType::AlterContextResp,
            Body::Auth3 => PacketType::Auth3,
            Body::Shutdown => PacketType::Shutdown,
            Body::CoCancel => PacketType::CoCancel,
            Body::Orphaned => PacketType::Orphaned,
        }
    }
}

impl<'a> Pdu<'a> {
    /// Where the stub of requests and responses begins without an object UUID.
    pub const STUB_OFFSET: usize = 24;

    /// Reads the PDU that `input` begins with; what follows its `frag_length` bytes is not looked at.
    ///
    /// # Errors
    ///
    /// What [`Header::parse`] refuses, fewer bytes than `frag_length`, and bodies that are cut short. Offsets count
    /// from the PDU's first byte.
    pub fn parse(input: &'a [u8]) -> Result<Pdu<'a>, Error> {
        let header = Header::parse(input)?;
        let length = usize::from(header.frag_length);
        let Some(pdu) = input.get(..length) else {
            return Err(Error::truncated(input.len(), (length - input.len()) as u64, 0, "frag_length"));
        };
        // Header::parse made sure that a trailer starts behind the header.
        let end = header.trailer_offset().unwrap_or(length);
        let auth = match (header.auth_length, pdu.get(end..)) {
            (0, _) | (_, None) => None,
            (_, Some(rest)) => {
                let (value, trailer) =
                    trailer(rest, header.representation.endian).map_err(|f| Fail::into_error(f, length))?;
                Some(Verifier { trailer, value })
            }
        };
        let Some(body) = pdu.get(Header::SIZE..end) else {
            return Err(Error::truncated(end, Header::SIZE as u64, end as u64, "auth_length"));
        };
        let pad = auth.map_or(0, |a| usize::from(a.trailer.auth_pad_length));
        match parse_body(&header, body, pad) {
            Ok((padding, body)) => Ok(Pdu { header, body, padding, auth }),
            Err(fail) => Err(Fail::into_error(fail, end)),
        }
    }

    /// Reads the beginning of a PDU whose rest was not captured: of requests, responses and faults everything before
    /// the stub and what there is of that, of binds and alter_contexts the contexts that are there whole. Nothing of the
    /// verifier is read; the stub may be sealed, and may end in what would have been padding.
    ///
    /// # Errors
    ///
    /// As [`Pdu::parse`], and for all other types.
    pub fn parse_truncated(input: &'a [u8]) -> Result<Pdu<'a>, Error> {
        let header = Header::parse(input)?;
        let length = usize::from(header.frag_length);
        if input.len() >= length {
            return Pdu::parse(input);
        }
        let end = header.trailer_offset().unwrap_or(length).min(input.len());
        let body = input.get(Header::SIZE..end).unwrap_or(&[]);
        let endian = header.representation.endian;
        let parsed = match header.ptype {
            PacketType::Bind => bind::bind_truncated(body, endian).map(|(rest, b)| (rest, Body::Bind(b))),
            PacketType::AlterContext => {
                bind::bind_truncated(body, endian).map(|(rest, b)| (rest, Body::AlterContext(b)))
            }
            PacketType::BindAck => bind::bind_ack_truncated(body, endian).map(|(rest, b)| (rest, Body::BindAck(b))),
            PacketType::AlterContextResp => {
                bind::bind_ack_truncated(body, endian).map(|(rest, b)| (rest, Body::AlterContextResp(b)))
            }
            PacketType::Request | PacketType::Response | PacketType::Fault => parse_body(&header, body, 0),
            _ => Err(Fail::count(&[], header.frag_length, input.len(), "frag_length")),
        };
        match parsed {
            Ok((padding, body)) => Ok(Pdu { header, body, padding, auth: None }),
            Err(fail) => Err(Fail::into_error(fail, end)),
        }
    }

    /// Offset of the protected part: the stub of requests, responses and (by the same rule) faults.
    #[must_use]
    pub fn stub_offset(&self) -> usize {
        match &self.body {
            Body::Request(r) if r.object.is_some() => Pdu::STUB_OFFSET + 16,
            _ => Pdu::STUB_OFFSET,
        }
    }

    /// Where the eight bytes of the trailer and `auth_value` stand in the PDU, if it has them.
    #[must_use]
    pub fn auth_ranges(&self) -> Option<(Range<usize>, Range<usize>)> {
        let start = self.header.trailer_offset()?;
        let value = start.checked_add(8)?;
        Some((start..value, value..usize::from(self.header.frag_length)))
    }
}

fn trailer(input: &[u8], endian: Endian) -> Res<'_, AuthTrailer> {
    let (input, auth_type) = u8_(input, "auth_type")?;
    let (input, auth_level) = u8_(input, "auth_level")?;
    let (input, auth_pad_length) = u8_(input, "auth_pad_length")?;
    let (input, _reserved) = u8_(input, "auth_reserved")?;
    let (input, auth_context_id) = u32_(input, endian, "auth_context_id")?;
    Ok((input, AuthTrailer { auth_type, auth_level, auth_pad_length, auth_context_id }))
}

/// Takes `pad` bytes off the end of a stub; more than there are takes all.
pub(super) fn split_padding(stub: &[u8], pad: usize) -> (&[u8], &[u8]) {
    stub.split_at_checked(stub.len().saturating_sub(pad)).unwrap_or((stub, &[]))
}

/// The body, and what it leaves: `body` ends where the trailer begins.
fn parse_body<'a>(header: &Header, body: &'a [u8], pad: usize) -> Res<'a, Body<'a>> {
    let endian = header.representation.endian;
    Ok(match header.ptype {
        PacketType::Request => {
            let (rest, mut request) = request(body, endian, header.flags)?;
            let (stub, padding) = split_padding(rest, pad);
            request.stub = stub;
            (padding, Body::Request(request))
        }
        PacketType::Response => {
            let (rest, mut response) = response(body, endian)?;
            let (stub, padding) = split_padding(rest, pad);
            response.stub = stub;
            (padding, Body::Response(response))
        }
        PacketType::Fault => {
            let (rest, mut fault) = fault(body, endian)?;
            let (stub, padding) = split_padding(rest, pad);
            fault.stub = stub;
            (padding, Body::Fault(fault))
        }
        PacketType::Bind => bind::bind(body, endian).map(|(rest, b)| (rest, Body::Bind(b)))?,
        PacketType::AlterContext => bind::bind(body, endian).map(|(rest, b)| (rest, Body::AlterContext(b)))?,
        PacketType::BindAck => bind::bind_ack(body, endian).map(|(rest, b)| (rest, Body::BindAck(b)))?,
        PacketType::AlterContextResp => {
            bind::bind_ack(body, endian).map(|(rest, b)| (rest, Body::AlterContextResp(b)))?
        }
        PacketType::BindNak => bind::bind_nak(body, endian).map(|(rest, b)| (rest, Body::BindNak(b)))?,
        PacketType::Auth3 => (body, Body::Auth3),
        PacketType::Shutdown => (body, Body::Shutdown),
        PacketType::CoCancel => (body, Body::CoCancel),
        PacketType::Orphaned => (body, Body::Orphaned),
        other => return Err(Fail::value(body, other as u8, "a connection-oriented PDU type")),
    })
}

fn request(input: &[u8], endian: Endian, flags: PfcFlags) -> Res<'_, Request<'_>> {
    let (input, alloc_hint) = u32_(input, endian, "alloc_hint")?;
    let (input, context_id) = u16_(input, endian, "p_cont_id")?;
    let (input, opnum) = u16_(input, endian, "opnum")?;
    let (input, object) = if flags.contains(PfcFlags::OBJECT_UUID) {
        let (input, object) = uuid(input, endian, "object")?;
        (input, Some(object))
    } else {
        (input, None)
    };
    Ok((input, Request { alloc_hint, context_id, opnum, object, stub: &[] }))
}

fn response(input: &[u8], endian: Endian) -> Res<'_, Response<'_>> {
    let (input, alloc_hint) = u32_(input, endian, "alloc_hint")?;
    let (input, context_id) = u16_(input, endian, "p_cont_id")?;
    let (input, cancel_count) = u8_(input, "cancel_count")?;
    let (input, reserved) = u8_(input, "reserved")?;
    Ok((input, Response { alloc_hint, context_id, cancel_count, reserved, stub: &[] }))
}

fn fault(input: &[u8], endian: Endian) -> Res<'_, Fault<'_>> {
    let (input, head) = response(input, endian)?;
    let (input, status) = u32_(input, endian, "status")?;
    let (input, reserved) = match u32_(input, endian, "reserved2") {
        Ok((input, reserved)) => (input, Some(reserved)),
        Err(_) => (input, None),
    };
    let Response { alloc_hint, context_id, cancel_count, reserved: flags, .. } = head;
    Ok((input, Fault { alloc_hint, context_id, cancel_count, flags, status, reserved, stub: &[] }))
}
