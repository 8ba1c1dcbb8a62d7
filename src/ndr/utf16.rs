//! UTF-16 text as it lies in a stub or buffer.

use super::Endian;
use core::fmt;

/// UTF-16 code units, borrowed, in either byte order; any sequence of units, well-formed or not.
#[derive(Clone, Copy)]
pub struct WStr<'a> {
    bytes: &'a [u8],
    endian: Endian,
}

impl<'a> WStr<'a> {
    /// Over whole code units; an odd byte at the end is left out.
    pub fn new(bytes: &'a [u8], endian: Endian) -> Self {
        let even = bytes.len() & !1;
        WStr { bytes: bytes.get(..even).unwrap_or(bytes), endian }
    }

    /// Little-endian units, as all custom-marshalled buffers have them.
    pub fn le(bytes: &'a [u8]) -> Self {
        WStr::new(bytes, Endian::Little)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The byte order of the units.
    pub fn endian(&self) -> Endian {
        self.endian
    }

    /// Number of code units.
    pub fn len(&self) -> usize {
        self.bytes.len() / 2
    }

    /// Whether there is no unit.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The code units.
    pub fn units(&self) -> impl Iterator<Item = u16> + Clone + use<'a> {
        let endian = self.endian;
        self.bytes.chunks_exact(2).map(move |c| {
            let c = [c[0], c[1]];
            match endian {
                Endian::Little => u16::from_le_bytes(c),
                Endian::Big => u16::from_be_bytes(c),
            }
        })
    }

    /// The characters; an unpaired surrogate comes as `Err` with its value.
    pub fn chars(&self) -> impl Iterator<Item = Result<char, u16>> + use<'a> {
        char::decode_utf16(self.units()).map(|r| r.map_err(|e| e.unpaired_surrogate()))
    }

    /// Whether every surrogate is paired.
    pub fn is_well_formed(&self) -> bool {
        !self.has_surrogates() || self.chars().all(|c| c.is_ok())
    }

    /// Whether any unit is half of a surrogate pair; without one, text is well-formed.
    pub fn has_surrogates(&self) -> bool {
        let (units, _) = self.bytes.as_chunks::<2>();
        // Every unit is looked at, which a processor does many at a time.
        match self.endian {
            Endian::Little => units.iter().fold(false, |found, unit| found | (unit[1] & 0xf8 == 0xd8)),
            Endian::Big => units.iter().fold(false, |found, unit| found | (unit[0] & 0xf8 == 0xd8)),
        }
    }

    /// The text in `room`, if it is ASCII and fits.
    pub(crate) fn ascii<'r>(&self, room: &'r mut [u8]) -> Option<&'r str> {
        let (units, _) = self.bytes.as_chunks::<2>();
        let room = room.get_mut(..units.len())?;
        let mut beyond = 0;
        // Without a branch in the loops, which a processor does many units at a time.
        match self.endian {
            Endian::Little => room.iter_mut().zip(units).for_each(|(byte, unit)| {
                (*byte, beyond) = (unit[0], beyond | unit[1] | unit[0] & 0x80);
            }),
            Endian::Big => room.iter_mut().zip(units).for_each(|(byte, unit)| {
                (*byte, beyond) = (unit[1], beyond | unit[0] | unit[1] & 0x80);
            }),
        }
        if beyond == 0 { core::str::from_utf8(room).ok() } else { None }
    }

    /// Units before the first null unit, or all.
    #[must_use]
    pub fn until_nul(&self) -> WStr<'a> {
        let n = self.units().position(|u| u == 0).unwrap_or(self.len());
        self.prefix(n)
    }

    /// The first `n` units, or all.
    #[must_use]
    pub fn prefix(&self, n: usize) -> WStr<'a> {
        WStr { bytes: self.bytes.get(..n * 2).unwrap_or(self.bytes), endian: self.endian }
    }

    /// The units from the `n`th on, or none.
    #[must_use]
    pub fn suffix(&self, n: usize) -> WStr<'a> {
        WStr { bytes: self.bytes.get(n * 2..).unwrap_or(&[]), endian: self.endian }
    }

    /// The IPv6 address whose bytes, in network order, are these eight units of a little-endian machine's memory.
    pub fn to_ipv6(&self) -> core::net::Ipv6Addr {
        let mut segments = [0u16; 8];
        for (segment, unit) in segments.iter_mut().zip(self.units()) {
            *segment = unit.swap_bytes();
        }
        core::net::Ipv6Addr::from(segments)
    }

    /// Without one null unit at the end, and whether there was one.
    pub fn strip_terminator(&self) -> (WStr<'a>, bool) {
        match self.bytes {
            [head @ .., 0, 0] => (WStr { bytes: head, endian: self.endian }, true),
            _ => (*self, false),
        }
    }

    /// The strings of a MULTI_SZ, if the units are exactly that: strings, each with its terminator, and a terminator
    /// behind them.
    pub fn multi_sz(&self) -> Option<MultiSz<'a>> {
        let (body, terminated) = self.strip_terminator();
        if !terminated || (!body.is_empty() && !body.bytes.ends_with(&[0, 0])) {
            return None;
        }
        // An empty string in the middle would end the list there.
        let mut previous = 0;
        for unit in body.units() {
            if unit == 0 && previous == 0 {
                return None;
            }
            previous = unit;
        }
        Some(MultiSz { rest: body })
    }
}

impl PartialEq for WStr<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.units().eq(other.units())
    }
}

impl PartialEq<str> for WStr<'_> {
    fn eq(&self, other: &str) -> bool {
        self.units().eq(other.encode_utf16())
    }
}

impl PartialEq<&str> for WStr<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

/// Unpaired surrogates are shown as U+FFFD.
impl fmt::Display for WStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        self.chars().try_for_each(|c| f.write_char(c.unwrap_or(char::REPLACEMENT_CHARACTER)))
    }
}

impl fmt::Debug for WStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        f.write_char('"')?;
        for c in self.chars() {
            match c {
                Ok(c) => c.escape_debug().try_for_each(|c| f.write_char(c))?,
                Err(unit) => write!(f, "\\u{{{unit:x}}}")?,
            }
        }
        f.write_char('"')
    }
}

/// The strings of a MULTI_SZ, terminators taken off.
#[derive(Clone, Debug)]
pub struct MultiSz<'a> {
    rest: WStr<'a>,
}

impl<'a> Iterator for MultiSz<'a> {
    type Item = WStr<'a>;

    fn next(&mut self) -> Option<WStr<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let head = self.rest.until_nul();
        self.rest = self.rest.suffix(head.len() + 1);
        Some(head)
    }
}
