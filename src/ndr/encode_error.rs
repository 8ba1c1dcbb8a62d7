//! Why a value can't be encoded: the one error of both writers, of stubs and of the structures inside buffers.

use alloc::string::{String, ToString};
use core::fmt;

/// A value that its declaration can't represent, one that is missing, or one that nothing asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError {
    /// The parameter or member: `ReturnEnum.Entry[3].Name`, `properties[3].values[0]`; empty for the whole.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

impl EncodeError {
    /// Without a path yet.
    pub(crate) fn new(message: impl ToString) -> Self {
        EncodeError { path: String::new(), message: shortened(message.to_string(), MESSAGE) }
    }

    /// The same with one more step at the outer end of the path: a name, or an index in brackets.
    #[must_use]
    pub(crate) fn within(mut self, step: impl fmt::Display) -> Self {
        let step = shortened(step.to_string(), STEP);
        if step.is_empty() {
            return self;
        }
        self.path = match (self.path.is_empty(), self.path.starts_with('[')) {
            (true, _) => step,
            (false, true) => step + &self.path,
            (false, false) => step + "." + &self.path,
        };
        self
    }
}

impl From<&str> for EncodeError {
    /// Of the whole.
    fn from(message: &str) -> Self {
        EncodeError::new(message)
    }
}

impl From<String> for EncodeError {
    /// Of the whole.
    fn from(message: String) -> Self {
        EncodeError::new(message)
    }
}

/// The most characters of a message, which may quote what is wrong, and of a step of a path, which may be any key.
const MESSAGE: usize = 600;
const STEP: usize = 100;

fn shortened(mut text: String, most: usize) -> String {
    if let Some((at, _)) = text.char_indices().nth(most) {
        text.truncate(at);
        text.push('…');
    }
    text
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl core::error::Error for EncodeError {}
