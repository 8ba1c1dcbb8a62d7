//! Names, values and durations as the story writes them: short, on one line, nothing that could move the cursor.

use crate::analysis::object_kind::ObjectKind;
use crate::base::bounds;
use crate::base::printable::is_active;
use crate::base::time::FileTime;
use crate::consts::Kind;
use crate::consts::content::BufferFormat;
use crate::consts::properties;
use crate::ndr::WStr;
use crate::ndr::value::{Collect, Value};
use crate::structs::packed::ByteCursor;
use crate::structs::values::{self, Slot};

/// Text in quotes, cut to a readable length. Paths keep their backslashes as they are.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for (n, c) in text.chars().enumerate() {
        match c {
            _ if n == bounds::STORY_TEXT => {
                quoted.push_str("\"…");
                return quoted;
            }
            '"' => quoted.push_str("\\\""),
            c if is_active(c) => quoted.extend(c.escape_default()),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The same of UTF-16.
pub(super) fn wide(text: WStr<'_>) -> String {
    quoted(&plain(text))
}

/// UTF-16 as a string, a little longer than what is shown of it.
pub(super) fn plain(text: WStr<'_>) -> String {
    text.prefix(2 * bounds::STORY_TEXT + 1).chars().map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// An object: `group "Cluster Group"`, `the cluster`.
pub(crate) fn object(kind: ObjectKind, name: Option<&str>) -> String {
    let word = match kind {
        ObjectKind::Cluster => return "the cluster".to_string(),
        ObjectKind::Key => "registry key",
        ObjectKind::NetInterface => "network interface",
        ObjectKind::GroupSet => "group set",
        ObjectKind::ResourceType => "resource type",
        ObjectKind::Notify => "notification port",
        ObjectKind::BatchPort => "batch port for",
        ObjectKind::Witness => "registration for",
        kind => kind.name(),
    };
    match name {
        Some(name) => format!("{word} {}", quoted(name)),
        None => format!("a {word} opened before the capture"),
    }
}

/// Bytes of a known format as text, cut to a readable length; passwords are not shown.
pub(super) fn value(name: &str, content: BufferFormat, bytes: &[u8]) -> String {
    if properties::is_secret(name.encode_utf16()) {
        return "(secret)".to_string();
    }
    // A long one would be a tree of many times its size, of which nobody sees more than the beginning.
    if bytes.len() > bounds::STORY_VALUE {
        return short_bytes(bytes);
    }
    let mut tree = Collect::default();
    let read = values::read(Slot::top(content), ByteCursor::new(bytes), &mut tree);
    let fits = read.is_ok_and(|rest| rest.is_empty());
    match tree.into_value().0.filter(|_| fits) {
        None | Some(Value::Bytes(_)) => short_bytes(bytes),
        Some(value) => cut(&plain_value(&value, content)),
    }
}

/// A value in words; structures are only counted, their members stand in `dissect`.
fn plain_value(value: &Value, content: BufferFormat) -> String {
    match (value, content) {
        (Value::Int(n), BufferFormat::Long | BufferFormat::LargeInteger) => (*n as i64).to_string(),
        (Value::Int(n), BufferFormat::Filetime) => FileTime(*n).to_string(),
        (Value::Int(n), BufferFormat::DwordOf(table) | BufferFormat::QwordOf(table)) => match table.kind {
            Kind::Enum => table.name_of(*n).map_or_else(|| n.to_string(), str::to_string),
            Kind::Flags => table.display(*n).to_string(),
        },
        (Value::Int(n), _) => n.to_string(),
        (Value::Text(text), _) => quoted(text),
        (Value::List(items), content) => match items.as_slice() {
            [] => "nothing".to_string(),
            items => {
                let shown: Vec<String> = items.iter().take(8).map(|item| plain_value(item, content)).collect();
                let more = if items.len() > shown.len() { " …" } else { "" };
                format!("{}{more}", shown.join(", "))
            }
        },
        (Value::Units(units), _) => format!("({} UTF-16 units)", units.len()),
        (Value::Bytes(bytes), _) => short_bytes(bytes),
        (Value::Map(fields), _) => format!("({} members)", fields.0.len()),
        (Value::Null | Value::Handle(_), _) => "null".to_string(),
    }
}

/// Text cut to a readable length.
fn cut(text: &str) -> String {
    match text.char_indices().nth(bounds::STORY_TEXT + 8) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_string(),
    }
}

fn short_bytes(bytes: &[u8]) -> String {
    match bytes.len() {
        0 => "(empty)".to_string(),
        n @ ..=8 => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{digits} ({n} bytes)")
        }
        n => format!("({n} bytes)"),
    }
}

/// A span of time in the unit that fits.
pub(crate) fn duration(nanos: i64) -> String {
    if nanos < 1_000_000 {
        format!("{} us", nanos / 1_000)
    } else if nanos < 1_000_000_000 {
        format!("{} ms", nanos / 1_000_000)
    } else if nanos < 120_000_000_000 {
        format!("{:.1} s", nanos as f64 / 1e9)
    } else {
        format!("{} min {} s", nanos / 60_000_000_000, nanos / 1_000_000_000 % 60)
    }
}
