//! `stub explain`: the bytes of a stub in order, each range beside what it is: values, and what the encoding adds to them
//! (counts, referents, alignment gaps).
//!
//! ```text
//! 0000  00 00 02 00              referent       0x20000
//! 0004  05 00 00 00              EntryCount     5
//! ```

use super::TextBuffer;
use super::value::{self, Wrap};
use crate::base::bounds;
use crate::base::error::Error;
use crate::ndr::types::Semantics;
use crate::ndr::visitor::{At, Item, Overhead, Visitor};
use crate::ndr::wire::Message;
use crate::structs::content::{Context, Secrets, may_hold_secrets};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::ops::Range;

/// Some bytes of a stub and what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The bytes.
    pub range: Range<usize>,
    /// The path to the value; empty for what is none.
    pub path: String,
    /// `value`, or what the encoding adds: `referent`, `maximum count`, `padding` …
    pub kind: &'static str,
    /// The value in words; empty where there is nothing to say.
    pub value: String,
}

/// The bytes of a message, in order and without a hole where all buffers can be read. `context` is what is known from
/// elsewhere about its buffers: of a response the control code of the request. Secrets are left out unless
/// [`Context::secrets`] says otherwise.
pub fn pieces(message: &Message<'_>, context: Context<'_>) -> Vec<Piece> {
    let mut collect = Collect { pieces: Vec::new(), secrets: context.secrets };
    message.visit_with(context, &mut collect);
    let mut pieces = collect.pieces;
    pieces.retain(|piece| !piece.range.is_empty());
    pieces.sort_by_key(|piece| piece.range.start);
    let mut pieces = apart(pieces);
    let hidden =
        context.secrets != Secrets::Shown && may_hold_secrets(message.method, message.direction, message.version);
    let unread = [Overhead::Trailing, Overhead::Unread].map(Overhead::name);
    for piece in pieces.iter_mut().filter(|piece| hidden && unread.contains(&piece.kind)) {
        // What is left over, or can't be read, of a method that may hold a secret may be one.
        piece.path = piece.kind.to_string();
        (piece.kind, piece.value) = ("secret", String::from("(may hold a secret)"));
    }
    pieces
}

/// Each byte once: of what can't be read, what was read behind the place of the error stands by itself, as the name of a
/// command whose length can't be right; and so does what was read at that place, as a length that is too small.
fn apart(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut all: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut unread: Option<Piece> = None;
    for mut piece in pieces {
        if let Some(mut around) = unread.take() {
            if piece.range.start < around.range.end {
                let before = around.range.start..piece.range.start;
                around.range.start = piece.range.end;
                if !before.is_empty() {
                    all.push(Piece { range: before, ..around.clone() });
                }
                unread = Some(around).filter(|rest| !rest.range.is_empty());
                all.push(piece);
                continue;
            }
            all.push(around);
        }
        if piece.kind != Overhead::Unread.name() {
            all.push(piece);
            continue;
        }
        piece.range.start = all.last().map_or(0, |last| last.range.end).max(piece.range.start);
        unread = Some(piece).filter(|rest| !rest.range.is_empty());
    }
    all.extend(unread);
    all
}

struct Collect {
    pieces: Vec<Piece>,
    secrets: Secrets,
}

impl<'a> Visitor<'a> for Collect {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    fn wants_overhead(&self) -> bool {
        true
    }

    fn value(&mut self, at: At<'_>, item: Item<'a>) {
        let secret = matches!(at.semantics, Semantics::Opaque | Semantics::Secret) && self.secrets != Secrets::Shown;
        let secret = secret && matches!(item, Item::Text(_) | Item::Bytes(_));
        let value = if secret { String::from("(secret)") } else { words(at.semantics, item) };
        let kind = if secret { "secret" } else { "value" };
        self.pieces.push(Piece { range: at.range(), path: at.path.to_string(), kind, value });
    }

    fn overhead(&mut self, range: Range<usize>, overhead: Overhead) {
        let value = match overhead {
            Overhead::Referent(n) | Overhead::Syntax(n) => format!("{n:#x}"),
            other => other.number().map_or(String::new(), |n| n.to_string()),
        };
        self.pieces.push(Piece { range, path: String::new(), kind: overhead.name(), value });
    }

    fn buffer_error(&mut self, at: At<'_>, error: Error) {
        let range = error.offset.min(at.range().end)..at.range().end;
        if let Some(unread) = self.pieces.iter_mut().rfind(|piece| piece.range == range) {
            unread.value = error.to_string();
        }
    }
}

/// A value in a few words.
fn words(semantics: Semantics, item: Item<'_>) -> String {
    let mut out = TextBuffer::new();
    match item {
        Item::Uint(n) => value::number(&mut out, semantics, n, false, Some(Wrap::NEVER)),
        Item::Int(n) => value::number(&mut out, semantics, n as u64, true, Some(Wrap::NEVER)),
        Item::Handle(handle) if handle.is_null() => out.put("null handle"),
        Item::Text(text) | Item::Units(text) if text.len() > bounds::EXPLAINED_TEXT => {
            out.quoted(text.prefix(bounds::EXPLAINED_TEXT));
            let _ = write!(out, "… {} units more", text.len() - bounds::EXPLAINED_TEXT);
        }
        Item::Bytes(bytes) => {
            let _ = write!(out, "{} bytes", bytes.len());
        }
        // Secrets were told apart before.
        item => value::item(&mut out, semantics, item, Secrets::Shown),
    }
    out.into()
}

/// Bytes of a row.
const ROW: usize = 8;

/// Writes the pieces as lines: offset, bytes, path or kind, value. The bytes of secrets are not written.
///
/// # Errors
/// The writer's.
pub fn print<W: Write>(out: &mut W, stub: &[u8], pieces: &[Piece]) -> fmt::Result {
    let width = pieces.iter().map(|piece| label(piece).len()).max().unwrap_or(0).min(48);
    for piece in pieces {
        let bytes = stub.get(piece.range.clone()).unwrap_or_default();
        for (row, part) in bytes.chunks(ROW).enumerate() {
            if row == bounds::EXPLAINED_ROWS && bytes.len() > ROW * bounds::EXPLAINED_ROWS {
                writeln!(out, "      … {} bytes more", bytes.len() - ROW * bounds::EXPLAINED_ROWS)?;
                break;
            }
            write!(out, "{:04x} ", piece.range.start + row * ROW)?;
            for column in 0..ROW {
                match part.get(column) {
                    Some(_) if piece.kind == "secret" => out.write_str(" ..")?,
                    Some(byte) => write!(out, " {byte:02x}")?,
                    None if row == 0 => out.write_str("   ")?,
                    None => {}
                }
            }
            match (row, piece.value.is_empty()) {
                (0, true) => writeln!(out, "  {}", label(piece))?,
                (0, false) => writeln!(out, "  {:width$}  {}", label(piece), piece.value)?,
                _ => writeln!(out)?,
            }
        }
    }
    Ok(())
}

fn label(piece: &Piece) -> &str {
    if piece.path.is_empty() { piece.kind } else { &piece.path }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::idl::cluster::ApiCreateEnum;
    use crate::ndr::{Direction, Endian, Syntax, Version};

    /// One entry named `a`, by hand: a pointer, the list's maximum count and members, the entry's name behind them.
    #[test]
    fn a_list_of_one() {
        let stub = [
            0, 0, 2, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 4, 0, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, b'a', 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        let method = &ApiCreateEnum::METHOD;
        let kind = crate::idl::kind(method, Version::V3_0, Direction::Response, Syntax::Ndr, Endian::Little).unwrap();
        let message = Message::decode(method, kind, &stub).unwrap();
        let mut text = String::new();
        print(&mut text, &stub, &pieces(&message, Context::default())).unwrap();
        let expected = "\
0000  00 00 02 00              referent                  0x20000
0004  01 00 00 00              maximum count             1
0008  01 00 00 00              ReturnEnum.EntryCount     1
000c  04 00 00 00              ReturnEnum.Entry[0].Type  CLUSTER_ENUM_RESOURCE (0x4)
0010  04 00 02 00              referent                  0x20004
0014  02 00 00 00              maximum count             2
0018  00 00 00 00              offset                    0
001c  02 00 00 00              actual count              2
0020  61 00 00 00              ReturnEnum.Entry[0].Name  \"a\"
0024  00 00 00 00              rpc_status                ERROR_SUCCESS (0)
0028  00 00 00 00              return                    ERROR_SUCCESS (0)
";
        assert_eq!(text, expected);
    }

    fn piece(range: Range<usize>, kind: &'static str) -> Piece {
        Piece { range, kind, path: String::new(), value: String::from(kind) }
    }

    /// What is read behind the place of an error is taken out of what can't be read.
    #[test]
    fn each_byte_once() {
        let unread = Overhead::Unread.name();
        let pieces = vec![
            piece(0..4, "value"),
            piece(4..20, unread),
            piece(8..12, "value"),
            piece(12..13, "padding"),
            piece(20..30, unread),
            piece(25..30, "value"),
            piece(30..32, unread),
            piece(32..36, "length"),
            piece(32..40, unread),
            piece(40..44, "length"),
            piece(40..44, unread),
        ];
        let whole: Vec<_> = apart(pieces).into_iter().map(|piece| (piece.range, piece.kind, piece.value)).collect();
        let of = |range: Range<usize>, kind: &'static str| (range, kind, String::from(kind));
        assert_eq!(
            whole,
            [
                of(0..4, "value"),
                of(4..8, unread),
                of(8..12, "value"),
                of(12..13, "padding"),
                of(13..20, unread),
                of(20..25, unread),
                of(25..30, "value"),
                of(30..32, unread),
                of(32..36, "length"),
                of(36..40, unread),
                of(40..44, "length"),
            ]
        );
    }
}
