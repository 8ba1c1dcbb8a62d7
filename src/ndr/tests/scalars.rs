//! Integers, enumerations, DWORD_PTR, FILETIME, context handles.

use super::support::*;
use crate::idl::words::*;
use crate::ndr::visitor::{ContextHandle, Guid};
use crate::ndr::{Direction, Endian, Syntax, Value};

crate::interface! {
    0 ("1", "1")
    error_status_t Integers([in] UCHAR a, [in] USHORT b, [in] UCHAR c, [in] DWORD d, [in] UCHAR e, [in] ULONGLONG f);

    1 ("1", "1")
    error_status_t Signed([in] USHORT a, [in] long b, [in] LONGLONG c);

    2 ("1", "1")
    error_status_t Enumeration([in] UCHAR a, [in] ENUM b, [in] UCHAR c);

    3 ("1", "1")
    error_status_t PointerSized([in] UCHAR a, [in] DWORD_PTR b, [in] UCHAR c);

    4 ("1", "1")
    error_status_t Times([in] UCHAR a, [in] FILETIME b, [in] UCHAR c);

    5 ("1", "1")
    error_status_t Handles([in] UCHAR a, [in] HRES_RPC b, [in] UCHAR c);

    6 ("1", "1")
    error_status_t Binding([in] handle_t a, [in] DWORD b);

    7 ("1", "1")
    error_status_t Booleans([in] UCHAR a, [in] BOOL b, [in] BOOLEAN c, [in] BOOLEAN d);

    8 ("1", "1")
    error_status_t Nobody();
}

/// C706 14.2.5: an integer of n bytes is aligned to n; the gap before it belongs to nobody. MS-RPCE 2.2.5 changes
/// nothing about it.
#[test]
fn integers_are_aligned_to_their_size() {
    let expected = params([
        ("a", 1u8.into()),
        ("b", 0x0203u16.into()),
        ("c", 4u8.into()),
        ("d", 0x0506_0708u32.into()),
        ("e", 9u8.into()),
        ("f", 0x0a0b_0c0d_0e0f_1011u64.into()),
    ]);
    let vector = "01 . 0203  04 ... 05060708  09 ... 0a0b0c0d0e0f1011";
    request(&Integers::METHOD, &expected, vector, vector);
}

/// C706 14.2.5: two's complement.
#[test]
fn signed_integers_are_sign_extended() {
    let expected = params([("a", 0xffffu16.into()), ("b", (-2i32).into()), ("c", (-3i64).into())]);
    let vector = "ffff .. fffffffe fffffffffffffffd";
    request(&Signed::METHOD, &expected, vector, vector);
}

/// C706 14.2.6: an enumeration takes 2 bytes; in NDR64 4 (MS-RPCE 2.2.5.2).
#[test]
fn enumerations_have_two_bytes_in_ndr_and_four_in_ndr64() {
    let expected = params([("a", 1u8.into()), ("b", 2u8.into()), ("c", 3u8.into())]);
    request(&Enumeration::METHOD, &expected, "01 . 0002 03", "01 ... 00000002 03");
}

/// C706 14.2.6: 15 bits of an enumeration are for values. Kept as it stands, and reported.
#[test]
fn enumerations_of_more_than_15_bits_are_reported() {
    let expected = params([("a", 1u8.into()), ("b", 0x8000u16.into()), ("c", 3u8.into())]);
    breaks(&Enumeration::METHOD, Direction::Request, Syntax::Ndr, "01 . 8000 03", &expected, &[("enum-high-bits", 2)]);
    let expected = params([("a", 1u8.into()), ("b", 0x0001_0000u32.into()), ("c", 3u8.into())]);
    let vector = "01 ... 00010000 03";
    breaks(&Enumeration::METHOD, Direction::Request, Syntax::Ndr64, vector, &expected, &[("enum-high-bits", 4)]);
}

/// MS-RPCE 2.2.4.1: `__int3264` takes 4 bytes in NDR and 8 in NDR64.
#[test]
fn pointer_sized_integers() {
    let expected = params([("a", 1u8.into()), ("b", 0x0203_0405u32.into()), ("c", 6u8.into())]);
    request(&PointerSized::METHOD, &expected, "01 ... 02030405 06", "01 ....... 0000000002030405 06");
}

/// MS-DTYP 2.3.3: FILETIME is a structure of two 32-bit words, low one first in either byte order; so its alignment is
/// 4, not 8.
#[test]
fn filetime_is_two_words() {
    let expected = params([("a", 1u8.into()), ("b", 0x0102_0304_0506_0708u64.into()), ("c", 9u8.into())]);
    let vector = "01 ... 05060708 01020304 09";
    request(&Times::METHOD, &expected, vector, vector);
}

/// C706 14.2.12.6 (`ndr_context_handle`): a 32-bit number and a UUID, whose first three fields follow the byte order and
/// whose last eight bytes don't.
#[test]
fn context_handles_align_to_4_and_their_uuid_has_a_byte_order() {
    let uuid = Guid::parse("01234567-89ab-cdef-0123-456789abcdef").unwrap();
    let handle = ContextHandle { attributes: 0, uuid };
    let expected = params([("a", 1u8.into()), ("b", handle.into()), ("c", 2u8.into())]);
    let vector = "01 ...  00000000  01234567 89ab cdef 01 23 45 67 89 ab cd ef  02";
    request(&Handles::METHOD, &expected, vector, vector);

    // The same without the notation of these vectors.
    let big = bytes(vector, Endian::Big, 0);
    assert_eq!(hex::encode(&big), "01000000000000000123456789abcdef0123456789abcdef02");
    let little = bytes(vector, Endian::Little, 0);
    assert_eq!(hex::encode(&little), "010000000000000067452301ab89efcd0123456789abcdef02");
}

/// MS-RPCE 2.2.4.15: the attributes are 0. C706 4.2.16.6: an [in] handle is not the null handle.
#[test]
fn odd_context_handles_are_reported() {
    let null = params([("a", 1u8.into()), ("b", ContextHandle::default().into()), ("c", 2u8.into())]);
    let vector = "01 ...  00000000  00000000 0000 0000 00 00 00 00 00 00 00 00  02";
    breaks(&Handles::METHOD, Direction::Request, Syntax::Ndr, vector, &null, &[("null-handle-in", 4)]);

    let handle = ContextHandle { attributes: 7, uuid: Guid::default() };
    let odd = params([("a", 1u8.into()), ("b", handle.into()), ("c", 2u8.into())]);
    let vector = "01 ...  00000007  00000000 0000 0000 00 00 00 00 00 00 00 00  02";
    breaks(&Handles::METHOD, Direction::Request, Syntax::Ndr64, vector, &odd, &[("handle-attributes", 4)]);

    // Null is a way to write the null handle.
    let null = params([("a", 1u8.into()), ("b", Value::Null), ("c", 2u8.into())]);
    let stub = crate::ndr::write::message(&Handles::METHOD, Direction::Request, 1, Syntax::Ndr, Endian::Little, &null);
    assert_eq!(stub.map(hex::encode).unwrap(), format!("01000000{}02", "00".repeat(20)));
}

/// C706 14.2.12.6 again: an explicit binding handle is the caller's own business.
#[test]
fn a_binding_handle_takes_no_bytes() {
    let expected = params([("b", 5u32.into())]);
    request(&Binding::METHOD, &expected, "00000005", "00000005");
}

/// MS-DTYP 2.2.3 and 2.2.4: BOOL has four bytes, BOOLEAN one (errata E-08).
#[test]
fn booleans() {
    let expected = params([("a", 1u8.into()), ("b", true.into()), ("c", true.into()), ("d", false.into())]);
    let vector = "01 ... 00000001 01 00";
    request(&Booleans::METHOD, &expected, vector, vector);

    let odd = params([("a", 1u8.into()), ("b", 2u32.into()), ("c", 3u8.into()), ("d", false.into())]);
    let rules = [("not-a-boolean", 4), ("not-a-boolean", 8)];
    breaks(&Booleans::METHOD, Direction::Request, Syntax::Ndr, "01 ... 00000002 03 00", &odd, &rules);
}

/// A stub without parameters is empty.
#[test]
fn nothing_takes_no_bytes() {
    request(&Nobody::METHOD, &params([]), "", "");
}
