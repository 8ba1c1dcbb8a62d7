//! Captures with single bits flipped in protected PDUs, to see that nothing of what was changed is called verified.

/// A generator of numbers that looks random and is the same each time (SplitMix64).
#[derive(Clone, Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number.
    pub fn next_number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next_number() % n.max(1) as u64).unwrap_or_default()
    }
}

/// Where in a PDU a bit is flipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// Anywhere but in the fields that frame it: version, lengths, `auth_proto`.
    Anywhere,
    /// In its header.
    Header,
    /// In `auth_level` of its security trailer.
    Level,
    /// In the security trailer's header.
    Trailer,
    /// In the signature.
    Signature,
    /// Anywhere, but only in fragments of a message that has several.
    Fragments,
}

impl Where {
    /// All of them.
    pub const ALL: [Where; 6] =
        [Where::Anywhere, Where::Header, Where::Level, Where::Trailer, Where::Signature, Where::Fragments];
}

/// A protected request, response or fault that a packet has at its end.
#[derive(Clone, Copy, Debug)]
struct Pdu {
    /// Where it begins.
    at: usize,
    length: usize,
    header: usize,
    /// Bytes of the trailer's header.
    trailer: usize,
    /// Bytes of `auth_value`.
    auth: usize,
    connectionless: bool,
    fragment: bool,
}

fn pdu(packet: &[u8]) -> Option<Pdu> {
    (34..packet.len().checked_sub(24)?).find_map(|at| connection_oriented(packet, at).or_else(|| datagram(packet, at)))
}

fn u16_of(bytes: [u8; 2], little: bool) -> usize {
    usize::from(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
}

fn connection_oriented(packet: &[u8], at: usize) -> Option<Pdu> {
    let &[5, 0 | 1, 0 | 2 | 3, flags, order @ (0 | 0x10), 0, 0, 0, l0, l1, a0, a1] = packet.get(at..)?.first_chunk()?
    else {
        return None;
    };
    let (length, auth) = (u16_of([l0, l1], order != 0), u16_of([a0, a1], order != 0));
    let whole = auth > 0 && length >= 32 + auth && at + length == packet.len();
    let fragment = flags & 3 != 3;
    whole.then_some(Pdu { at, length, header: 24, trailer: 8, auth, connectionless: false, fragment })
}

/// A PDU of version 4 (C706 12.5.2): its verifier has `protection_level` and the key's number, then alignment to 8 bytes.
fn datagram(packet: &[u8], at: usize) -> Option<Pdu> {
    let header: &[u8; 80] = packet.get(at..)?.first_chunk()?;
    let &[4, 0 | 2 | 3, flags, _, order @ (0 | 0x10), 0, 0, ..] = header else { return None };
    let auth_type = header[78];
    let body = u16_of([header[74], header[75]], order != 0);
    // Behind the UDP header, and with what is known to protect.
    let udp = packet.get(at.checked_sub(8)? + 4..at - 2)?.first_chunk()?;
    let length = packet.len() - at;
    let begins = usize::from(u16::from_be_bytes(*udp)) == length + 8;
    let auth = length.checked_sub(80 + body)?;
    if !begins || !matches!(auth_type, 9 | 10 | 16) || auth < 18 {
        return None;
    }
    let fragment = flags & 4 != 0;
    let trailer = auth - 16;
    Some(Pdu { at, length, header: 80, trailer, auth: 16, connectionless: true, fragment })
}

/// Whether a field of the header says how long the PDU or what follows is: other bytes would follow.
fn frames(pdu: &Pdu, offset: usize) -> bool {
    match pdu.connectionless {
        false => matches!(offset, 0 | 8..12),
        true => matches!(offset, 0 | 74 | 75 | 78),
    }
}

/// A flipped bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    /// The packet, by index.
    pub packet: usize,
    /// The field of the PDU.
    pub field: &'static str,
}

/// Flips one bit in one PDU of every `every`; what was changed.
pub fn flip(packets: &mut [Vec<u8>], place: Where, every: u64, numbers: &mut Numbers) -> Vec<Flip> {
    let mut changed = Vec::new();
    for (index, packet) in packets.iter_mut().enumerate() {
        let Some(pdu) = pdu(packet) else { continue };
        if !numbers.next_number().is_multiple_of(every) || place == Where::Fragments && !pdu.fragment {
            continue;
        }
        let Pdu { at, length, header, trailer, auth, .. } = pdu;
        let tail = length - auth - trailer;
        let mut offset = match place {
            Where::Anywhere | Where::Fragments => numbers.below(length),
            Where::Header => numbers.below(header),
            Where::Level if pdu.connectionless => tail,
            Where::Level => tail + 1,
            Where::Trailer => tail + numbers.below(trailer),
            Where::Signature => tail + trailer + numbers.below(auth),
        };
        if frames(&pdu, offset) {
            offset = header - 1 - numbers.below(4);
        }
        if let Some(byte) = packet.get_mut(at + offset) {
            *byte ^= 1 << numbers.below(8);
            changed.push(Flip { packet: index, field: field(&pdu, offset) });
        }
    }
    changed
}

/// The field of a PDU that a byte belongs to.
fn field(pdu: &Pdu, offset: usize) -> &'static str {
    let tail = pdu.length - pdu.auth - pdu.trailer;
    match (offset, pdu.connectionless) {
        _ if offset >= pdu.length - pdu.auth => "auth_value",
        _ if offset >= tail => match (offset - tail, pdu.connectionless) {
            (0, false) => "auth_type",
            (1, false) | (0, true) => "auth_level",
            (2, false) => "auth_pad_length",
            (3, false) => "auth_reserved",
            (1, true) => "key number",
            (_, true) => "alignment of the verifier",
            _ => "auth_context_id",
        },
        (1, true) | (2, false) => "PTYPE",
        (1, false) => "rpc_vers_minor",
        (2 | 3, true) => "flags",
        (4..=6, true) => "drep",
        (7 | 79, true) => "serial",
        (8..=23, true) => "object",
        (24..=39, true) => "if_id",
        (40..=55, true) => "act_id",
        (56..=59, true) => "server_boot",
        (60..=63, true) => "if_vers",
        (64..=67, true) => "seqnum",
        (68 | 69, true) => "opnum",
        (70..=73, true) => "ihint, ahint",
        (76 | 77, true) => "fragnum",
        (3, false) => "pfc_flags",
        (4..=7, false) => "packed_drep",
        (12..=15, false) => "call_id",
        (16..=19, false) => "alloc_hint",
        (20 | 21, false) => "p_cont_id",
        (22 | 23, false) => "opnum, cancel_count",
        _ => "stub and padding",
    }
}
