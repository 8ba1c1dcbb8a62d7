//! Numbers as they are written by hand: as such, as text, or by the names that their declaration gives them.

use super::EncodeError;
use super::types::Semantics;
use super::value::{Fields, Value};
use crate::base::time::FileTime;
use crate::consts::change::CLUSTER_OBJECT_TYPE;
use crate::consts::{Constant, Constants, change, control_codes, status};
use alloc::format;
use alloc::string::{String, ToString};

/// The number that a value stands for: an integer; a decimal or (with `0x`) hexadecimal one as text; the name of a
/// member of an enumeration, of a control code or of a status; names of flags as a list or with `|` between them; a
/// time.
///
/// # Errors
/// The text is no number and no name that the declaration knows; the message has the nearest one.
pub fn number(value: &Value, semantics: Semantics) -> Result<u64, EncodeError> {
    match value {
        Value::Int(value) => Ok(*value),
        Value::Text(text) => parse(text.trim(), semantics),
        Value::List(names) if matches!(semantics, Semantics::Flags(_) | Semantics::NotifyFlags) => {
            names.iter().try_fold(0, |bits, name| Ok(bits | number(name, semantics)?))
        }
        Value::Map(fields) => described(fields, semantics),
        _ => Err(EncodeError::new("not a number")),
    }
}

/// A number with what was printed beside it: `value`, and `name`, `flags` or `time`. Either is enough; both have to
/// agree.
fn described(fields: &Fields, semantics: Semantics) -> Result<u64, EncodeError> {
    let value = fields.get("value").map(|value| number(value, Semantics::Number)).transpose()?;
    let described = match (fields.get("name"), fields.get("flags"), fields.get("time")) {
        (Some(name), ..) => number(name, semantics),
        (_, Some(flags), _) => number(flags, semantics).and_then(|flags| match fields.get("unknown") {
            Some(unknown) => Ok(flags | number(unknown, Semantics::Number)?),
            None => Ok(flags),
        }),
        // Seconds since 1970 are printed with the time that they mean.
        (_, _, Some(time)) if matches!(semantics, Semantics::UnixTime) => number(time, semantics),
        (_, _, Some(time)) => number(time, Semantics::FileTime),
        _ => return value.ok_or_else(|| EncodeError::new("not a number")),
    };
    let name = match fields.get("name") {
        Some(Value::Text(name)) => Some(name.as_str()),
        _ => None,
    };
    match (value, described) {
        (Some(value), Ok(described)) if value == described => Ok(value),
        // A name that several numbers have.
        (Some(value), _) if name.is_some_and(|name| is_named(value, name, semantics)) => Ok(value),
        // Seconds beyond the last FILETIME are printed with that one.
        (Some(value), _) if fields.get("time").is_some_and(|time| is_time_of(value, time)) => Ok(value),
        (Some(value), Ok(described)) => Err(disagree(value, described)),
        // What the declaration gives no names, its bytes may: whoever decodes them compares.
        (Some(value), Err(_)) if !has_names(semantics) => Ok(value),
        (_, described) => described,
    }
}

/// Whether a time is that of so many seconds since 1970.
fn is_time_of(seconds: u64, time: &Value) -> bool {
    number(time, Semantics::FileTime) == Ok(FileTime::from_unix(seconds).0)
}

fn disagree(value: u64, described: u64) -> EncodeError {
    let mut message = format!("the number is {value}, what is beside it is {described}: leave one of them out");
    // What reads all numbers as floating-point ones writes others: jq, JavaScript.
    if value > 1 << 53 && value as f64 == described as f64 {
        message += " (it was rounded by a program in between: --numbers safe prints such numbers as text)";
    }
    EncodeError::new(message)
}

/// Whether texts stand for numbers of this meaning.
fn has_names(semantics: Semantics) -> bool {
    matches!(
        semantics,
        Semantics::Enum(_)
            | Semantics::Flags(_)
            | Semantics::FileTime
            | Semantics::UnixTime
            | Semantics::ControlCode(_)
            | Semantics::Win32
            | Semantics::RpcStatus
    )
}

/// Whether this is a name of the number: several codes may share one, as alternate numbers of a control code do.
fn is_named(value: u64, name: &str, semantics: Semantics) -> bool {
    let Ok(code) = u32::try_from(value) else { return false };
    match semantics {
        Semantics::Enum(table) | Semantics::Flags(table) => {
            table.members.iter().any(|member| member.value == value && member.is_called(name))
        }
        Semantics::ControlCode(family) => {
            super::names::control_code(family, code).is_some_and(|code| code.name == name || code.also.contains(&name))
        }
        // Names may be composed of others: those of HRESULTs that stand for Win32 codes.
        Semantics::Win32 | Semantics::RpcStatus => {
            status::win32_name(code) == Some(name)
                || status::StatusName::of(code).is_some_and(|known| known.to_string() == name)
        }
        _ => false,
    }
}

fn parse(text: &str, semantics: Semantics) -> Result<u64, EncodeError> {
    if let Some(value) = integer(text) {
        return Ok(value);
    }
    match semantics {
        Semantics::Enum(table) => named(text, table),
        Semantics::Flags(table) => flags(text, |name| named(name, table)),
        Semantics::NotifyFlags => flags(text, |name| {
            let found = filters().find_map(|table| table.value_of(name));
            found.ok_or_else(|| EncodeError::new(format!("{name:?} is no filter flag")))
        }),
        Semantics::Win32 | Semantics::RpcStatus => {
            let code = |name: &str| status::ALL.iter().find(|code| code.name == name).map(|code| code.value);
            let wrapped = text.strip_prefix("HRESULT_FROM_WIN32(").and_then(|rest| rest.strip_suffix(')'));
            let found = match wrapped {
                Some(name) => code(name).map(|value| 0x8007_0000 | value & 0xffff),
                None => code(text),
            };
            found.map(u64::from).ok_or_else(|| unknown(text, "status code", status::ALL.iter().map(|code| code.name)))
        }
        Semantics::ControlCode(family) => {
            // A request may hold a code of another family, which decoding names as well.
            let found = family.codes().iter().find(|code| code.name == text).or_else(|| control_codes::by_name(text));
            found
                .map(|code| u64::from(code.value))
                .ok_or_else(|| unknown(text, "control code of the method", family.codes().iter().map(|c| c.name)))
        }
        Semantics::Bool => match text {
            "TRUE" | "true" => Ok(1),
            "FALSE" | "false" => Ok(0),
            _ => Err(EncodeError::new(format!("{text:?} is neither TRUE nor FALSE"))),
        },
        Semantics::FileTime => time(text).map(|time| time.0),
        Semantics::UnixTime => {
            let seconds = time(text)?.0.checked_sub(FileTime::from_unix(0).0).map(|ticks| ticks / TICKS);
            seconds.ok_or_else(|| EncodeError::new(format!("{text:?} is before 1970")))
        }
        _ => Err(EncodeError::new(format!("{text:?} is no number"))),
    }
}

/// Of a FILETIME in a second.
const TICKS: u64 = 10_000_000;

fn time(text: &str) -> Result<FileTime, EncodeError> {
    let time = FileTime::parse(text);
    time.ok_or_else(|| EncodeError::new(format!("{text:?} is no time as in 2026-11-20T10:00:00.1234567Z")))
}

/// The masks of filter flags, by object type.
pub(crate) fn filters() -> impl Iterator<Item = &'static Constants> {
    let types = CLUSTER_OBJECT_TYPE::TABLE.members.iter();
    types.filter_map(|member| change::filter_flags(CLUSTER_OBJECT_TYPE(member.value as u32)))
}

/// A decimal integer, with a sign or without, or a hexadecimal one behind `0x`.
pub fn integer(text: &str) -> Option<u64> {
    match (text.strip_prefix("0x"), text.strip_prefix('-')) {
        (Some(digits), _) => u64::from_str_radix(digits, 16).ok(),
        (None, Some(_)) => text.parse::<i64>().ok().map(|value| value as u64),
        (None, None) if text.starts_with(|c: char| c.is_ascii_digit()) => text.parse().ok(),
        (None, None) => None,
    }
}

fn named(name: &str, table: &'static Constants) -> Result<u64, EncodeError> {
    let found = table.value_of(name);
    found.ok_or_else(|| {
        unknown(name, &format!("member of {}", table.name), table.members.iter().map(|member| member.name))
    })
}

fn flags(text: &str, one: impl Fn(&str) -> Result<u64, EncodeError>) -> Result<u64, EncodeError> {
    text.split('|')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .try_fold(0, |bits, name| Ok(bits | integer(name).map_or_else(|| one(name), Ok)?))
}

/// The error of a name that is none of these: `"X" is no …`, with the nearest one.
pub fn unknown<'n>(name: &str, of: &str, names: impl Iterator<Item = &'n str>) -> EncodeError {
    let mut message = format!("{name:?} is no {of}");
    if let Some(near) = nearest(name, names) {
        message += &format!("; did you mean {near:?}?");
    }
    EncodeError::new(message)
}

/// The name that is written most like this one, if any is near.
pub(crate) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // Of a longer text no name is a misspelling.
    if name.len() > 80 {
        return None;
    }
    let wanted = name.to_ascii_lowercase();
    let limit = (2 + wanted.len() / 6).min(wanted.len() / 2);
    names
        .map(|known| (distance(&wanted, &known.to_ascii_lowercase()), known))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// How many bytes must be put in, left out or replaced to make one text of the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: alloc::vec::Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut before = i + 1;
        for (cell, right) in row.iter_mut().skip(1).zip(b.bytes()) {
            let cost = (diagonal + usize::from(left != right)).min(before + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = cost;
            before = cost;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// A text for messages: what kind of value it is.
pub(crate) fn kind(value: &Value) -> String {
    String::from(match value {
        Value::Null => "null",
        Value::Int(_) => "a number",
        Value::Text(_) => "text",
        Value::Units(_) => "UTF-16 units",
        Value::Bytes(_) => "bytes",
        Value::Handle(_) => "a context handle",
        Value::List(_) => "a list",
        Value::Map(_) => "an object",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consts::control_codes::Family;
    use crate::consts::registry::RegistryValueType;

    fn read(text: &str, semantics: Semantics) -> Result<u64, String> {
        number(&text.into(), semantics).map_err(|e| e.message)
    }

    #[test]
    fn integers_as_text() {
        assert_eq!(read("18446744073709551615", Semantics::Number), Ok(u64::MAX));
        assert_eq!(read("-1", Semantics::Number), Ok(u64::MAX));
        assert_eq!(read(" 0x10 ", Semantics::Number), Ok(16));
        for wrong in ["18446744073709551616", "-9223372036854775809", "1.5", "", "0x", "x"] {
            assert!(read(wrong, Semantics::Number).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_of_numbers() {
        let types = Semantics::Enum(RegistryValueType::TABLE);
        assert_eq!(read("REG_DWORD", types), Ok(4));
        assert!(read("REG_DWORF", types).unwrap_err().ends_with("did you mean \"REG_DWORD\"?"));
        assert!(!read("completely different", types).unwrap_err().contains("did you mean"));
        assert_eq!(read("ERROR_MORE_DATA", Semantics::Win32), Ok(234));
        let codes = Semantics::ControlCode(Family::Cluster);
        assert_eq!(read("CLUSCTL_CLUSTER_GET_COMMON_PROPERTIES", codes), Ok(0x0700_0059));
        assert!(read("CLUSCTL_CLUSTER_GET_COMON_PROPERTIES", codes).unwrap_err().contains("GET_COMMON_PROPERTIES"));
        assert_eq!(read("TRUE", Semantics::Bool), Ok(1));
        assert_eq!(read("1601-01-01T00:00:01.0000002Z", Semantics::FileTime), Ok(10_000_002));
    }

    #[test]
    fn seconds_beyond_the_last_time() {
        let printed = |value: u64, time: FileTime| {
            let time = Value::Text(time.to_string());
            Value::Map(Fields(alloc::vec![("value".into(), Value::Int(value)), ("time".into(), time)]))
        };
        for value in [0, 1_790_000_000, 1_833_029_933_770, 1_833_029_933_771, u64::MAX] {
            let given = printed(value, FileTime::from_unix(value));
            assert_eq!(number(&given, Semantics::UnixTime), Ok(value), "{given:?}");
        }
        let other = printed(1_790_000_001, FileTime::from_unix(1_790_000_000));
        assert!(number(&other, Semantics::UnixTime).is_err());
    }

    #[test]
    fn distances() {
        for (a, b, expected) in
            [("", "", 0), ("a", "", 1), ("", "ab", 2), ("abc", "abd", 1), ("abc", "acb", 2), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }
}
