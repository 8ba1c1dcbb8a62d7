//! What the commands share that answer a line with a line: reading it, the identifier that goes back, what was wrong.

use super::out::Out;
use crate::ndr::EncodeError;
use serde_json::{Map, Value as Json};

/// The members of a line.
///
/// # Errors
/// It is no JSON object.
pub(super) fn parse(text: &str) -> Result<Map<String, Json>, EncodeError> {
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

/// `"error":{"line":…,"path":…,"message":…}`, for lines that are wrong before any byte was looked at: the line's number if
/// [`Out::at_line`] was told it, the path of what is wrong if it is no whole line, and both again in words.
pub(super) fn failure(out: &mut Out, error: &EncodeError) {
    out.key("error");
    out.begin();
    if let Some(line) = out.line() {
        out.key("line");
        out.uint(line);
    }
    if !error.path.is_empty() {
        out.key("path");
        out.text(&error.path);
    }
    out.key("message");
    out.display(error);
    out.end();
}
