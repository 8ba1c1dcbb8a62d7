//! `stub diff`: where two stubs of one method differ first, in bytes and in values, and why.
//!
//! Two implementations may write the same values in other bytes (other referent identifiers, other bytes in alignment gaps,
//! a larger maximum count), or other values. The first difference in bytes says which of these it is; the first difference
//! in values is looked for apart, since bytes that differ for another reason may come before it.

use super::explain::{self, Piece};
use crate::base::error::Error;
use crate::ndr::Method;
use crate::ndr::wire::{Kind, Message};
use crate::structs::content::Context;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Write};

/// One of the two stubs.
#[derive(Debug)]
pub struct Side<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What they are; those in front of the error of one that can't be read.
    pub pieces: Vec<Piece>,
    /// Why it can't be read.
    pub error: Option<Error>,
}

impl<'a> Side<'a> {
    /// Reads a stub. `context` is what is known of its buffers from elsewhere.
    pub fn new(method: &'static Method, kind: Kind, context: Context<'_>, bytes: &'a [u8]) -> Side<'a> {
        match Message::decode(method, kind, bytes) {
            Ok(message) => Side { bytes, pieces: explain::pieces(&message, context), error: None },
            Err(error) => Side { bytes, pieces: Vec::new(), error: Some(error) },
        }
    }

    /// The piece that has this byte.
    fn at(&self, offset: usize) -> Option<&Piece> {
        self.pieces.iter().find(|piece| piece.range.contains(&offset))
    }

    /// The values in order, without what the encoding adds.
    fn values(&self) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(|piece| !piece.path.is_empty())
    }

    /// The value that a piece belongs to: its own, or the next one behind what the encoding adds.
    fn owner(&self, piece: &Piece) -> &str {
        let behind = self.pieces.iter().filter(|other| other.range.start >= piece.range.start);
        behind.map(|other| other.path.as_str()).find(|path| !path.is_empty()).unwrap_or_default()
    }
}

/// How two stubs differ.
#[derive(Debug)]
pub struct Difference<'s> {
    /// The first byte that differs, or the length of the shorter one that the other one begins with.
    pub offset: usize,
    /// What stands there in each of them; `None` behind the end, or where a stub can't be read.
    pub pieces: [Option<&'s Piece>; 2],
    /// What kind of difference that is: `value`, `count`, `referent`, `gap`, `length`, `trailing`, `unreadable`.
    pub kind: &'static str,
    /// The same in a sentence.
    pub why: String,
    /// The first value that differs; `None` if all are the same.
    pub value: Option<[Option<&'s Piece>; 2]>,
}

/// Compares two stubs; `None` if they are the same bytes.
pub fn compare<'s>(a: &'s Side<'_>, b: &'s Side<'_>) -> Option<Difference<'s>> {
    if a.bytes == b.bytes {
        return None;
    }
    let offset = a.bytes.iter().zip(b.bytes).take_while(|(a, b)| a == b).count();
    let pieces = [a.at(offset), b.at(offset)];
    let value = first_value(a, b);
    let (kind, why) = reason(a, b, offset, value.is_none());
    Some(Difference { offset, pieces, kind, why, value })
}

/// The first value that is another one, or that only one of them has.
fn first_value<'s>(a: &'s Side<'_>, b: &'s Side<'_>) -> Option<[Option<&'s Piece>; 2]> {
    let (mut left, mut right) = (a.values(), b.values());
    loop {
        let pair = [left.next(), right.next()];
        match pair {
            [None, None] => return None,
            [Some(one), Some(other)] if one.path == other.path && same(a, one, b, other) => {}
            pair => return Some(pair),
        }
    }
}

fn same(a: &Side<'_>, one: &Piece, b: &Side<'_>, other: &Piece) -> bool {
    // Long texts and bytes are cut in words.
    one.value == other.value && a.bytes.get(one.range.clone()) == b.bytes.get(other.range.clone())
}

/// Why the byte at `offset` differs. `same_values` says that no value does.
fn reason(a: &Side<'_>, b: &Side<'_>, offset: usize, same_values: bool) -> (&'static str, String) {
    let unreadable = |side: &Side<'_>, name: &str| side.error.as_ref().map(|e| format!("{name} can't be read: {e}"));
    if let Some(why) = unreadable(a, "A").or_else(|| unreadable(b, "B")) {
        return ("unreadable", why);
    }
    let but = if same_values { "; all values are the same" } else { "" };
    let (one, other) = match (a.at(offset), b.at(offset)) {
        (Some(one), Some(other)) => (one, other),
        (None, None) => return ("length", format!("one of them ends at byte {offset}{but}")),
        (Some(piece), None) | (None, Some(piece)) => {
            let longer = if a.bytes.len() > b.bytes.len() { "A" } else { "B" };
            return match piece.kind {
                "trailing" | "trailing bytes" => {
                    ("trailing", format!("{longer} has bytes behind its last parameter{but}"))
                }
                _ => ("length", format!("{longer} goes on with {}", named(piece))),
            };
        }
    };
    let owner = a.owner(one);
    let of = |what: &str| if owner.is_empty() { what.to_string() } else { format!("{what} in front of {owner}") };
    if (one.kind == "referent") != (other.kind == "referent") && [one, other].iter().any(|piece| piece.value == "null")
    {
        return ("referent", format!("one of them is a null pointer: A has {}, B has {}", named(one), named(other)));
    }
    if one.kind != other.kind || one.path != other.path {
        return ("value", format!("A has {}, B has {} there", named(one), named(other)));
    }
    let (left, right) = (&one.value, &other.value);
    match one.kind {
        "alignment" | "padding" | "gap" => {
            ("gap", format!("bytes of an alignment gap, which mean nothing: {}{but}", of("the gap")))
        }
        "referent" => {
            ("referent", format!("{}: {left} and {right}{}", of("the referent identifier"), referent(left, right, but)))
        }
        "maximum count" | "offset" | "actual count" | "length" => {
            ("count", format!("{}: {left} and {right}{but}", of(&format!("the {}", one.kind))))
        }
        _ if same(a, one, b, other) => ("length", format!("{} has another place{but}", named(one))),
        "secret" => ("value", format!("{}, which is a secret", one.path)),
        _ if one.path.is_empty() => ("value", format!("{}: {left} and {right}{but}", of(&format!("the {}", one.kind)))),
        _ => ("value", format!("{}: {left} and {right}", one.path)),
    }
}

/// What two identifiers that differ mean.
fn referent(left: &str, right: &str, but: &str) -> String {
    match left == "0x0" || right == "0x0" {
        true => String::from(": one of them is a null pointer"),
        false => format!(", which each side chooses freely{but}"),
    }
}

fn named(piece: &Piece) -> String {
    let name = if piece.path.is_empty() { piece.kind } else { &piece.path };
    if piece.value.is_empty() { name.to_string() } else { format!("{name} {}", piece.value) }
}

/// Writes a difference as lines.
///
/// # Errors
/// The writer's.
pub fn print<W: Write>(out: &mut W, a: &Side<'_>, b: &Side<'_>, difference: &Difference<'_>) -> fmt::Result {
    let Difference { offset, pieces: [one, other], why, value, .. } = difference;
    writeln!(out, "first difference at byte {offset} ({offset:#06x}) of {} and {}", a.bytes.len(), b.bytes.len())?;
    for (name, side, piece) in [("A", a, one), ("B", b, other)] {
        row(out, name, side, *piece, *offset)?;
    }
    writeln!(out, "why: {why}")?;
    match value {
        None => writeln!(out, "values: all the same"),
        Some([one, other]) if (*one, *other) != (difference.pieces[0], difference.pieces[1]) => {
            writeln!(out, "first value that differs:")?;
            row(out, "A", a, *one, 0)?;
            row(out, "B", b, *other, 0)
        }
        Some(_) => Ok(()),
    }
}

/// Bytes of a piece that a row shows.
const SHOWN: usize = 16;

fn row<W: Write>(out: &mut W, name: &str, side: &Side<'_>, piece: Option<&Piece>, offset: usize) -> fmt::Result {
    let Some(piece) = piece else {
        let what = if offset >= side.bytes.len() { "ends" } else { "can't be read" };
        return writeln!(out, "  {name}  {what}");
    };
    write!(out, "  {name}  {:04x} ", piece.range.start)?;
    let bytes = side.bytes.get(piece.range.clone()).unwrap_or_default();
    if piece.kind != "secret" {
        bytes.iter().take(SHOWN).try_for_each(|byte| write!(out, " {byte:02x}"))?;
        if bytes.len() > SHOWN {
            write!(out, " …")?;
        }
    }
    writeln!(out, "  {}", named(piece))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::idl::cluster::ApiCreateEnum;
    use crate::ndr::{Direction, Endian, Syntax, Version};

    /// The stub of `explain.rs`: a pointer, a count, an entry named `a`.
    const STUB: [u8; 44] = [
        0, 0, 2, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 4, 0, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, b'a', 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0,
    ];

    fn told(change: impl Fn(&mut Vec<u8>)) -> (usize, &'static str, String, bool) {
        let (offset, kind, why, value, _) = told_in_full(change);
        (offset, kind, why, value)
    }

    fn told_in_full(change: impl Fn(&mut Vec<u8>)) -> (usize, &'static str, String, bool, String) {
        let method = &ApiCreateEnum::METHOD;
        let kind = crate::idl::kind(method, Version::V3_0, Direction::Response, Syntax::Ndr, Endian::Little).unwrap();
        let mut other = STUB.to_vec();
        change(&mut other);
        let a = Side::new(method, kind, Context::default(), &STUB);
        let b = Side::new(method, kind, Context::default(), &other);
        let difference = compare(&a, &b).unwrap();
        let mut text = String::new();
        print(&mut text, &a, &b, &difference).unwrap();
        assert!(text.contains(&difference.why));
        (difference.offset, difference.kind, difference.why, difference.value.is_none(), text)
    }

    /// Where the first bytes that differ are no value, the first value is shown too; where they are one, it is shown once.
    #[test]
    fn the_first_value() {
        let (.., text) = told_in_full(|b| b[32] = b'b');
        let [head, a, b, why] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
        assert!(head.starts_with("first difference at byte 32 (0x0020) of 44 and 44"), "{head}");
        assert!(
            a.starts_with("  A  ") && a.ends_with("\"a\"") && b.starts_with("  B  ") && b.ends_with("\"b\""),
            "{text}"
        );
        assert!(why.starts_with("why: "));
        let (.., text) = told_in_full(|b| (b[16], b[32]) = (8, b'b'));
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[0].starts_with("first difference at byte 16"), "{text}");
        assert_eq!(lines[4], "first value that differs:", "{text}");
        assert!(lines[5].ends_with("\"a\"") && lines[6].ends_with("\"b\"") && lines.len() == 7, "{text}");
        let (.., text) = told_in_full(|b| b[16] = 8);
        assert!(text.ends_with("values: all the same\n") && text.lines().count() == 5, "{text}");
    }

    #[test]
    fn reasons() {
        let (offset, kind, why, same) = told(|b| b[16] = 8);
        assert_eq!((offset, kind, same), (16, "referent", true), "{why}");
        assert!(why.ends_with("all values are the same"), "{why}");
        let (offset, kind, why, same) = told(|b| b[20] = 9);
        assert_eq!((offset, kind, same), (20, "count", true), "{why}");
        assert!(why.contains("maximum count in front of ReturnEnum.Entry[0].Name: 2 and 9"), "{why}");
        let (offset, kind, why, same) = told(|b| b[32] = b'b');
        assert_eq!((offset, kind, same), (32, "value", false), "{why}");
        assert_eq!(why, "ReturnEnum.Entry[0].Name: \"a\" and \"b\"");
        let (offset, kind, why, _) = told(|b| b.truncate(40));
        assert_eq!((offset, kind), (40, "unreadable"), "{why}");
        let (offset, kind, why, same) = told(|b| b.push(0));
        assert_eq!((offset, kind, same), (44, "trailing", true), "{why}");
        let (offset, kind, why, _) = told(|b| {
            b[16..20].fill(0);
            b.drain(20..36);
        });
        assert_eq!((offset, kind), (16, "referent"), "{why}");
        assert!(why.contains("null pointer"), "{why}");
    }
}
