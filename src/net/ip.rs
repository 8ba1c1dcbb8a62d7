//! IPv4 and IPv6 headers, with `etherparse`'s header slices; lengths are judged here, because a capture may have cut
//! the packet, padded it, or taken it before the network card filled the length in.

use super::slice::CapturedSlice;
use etherparse::{IpAuthHeaderSlice, Ipv4HeaderSlice, Ipv6FragmentHeaderSlice, Ipv6HeaderSlice, Ipv6RawExtHeaderSlice};
use std::net::IpAddr;

/// An IP packet, opened as far as its upper-layer protocol or fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packet<'a> {
    pub(super) src: IpAddr,
    pub(super) dst: IpAddr,
    /// Whether the IPv4 header checksum is right; `true` for IPv6.
    pub(super) checksum: bool,
    /// Whether the packet gave no length of its own.
    pub(super) offloaded: bool,
    pub(super) upper: Upper<'a>,
}

/// What an IP header is followed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Upper<'a> {
    /// Protocol number; of a fragment, of what the whole datagram holds.
    pub(super) protocol: u8,
    pub(super) payload: CapturedSlice<'a>,
    pub(super) fragment: Option<Fragment>,
}

/// Place of a fragment in its datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fragment {
    pub(super) id: u32,
    /// In bytes.
    pub(super) offset: u32,
    pub(super) more: bool,
}

/// Why a packet can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    Malformed,
    TooDeep,
}

/// Reads an IP header of either version. `None` where it contradicts itself or was cut.
pub(super) fn parse(slice: CapturedSlice<'_>, verify: bool, extensions: usize) -> Result<Packet<'_>, Bad> {
    if let Some(packet) = parse_fast_path(slice, verify) {
        return Ok(packet);
    }
    match slice.data.first().map(|first| first >> 4) {
        Some(4) => v4(slice, verify, extensions),
        Some(6) => v6(slice, extensions),
        _ => Err(Bad::Malformed),
    }
}

/// TCP or UDP in IPv4 without options and fragments, as most is, by its fixed places.
fn parse_fast_path(slice: CapturedSlice<'_>, verify: bool) -> Option<Packet<'_>> {
    let header = slice.data.first_chunk::<20>()?;
    let &[0x45, _, l0, l1, _, _, f0, 0, _, protocol @ (6 | 17), _, _, s0, s1, s2, s3, d0, d1, d2, d3] = header else {
        return None;
    };
    let total = usize::from(u16::from_be_bytes([l0, l1]));
    // "More fragments" and the offset's upper bits.
    if total < 20 || f0 & 0x3f != 0 {
        return None;
    }
    let payload = slice.with_wire_len(total).after(20)?;
    Some(Packet {
        src: IpAddr::from([s0, s1, s2, s3]),
        dst: IpAddr::from([d0, d1, d2, d3]),
        checksum: !verify || super::checksum::plain_header_is_right(header),
        offloaded: false,
        upper: Upper { protocol, payload, fragment: None },
    })
}

/// Whether bytes are an IP packet for all that can be seen: for those that a port number alone has promised. An IPv4
/// header's checksum is right, or not filled in (as offloading leaves it), or wrong in a packet whose length fits to the
/// byte; an IPv6 packet is no longer than what is there.
pub(super) fn is_plausible(slice: CapturedSlice<'_>, extensions: usize) -> bool {
    let Ok(packet) = parse(slice, true, extensions) else { return false };
    match slice.data {
        [0x45..=0x4f, _, high, low, _, _, _, _, _, _, c0, c1, ..] => {
            let total = usize::from(u16::from_be_bytes([*high, *low]));
            packet.checksum || [*c0, *c1] == [0, 0] && total <= slice.wire_len() || total == slice.wire_len()
        }
        [0x60..=0x6f, _, _, _, high, low, ..] => {
            usize::from(u16::from_be_bytes([*high, *low])).saturating_add(40) <= slice.wire_len()
        }
        _ => false,
    }
}

fn v4(slice: CapturedSlice<'_>, verify: bool, extensions: usize) -> Result<Packet<'_>, Bad> {
    let header = Ipv4HeaderSlice::from_slice(slice.data).map_err(|_| Bad::Malformed)?;
    let header_len = header.slice().len();
    let total = usize::from(header.total_len());
    // Segmentation offload leaves the length 0: then the packet is as long as the capture says.
    let offloaded = total == 0;
    let whole = if offloaded { slice } else { slice.with_wire_len(total) };
    if !offloaded && total < header_len {
        return Err(Bad::Malformed);
    }
    let payload = whole.after(header_len).ok_or(Bad::Malformed)?;
    let protocol = header.protocol().0;
    let upper = if header.is_fragmenting_payload() {
        let fragment = Fragment {
            id: u32::from(header.identification()),
            offset: u32::from(header.fragments_offset().value()) * 8,
            more: header.more_fragments(),
        };
        Upper { protocol, payload, fragment: Some(fragment) }
    } else {
        upper(protocol, payload, extensions)?
    };
    Ok(Packet {
        src: header.source_addr().into(),
        dst: header.destination_addr().into(),
        checksum: !verify || super::checksum::header_is_right(header.slice()),
        offloaded,
        upper,
    })
}

fn v6(slice: CapturedSlice<'_>, extensions: usize) -> Result<Packet<'_>, Bad> {
    let header = Ipv6HeaderSlice::from_slice(slice.data).map_err(|_| Bad::Malformed)?;
    let header_len = header.slice().len();
    let length = usize::from(header.payload_length());
    // 0 is a jumbogram or segmentation offload: then the packet is as long as the capture says.
    let offloaded = length == 0;
    let whole = if offloaded { slice } else { slice.with_wire_len(header_len + length) };
    let payload = whole.after(header_len).ok_or(Bad::Malformed)?;
    Ok(Packet {
        src: header.source_addr().into(),
        dst: header.destination_addr().into(),
        checksum: true,
        offloaded,
        upper: upper(header.next_header().0, payload, extensions)?,
    })
}

/// Passes over extension headers (RFC 8200, 4) and the authentication header (RFC 4302) up to a fragment or to what is
/// carried. Also for what fragments were put together to.
pub(super) fn upper(mut protocol: u8, mut payload: CapturedSlice<'_>, extensions: usize) -> Result<Upper<'_>, Bad> {
    for _ in 0..=extensions {
        let taken = match protocol {
            // Hop-by-hop options, routing, destination options, mobility, host identity, shim6: all of one shape.
            0 | 43 | 60 | 135 | 139 | 140 => {
                let header = Ipv6RawExtHeaderSlice::from_slice(payload.data).map_err(|_| Bad::Malformed)?;
                protocol = header.next_header().0;
                header.slice().len()
            }
            44 => {
                let header = Ipv6FragmentHeaderSlice::from_slice(payload.data).map_err(|_| Bad::Malformed)?;
                protocol = header.next_header().0;
                if header.is_fragmenting_payload() {
                    let fragment = Fragment {
                        id: header.identification(),
                        offset: u32::from(header.fragment_offset().value()) * 8,
                        more: header.more_fragments(),
                    };
                    let payload = payload.after(header.slice().len()).ok_or(Bad::Malformed)?;
                    return Ok(Upper { protocol, payload, fragment: Some(fragment) });
                }
                header.slice().len()
            }
            51 => {
                let header = IpAuthHeaderSlice::from_slice(payload.data).map_err(|_| Bad::Malformed)?;
                protocol = header.next_header().0;
                header.slice().len()
            }
            _ => return Ok(Upper { protocol, payload, fragment: None }),
        };
        payload = payload.after(taken).ok_or(Bad::Malformed)?;
    }
    Err(Bad::TooDeep)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Random headers, most bytes as they nearly always are.
    #[test]
    fn the_fast_path_finds_what_the_general_one_does() {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut noise = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let mut short = 0;
        for _ in 0..20_000 {
            let mut data = vec![0x45, 0, 0, 60, 1, 2, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
            data.resize(20 + (noise() % 60) as usize, 7);
            for _ in 0..noise() % 3 {
                let at = (noise() % 20) as usize;
                data[at] = (noise() >> 8) as u8 & [0xff, 0x3f, 0x0f][(noise() % 3) as usize];
            }
            data.truncate((noise() % 90) as usize);
            let slice = CapturedSlice { data: &data, cut: (noise() % 3) as usize };
            if let Some(packet) = parse_fast_path(slice, true) {
                short += 1;
                assert_eq!(v4(slice, true, 16), Ok(packet), "{data:02x?}");
            }
        }
        assert!(short > 5_000, "{short}");
    }
}
