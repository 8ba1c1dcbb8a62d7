//! Text that others wrote, made safe to show: the one place that decides what a printer may pass on.
//!
//! Names in captures and key files are their senders' choice. A control character moves a terminal's cursor, a
//! bidirectional one shows a name in another order than it is stored in, an invisible one makes two names look alike.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt::{self, Write as _};

/// Whether a character acts on what shows it instead of being seen: control characters (C0, C1), bidirectional and other
/// format characters, line and paragraph separators, private use, unassigned code points, and characters that are
/// defined to be invisible. Spaces of all kinds and combining marks are not.
#[must_use]
pub fn is_active(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    match c {
        // Letters of Latin and Cyrillic and common ideographs: none of them acts.
        '\u{c0}'..='\u{2af}' | '\u{400}'..='\u{481}' | '\u{4e00}'..='\u{9fff}' => false,
        '\u{85}' | '\u{2028}' | '\u{2029}' => true,
        // Default_Ignorable_Code_Point of the Unicode database, as far as the standard library takes it for visible:
        // joiners, fillers, vowel and variation selectors.
        '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{ffa0}'
        | '\u{e0100}'..='\u{e01ef}' => true,
        c if c.is_whitespace() => false,
        // The standard library's table of what can be printed; behind a letter, where combining marks belong.
        c => {
            let mut text = [0; 5];
            let (letter, rest) = text.split_at_mut(1);
            letter.copy_from_slice(b"a");
            let len = 1 + c.encode_utf8(rest).len();
            let text = text.get(..len).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default();
            text.escape_debug().nth(2).is_some()
        }
    }
}

/// Whether there is nothing in a text that [`is_active`].
#[must_use]
pub fn is_inert(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().all(|b| (0x20..0x7f).contains(b)) || !text.chars().any(is_active)
}

/// A text with each active character as `\n` or `\u{202e}`.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if is_inert(text) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let _ = write!(safe, "{}", Printable(text));
    Cow::Owned(safe)
}

/// Displays any value with each active character as `\n` or `\u{202e}`.
#[derive(Clone, Copy, Debug)]
pub struct Printable<T>(pub T);

impl<T: fmt::Display> fmt::Display for Printable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

struct Escaping<'f, 'g>(&'f mut fmt::Formatter<'g>);

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_active(*c)) {
            let (plain, more) = rest.split_at(at);
            self.0.write_str(plain)?;
            write!(self.0, "{}", c.escape_default())?;
            rest = more.get(c.len_utf8()..).unwrap_or_default();
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    /// Code points with a name each, from the Unicode database.
    #[test]
    fn what_acts_and_what_is_seen() {
        let active = [
            '\0',
            '\u{1b}',
            '\n',
            '\t',
            '\u{7f}',
            '\u{80}',
            '\u{85}',
            '\u{9b}',
            '\u{9f}',
            '\u{ad}',
            '\u{61c}',
            '\u{180e}',
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{206f}',
            '\u{3164}',
            '\u{e000}',
            '\u{f8ff}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{fff9}',
            '\u{ffff}',
            '\u{1d173}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{f0000}',
            '\u{10ffff}',
        ];
        for c in active {
            assert!(is_active(c), "{c:?}");
        }
        for c in "aZ0 ~\"'\\äßİğ\u{a0}\u{3000}名ñ\u{301}ไทย\u{e34}हिन्दी\u{1f600}\u{1f3fd}€".chars()
        {
            assert!(!is_active(c), "{c:?} {:x}", c as u32);
        }
    }

    #[test]
    fn escapes() {
        assert!(matches!(printable("Cluster Group äöü"), Cow::Borrowed(_)));
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}c\n"), "a\\u{1b}[2Jb\\u{202e}c\\n");
        assert_eq!(format!("{}", Printable("x\u{9b}")), "x\\u{9b}");
        assert!(is_inert("C:\\ClusterStorage") && !is_inert("\u{7f}") && !is_inert("\t"));
    }
}
