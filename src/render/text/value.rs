//! A value in words: the one place that says how a number, a time, a text or bytes look as text, in stubs and in buffers.

use super::out::TextBuffer;
use crate::base::bounds;
use crate::base::time::FileTime;
use crate::consts::control_codes::ControlCodeFields;
use crate::consts::{Constants, Kind, status};
use crate::ndr::names;
use crate::ndr::types::Semantics;
use crate::ndr::visitor::Item;
use crate::structs::content::Secrets;
use crate::structs::security;

/// Where a line is broken that is wider than the screen: at the bars between flags.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wrap {
    /// The column at which the value begins, and at which lines go on.
    pub(super) indent: usize,
    /// Columns of the screen.
    pub(super) width: usize,
}

impl Wrap {
    /// For a line that may be as long as it is.
    pub(super) const NEVER: Wrap = Wrap { indent: 0, width: usize::MAX };
}

/// A number by what it means, names before numbers. `wrap` is given for a parameter or member of a stub: there statuses
/// and addresses are shown with all that is known, and large numbers without their hexadecimal form.
#[inline]
pub(super) fn number(out: &mut TextBuffer, semantics: Semantics, n: u64, signed: bool, wrap: Option<Wrap>) {
    let in_stub = wrap.is_some();
    match semantics {
        _ if signed && !in_stub => out.int(n as i64),
        Semantics::Enum(table) | Semantics::Flags(table) => constant(out, table, n, wrap),
        Semantics::Win32 | Semantics::RpcStatus if in_stub => {
            let code = n as u32;
            match status::StatusName::of(code) {
                Some(status::StatusName::Plain(name)) => {
                    out.put(name);
                    match status::win32_name(code) {
                        Some(_) => in_brackets(out, n),
                        None => hexadecimal_in_brackets(out, n),
                    }
                }
                Some(name) => {
                    out.display(name);
                    hexadecimal_in_brackets(out, n);
                }
                None => {
                    out.uint(n);
                    hexadecimal_in_brackets(out, n);
                }
            }
        }
        Semantics::Win32 => match u32::try_from(n).ok().and_then(status::win32_name) {
            Some(name) => {
                out.put(name);
                in_brackets(out, n);
            }
            None => out.hexadecimal(n),
        },
        Semantics::ControlCode(family) if in_stub => match names::control_code(family, n as u32) {
            Some(code) => {
                out.put(code.name);
                out.put(" (");
                out.hexadecimal_8(n);
                out.put(")");
            }
            None => {
                out.hexadecimal_8(n);
                out.display(format_args!(" (in no list: {})", ControlCodeFields::decode(n as u32)));
            }
        },
        Semantics::Bool if n <= 1 => out.put(if n == 1 { "TRUE (1)" } else { "FALSE (0)" }),
        Semantics::Milliseconds => counted(out, n, " ms"),
        Semantics::Seconds => counted(out, n, " s"),
        Semantics::Minutes => counted(out, n, " min"),
        Semantics::Hours => counted(out, n, " h"),
        Semantics::Percent => counted(out, n, " %"),
        Semantics::UnixTime => {
            out.filetime(FileTime::from_unix(n));
            in_brackets(out, n);
        }
        Semantics::Ipv4 if in_stub => out.ipv4((n as u32).to_le_bytes()),
        Semantics::Opaque if in_stub => out.hexadecimal(n),
        Semantics::Const(_) if !in_stub => out.hexadecimal(n),
        _ if signed => out.int(n as i64),
        _ => {
            out.uint(n);
            if !in_stub && (0x8000_0000..=0xffff_ffff).contains(&n) {
                hexadecimal_in_brackets(out, n);
            }
        }
    }
}

fn counted(out: &mut TextBuffer, n: u64, unit: &str) {
    out.uint(n);
    out.put(unit);
}

fn in_brackets(out: &mut TextBuffer, n: u64) {
    out.put(" (");
    out.uint(n);
    out.put(")");
}

fn hexadecimal_in_brackets(out: &mut TextBuffer, n: u64) {
    out.put(" (");
    out.hexadecimal(n);
    out.put(")");
}

/// A number of a table with its name or names: `ClusterResourceOnline (2)`, `GENERIC_READ | 0x4 (0x80000004)`; as
/// [`Constants::display`] has it, but for the lines that are broken.
fn constant(out: &mut TextBuffer, table: &'static Constants, value: u64, wrap: Option<Wrap>) {
    // Decimal up to 65535, hexadecimal above: as the specification prints such numbers.
    let plain = |out: &mut TextBuffer| if value <= 0xffff { out.uint(value) } else { out.hexadecimal(value) };
    match table.kind {
        Kind::Enum => match table.name_of(value) {
            Some(name) => {
                out.put(name);
                out.put(" (");
                plain(out);
                out.put(")");
            }
            None => plain(out),
        },
        Kind::Flags => {
            let flags = table.flags_of(value);
            let unknown = flags.unknown();
            let mut column = wrap.map_or(0, |wrap| wrap.indent);
            let mut any = false;
            // A bar before what takes so many columns. Two more are for the bar that may follow.
            let bar = |out: &mut TextBuffer, column: usize, columns: usize| match wrap {
                Some(wrap) if column + columns + 5 > wrap.width => {
                    out.put(" |\n");
                    out.blanks(wrap.indent);
                    wrap.indent
                }
                _ => {
                    out.put(" | ");
                    column + 3
                }
            };
            for name in flags {
                if any {
                    column = bar(out, column, name.len());
                }
                out.put(name);
                column += name.len();
                any = true;
            }
            if !any {
                return out.hexadecimal(value);
            }
            if unknown != 0 {
                bar(out, column, 2);
                out.hexadecimal(unknown);
            }
            hexadecimal_in_brackets(out, value);
        }
    }
}

/// A value of a buffer.
pub(super) fn item(out: &mut TextBuffer, semantics: Semantics, item: Item<'_>, secrets: Secrets) {
    if matches!(semantics, Semantics::Opaque) && secrets != Secrets::Shown {
        return out.put("(secret)");
    }
    match item {
        Item::Int(n) => out.int(n),
        Item::Uint(n) => number(out, semantics, n, false, None),
        Item::Bool(b) => out.put(if b { "true" } else { "false" }),
        Item::FileTime(n) => out.filetime(FileTime(n)),
        Item::Guid(guid) => out.guid(guid),
        Item::Text(text) if text.len() > bounds::LINE_TEXT => {
            out.quoted(text.prefix(bounds::LINE_TEXT));
            left_out(out, text.len() - bounds::LINE_TEXT, "characters");
        }
        Item::Text(text) | Item::Units(text) => out.quoted(text),
        Item::Ipv4(address) => out.ipv4(address.octets()),
        Item::Ipv6(address) => out.display(address),
        Item::Handle(handle) => out.guid(handle.uuid),
        Item::Null => out.put("null"),
        Item::Alias(referent) => {
            out.put("same as referent ");
            out.hexadecimal(referent);
        }
        Item::Bytes(bytes) => self::bytes(out, semantics, bytes),
    }
}

fn bytes(out: &mut TextBuffer, semantics: Semantics, bytes: &[u8]) {
    if let Semantics::SecurityDescriptor = semantics
        && let Ok((text, error)) = security::readable(bytes)
    {
        out.put(&text);
        if let Some(error) = error {
            out.display(format_args!(" ({error})"));
        }
        return;
    }
    let shown = bytes.get(..bounds::LINE_BYTES).unwrap_or(bytes);
    out.hex(shown);
    match bytes.len() - shown.len() {
        0 if bytes.is_empty() => out.put("no bytes"),
        0 => {}
        more => left_out(out, more, "bytes"),
    }
}

/// `… 7 bytes more`.
pub(super) fn left_out(out: &mut TextBuffer, more: usize, what: &str) {
    out.put("… ");
    out.uint(more as u64);
    out.put(" ");
    out.put(what);
    out.put(" more");
}
