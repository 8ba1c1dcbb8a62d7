//! Whether what somebody wrote is what was encoded.
//!
//! Bytes that were encoded from JSON are decoded and printed again, and every member that was given has to be there as it
//! was given. So whatever the encoder took from somewhere else (`hex` beside `decoded`, a number beside a name), or did
//! not take at all (a misspelt key), is found without a rule for each case.

use crate::base::Guid;
use crate::base::bounds;
use crate::base::time::FileTime;
use crate::consts;
use crate::ndr::EncodeError;
use crate::ndr::number::{integer, nearest};
use crate::structs::{records, security};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// What stands beside values and says what is unusual about them; it is no value itself.
const REMARKS: &[&str] = &["diagnostics", "diagnostics_omitted", "guess"];

/// Members of structures that are printed only where they differ from this.
const DEFAULTS: &[(&str, u64)] = &[("end_mark", 1), ("end_marks", 1), ("final_endmark", 0)];

/// What was given is compared with, and where the bytes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// The values of a stub, made from what was given; its buffers ([`"decoded"`](super::typed)) were compared before.
    Stub,
    /// What a buffer or structure holds, made from what was given.
    Buffer,
    /// The bytes were given too, and are the source: every value has to be what they hold.
    Beside,
}

/// Compares what was given with what the encoded bytes are printed as.
///
/// # Errors
/// The first member that is not as it was given.
pub(super) fn check(given: &Json, printed: &Json, mode: Mode) -> Result<(), EncodeError> {
    match (given, printed) {
        // Secrets are not printed, or were not when it was written.
        (_, Json::Object(one)) | (Json::Object(one), _) if one.get("secret") == Some(&Json::Bool(true)) => Ok(()),
        (Json::Object(given), Json::Object(printed)) => members(given, printed, mode),
        (Json::Object(given), printed) => around(given, printed, mode),
        (Json::Number(_) | Json::String(_) | Json::Array(_), Json::Object(parts)) => match mode {
            Mode::Beside if is_said(given, parts) => Ok(()),
            Mode::Beside => Err(differs(given, printed)),
            // Text where a list is printed, with the bytes that are none.
            _ if given.is_string() && parts.contains_key("hex") && parts.get("value").is_some_and(Json::is_array) => {
                Err(EncodeError::new("not a list of texts"))
            }
            // A number, a name, flags, a time, text: the only source of what is printed beside more.
            _ => Ok(()),
        },
        (Json::Array(items), Json::Array(printed)) if items.len() == printed.len() => {
            let both = items.iter().zip(printed).enumerate();
            both.into_iter().try_for_each(|(i, (given, printed))| {
                check(given, printed, mode).map_err(|e| e.within(format_args!("[{i}]")))
            })
        }
        (given, printed) if same(given, printed, mode) => Ok(()),
        (given, printed) => Err(differs(given, printed)),
    }
}

/// Whether a value is one of the ways in which what is printed says the same.
fn is_said(given: &Json, printed: &Map<String, Json>) -> bool {
    // A value of a property is more than a number with its name.
    if printed.contains_key("syntax") {
        return false;
    }
    let part = |key: &str| printed.get(key);
    let value =
        part("value").is_some_and(|value| given == value || number(given).is_some() && same_number(given, value));
    match given {
        Json::String(text) => {
            value
                || part("name").and_then(Json::as_str).is_some_and(|name| is_called(text, name))
                || ["time", "sddl"].iter().any(|key| part(key) == Some(given))
        }
        Json::Array(_) => value || part("flags").is_some_and(|names| flags(given, names).is_ok()),
        _ => value,
    }
}

/// What is printed beside a value and need not be given with it.
const BESIDE: &[&str] = &[
    "type",
    "name",
    "flags",
    "unknown",
    "time",
    "control_code",
    "sddl",
    "guess",
    "reading",
    "diagnostics",
    "diagnostics_omitted",
    "expression",
    "text",
    "object",
];

fn members(given: &Map<String, Json>, printed: &Map<String, Json>, mode: Mode) -> Result<(), EncodeError> {
    let outer = mode == Mode::Stub;
    // What bytes hold, given without them: a record in bytes of its own.
    if let (Mode::Buffer, Some(decoded @ Json::Object(inner))) = (mode, printed.get("decoded"))
        && printed.contains_key("hex")
        && !given.keys().any(|key| printed.contains_key(key) && !inner.contains_key(key))
        && !given.contains_key("decoded")
    {
        return check(&Json::Object(given.clone()), decoded, mode);
    }
    // Bytes or units alone, of what is printed as something else: they are the only source.
    let alone = |key: &str| given.len() == 1 && given.contains_key(key) && !printed.contains_key(key);
    if mode != Mode::Beside && (alone("hex") || alone("utf16")) {
        return Ok(());
    }
    if mode == Mode::Beside
        && let Some(key) = printed.keys().find(|key| !given.contains_key(*key) && !BESIDE.contains(&key.as_str()))
    {
        return Err(EncodeError::new("missing, and the bytes beside it have it").within(key));
    }
    for (key, value) in given {
        let key = key.as_str();
        // Of bytes and what they hold, the bytes are encoded.
        let mode = if given.contains_key("hex") { Mode::Beside } else { mode };
        if REMARKS.contains(&key) || (outer && key == "decoded") {
            continue;
        }
        match (key, printed.get(key)) {
            ("name", Some(printed)) if given.contains_key("value") => name(value, printed),
            ("flags", Some(printed)) => flags(value, printed),
            ("sddl", Some(printed)) => descriptor(value, printed, given.contains_key("hex")),
            (_, Some(now)) if outer && number(now).is_some_and(|n| counts_edited(n, given, printed)) => Ok(()),
            (_, Some(printed)) => check(value, printed, mode),
            // What analysis knows of a context handle.
            ("object", None) if given.contains_key("uuid") => Ok(()),
            (_, None) if is_default(key, value) => Ok(()),
            (_, None) => Err(unknown(key, printed)),
        }
        .map_err(|e| e.within(key))?;
    }
    Ok(())
}

/// Whether this is the length of what was made from `decoded` alone: sizes of what was edited are worked out anew, and those
/// beside it are of what was there before.
fn counts_edited(length: u64, given: &Map<String, Json>, printed: &Map<String, Json>) -> bool {
    given.iter().any(|(key, value)| {
        let edited = value.as_object().is_some_and(|value| {
            value.contains_key("decoded") && !value.contains_key("hex") && !value.contains_key("value")
        });
        let now = printed.get(key).filter(|_| edited);
        let bytes = now.and_then(|now| now.get("hex")).and_then(Json::as_str).map(|digits| digits.len() / 2);
        let units = now.and_then(|now| now.get("value")).and_then(Json::as_array).map(Vec::len);
        bytes.or(units).is_some_and(|n| n as u64 == length)
    })
}

/// An object that stands for what is printed without one.
fn around(given: &Map<String, Json>, printed: &Json, mode: Mode) -> Result<(), EncodeError> {
    let alone = |key: &str| given.len() == 1 && given.contains_key(key);
    let source = mode != Mode::Beside && (alone("hex") || alone("utf16") || alone("decoded"));
    if source || is_null_handle(given) && printed.is_null() {
        return Ok(());
    }
    if given.is_empty() {
        return Err(differs(&Json::Object(Map::new()), printed));
    }
    for (key, value) in given {
        match key.as_str() {
            "value" => check(value, printed, mode).map_err(|e| e.within("value"))?,
            "hex" if given.contains_key("value") => {}
            // The value of a property that has a meaning for one kind of object only: the list alone doesn't tell which.
            "name" | "flags" if number(printed).is_some_and(|n| is_named(value, n)) => {}
            _ => return Err(EncodeError::new("nothing of this name belongs to such a value").within(key)),
        }
    }
    Ok(())
}

/// Whether a table has this name for a number, or these flags for its bits.
fn is_named(names: &Json, n: u64) -> bool {
    let names = names.as_array().map_or(core::slice::from_ref(names), Vec::as_slice);
    consts::ALL.iter().any(|table| {
        let bits = names.iter().map(|name| {
            let member = table.members.iter().find(|member| name.as_str().is_some_and(|name| member.is_called(name)));
            member.map(|member| member.value)
        });
        bits.into_iter().try_fold(0, |all, value| Some(all | value?)) == Some(n)
    })
}

fn is_null_handle(given: &Map<String, Json>) -> bool {
    let uuid = given.get("uuid").and_then(Json::as_str).and_then(Guid::parse);
    given.get("attributes").is_some_and(|n| *n == 0) && uuid == Some(Guid::default())
}

/// A member that is not printed where it is as usual: bytes of zeros, or one of [`DEFAULTS`]; or another spelling of one.
fn is_default(key: &str, value: &Json) -> bool {
    let number = match value {
        Json::Bool(value) => Some(u64::from(*value)),
        value => number(value),
    };
    let zeros = value.get("hex").and_then(Json::as_str).is_some_and(|hex| hex.bytes().all(|digit| digit == b'0'));
    let members = || records::ALL.iter().flat_map(|record| record.members);
    zeros && members().any(|member| member.field.name == key)
        || number.is_some_and(|number| DEFAULTS.contains(&(key, number)))
        || members().any(|member| member.alias == key)
}

/// Names of one value: another one of the same member is as good.
fn name(given: &Json, printed: &Json) -> Result<(), EncodeError> {
    match (given.as_str(), printed.as_str()) {
        (Some(given), Some(printed)) if is_called(given, printed) => Ok(()),
        _ => Err(differs(given, printed)),
    }
}

fn is_called(given: &str, printed: &str) -> bool {
    let members = || consts::ALL.iter().flat_map(|table| table.members);
    let code = || consts::control_codes::ALL.iter().filter(|code| code.name == printed);
    given == printed
        || members().any(|member| member.name == printed && member.is_called(given))
        || code().any(|code| code.also.contains(&given))
}

/// Flags in any order.
fn flags(given: &Json, printed: &Json) -> Result<(), EncodeError> {
    let (Json::Array(names), Json::Array(known)) = (given, printed) else { return check(given, printed, Mode::Buffer) };
    // Each once: a list may repeat a name as often as a line has room for, and each is looked up in every table.
    let once = |list: &'_ [Json]| list.iter().map(|name| name.as_str().map(str::to_owned)).collect::<BTreeSet<_>>();
    let (names, known) = (once(names), once(known));
    let same = |name: &Option<String>, other: &Option<String>| match (name, other) {
        (Some(name), Some(other)) => is_called(name, other),
        _ => false,
    };
    let all = names.iter().all(|name| known.contains(name) || known.iter().any(|other| same(name, other)));
    let complete = known.iter().all(|known| names.contains(known) || names.iter().any(|name| same(name, known)));
    // Names of unions stand for their parts; the encoder compared those with the number.
    if all && complete { Ok(()) } else { Err(differs(given, printed)) }
}

/// Security descriptors in text of any spelling. Without `hex` beside it the text is the only source.
fn descriptor(given: &Json, printed: &Json, beside_hex: bool) -> Result<(), EncodeError> {
    let spelled = |text: &Json| security::parse(text.as_str()?).ok().and_then(|bytes| security::sddl(&bytes).ok());
    let agrees = given == printed || !beside_hex || spelled(given).is_some_and(|text| printed.as_str() == Some(&text));
    if agrees { Ok(()) } else { Err(differs(given, printed)) }
}

fn number(json: &Json) -> Option<u64> {
    match json {
        Json::Number(n) => n.as_u64().or_else(|| n.as_i64().map(|n| n as u64)),
        Json::String(text) => integer(text.trim()),
        _ => None,
    }
}

/// Whether two are the same number: one below zero is none of those beyond 2^63.
fn same_number(given: &Json, printed: &Json) -> bool {
    let is_negative = |json: &Json| match json {
        Json::Number(n) => n.as_i64().is_some_and(|n| n < 0),
        Json::String(text) => text.trim_start().starts_with('-'),
        _ => false,
    };
    // By its digits a hexadecimal number is one of bits.
    let bits = given.as_str().is_some_and(|text| text.trim_start().starts_with("0x"));
    let zero = number(given) == Some(0);
    number(given).is_some()
        && number(given) == number(printed)
        && (bits || zero || is_negative(given) == is_negative(printed))
}

/// Whether two plain values say the same.
fn same(given: &Json, printed: &Json, mode: Mode) -> bool {
    match (given, printed) {
        (given, printed) if given == printed => true,
        (Json::Bool(given), Json::Number(_)) => number(printed) == Some(u64::from(*given)),
        (Json::Number(_) | Json::String(_), Json::Number(_)) if number(given).is_some() => same_number(given, printed),
        (Json::String(given), Json::Number(_)) if mode == Mode::Beside => {
            let truth = [("TRUE", 1), ("FALSE", 0)].into_iter().find(|(word, _)| given.eq_ignore_ascii_case(word));
            truth.is_some_and(|(_, n)| number(printed) == Some(n))
        }
        // A name that the declaration knows: the encoder made a number of it.
        (Json::String(_), Json::Number(_)) => true,
        // Integers beyond 2^53 may be printed as text.
        (Json::Number(_), Json::String(_)) => same_number(given, printed),
        // An address as the number that its bytes are.
        (Json::String(given), Json::String(printed)) => spelled(given, printed),
        _ => false,
    }
}

/// Whether two texts are the same GUID, hexadecimal digits, address or time.
fn spelled(given: &str, printed: &str) -> bool {
    let guid = |text: &str| Guid::parse(text);
    let address = |text: &str| text.parse::<std::net::IpAddr>().ok();
    let time = |text: &str| FileTime::parse(text).map(|time| time.0);
    let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_hexdigit());
    let both = digits(given) && digits(printed) && given.eq_ignore_ascii_case(printed);
    both || guid(given).is_some() && guid(given) == guid(printed)
        || address(given).is_some() && address(given) == address(printed)
        || time(given).is_some() && time(given) == time(printed)
}

fn unknown(key: &str, printed: &Map<String, Json>) -> EncodeError {
    let mut message = String::from("nothing of this name belongs here");
    if let Some(near) = nearest(key, printed.keys().map(String::as_str)) {
        message += &format!("; did you mean {near:?}?");
    }
    EncodeError::new(message)
}

fn differs(given: &Json, printed: &Json) -> EncodeError {
    let short = |json: &Json| {
        let text = json.to_string();
        match text.char_indices().nth(bounds::QUOTED) {
            Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
            None => text,
        }
    };
    EncodeError::new(format!(
        "{} was given, and what is encoded is {}: either it does not fit, or something beside it says another value, and \
         one of them has to be left out",
        short(given),
        short(printed)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn agrees(given: Json, printed: Json, [stub, buffer, beside]: [bool; 3]) {
        for (mode, expected) in [(Mode::Stub, stub), (Mode::Buffer, buffer), (Mode::Beside, beside)] {
            let found = check(&given, &printed, mode);
            assert_eq!(found.is_ok(), expected, "{given} for {printed}, {mode:?}: {found:?}");
        }
    }

    /// What is printed with more beside it may be given alone. Where the bytes were given too, it has to be what they hold.
    #[test]
    fn a_part_of_what_is_printed() {
        let printed = || json!({"value": 4, "name": "REG_DWORD"});
        agrees(json!(4), printed(), [true; 3]);
        agrees(json!("0x4"), printed(), [true; 3]);
        agrees(json!("REG_DWORD"), printed(), [true; 3]);
        agrees(json!(5), printed(), [true, true, false]);
        agrees(json!("REG_SZ"), printed(), [true, true, false]);
        agrees(json!([]), json!({"value": 3, "flags": ["A", "B"]}), [true, true, false]);
        agrees(json!(["B", "A"]), json!({"value": 3, "flags": ["A", "B"]}), [true; 3]);
        // Of a property's value its syntax says more than the number.
        agrees(json!(4), json!({"value": 4, "syntax": "CLUSPROP_SYNTAX_LIST_VALUE_DWORD"}), [true, true, false]);
    }

    /// A name where a number alone is printed is one that the encoder knew; truth values are numbers, whatever their case.
    #[test]
    fn names_of_numbers() {
        agrees(json!("REG_SZ"), json!(1), [true, true, false]);
        agrees(json!("True"), json!(1), [true; 3]);
        agrees(json!("FALSE"), json!(0), [true; 3]);
        agrees(json!("TRUE"), json!(0), [true, true, false]);
        agrees(json!(true), json!(1), [true; 3]);
        agrees(json!(true), json!(0), [false; 3]);
        agrees(json!("2"), json!(1), [false; 3]);
        agrees(json!([]), json!(1), [false; 3]);
    }

    /// What analysis knows of a handle is no part of it; elsewhere nothing has such a member.
    #[test]
    fn objects_of_handles() {
        let handle = || json!({"attributes": 0, "uuid": "00000000-0000-0000-0000-000000000001"});
        let mut given = handle();
        given["object"] = json!({"kind": "group", "name": "G"});
        agrees(given, handle(), [true; 3]);
        agrees(json!({"value": 1, "object": {}}), json!({"value": 1}), [false; 3]);
    }

    /// Beside bytes a descriptor may be spelled in another way, but has to be the same; alone it is the source.
    #[test]
    fn descriptors() {
        let sddl = |text: &str| json!({"sddl": text});
        let with_hex = |text: &str| json!({"hex": "00", "sddl": text});
        for (text, same) in
            [("D:(A;;GA;;;WD)", true), ("D:(A;;GA;;;S-1-1-0)", true), ("D:(A;;GA;;;BA)", false), ("D", false)]
        {
            agrees(with_hex(text), with_hex("D:(A;;GA;;;WD)"), [same; 3]);
            agrees(sddl(text), sddl("D:(A;;GA;;;WD)"), [true; 3]);
        }
    }
}
