//! IEEE 802.11, and the headers that capture programs put in front of it: Radiotap, PPI, Prism, AVS.

use super::ethernet::skip;
use super::{CapturedSlice, Layer, LinkError, Step};
use crate::capture::LinkType;
use crate::net::unread::UnreadKind;
use nom::bytes::complete::take;
use nom::number::complete::{be_u32, le_u8, le_u16, le_u32};

/// What a data frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body<'a> {
    /// One packet, from its LLC header on.
    Llc(&'a [u8]),
    /// Several packets.
    Aggregate(Msdus<'a>),
}

/// The packets of an aggregated frame (A-MSDU, IEEE 802.11-2020, 9.3.2.2), each as its LLC header and what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::net) struct Msdus<'a>(CapturedSlice<'a>);

impl<'a> Iterator for Msdus<'a> {
    type Item = CapturedSlice<'a>;

    /// Each takes its 14-byte header at least, so there is an end.
    fn next(&mut self) -> Option<CapturedSlice<'a>> {
        crate::base::work::tick(1);
        let &[.., high, low] = self.0.data.first_chunk::<14>()?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let body = self.0.after(14)?;
        // All but the last are padded to a multiple of four bytes, header included.
        self.0 = body.after_lossy((14 + length).next_multiple_of(4) - 14);
        // What is shorter than an LLC header and IP is the check sequence or padding.
        (length >= 8).then(|| body.with_wire_len_at_most(length))
    }
}

/// The MAC header (IEEE 802.11-2020, 9.2.3) and what a data frame holds. `padded`: what follows the header begins at a
/// multiple of four bytes.
pub(super) fn frame(slice: CapturedSlice<'_>, padded: bool) -> Result<Body<'_>, LinkError> {
    const DATA: u8 = 2;
    let data = slice.data;
    let (_, control) = le_u8::<_, nom::error::Error<&[u8]>>(data)?;
    let (rest, flags) = le_u8::<_, nom::error::Error<&[u8]>>(data.get(1..).unwrap_or(&[]))?;
    // Version 0; management and control frames, and data frames without data, carry no packets.
    if control & 3 != 0 {
        return Err(LinkError::Malformed);
    }
    let (kind, subtype) = (control >> 2 & 3, control >> 4);
    if kind != DATA || subtype & 0x4 != 0 {
        return Err(LinkError::NeverIp);
    }
    let quality_of_service = subtype & 0x8 != 0;
    // A fourth address between access points.
    let mut length = 24 + if flags & 3 == 3 { 6 } else { 0 };
    let mut aggregate = false;
    let mut mesh = false;
    if quality_of_service {
        let Some(&[low, high]) = data.get(length..).and_then(|rest| rest.first_chunk::<2>()) else {
            return Err(LinkError::Malformed);
        };
        aggregate = low & 0x80 != 0;
        mesh = high & 1 != 0;
        length += 2;
        // The order bit announces an HT control field.
        length += if flags & 0x80 != 0 { 4 } else { 0 };
    }
    if padded {
        length = length.next_multiple_of(4);
    }
    let fragment = rest.get(20..22).and_then(|field| field.first()).is_some_and(|low| low & 0xf != 0);
    let body = slice.after(length).ok_or(LinkError::Malformed)?;
    if flags & 0x40 != 0 && !begins_with_snap(body.data) {
        // The frame may have been opened in its place, with or without the cipher's header left in (WEP 4 bytes,
        // TKIP and CCMP 8).
        let opened = [4, 8].into_iter().find_map(|count| body.after(count).filter(|body| begins_with_snap(body.data)));
        return opened.map(|body| Body::Llc(body.data)).ok_or(LinkError::Unread(UnreadKind::WlanSealed));
    }
    if fragment || flags & 0x04 != 0 {
        return Err(LinkError::Unread(UnreadKind::WlanFragment));
    }
    if aggregate && !begins_with_snap(body.data) {
        return Ok(Body::Aggregate(Msdus(body)));
    }
    if mesh && !begins_with_snap(body.data) {
        // Mesh control: flags, of which two bits count the further addresses, time to live, sequence number.
        let addresses = body.data.first().map_or(0, |flags| usize::from(flags & 3));
        let behind = body.after(6 + 6 * addresses).ok_or(LinkError::Malformed)?;
        return Ok(Body::Llc(behind.data));
    }
    Ok(Body::Llc(body.data))
}

/// Whether LLC with SNAP begins here, as nearly everything in 802.11 does.
fn begins_with_snap(data: &[u8]) -> bool {
    data.starts_with(&[0xaa, 0xaa, 0x03])
}

/// Radiotap: version, padding, length, words that say which fields follow.
pub(super) fn radiotap(data: &[u8]) -> Step<'_> {
    const DATA_PAD: u8 = 0x20;
    let (rest, version) = le_u16(data)?;
    let (mut rest, length) = le_u16(rest)?;
    if version & 0xff != 0 {
        return Err(LinkError::Malformed);
    }
    let head = data.get(..usize::from(length)).ok_or(LinkError::Malformed)?;
    let (_, first) = le_u32(rest)?;
    // The last bit of each word announces another one; the fields of the first word come first.
    let mut words = 0_usize;
    loop {
        crate::base::work::tick(1);
        let (behind, word) = le_u32(rest)?;
        rest = behind;
        words += 1;
        if word & 0x8000_0000 == 0 {
            break;
        }
    }
    let mut at = 4 + 4 * words;
    if first & 1 != 0 {
        // A time of eight bytes, aligned.
        at = at.next_multiple_of(8) + 8;
    }
    let padded = first & 2 != 0 && head.get(at).is_some_and(|flags| flags & DATA_PAD != 0);
    skip(data, usize::from(length), if padded { Layer::WlanPadded } else { Layer::Wlan })
}

/// Per-packet information: version, flags, length of the header, link type of what follows.
pub(super) fn ppi(data: &[u8]) -> Step<'_> {
    let (rest, _version_flags) = le_u16(data)?;
    let (rest, length) = le_u16(rest)?;
    let (_, link) = le_u32(rest)?;
    if length < 8 {
        return Err(LinkError::Malformed);
    }
    skip(data, usize::from(length), Layer::Link(LinkType(link)))
}

/// AVS: a magic number with the version, then the header's length. Prism: message code and length, in the capturing
/// host's byte order.
pub(super) fn prism_or_avs(data: &[u8]) -> Step<'_> {
    let (rest, magic) = be_u32(data)?;
    let (_, word) = take(4_usize)(rest)?;
    let word = word.first_chunk::<4>().copied().unwrap_or_default();
    let length = if magic & 0xffff_f000 == 0x8021_1000 {
        u32::from_be_bytes(word)
    } else {
        u32::from_le_bytes(word).min(u32::from_be_bytes(word))
    };
    match usize::try_from(length) {
        Ok(length @ 8..) => skip(data, length, Layer::Wlan),
        _ => Err(LinkError::Malformed),
    }
}
