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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consts::Constant as _;
    use crate::consts::control_codes::{CLUSCTL_RESOURCE_GET_CHARACTERISTICS, Family};
    use crate::consts::storage::ClusPartitionInfoFlags;

    fn printed(semantics: Semantics, n: u64, wrap: Option<Wrap>) -> String {
        let mut out = TextBuffer::new();
        number(&mut out, semantics, n, false, wrap);
        out.into()
    }

    /// The same number as a parameter and as a value of a buffer.
    #[test]
    fn numbers_in_stubs_and_in_buffers() {
        let code = u64::from(CLUSCTL_RESOURCE_GET_CHARACTERISTICS);
        for (semantics, n, in_stub, in_buffer) in [
            (
                Semantics::ControlCode(Family::Resource),
                code,
                "CLUSCTL_RESOURCE_GET_CHARACTERISTICS (0x01000005)",
                "16777221",
            ),
            (Semantics::Ipv4, 0x0102_000a, "10.0.2.1", "16908298"),
            (Semantics::Opaque, 255, "0xff", "255"),
            (Semantics::Const(24), 255, "255", "0xff"),
            (Semantics::Number, 0x8000_0000, "2147483648", "2147483648 (0x80000000)"),
            (Semantics::Number, 0x7fff_ffff, "2147483647", "2147483647"),
            (Semantics::Win32, 5, "ERROR_ACCESS_DENIED (5)", "ERROR_ACCESS_DENIED (5)"),
            (Semantics::Bool, 1, "TRUE (1)", "TRUE (1)"),
            (Semantics::Bool, 2, "2", "2"),
        ] {
            assert_eq!(printed(semantics, n, Some(Wrap::NEVER)), in_stub);
            assert_eq!(printed(semantics, n, None), in_buffer);
        }
        let unknown = printed(Semantics::ControlCode(Family::Resource), 0x0100_fffd, Some(Wrap::NEVER));
        assert!(unknown.starts_with("0x0100fffd (in no list: "), "{unknown}");
    }

    /// A name goes to the next line if it and a bar behind it do not find room, and not before.
    #[test]
    fn flags_in_lines() {
        let flags = Semantics::Flags(ClusPartitionInfoFlags::TABLE);
        let (one, other) = ("CLUSPROP_PIFLAG_STICKY", "CLUSPROP_PIFLAG_REMOVABLE");
        let whole = format!("{one} | {other} (0x3)");
        assert_eq!(printed(flags, 3, None), whole);
        let room = 4 + one.len() + " | ".len() + other.len() + " |".len();
        assert_eq!(printed(flags, 3, Some(Wrap { indent: 4, width: room })), whole);
        let broken = format!("{one} |\n    {other} (0x3)");
        assert_eq!(printed(flags, 3, Some(Wrap { indent: 4, width: room - 1 })), broken);
        let three = format!("{one} | {other} |\n    CLUSPROP_PIFLAG_USABLE (0x7)");
        assert_eq!(printed(flags, 7, Some(Wrap { indent: 4, width: room })), three);
    }
}
