//! GUIDs, which C706 calls UUIDs.

use super::Endian;
use core::fmt;
use core::str::FromStr;

/// A GUID in its little-endian wire form (MS-DTYP 2.3.4.2): the first three fields in little-endian order, the last eight
/// bytes as they stand. Displays in lower case without braces.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(pub [u8; 16]);

impl Guid {
    /// All zeros.
    pub const NIL: Guid = Guid([0; 16]);

    /// From the sixteen bytes as they stand on the wire in a PDU of that byte order.
    #[must_use]
    pub const fn from_wire(b: [u8; 16], endian: Endian) -> Guid {
        match endian {
            Endian::Little => Guid(b),
            Endian::Big => Guid([
                b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15],
            ]),
        }
    }

    /// The sixteen bytes as they go into a PDU of that byte order; the inverse of [`Guid::from_wire`].
    #[must_use]
    pub const fn to_wire(self, endian: Endian) -> [u8; 16] {
        // Swapping the fields is its own inverse.
        Guid::from_wire(self.0, endian).0
    }

    /// Reads `b97db8b2-4c63-11cf-bff6-08002be23f2f`, in either case, with or without braces; `None` when it is
    /// anything else.
    #[must_use]
    pub const fn parse(text: &str) -> Option<Guid> {
        let text = match text.as_bytes() {
            [b'{', text @ .., b'}'] => text,
            text => text,
        };
        if text.len() != 36 {
            return None;
        }
        let mut bytes = [0u8; 16];
        let mut at = 0;
        let mut n = 0;
        while n < 16 {
            if n == 4 || n == 6 || n == 8 || n == 10 {
                if text[at] != b'-' {
                    return None;
                }
                at += 1;
            }
            let (Some(high), Some(low)) = (nibble(text[at]), nibble(text[at + 1])) else { return None };
            bytes[n] = high << 4 | low;
            at += 2;
            n += 1;
        }
        // The text has the fields most significant byte first.
        Some(Guid::from_wire(bytes, Endian::Big))
    }

    /// [`Guid::parse`] for constants.
    ///
    /// # Panics
    ///
    /// When the text is no UUID; in a constant that fails the build.
    #[must_use]
    pub const fn constant(text: &str) -> Guid {
        match Guid::parse(text) {
            Some(uuid) => uuid,
            None => panic!("not a UUID"),
        }
    }

    /// Whether all bytes are zero.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        *self == Guid::NIL
    }
}

const fn nibble(c: u8) -> Option<u8> {
    match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        b'A'..=b'F' => Some(c - b'A' + 10),
        _ => None,
    }
}

/// The text is no UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseGuidError;

impl fmt::Display for ParseGuidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a UUID (8-4-4-4-12 hexadecimal digits)")
    }
}

impl core::error::Error for ParseGuidError {}

impl FromStr for Guid {
    type Err = ParseGuidError;

    fn from_str(text: &str) -> Result<Guid, ParseGuidError> {
        Guid::parse(text).ok_or(ParseGuidError)
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, byte) in self.to_wire(Endian::Big).iter().enumerate() {
            if matches!(n, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn text_and_wire() {
        const CLUSAPI: Guid = Guid::constant("b97db8b2-4c63-11cf-bff6-08002BE23F2F");
        assert_eq!(CLUSAPI.to_string(), "b97db8b2-4c63-11cf-bff6-08002be23f2f");
        assert_eq!(CLUSAPI.0[..8], [0xb2, 0xb8, 0x7d, 0xb9, 0x63, 0x4c, 0xcf, 0x11]);
        assert_eq!(CLUSAPI.to_wire(Endian::Big)[..8], [0xb9, 0x7d, 0xb8, 0xb2, 0x4c, 0x63, 0x11, 0xcf]);
        assert_eq!(Guid::from_wire(CLUSAPI.to_wire(Endian::Big), Endian::Big), CLUSAPI);
        for bad in [
            "",
            "b97db8b2-4c63-11cf-bff6-08002be23f2",
            "b97db8b204c63-11cf-bff6-08002be23f2f0",
            "{97db8b2-4c63-11cf-bff6-08002be23f2f",
        ] {
            assert!(bad.parse::<Guid>().is_err(), "{bad}");
        }
    }
    /// Each digit in both cases; no other character in any place, nor one less.
    #[test]
    fn digits() {
        let text = "00112233-4455-6677-8899-aabbccddeeff";
        let bytes: [u8; 16] = core::array::from_fn(|n| n as u8 * 0x11);
        assert_eq!(Guid::parse(text).unwrap().to_wire(Endian::Big), bytes);
        assert_eq!(Guid::parse(&text.to_uppercase()).unwrap().to_wire(Endian::Big), bytes);
        let (low, high) = ("01234567-89ab-cdef-0123-456789abcdef", [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef]);
        assert_eq!(Guid::parse(low).unwrap().to_wire(Endian::Big), [high, high].concat()[..]);
        for at in 0..36 {
            for wrong in ['/', ':', '@', 'G', '`', 'g', '-', ' ', '0'] {
                let bent: alloc::string::String =
                    text.char_indices().map(|(n, c)| if n == at { wrong } else { c }).collect();
                let hyphen = matches!(at, 8 | 13 | 18 | 23);
                let right = if hyphen { wrong == '-' } else { wrong == '0' };
                assert_eq!(Guid::parse(&bent).is_some(), right, "{bent}");
            }
        }
        assert!(!Guid::parse(text).unwrap().is_nil() && Guid::NIL.is_nil());
    }
}
