//! Upper case as NTLM's clients make it of user names (MS-NLMP 3.3.2): one UTF-16 code unit becomes one.
//!
//! Windows maps by a table that is older than today's Unicode, and Samba by the same one: a dotless i, a long s and a
//! micro sign stay what they are, a final sigma becomes a sigma, and nothing becomes two letters. Newer releases of
//! Windows know more letters, and clients written in other languages fold by Unicode; [`forms`] has all of these, since
//! the response proves which one was meant.

use alloc::string::String;
use alloc::vec::Vec;

/// Runs of letters: first, last, distance between two, what is added. For all of the BMP it is what Samba 4.17's
/// `toupper_m` gives, and what Windows XP writes to NTFS volumes as `$UpCase`.
#[rustfmt::skip]
const RUNS: &[(u16, u16, u16, i32)] = &[
    (0x0061, 0x007a, 1, -32), (0x00e0, 0x00f6, 1, -32), (0x00f8, 0x00fe, 1, -32), (0x00ff, 0x00ff, 1, 121),
    (0x0101, 0x012f, 2, -1), (0x0133, 0x0137, 2, -1), (0x013a, 0x0148, 2, -1), (0x014b, 0x0177, 2, -1),
    (0x017a, 0x017e, 2, -1), (0x0183, 0x0185, 2, -1), (0x0188, 0x0188, 1, -1), (0x018c, 0x018c, 1, -1),
    (0x0192, 0x0192, 1, -1), (0x0199, 0x0199, 1, -1), (0x01a1, 0x01a5, 2, -1), (0x01a8, 0x01a8, 1, -1),
    (0x01ad, 0x01ad, 1, -1), (0x01b0, 0x01b0, 1, -1), (0x01b4, 0x01b6, 2, -1), (0x01b9, 0x01b9, 1, -1),
    (0x01bd, 0x01bd, 1, -1), (0x01c6, 0x01c6, 1, -2), (0x01c9, 0x01c9, 1, -2), (0x01cc, 0x01cc, 1, -2),
    (0x01ce, 0x01dc, 2, -1), (0x01dd, 0x01dd, 1, -79), (0x01df, 0x01ef, 2, -1), (0x01f3, 0x01f3, 1, -2),
    (0x01f5, 0x01f5, 1, -1), (0x01fb, 0x0217, 2, -1), (0x0253, 0x0253, 1, -210), (0x0254, 0x0254, 1, -206),
    (0x0256, 0x0257, 1, -205), (0x0259, 0x0259, 1, -202), (0x025b, 0x025b, 1, -203),
    (0x0260, 0x0260, 1, -205), (0x0263, 0x0263, 1, -207), (0x0268, 0x0268, 1, -209),
    (0x0269, 0x0269, 1, -211), (0x026f, 0x026f, 1, -211), (0x0272, 0x0272, 1, -213),
    (0x0275, 0x0275, 1, -214), (0x0283, 0x0283, 1, -218), (0x0288, 0x0288, 1, -218),
    (0x028a, 0x028b, 1, -217), (0x0292, 0x0292, 1, -219), (0x03ac, 0x03ac, 1, -38), (0x03ad, 0x03af, 1, -37),
    (0x03b1, 0x03c1, 1, -32), (0x03c2, 0x03c2, 1, -31), (0x03c3, 0x03cb, 1, -32), (0x03cc, 0x03cc, 1, -64),
    (0x03cd, 0x03ce, 1, -63), (0x03e3, 0x03ef, 2, -1), (0x0430, 0x044f, 1, -32), (0x0451, 0x045c, 1, -80),
    (0x045e, 0x045f, 1, -80), (0x0461, 0x0481, 2, -1), (0x0491, 0x04bf, 2, -1), (0x04c2, 0x04c4, 2, -1),
    (0x04c8, 0x04c8, 1, -1), (0x04cc, 0x04cc, 1, -1), (0x04d1, 0x04eb, 2, -1), (0x04ef, 0x04f5, 2, -1),
    (0x04f9, 0x04f9, 1, -1), (0x0561, 0x0586, 1, -48), (0x1e01, 0x1e95, 2, -1), (0x1ea1, 0x1ef9, 2, -1),
    (0x1f00, 0x1f07, 1, 8), (0x1f10, 0x1f15, 1, 8), (0x1f20, 0x1f27, 1, 8), (0x1f30, 0x1f37, 1, 8),
    (0x1f40, 0x1f45, 1, 8), (0x1f51, 0x1f57, 2, 8), (0x1f60, 0x1f67, 1, 8), (0x1f70, 0x1f71, 1, 74),
    (0x1f72, 0x1f75, 1, 86), (0x1f76, 0x1f77, 1, 100), (0x1f78, 0x1f79, 1, 128), (0x1f7a, 0x1f7b, 1, 112),
    (0x1f7c, 0x1f7d, 1, 126), (0x1fb0, 0x1fb1, 1, 8), (0x1fd0, 0x1fd1, 1, 8), (0x1fe0, 0x1fe1, 1, 8),
    (0x1fe5, 0x1fe5, 1, 7), (0x2170, 0x217f, 1, -16), (0x24d0, 0x24e9, 1, -26), (0xff41, 0xff5a, 1, -32),
];

/// Upper case of one code unit.
pub(crate) fn upper(unit: u16) -> u16 {
    let at = RUNS.partition_point(|(_, last, ..)| *last < unit);
    match RUNS.get(at) {
        Some((first, _, step, add)) if *first <= unit && (unit - first).is_multiple_of(*step) => {
            u16::try_from(i32::from(unit) + add).unwrap_or(unit)
        }
        _ => unit,
    }
}

/// The upper-case forms of a name that clients may have made, the likeliest first, each once.
pub(super) fn forms(name: &[u16]) -> Vec<Vec<u16>> {
    let mut forms: Vec<Vec<u16>> = alloc::vec![name.iter().map(|unit| upper(*unit)).collect()];
    if name.iter().all(|unit| *unit < 0x80) {
        return forms;
    }
    let one_to_one = |unit: &u16| {
        let Some(c) = char::from_u32(u32::from(*unit)) else { return *unit };
        let mut mapped = c.to_uppercase();
        match (mapped.next(), mapped.next()) {
            (Some(u), None) => u16::try_from(u32::from(u)).unwrap_or(*unit),
            _ => *unit,
        }
    };
    let simple: Vec<u16> = name.iter().map(one_to_one).collect();
    let full: Vec<u16> = String::from_utf16_lossy(name).to_uppercase().encode_utf16().collect();
    for form in [simple, full] {
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::{RUNS, forms, upper};

    #[test]
    fn letters_that_unicode_maps_otherwise() {
        let cases = [
            ('a', 'A'),
            ('\u{e9}', '\u{c9}'),
            ('\u{ff}', '\u{178}'),
            // Micro sign, sharp s, dotless i, long s, a digraph in title case: they stay.
            ('\u{b5}', '\u{b5}'),
            ('\u{df}', '\u{df}'),
            ('\u{131}', '\u{131}'),
            ('\u{17f}', '\u{17f}'),
            ('\u{1c5}', '\u{1c5}'),
            ('\u{1c6}', '\u{1c4}'),
            // Final sigma and sigma are one.
            ('\u{3c2}', '\u{3a3}'),
            ('\u{3c3}', '\u{3a3}'),
            ('\u{3ac}', '\u{386}'),
            ('\u{451}', '\u{401}'),
            ('\u{561}', '\u{531}'),
            // An s with comma below, Georgian and Cherokee came later; a ligature has no single letter.
            ('\u{219}', '\u{219}'),
            ('\u{10d0}', '\u{10d0}'),
            ('\u{13f8}', '\u{13f8}'),
            ('\u{fb01}', '\u{fb01}'),
            ('\u{2170}', '\u{2160}'),
            ('\u{24d0}', '\u{24b6}'),
            ('\u{ff41}', '\u{ff21}'),
            ('\u{1e95}', '\u{1e94}'),
        ];
        let unit = |c: char| u16::try_from(u32::from(c)).unwrap();
        for (small, large) in cases {
            assert_eq!(upper(unit(small)), unit(large), "{small:?}");
        }
    }

    /// The checksum is that of Samba's table, 65536 units in little-endian order.
    #[test]
    fn the_whole_table() {
        assert!(RUNS.iter().all(|(first, last, step, _)| first <= last && (last - first) % step == 0));
        assert!(RUNS.windows(2).all(|pair| pair[0].1 < pair[1].0));
        let mapped: Vec<u8> = (0..=u16::MAX).flat_map(|unit| upper(unit).to_le_bytes()).collect();
        assert_eq!((0..=u16::MAX).filter(|unit| upper(*unit) != *unit).count(), 636);
        assert_eq!(crc32fast::hash(&mapped), 0xb47f_b6d5);
    }

    #[test]
    fn forms_of_a_name() {
        let wide = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
        assert_eq!(forms(&wide("clusadm")), [wide("CLUSADM")]);
        assert_eq!(forms(&wide("y\u{131}ld\u{131}z"))[0], wide("Y\u{131}LD\u{131}Z"));
        assert_eq!(forms(&wide("stra\u{df}e")), [wide("STRA\u{df}E"), wide("STRASSE")]);
    }
}
