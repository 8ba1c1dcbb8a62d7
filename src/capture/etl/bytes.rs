//! Little-endian fields at an offset, as ETW writes all of them.

/// The bytes at `at`, where they are all there.
fn array<const N: usize>(data: &[u8], at: usize) -> Option<[u8; N]> {
    data.get(at..)?.first_chunk::<N>().copied()
}

/// Two bytes at `at` as a number.
pub(super) fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    array(data, at).map(u16::from_le_bytes)
}

/// Four bytes at `at` as a number.
pub(super) fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    array(data, at).map(u32::from_le_bytes)
}

/// Eight bytes at `at` as a number.
pub(super) fn u64_at(data: &[u8], at: usize) -> Option<u64> {
    array(data, at).map(u64::from_le_bytes)
}

/// Four bytes at `at` as a size or offset.
pub(super) fn size_at(data: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(data, at)?).ok()
}

/// A GUID at `at`.
pub(super) fn guid_at(data: &[u8], at: usize) -> Option<crate::base::guid::Guid> {
    array(data, at).map(crate::base::guid::Guid)
}

/// A UTF-16 string that ends with a zero at `at`, at most `most` units of it kept, and where it ends. Ill-formed units are
/// replaced; a string without its end gives `None`.
pub(super) fn string_at(data: &[u8], at: usize, most: usize) -> Option<(String, usize)> {
    let units = data.get(at..)?.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let len = units.clone().position(|unit| unit == 0)?;
    let text =
        char::decode_utf16(units.take(len.min(most))).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Some((text, at + 2 * (len + 1)))
}
