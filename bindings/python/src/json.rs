//! JSON as the library prints it to Python's objects: the one place where values are made. What a message has is said by
//! the library's declarations alone, and is the same here as in the program's lines.

use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::ops::Range;

/// The object that a piece of JSON is.
///
/// # Errors
/// It is none, or Python has no memory for it.
pub(crate) fn object<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    let mut input = serde_json::Deserializer::from_str(json);
    let made = Value(py).deserialize(&mut input).and_then(|value| input.end().map(|()| value));
    made.map_err(|error| match PyErr::take(py) {
        Some(raised) => raised,
        None => PyValueError::new_err(error.to_string()),
    })
}

/// Makes a value.
#[derive(Clone, Copy)]
struct Value<'py>(Python<'py>);

/// Python's word for why something could not be made.
fn failed<E: Error>(error: PyErr) -> E {
    E::custom(error)
}

impl<'de, 'py> DeserializeSeed<'de> for Value<'py> {
    type Value = Bound<'py, PyAny>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de, 'py> Visitor<'de> for Value<'py> {
    type Value = Bound<'py, PyAny>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        value.into_bound_py_any(self.0).map_err(failed)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        value.into_bound_py_any(self.0).map_err(failed)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        value.into_bound_py_any(self.0).map_err(failed)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        value.into_bound_py_any(self.0).map_err(failed)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(PyString::new(self.0, value).into_any())
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(self.0.None().into_bound(self.0))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut input: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = input.next_element_seed(self)? {
            values.push(value);
        }
        PyList::new(self.0, values).map(Bound::into_any).map_err(failed)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<Self::Value, A::Error> {
        let dict = PyDict::new(self.0);
        while let Some(key) = input.next_key_seed(Key(self.0))? {
            dict.set_item(key, input.next_value_seed(self)?).map_err(failed)?;
        }
        Ok(dict.into_any())
    }
}

/// Makes a key; keys are few and are shared.
#[derive(Clone, Copy)]
struct Key<'py>(Python<'py>);

impl<'de, 'py> DeserializeSeed<'de> for Key<'py> {
    type Value = Bound<'py, PyString>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_str(self)
    }
}

impl<'py> Visitor<'_> for Key<'py> {
    type Value = Bound<'py, PyString>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(PyString::intern(self.0, key))
    }
}

/// A member of an object: where its key and its value stand in the text.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// The key without its quotes. Keys of records have nothing escaped.
    pub(crate) key: Range<usize>,
    /// The value.
    pub(crate) value: Range<usize>,
}

/// The members of the object that a line is.
///
/// # Errors
/// It is none.
pub(crate) fn members(line: &str) -> Result<Vec<Member>, serde_json::Error> {
    let mut input = serde_json::Deserializer::from_str(line);
    let members = (&mut input).deserialize_map(Members(line))?;
    input.end()?;
    Ok(members)
}

struct Members<'l>(&'l str);

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Vec<Member>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<Self::Value, A::Error> {
        // Both are borrowed from the text, whose addresses give their places.
        let place = |part: &str| {
            let start = (part.as_ptr() as usize).wrapping_sub(self.0.as_ptr() as usize);
            start..start.wrapping_add(part.len())
        };
        let mut members = Vec::with_capacity(24);
        while let Some(key) = input.next_key::<&str>()? {
            let value: &RawValue = input.next_value()?;
            members.push(Member { key: place(key), value: place(value.get()) });
        }
        Ok(members)
    }
}
