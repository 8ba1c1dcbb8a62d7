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
    /// Anywhere behind the header that frames it, trailer and signature included.
    Anywhere,
    /// In `auth_level` of its security trailer.
    Level,
    /// In the security trailer's header.
    Trailer,
    /// In the signature.
    Signature,
    /// Anywhere, but only in fragments of a message that has several.
    Fragments,
}

/// The protected request, response or fault that a packet has at its end, connection-oriented and little-endian: where
/// it begins, its length and that of its `auth_value`.
fn pdu(packet: &[u8]) -> Option<(usize, usize, usize)> {
    (40..packet.len().checked_sub(24)?).find_map(|at| {
        let [5, 0, 0 | 2 | 3, _, 0x10, 0, 0, 0, l0, l1, a0, a1] = *packet.get(at..)?.first_chunk::<12>()? else {
            return None;
        };
        let (length, auth) = (usize::from(u16::from_le_bytes([l0, l1])), usize::from(u16::from_le_bytes([a0, a1])));
        (auth > 0 && length >= 32 + auth && at + length == packet.len()).then_some((at, length, auth))
    })
}

/// Flips one bit in one PDU of every `every`; the packets changed, by index.
pub fn flip(packets: &mut [Vec<u8>], place: Where, every: u64, numbers: &mut Numbers) -> Vec<usize> {
    let mut changed = Vec::new();
    for (index, packet) in packets.iter_mut().enumerate() {
        let Some((at, length, auth)) = pdu(packet) else { continue };
        let fragment = packet.get(at + 3).is_some_and(|flags| flags & 3 != 3);
        if !numbers.next_number().is_multiple_of(every) || place == Where::Fragments && !fragment {
            continue;
        }
        let trailer = length - auth - 8;
        let offset = match place {
            // Type, flags and lengths frame the PDU: other bytes would follow.
            Where::Anywhere | Where::Fragments => 12 + numbers.below(length - 12),
            Where::Level => trailer + 1,
            Where::Trailer => trailer + numbers.below(8),
            Where::Signature => trailer + 8 + numbers.below(auth),
        };
        if let Some(byte) = packet.get_mut(at + offset) {
            *byte ^= 1 << numbers.below(8);
            changed.push(index);
        }
    }
    changed
}
