//! Values as the tokens' descriptions show them: time stamps and UTF-16.

use crate::base::bounds;
use alloc::string::String;
use alloc::vec::Vec;

#[cfg(feature = "serde")]
use crate::base::time::FileTime;

/// A FILETIME as `{"value":…,"time":"…"}`.
#[cfg(feature = "serde")]
pub(crate) fn file_time<S: serde::Serializer>(time: &FileTime, serializer: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeStruct as _;
    let mut map = serializer.serialize_struct("FileTime", 2)?;
    map.serialize_field("value", &time.0)?;
    map.serialize_field("time", &alloc::format!("{time}"))?;
    map.end()
}

/// The same where there may be none.
#[cfg(feature = "serde")]
pub(crate) fn maybe_file_time<S: serde::Serializer>(time: &Option<FileTime>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => file_time(time, serializer),
        None => serializer.serialize_none(),
    }
}

/// Code units of a little-endian UTF-16 string; an odd last byte is left out.
pub(crate) fn units(bytes: &[u8]) -> Vec<u16> {
    bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect()
}

/// Text of a little-endian UTF-16 string, U+FFFD for what is ill-formed.
pub(crate) fn utf16(bytes: &[u8]) -> String {
    String::from_utf16_lossy(&units(bytes))
}

/// A name or reason, cut to what is kept.
#[cfg_attr(not(feature = "decrypt"), allow(dead_code, reason = "nothing is kept without decryption"))]
pub(crate) fn short(mut text: String) -> String {
    if text.len() > bounds::AUTH_TEXT {
        let end = (0..=bounds::AUTH_TEXT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
        text.shrink_to_fit();
    }
    text
}
