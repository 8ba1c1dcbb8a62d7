//! Why something could not be encoded.

use alloc::string::{String, ToString};
use core::fmt;

/// A value that the structure can't represent, or a member that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The way to the member: `properties[3].values[0]`.
    pub path: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Refused {
    /// Without a path yet.
    pub(crate) fn new(reason: impl ToString) -> Self {
        Refused { path: String::new(), reason: reason.to_string() }
    }

    /// The same one level further out.
    #[must_use]
    pub(crate) fn within(mut self, step: impl fmt::Display) -> Self {
        let step = step.to_string();
        self.path = match (self.path.is_empty(), self.path.starts_with('[')) {
            (true, _) => step,
            (false, true) => step + &self.path,
            (false, false) => step + "." + &self.path,
        };
        self
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.reason)
    }
}

impl core::error::Error for Refused {}
