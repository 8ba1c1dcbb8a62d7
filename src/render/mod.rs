//! Everything that prints: a folder for each format.

#[cfg(feature = "serde")]
pub mod json;
pub mod text;
