//! JSON that somebody wrote: parsed so that nothing of it is passed over in silence.
//!
//! A key that stands twice in one object is an error, where most parsers keep the last one. Keys that begin with `//` are
//! comments, whatever they hold, and are left out. How many values a line may have is bounded
//! ([`MAX_VALUES`]), how deep they nest by the parser (128). Errors name the path.

use crate::ndr::EncodeError;
use crate::ndr::value::{MAX_LINE, MAX_VALUES};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};
use std::cell::{Cell, RefCell};
use std::fmt;

/// What a key begins with that is a comment.
pub(crate) const COMMENT: &str = "//";

/// Parses an object.
///
/// # Errors
/// The path of what is wrong, and in a few words why, with the column.
pub fn object(text: &str) -> Result<Map<String, Json>, EncodeError> {
    match value(text)? {
        Json::Object(map) => Ok(map),
        _ => Err(EncodeError::new("the line is no JSON object")),
    }
}

/// Parses a value of any kind.
///
/// # Errors
/// As for [`object`].
pub fn value(text: &str) -> Result<Json, EncodeError> {
    if text.len() > MAX_LINE {
        return Err(EncodeError::new(too_long()));
    }
    let state = State { left: Cell::new(MAX_VALUES), failed: RefCell::new(None) };
    let mut parser = serde_json::Deserializer::from_str(text);
    let parsed = Seed { state: &state, path: &Path::Top }.deserialize(&mut parser);
    parsed.and_then(|value| parser.end().map(|()| value)).map_err(|e| {
        let error = EncodeError::new(format_args!("not JSON: {e}"));
        state.failed.take().map_or(error.clone(), |path| error.within(path))
    })
}

/// What is said of a line that is longer than the limit.
pub fn too_long() -> String {
    format!("the line is longer than {} bytes", MAX_LINE)
}

struct State {
    /// Values that may still come.
    left: Cell<usize>,
    /// The path of the innermost value in which an error arose.
    failed: RefCell<Option<String>>,
}

/// Where a value stands; lent from level to level.
enum Path<'p> {
    Top,
    Member(&'p Path<'p>, &'p str),
    Element(&'p Path<'p>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Top => Ok(()),
            Path::Member(Path::Top, name) => f.write_str(name),
            Path::Member(parent, name) => write!(f, "{parent}.{name}"),
            Path::Element(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

#[derive(Clone, Copy)]
struct Seed<'p> {
    state: &'p State,
    path: &'p Path<'p>,
}

impl Seed<'_> {
    /// Keeps the path of the innermost value that has an error.
    fn note<E>(&self, error: E, path: &Path<'_>) -> E {
        self.state.failed.borrow_mut().get_or_insert_with(|| path.to_string());
        error
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        let left = self.state.left.get().checked_sub(1);
        self.state.left.set(left.ok_or_else(|| D::Error::custom("more values than a line may have"))?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        loop {
            let path = Path::Element(self.path, list.len());
            let seed = Seed { path: &path, ..self };
            match seq.next_element_seed(seed).map_err(|e| self.note(e, &path))? {
                Some(value) => list.push(value),
                None => return Ok(Json::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>().map_err(|e| self.note(e, self.path))? {
            if key.starts_with(COMMENT) {
                access.next_value::<IgnoredAny>().map_err(|e| self.note(e, self.path))?;
                continue;
            }
            let path = Path::Member(self.path, &key);
            if map.contains_key(&key) {
                return Err(self.note(A::Error::custom("the key stands twice"), &path));
            }
            let value = access.next_value_seed(Seed { path: &path, ..self }).map_err(|e| self.note(e, &path))?;
            map.insert(key, value);
        }
        Ok(Json::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_there() {
        let text =
            r#"{"a":[1,-2,"x",null,true,1.5,{"b":{}}],"//a":"a comment","c":{"//":[[[]]],"d":18446744073709551615}}"#;
        let parsed = object(text).unwrap();
        let plain = r#"{"a":[1,-2,"x",null,true,1.5,{"b":{}}],"c":{"d":18446744073709551615}}"#;
        assert_eq!(Json::Object(parsed), serde_json::from_str::<Json>(plain).unwrap());
    }

    #[test]
    fn errors_name_the_path() {
        for (text, expected) in [
            (r#"{"a":{"b":[0,{"c":1,"c":2}]}}"#, "a.b[1].c: not JSON: the key stands twice"),
            (r#"{"a":1,"b":2,"a":1}"#, "a: not JSON: the key stands twice"),
            (r#"{"a":["x","\ud800"]}"#, "a[1]: not JSON: "),
            (r#"{"a":{"\udc00":1}}"#, "a: not JSON: "),
            (r#"{"a":"#, "a: not JSON: EOF"),
            ("[1]", "the line is no JSON object"),
            (r#"{"a":1} {}"#, "not JSON: trailing characters"),
        ] {
            let error = object(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(object(&deep).unwrap_err().message.contains("recursion limit"));
        let many = format!("[{}0]", "0,".repeat(MAX_VALUES));
        assert!(value(&many).unwrap_err().message.contains("more values than a line may have"));
        let long = format!("\"{}\"", "x".repeat(MAX_LINE));
        assert_eq!(value(&long), Err(EncodeError::new(too_long())));
    }
}
