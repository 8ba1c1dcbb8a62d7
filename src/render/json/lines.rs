//! What the commands share that answer a line with a line: reading it, the identifier that goes back, what was wrong.

use super::out::Out;
use serde_json::{Map, Value as Json};

/// The members of a line.
///
/// # Errors
/// It is no JSON object.
pub(super) fn parse(text: &str) -> Result<Map<String, Json>, String> {
    super::strict::object(text)
}

/// Begins the answer to a line, with its `id`.
pub(super) fn begin(out: &mut Out, line: &Map<String, Json>) {
    out.clear();
    out.begin();
    if let Some(id) = line.get("id") {
        out.key("id");
        out.raw(id.to_string().as_bytes());
    }
}

/// `"error":{"message":…}`, for lines that are wrong before any byte was looked at.
pub(super) fn failure(out: &mut Out, message: &str) {
    out.key("error");
    out.begin();
    out.key("message");
    out.text(message);
    out.end();
}
