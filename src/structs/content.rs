//! What a buffer holds.

/// Whether secrets (passwords, tokens) are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// As any other value.
    Shown,
    /// `{"secret":true}` stands for them.
    Hidden,
}
