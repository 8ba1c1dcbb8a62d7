//! Connectionless conversations: a PDU for each line, a message in as many fragments as it needs.

use super::members::Line;
use super::packets::{DATAGRAM, Ends, datagram};
use super::{Batch, Options};
use crate::base::Guid;
use crate::rpc::dg::{Body, Cancel, CancelAck, Fack, Flags1, Flags2, Header, Pdu, Selack};
use crate::rpc::header::PacketType;
use serde_json::{Map, Value as Json};
use std::collections::HashMap;

/// Bytes of a fragment's body where nobody says it: what fits into an Ethernet frame, a multiple of 8.
const BODY: usize = 1384;

/// Calls whose requests are remembered for their responses.
const MAX_CALLS: usize = crate::base::bounds::MADE_CALLS;

/// A pair of UDP endpoints.
#[derive(Debug, Default)]
pub(super) struct Datagrams {
    /// Stubs of requests by activity and number.
    calls: HashMap<(Guid, u32), Call>,
    last: u32,
    activity: Guid,
}

#[derive(Debug)]
struct Call {
    opnum: u16,
    stub: Vec<u8>,
}

impl Datagrams {
    pub(super) fn message(&mut self, line: &Line<'_>, options: &Options, batch: &mut Batch) -> Result<(), String> {
        if options.seal.is_some() {
            return Err("datagrams can't be sealed".into());
        }
        let ends = Ends { src: line.src, dst: line.dst };
        let mut header = self.header(line)?;
        let key = (header.activity, header.sequence);
        let call = self.calls.get(&key);
        if line.opnum()?.is_none()
            && let Some(call) = call
        {
            header.opnum = call.opnum;
        }
        match line.kind {
            "request" | "conv_request" => {
                let stub = line.stub(options, None)?;
                if self.calls.len() >= MAX_CALLS {
                    self.calls.clear();
                }
                self.calls.insert(key, Call { opnum: header.opnum, stub: stub.clone() });
                fragments(ends, header, PacketType::Request, &stub, line, options, batch)
            }
            "response" | "conv_response" => {
                let stub = line.stub(options, call.map(|call| call.stub.as_slice()))?;
                fragments(ends, header, PacketType::Response, &stub, line, options, batch)
            }
            _ => {
                let selack = selack(line)?;
                let body = body(line, &selack)?;
                put(ends, header, body, batch)
            }
        }
    }

    fn header(&mut self, line: &Line<'_>) -> Result<Header, String> {
        let interface = line.abstract_syntax()?.ok_or("neither \"interface\" nor \"interface_uuid\"")?;
        let flags = line.map.get("pdu_flags").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
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
                None => return Err(format!("no flag of the header is called {name:?}")),
            }
        }
        for (key, flag) in
            [("maybe", Flags1::MAYBE), ("idempotent", Flags1::IDEMPOTENT), ("broadcast", Flags1::BROADCAST)]
        {
            flags1.set(flag, flags1.contains(flag) || line.flag(key));
        }
        let number = |key: &str, most: u64| -> Result<Option<u64>, String> {
            let number = line.number(key)?;
            match number {
                Some(number) if number > most => Err(format!("\"{key}\" is at most {most}")),
                number => Ok(number),
            }
        };
        let opening = line.kind == "request" && line.number("call_id")?.is_none();
        let sequence = match number("call_id", u64::from(u32::MAX))? {
            Some(sequence) => sequence as u32,
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
            serial: number("serial", 0xffff)?.unwrap_or(0) as u16,
            object: line.guid("object_uuid")?.unwrap_or_default(),
            interface: interface.uuid,
            activity,
            server_boot: number("server_boot", u64::from(u32::MAX))?.unwrap_or(0) as u32,
            interface_version: (interface.major, interface.minor),
            sequence,
            opnum: line.opnum()?.unwrap_or(0),
            interface_hint: number("interface_hint", 0xffff)?.unwrap_or(0xffff) as u16,
            activity_hint: number("activity_hint", 0xffff)?.unwrap_or(0xffff) as u16,
            length: 0,
            fragment: number("fragment", 0xffff)?.unwrap_or(0) as u16,
            auth_proto: 0,
        })
    }
}

/// The bodies that are no part of a message.
fn body<'s>(line: &Line<'_>, selack: &'s [u8]) -> Result<Body<&'s [u8]>, String> {
    let status = || line.code("status").and_then(|status| status.ok_or_else(|| "\"status\" is missing".into()));
    let id = || line.number("cancel_id").map(|id| id.map(|id| id as u32));
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
            let accepting = u32::from(line.flag("server_is_accepting"));
            Body::CancelAck(id()?.map(|id| CancelAck { version: 0, id, accepting }))
        }
        other => return Err(format!("a PDU of type {other:?} can't be made over UDP")),
    })
}

fn number(map: &Map<String, Json>, key: &str) -> Result<u32, String> {
    let number = map.get(key).and_then(Json::as_u64).and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| format!("fack.{key} is a 32-bit number"))
}

/// The words of a fack's mask, in the byte order of the PDU.
fn selack(line: &Line<'_>) -> Result<Vec<u8>, String> {
    let words = line.map.get("fack").and_then(|fack| fack.get("selack")).and_then(Json::as_array);
    let mut bytes = Vec::new();
    for word in words.map_or(&[][..], Vec::as_slice) {
        let word = word.as_u64().and_then(|word| u32::try_from(word).ok()).ok_or("fack.selack has 32-bit numbers")?;
        bytes.extend(match line.representation.endian {
            crate::ndr::Endian::Little => word.to_le_bytes(),
            crate::ndr::Endian::Big => word.to_be_bytes(),
        });
    }
    Ok(bytes)
}

fn fack<'s>(line: &Line<'_>, selack: &'s [u8]) -> Result<Option<Fack<&'s [u8]>>, String> {
    let Some(Json::Object(map)) = line.map.get("fack") else { return Ok(None) };
    Ok(Some(Fack {
        version: number(map, "version")? as u8,
        window_size: number(map, "window_size")? as u16,
        max_tsdu: number(map, "max_tsdu")?,
        max_frag_size: number(map, "max_frag_size")?,
        serial: number(map, "serial")? as u16,
        selack: Selack::new(selack, line.representation.endian),
    }))
}

fn put(ends: Ends, header: Header, body: Body<&[u8]>, batch: &mut Batch) -> Result<(), String> {
    let bytes = Pdu { header, body, verifier: None }.encode().map_err(|e| e.to_string())?;
    if bytes.len() > DATAGRAM {
        return Err(format!("{} bytes are more than a datagram holds", bytes.len()));
    }
    batch.packets.push(datagram(ends, &bytes));
    Ok(())
}

fn fragments(
    ends: Ends,
    header: Header,
    ptype: PacketType,
    stub: &[u8],
    line: &Line<'_>,
    options: &Options,
    batch: &mut Batch,
) -> Result<(), String> {
    let body = |part| if ptype == PacketType::Request { Body::Request(part) } else { Body::Response(part) };
    let asked = options.fragment.map(|size| usize::from(size).saturating_sub(Header::SIZE) & !7);
    // As many as there were, if a line says so.
    let told = match line.number("fragments")? {
        Some(count) if count > 1 => Some(stub.len().div_ceil(usize::try_from(count).unwrap_or(1)).next_multiple_of(8)),
        Some(_) => None,
        None => Some(DATAGRAM - Header::SIZE).filter(|_| stub.len() <= BODY),
    };
    let size = asked.or(told).unwrap_or(BODY);
    if size == 0 {
        return Err("fragments have no room for a stub".into());
    }
    if stub.len() <= size {
        return put(ends, header, body(stub), batch);
    }
    let count = stub.len().div_ceil(size);
    for (i, part) in stub.chunks(size).enumerate() {
        let mut own = header;
        own.flags1 |= Flags1::FRAG;
        own.flags1.set(Flags1::LAST_FRAG, i + 1 == count);
        own.fragment = u16::try_from(i).map_err(|_| "more fragments than there are numbers")?;
        own.serial = header.serial.wrapping_add(own.fragment);
        put(ends, own, body(part), batch)?;
    }
    Ok(())
}
