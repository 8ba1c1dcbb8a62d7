//! Gaps around the array that ends a structure.

use super::support::*;
use crate::idl::words::*;

crate::structure! {
    /// The array begins inside what would be the gap at the structure's end.
    ("1") struct TIGHT {
        DWORD a;
        UCHAR n => size(data);
        [size_is(n)] UCHAR data[*];
    }

    /// The array needs more than what stands before it.
    ("1") struct WIDE {
        UCHAR n => size(data);
        [size_is(n)] ULONGLONG data[*];
    }
}

crate::interface! {
    0 ("1", "1")
    error_status_t Tight([in] TIGHT s, [in] UCHAR z);

    1 ("1", "1")
    error_status_t Wide([in] UCHAR a, [in] WIDE s, [in] UCHAR z);
}

/// C706 14.3.7.2: the array is the last member and stands where its own alignment puts it. The gap that NDR64 has at
/// the end of a structure comes behind the array, not before it.
#[test]
fn the_array_follows_the_members() {
    let s = map([("a", 1u32.into()), ("n", 2u8.into()), ("data", vec![0xaau8, 0xbb].into())]);
    request(
        &Tight::METHOD,
        &params([("s", s), ("z", 9u8.into())]),
        "00000002  00000001 02 aa bb  09",
        "0000000000000002  00000001 02 aa bb .  09",
    );
    let s = map([("a", 1u32.into()), ("n", 0u8.into()), ("data", Vec::<u8>::new().into())]);
    request(
        &Tight::METHOD,
        &params([("s", s), ("z", 9u8.into())]),
        "00000000  00000001 00  09",
        "0000000000000000  00000001 00 ...  09",
    );
}

/// The elements decide the structure's alignment.
#[test]
fn the_elements_align_the_structure() {
    let s = map([("n", 1u8.into()), ("data", list([5u64]))]);
    request(
        &Wide::METHOD,
        &params([("a", 1u8.into()), ("s", s), ("z", 9u8.into())]),
        "01 ... 00000001  01 ....... 0000000000000005  09",
        "01 ....... 0000000000000001  01 ....... 0000000000000005  09",
    );
}
