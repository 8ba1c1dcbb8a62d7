//! Connectionless conversations: a PDU for each line, a message in as many fragments as it needs.

use super::members::{LARGEST, Line, wrong};
use super::packets::{DATAGRAM, Ends, datagram};
use super::{Batch, Options};
use crate::base::{Guid, Timestamp};
use crate::ndr::{EncodeError, Endian};
use crate::rpc::dg::{Body, Cancel, CancelAck, Fack, Flags1, Flags2, Header, Pdu, Selack};
use crate::rpc::header::PacketType;
#[cfg(feature = "decrypt")]
use crate::{
    idl,
    ndr::types::MethodId,
    ndr::value::{Contents, Fields, Value},
    ndr::{Direction, Syntax, write},
};
use serde_json::{Map, Value as Json};
#[cfg(feature = "decrypt")]
use std::borrow::Cow;
use std::collections::HashMap;

/// Bytes of a fragment's body where nobody says it: what fits into an Ethernet frame, a multiple of 8.
const BODY: usize = 1384;

/// Calls whose requests are remembered for their responses.
const MAX_CALLS: usize = crate::base::bounds::MADE_CALLS;

/// Bytes of a request's stub that are remembered.
const MAX_REQUEST: usize = 1 << 20;

/// The callback by which a server gets the client's token.
#[cfg(feature = "decrypt")]
const ASKS: MethodId = idl::conv::conv_who_are_you_auth::ID;

/// `out_max_len` of it: room for the client's token.
#[cfg(feature = "decrypt")]
const TOKEN: u32 = 4096;

/// A pair of UDP endpoints.
#[derive(Debug, Default)]
pub(super) struct Datagrams {
    /// Stubs of requests by activity and number.
    calls: HashMap<(Guid, u32), Call>,
    last: u32,
    activity: Guid,
    /// Of each activity that is sealed.
    #[cfg(feature = "decrypt")]
    sealed: HashMap<Guid, super::seal::Datagrams>,
}

#[derive(Debug)]
struct Call {
    opnum: u16,
    time: Option<Timestamp>,
    stub: Vec<u8>,
}

/// How the PDUs of a message leave.
struct Way<'w> {
    ends: Ends,
    options: &'w Options,
    batch: &'w mut Batch,
    #[cfg(feature = "decrypt")]
    seal: Option<&'w super::seal::Datagrams>,
}

impl Datagrams {
    pub(super) fn message(&mut self, line: &Line<'_>, options: &Options, batch: &mut Batch) -> Result<(), EncodeError> {
        #[cfg(not(feature = "decrypt"))]
        if options.seal.is_some() {
            return Err(EncodeError::new("this build can't seal"));
        }
        let ends = Ends { src: line.src, dst: line.dst };
        let mut header = self.header(line)?;
        let key = (header.activity, header.sequence);
        let answer = matches!(line.kind, "response" | "conv_response");
        let call = self.calls.get(&key);
        if let Some(call) = call {
            match line.opnum()? {
                None => header.opnum = call.opnum,
                Some(opnum) if answer && opnum != call.opnum => {
                    let message = format!("the call is of opnum {}, and the answer of {opnum}", call.opnum);
                    return Err(wrong("opnum", message));
                }
                Some(_) => {}
            }
            if answer && matches!((call.time, line.time), (Some(asked), Some(answered)) if answered < asked) {
                return Err(wrong("time", "before the request of the call"));
            }
        }
        if line.flag("verification_trailer")? {
            return Err(wrong("verification_trailer", "no datagram has one"));
        }
        let stub = match line.kind {
            "request" | "conv_request" => Some((PacketType::Request, line.stub(options, None)?)),
            _ if answer => Some((PacketType::Response, line.stub(options, call.map(|call| call.stub.as_slice()))?)),
            _ => None,
        };
        if let Some((PacketType::Request, stub)) = &stub {
            if self.calls.len() >= MAX_CALLS {
                self.calls.clear();
            }
            let bytes = stub.get(..stub.len().min(MAX_REQUEST)).unwrap_or_default().to_vec();
            self.calls.insert(key, Call { opnum: header.opnum, time: line.time, stub: bytes });
        }
        // Callbacks of the conversation manager are in clear: they bring the keys.
        let messages = matches!(line.kind, "request" | "response" | "fault");
        #[cfg(feature = "decrypt")]
        let handshake = match &options.seal {
            Some(credentials) if messages => self.handshake(credentials, ends, &header, line)?,
            _ => None,
        };
        let mut way = Way {
            ends,
            options,
            batch,
            #[cfg(feature = "decrypt")]
            seal: self.sealed.get(&header.activity).filter(|_| messages),
        };
        match &stub {
            Some((ptype, stub)) => fragments(&mut way, header, *ptype, stub, line)?,
            None => {
                let selack = selack(line)?;
                put(&mut way, header, body(line, &selack)?)?;
            }
        }
        // The server asks as soon as a sealed request comes, before it answers.
        #[cfg(feature = "decrypt")]
        for packet in handshake.into_iter().flatten() {
            batch.packets.push(packet);
            batch.added += 1;
        }
        let _ = messages;
        Ok(())
    }

    /// Begins to seal an activity whose first message this is: the server's question for who calls, with the second message
    /// of NTLM, and the answer with the third (MS-RPCE 3.2.1.4.1, C706 appendix P); there is no first one.
    #[cfg(feature = "decrypt")]
    fn handshake(
        &mut self,
        credentials: &super::Credentials,
        ends: Ends,
        header: &Header,
        line: &Line<'_>,
    ) -> Result<Option<[Vec<u8>; 2]>, EncodeError> {
        if self.sealed.contains_key(&header.activity) {
            return Ok(None);
        }
        if line.kind != "request" {
            return Err(wrong("type", "no request comes before it that its activity could be sealed by"));
        }
        if self.sealed.len() >= MAX_CALLS {
            return Err(EncodeError::new("more activities than can be sealed"));
        }
        let (session, second, third) = super::seal::Datagrams::new(credentials, header.activity)?;
        self.sealed.insert(header.activity, session);
        let Some(method) = idl::CONV.versions.first().and_then(|version| version.methods.iter().find(|m| m.id == ASKS))
        else {
            return Err(EncodeError::new("the conversation manager has no such method"));
        };
        let stub = |direction, fields: &[(&'static str, Value)]| {
            let fields = fields.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone()));
            let contents = Contents { fields: Fields(fields.collect()), ..Contents::default() };
            write::message(method, direction, 0, Syntax::Ndr, line.representation.endian, &contents)
        };
        let activity = || Value::Text(header.activity.to_string());
        let boot = if header.server_boot == 0 { 1 } else { header.server_boot };
        let room = ("out_max_len", TOKEN.into());
        let asked = [("actuid", activity()), ("boot_time", boot.into()), ("in_data", second.into()), room];
        let told = [
            ("seq", header.sequence.into()),
            ("cas_uuid", activity()),
            ("out_data", third.into()),
            ("st", 0u32.into()),
        ];
        let (question, answer) = (stub(Direction::Request, &asked)?, stub(Direction::Response, &told)?);
        let version =
            idl::CONV.versions.first().map_or((3, 0), |version| (version.number.major(), version.number.minor()));
        let callback = Header {
            flags1: Flags1::IDEMPOTENT,
            flags2: Flags2::empty(),
            object: Guid::default(),
            interface: Guid(idl::CONV.uuid_bytes),
            interface_version: version,
            activity: Guid(super::seal::digest(&[b"callback", &header.activity.0])),
            server_boot: 0,
            sequence: 0,
            opnum: method.opnum,
            serial: 0,
            fragment: 0,
            ..*header
        };
        let packet = |ends, body: Body<&[u8]>| {
            let bytes = Pdu { header: callback, body, verifier: None }.encode().map_err(EncodeError::new)?;
            Ok::<_, EncodeError>(datagram(ends, &bytes))
        };
        Ok(Some([packet(ends.reversed(), Body::Request(&question))?, packet(ends, Body::Response(&answer))?]))
    }

    fn header(&mut self, line: &Line<'_>) -> Result<Header, EncodeError> {
        let missing = || wrong("interface", "missing, and \"interface_uuid\" too");
        let interface = line.abstract_syntax()?.ok_or_else(missing)?;
        let flags = match line.map.get("pdu_flags") {
            None => &[][..],
            Some(Json::Array(flags)) => flags.as_slice(),
            Some(_) => return Err(wrong("pdu_flags", "not a list")),
        };
        let (mut flags1, mut flags2) = (Flags1::empty(), Flags2::empty());
        for name in flags {
            let name = name.as_str().unwrap_or_default();
            let known = [
                (Flags1::LAST_FRAG, "last_frag"),
                (Flags1::FRAG, "frag"),
                (Flags1::NO_FACK, "no_fack"),
                (Flags1::MAYBE, "maybe"),
                (Flags1::IDEMPOTENT, "idempotent"),
                (Flags1::BROADCAST, "broadcast"),
                (Flags1::RESERVED_01, "reserved_01"),
                (Flags1::RESERVED_80, "reserved_80"),
            ];
            match known.iter().find(|(_, known)| *known == name) {
                Some((flag, _)) => flags1 |= *flag,
                None if name == "cancel_pending" => flags2 |= Flags2::CANCEL_PENDING,
                None => return Err(wrong("pdu_flags", format_args!("no flag of the header is called {name:?}"))),
            }
        }
        for (key, flag) in
            [("maybe", Flags1::MAYBE), ("idempotent", Flags1::IDEMPOTENT), ("broadcast", Flags1::BROADCAST)]
        {
            flags1.set(flag, flags1.contains(flag) || line.flag(key)?);
        }
        let given: Option<u32> = line.number("call_id")?;
        let opening = line.kind == "request" && given.is_none();
        let sequence = match given {
            Some(sequence) => sequence,
            None if opening => self.last.wrapping_add(1),
            None => self.last,
        };
        self.last = sequence;
        let activity = match line.guid("activity")? {
            Some(activity) => activity,
            None if self.activity == Guid::default() => Guid(*b"cluscope make \0\x01"),
            None => self.activity,
        };
        if line.kind == "request" {
            self.activity = activity;
        }
        Ok(Header {
            ptype: PacketType::Request,
            flags1,
            flags2,
            representation: line.representation,
            serial: line.number("serial")?.unwrap_or(0),
            object: line.guid("object_uuid")?.unwrap_or_default(),
            interface: interface.uuid,
            activity,
            server_boot: line.number("server_boot")?.unwrap_or(0),
            interface_version: (interface.major, interface.minor),
            sequence,
            opnum: line.opnum()?.unwrap_or(0),
            interface_hint: line.number("interface_hint")?.unwrap_or(0xffff),
            activity_hint: line.number("activity_hint")?.unwrap_or(0xffff),
            length: 0,
            fragment: line.number("fragment")?.unwrap_or(0),
            auth_proto: 0,
        })
    }
}

/// The bodies that are no part of a message.
fn body<'s>(line: &Line<'_>, selack: &'s [u8]) -> Result<Body<&'s [u8]>, EncodeError> {
    let status = || line.status("status")?.ok_or_else(|| wrong("status", "missing"));
    let id = || line.number("cancel_id");
    Ok(match line.kind {
        "ping" => Body::Ping,
        "working" => Body::Working,
        "ack" => Body::Ack,
        "fault" => Body::Fault(status()?),
        "reject" => Body::Reject(status()?),
        "nocall" => Body::Nocall(fack(line, selack)?),
        "fack" => Body::Fack(fack(line, selack)?),
        "cl_cancel" => Body::Cancel(id()?.map(|id| Cancel { version: 0, id })),
        "cancel_ack" => {
            let accepting = u32::from(line.flag("server_is_accepting")?);
            Body::CancelAck(id()?.map(|id| CancelAck { version: 0, id, accepting }))
        }
        other => return Err(wrong("type", format_args!("a PDU of type {other:?} can't be made over UDP"))),
    })
}

fn number<T: TryFrom<u64>>(map: &Map<String, Json>, key: &str) -> Result<T, EncodeError> {
    let number = map.get(key).and_then(Json::as_u64).and_then(|number| T::try_from(number).ok());
    let wrong = || wrong(key, format_args!("not a number of {} bits", 8 * size_of::<T>())).within("fack");
    number.ok_or_else(wrong)
}

/// The words of a fack's mask, in the byte order of the PDU.
fn selack(line: &Line<'_>) -> Result<Vec<u8>, EncodeError> {
    let words = line.map.get("fack").and_then(|fack| fack.get("selack")).and_then(Json::as_array);
    let mut bytes = Vec::new();
    for word in words.map_or(&[][..], Vec::as_slice) {
        let word = word
            .as_u64()
            .and_then(|word| u32::try_from(word).ok())
            .ok_or_else(|| wrong("selack", "not 32-bit numbers").within("fack"))?;
        bytes.extend(match line.representation.endian {
            Endian::Little => word.to_le_bytes(),
            Endian::Big => word.to_be_bytes(),
        });
    }
    Ok(bytes)
}

fn fack<'s>(line: &Line<'_>, selack: &'s [u8]) -> Result<Option<Fack<&'s [u8]>>, EncodeError> {
    let Some(Json::Object(map)) = line.map.get("fack") else { return Ok(None) };
    Ok(Some(Fack {
        version: number(map, "version")?,
        window_size: number(map, "window_size")?,
        max_tsdu: number(map, "max_tsdu")?,
        max_frag_size: number(map, "max_frag_size")?,
        serial: number(map, "serial")?,
        selack: Selack::new(selack, line.representation.endian),
    }))
}

impl Way<'_> {
    /// Bytes that a verifier adds to a PDU at most.
    fn overhead(&self) -> usize {
        #[cfg(feature = "decrypt")]
        if self.seal.is_some() {
            return super::seal::DATAGRAM_OVERHEAD;
        }
        0
    }

    fn encoded(&self, header: Header, body: Body<&[u8]>) -> Result<Vec<u8>, EncodeError> {
        #[cfg(feature = "decrypt")]
        if let (Some(seal), Body::Request(_) | Body::Response(_) | Body::Fault(_)) = (self.seal, &body) {
            return seal.seal(header, body);
        }
        Pdu { header, body, verifier: None }.encode().map_err(EncodeError::new)
    }
}

fn put(way: &mut Way<'_>, header: Header, body: Body<&[u8]>) -> Result<(), EncodeError> {
    let bytes = way.encoded(header, body)?;
    if bytes.len() > DATAGRAM {
        return Err(EncodeError::new(format_args!("{} bytes are more than a datagram holds", bytes.len())));
    }
    way.batch.packets.push(datagram(way.ends, &bytes));
    Ok(())
}

fn fragments(
    way: &mut Way<'_>,
    header: Header,
    ptype: PacketType,
    stub: &[u8],
    line: &Line<'_>,
) -> Result<(), EncodeError> {
    if stub.len() > LARGEST {
        return Err(EncodeError::new(format_args!("a stub of {} bytes is longer than {LARGEST}", stub.len())));
    }
    let body = |part| if ptype == PacketType::Request { Body::Request(part) } else { Body::Response(part) };
    let asked = way.options.fragment.map(|size| usize::from(size).saturating_sub(Header::SIZE + way.overhead()) & !7);
    // As many as there were, if a line says so.
    let told = match line.number::<u64>("fragments")? {
        Some(count) if count > 1 => Some(stub.len().div_ceil(usize::try_from(count).unwrap_or(1)).next_multiple_of(8)),
        Some(_) => None,
        None => Some(DATAGRAM - Header::SIZE - way.overhead()).filter(|_| stub.len() <= BODY),
    };
    let size = asked.or(told).unwrap_or(BODY);
    if size == 0 {
        return Err(EncodeError::new("fragments have no room for a stub"));
    }
    if stub.len() <= size {
        return put(way, header, body(stub));
    }
    let count = stub.len().div_ceil(size);
    for (i, part) in stub.chunks(size).enumerate() {
        let mut own = header;
        own.flags1 |= Flags1::FRAG;
        own.flags1.set(Flags1::LAST_FRAG, i + 1 == count);
        let wrong = |_| EncodeError::new("more fragments than there are numbers");
        own.fragment = u16::try_from(i).map_err(wrong)?;
        own.serial = header.serial.wrapping_add(own.fragment);
        put(way, own, body(part))?;
    }
    Ok(())
}
