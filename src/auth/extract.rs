//! For tests alone: takes DCE/RPC PDUs out of a capture and hands them to an [`Association`], knowing no more of the
//! lower layers than the captures need (Ethernet, IPv4, TCP in order).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::vec::Vec;

use crate::auth::{Association, KeyStore, TokenInfo, describe};
use crate::rpc::security::{AuthTrailer, Identity, Opened, Protected, Security as _, Sender, Token};

/// A request, response or fault put together, with what came of each of its fragments.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) client_port: u16,
    pub(super) sender: Sender,
    pub(super) call_id: u32,
    pub(super) level: u8,
    pub(super) opened: Vec<Opened>,
    pub(super) stub: Vec<u8>,
    pub(super) identity: Option<Identity>,
}

fn u16le(b: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([b[at], b[at + 1]])
}

fn u32le(b: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([b[at], b[at + 1], b[at + 2], b[at + 3]])
}

/// Frames of a little-endian pcapng or pcap file.
fn frames(file: &[u8]) -> Vec<&[u8]> {
    let mut out = Vec::new();
    if file[..4] == [0x0a, 0x0d, 0x0d, 0x0a] {
        let mut at = 0;
        while at + 12 <= file.len() {
            let length = u32le(file, at + 4) as usize;
            if u32le(file, at) == 6 {
                let captured = u32le(file, at + 20) as usize;
                out.push(&file[at + 28..at + 28 + captured]);
            }
            at += length;
        }
    } else {
        let mut at = 24;
        while at + 16 <= file.len() {
            let captured = u32le(file, at + 8) as usize;
            out.push(&file[at + 16..at + 16 + captured]);
            at += 16 + captured;
        }
    }
    out
}

#[derive(Default)]
struct Half {
    next: Option<u32>,
    buffer: Vec<u8>,
    partial: BTreeMap<u32, Message>,
}

struct Recorded {
    client_port: u16,
    association: Association,
    halves: [Half; 2],
}

/// Opens every PDU of a capture.
pub(super) fn run(file: &[u8], keys: &Arc<KeyStore>) -> Vec<Message> {
    let mut connections: BTreeMap<(u16, u16), Recorded> = BTreeMap::new();
    let mut out = Vec::new();
    for frame in frames(file) {
        if frame[12..14] != [8, 0] || frame[23] != 6 {
            continue;
        }
        let ip = &frame[14..];
        let tcp = &ip[usize::from(ip[0] & 15) * 4..usize::from(u16::from_be_bytes([ip[2], ip[3]]))];
        let ports = (u16::from_be_bytes([tcp[0], tcp[1]]), u16::from_be_bytes([tcp[2], tcp[3]]));
        let sequence = u32::from_be_bytes([tcp[4], tcp[5], tcp[6], tcp[7]]);
        let payload = &tcp[usize::from(tcp[12] >> 4) * 4..];
        let key = (ports.0.min(ports.1), ports.0.max(ports.1));
        if tcp[13] & 0x12 == 2 {
            let association = Association::new(Arc::clone(keys));
            let connection = Recorded { client_port: ports.0, association, halves: Default::default() };
            connections.insert(key, connection);
        }
        let Some(connection) = connections.get_mut(&key) else { continue };
        let sender = if ports.0 == connection.client_port { Sender::Client } else { Sender::Server };
        let half = &mut connection.halves[usize::from(sender == Sender::Server)];
        if tcp[13] & 2 != 0 {
            half.next = Some(sequence.wrapping_add(1));
            continue;
        }
        let next = *half.next.get_or_insert(sequence);
        let ahead = sequence.wrapping_sub(next) as i32;
        if ahead > 0 && !payload.is_empty() {
            connection.association.gap(sender, Some(ahead as u64));
            half.buffer.clear();
            half.next = Some(sequence);
        } else if ahead < 0 {
            continue;
        }
        half.buffer.extend_from_slice(payload);
        half.next = Some(sequence.wrapping_add(payload.len() as u32));
        while half.buffer.len() >= 16 && half.buffer[0] == 5 {
            let big = half.buffer[4] & 0x10 == 0;
            let n = if big {
                half.buffer[8..10].iter().fold(0, |n, b| n << 8 | usize::from(*b))
            } else {
                usize::from(u16le(&half.buffer, 8))
            };
            if half.buffer.len() < n {
                break;
            }
            let pdu: Vec<u8> = half.buffer.drain(..n).collect();
            one(&pdu, sender, connection.client_port, &mut connection.association, &mut half.partial, &mut out);
        }
    }
    out
}

fn one(
    pdu: &[u8],
    sender: Sender,
    client_port: u16,
    association: &mut Association,
    partial: &mut BTreeMap<u32, Message>,
    out: &mut Vec<Message>,
) {
    let (ptype, flags) = (pdu[2], pdu[3]);
    let auth_length = usize::from(u16le(pdu, 10));
    let call_id = u32le(pdu, 12);
    let end = pdu.len() - auth_length;
    let trailer = (auth_length > 0).then(|| AuthTrailer {
        auth_type: pdu[end - 8],
        auth_level: pdu[end - 7],
        auth_pad_length: pdu[end - 6],
        auth_context_id: u32le(pdu, end - 4),
    });
    if !matches!(ptype, 0 | 2 | 3) {
        if let Some(trailer) = trailer {
            let info = describe(&pdu[end..]);
            assert!(!matches!(info, TokenInfo::Unknown { .. }), "{info:?}");
            let header_signing = flags & 4 != 0 && ptype != 16;
            association.token(&Token { sender, ptype, trailer, token: &pdu[end..], header_signing, pdu });
        }
        return;
    }
    let start = if ptype == 0 && flags & 0x80 != 0 { 40 } else { 24 };
    let message = partial.entry(call_id).or_insert_with(|| Message {
        client_port,
        sender,
        call_id,
        level: 0,
        opened: Vec::new(),
        stub: Vec::new(),
        identity: None,
    });
    match trailer {
        None => message.stub.extend_from_slice(&pdu[start..]),
        Some(trailer) => {
            let protected = Protected {
                sender,
                pdu,
                body: start..end - 8,
                trailer_header: end - 8..end,
                auth_value: end..pdu.len(),
                trailer,
                connectionless: None,
            };
            let mut clear = Vec::new();
            let opened = association.open(&protected, &mut clear);
            let pad = usize::from(trailer.auth_pad_length);
            match &opened {
                Opened::Clear { decrypted: true, .. } => message.stub.extend_from_slice(&clear[..clear.len() - pad]),
                Opened::Clear { .. } => message.stub.extend_from_slice(&pdu[start..end - 8 - pad]),
                _ => assert!(clear.is_empty(), "nothing is handed out unverified"),
            }
            message.level = trailer.auth_level;
            message.opened.push(opened);
            message.identity = Some(association.identity(&trailer));
        }
    }
    if flags & 2 != 0 {
        out.extend(partial.remove(&call_id));
    }
}
