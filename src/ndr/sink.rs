//! A GUID.

/// A GUID, octets as they stand in little-endian data (MS-DTYP 2.3.4.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Guid(pub [u8; 16]);

impl Guid {
    /// From octets of the given byte order: only the first three fields have one.
    pub fn from_wire(octets: [u8; 16], endian: super::Endian) -> Guid {
        let mut o = octets;
        if endian == super::Endian::Big {
            o[0..4].reverse();
            o[4..6].reverse();
            o[6..8].reverse();
        }
        Guid(o)
    }

    /// The octets in the given byte order.
    pub fn to_wire(self, endian: super::Endian) -> [u8; 16] {
        // Reversing twice is the identity.
        Guid::from_wire(self.0, endian).0
    }

    /// From the usual text, with or without braces.
    pub fn parse(text: &str) -> Option<Guid> {
        let text = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text);
        if text.len() != 36 {
            return None;
        }
        let mut octets = [0u8; 16];
        let mut n = 0;
        let mut high: Option<u8> = None;
        for (i, c) in text.bytes().enumerate() {
            if matches!(i, 8 | 13 | 18 | 23) {
                if c != b'-' {
                    return None;
                }
                continue;
            }
            let digit = char::from(c).to_digit(16)? as u8;
            match high.take() {
                None => high = Some(digit),
                Some(h) => {
                    *octets.get_mut(n)? = h << 4 | digit;
                    n += 1;
                }
            }
        }
        Some(Guid::from_wire(octets, super::Endian::Big))
    }
}

impl core::fmt::Display for Guid {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for (i, octet) in self.to_wire(super::Endian::Big).iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{octet:02x}")?;
        }
        Ok(())
    }
}

impl core::fmt::Debug for Guid {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Display::fmt(self, f)
    }
}
