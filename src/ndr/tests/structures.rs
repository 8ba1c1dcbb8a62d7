//! C706 14.3.6 and 14.3.7: structures, and the counts that move to their front.

use super::support::*;
use crate::idl::words::*;
use crate::ndr::{Direction, Syntax, Value};

crate::structure! {
    /// Members of every alignment.
    ("1") struct MIXED {
        UCHAR a;
        USHORT b;
        UCHAR c;
        DWORD d;
        UCHAR e;
        LONGLONG f;
        UCHAR g;
    }

    /// A structure in a structure.
    ("1") struct INNER {
        UCHAR a;
        DWORD b;
    }

    ///
    ("1") struct NESTED {
        UCHAR x;
        INNER inner;
        UCHAR y;
    }

    /// Ends with an array of bytes.
    ("1") struct COUNTED {
        USHORT n => size(data);
        [size_is(n)] UCHAR data[*];
    }

    /// Has such a structure at its end.
    ("1") struct AROUND {
        ULONGLONG before;
        COUNTED counted;
    }

    /// A list of names.
    ("1") struct ENTRY {
        DWORD kind;
        [string] LPWSTR name;
    }

    ///
    ("1") struct LIST {
        DWORD n => size(entries);
        [size_is(n)] ENTRY entries[*];
    }

    /// A pointer to a conformant varying array.
    ("1") struct ROOM {
        [size_is(room), length_is(used)] UCHAR *data;
        DWORD room => capacity(data);
        DWORD used => size(data);
    }

    /// A pointer to an array, its size behind it.
    ("1") struct BLOB {
        [size_is(n)] UCHAR *data;
        DWORD n => size(data);
    }
}

crate::interface! {
    0 ("1", "1")
    error_status_t InPlace([in] UCHAR a, [in] MIXED s, [in] UCHAR z);

    1 ("1", "1")
    error_status_t InStructure([in] NESTED s, [in] UCHAR z);

    2 ("1", "1")
    error_status_t Hoisted([in] UCHAR a, [in] COUNTED s, [in] UCHAR z);

    3 ("1", "1")
    error_status_t HoistedTwice([in] UCHAR a, [in] AROUND s, [in] UCHAR z);

    4 ("1", "1")
    error_status_t Lists([in, unique] LIST s, [in] UCHAR z);

    5 ("1", "1")
    error_status_t Rooms([in] ROOM s, [in] UCHAR z);

    6 ("1", "1")
    error_status_t Blobs([in, size_is(n)] BLOB *s, [in] DWORD n => size(s));
}

/// A structure is aligned as its widest member, each member as itself. In NDR nothing stands behind the last member; in
/// NDR64 a gap up to the structure's alignment (MS-RPCE 2.2.5.3.4.1).
#[test]
fn members_are_aligned_and_ndr64_closes_the_structure() {
    let mixed = map([
        ("a", 1u8.into()),
        ("b", 2u16.into()),
        ("c", 3u8.into()),
        ("d", 4u32.into()),
        ("e", 5u8.into()),
        ("f", 6i64.into()),
        ("g", 7u8.into()),
    ]);
    let expected = params([("a", 9u8.into()), ("s", mixed), ("z", 8u8.into())]);
    let body = "09 .......  01 . 0002 03 ... 00000004 05 ... 0000000000000006 07";
    request(&InPlace::METHOD, &expected, &format!("{body} 08"), &format!("{body} ....... 08"));
}

/// A structure inside another one is aligned as a whole.
#[test]
fn structures_in_structures() {
    let inner = map([("a", 2u8.into()), ("b", 3u32.into())]);
    let expected = params([("s", map([("x", 1u8.into()), ("inner", inner), ("y", 4u8.into())])), ("z", 5u8.into())]);
    request(&InStructure::METHOD, &expected, "01 ... 02 ... 00000003 04  05", "01 ... 02 ... 00000003 04 ... 05");
}

/// C706 14.3.7.2: the maximum count of an array at the end of a structure stands in front of the structure.
#[test]
fn the_maximum_count_moves_to_the_front() {
    let counted = map([("n", 3u16.into()), ("data", vec![0xaau8, 0xbb, 0xcc].into())]);
    request(
        &Hoisted::METHOD,
        &params([("a", 1u8.into()), ("s", counted), ("z", 2u8.into())]),
        "01 ...  00000003  0003 aa bb cc  02",
        "01 .......  0000000000000003  0003 aa bb cc .  02",
    );
}

/// … of the outermost one. There the count has its own alignment, and the structure its own behind it.
#[test]
fn to_the_front_of_the_outermost_structure() {
    let counted = map([("n", 1u16.into()), ("data", vec![0xaau8].into())]);
    request(
        &HoistedTwice::METHOD,
        &params([("a", 1u8.into()), ("s", map([("before", 5u64.into()), ("counted", counted)])), ("z", 2u8.into())]),
        // One byte and a gap of three, then the count; the structure needs 8 and stands there already.
        "01 ...  00000001  0000000000000005 0001 aa  02",
        "01 .......  0000000000000001  0000000000000005 0001 aa .....  02",
    );
}

/// The commonest reply: a pointer to a structure that ends with an array of structures with pointers.
#[test]
fn a_list_behind_a_pointer() {
    let entry = |kind: u32, name: Value| map([("kind", kind.into()), ("name", name)]);
    request(
        &Lists::METHOD,
        &params([
            (
                "s",
                map([
                    ("n", 3u32.into()),
                    ("entries", list([entry(1, "a".into()), entry(2, Value::Null), entry(4, "b".into())])),
                ]),
            ),
            ("z", 9u8.into()),
        ]),
        "00020000
         00000003                  # maximum count
         00000003                  # n
         00000001 00020004
         00000002 00000000
         00000004 00020008
         00000002 00000000 00000002 0061 0000
         00000002 00000000 00000002 0062 0000
         09",
        "0000000000020000
         0000000000000003          # maximum count
         00000003 ....             # n; the entries need 8
         00000001 .... 0000000000020004
         00000002 .... 0000000000000000
         00000004 .... 0000000000020008
         0000000000000002 0000000000000000 0000000000000002 0061 0000 ....
         0000000000000002 0000000000000000 0000000000000002 0062 0000
         09",
    );
}

/// Without an entry: in NDR64 the structure still ends at its alignment, which its absent entries give it.
#[test]
fn an_empty_list() {
    request(
        &Lists::METHOD,
        &params([("s", map([("n", 0u32.into()), ("entries", list::<Value>([]))])), ("z", 9u8.into())]),
        "00020000 00000000 00000000 09",
        "0000000000020000 0000000000000000 00000000 .... 09",
    );
}

/// `size_is` inside a structure is compared with the member it names.
#[test]
fn counts_inside_structures_are_compared() {
    let expected = params([("s", map([("n", 1u32.into()), ("entries", list::<Value>([]))])), ("z", 9u8.into())]);
    let vector = "00020000 00000000 00000001 09";
    breaks(&Lists::METHOD, Direction::Request, Syntax::Ndr, vector, &expected, &[("count-mismatch", 12)]);
}

/// An embedded pointer to a conformant varying array: three counts where the referent stands.
#[test]
fn a_pointer_to_room() {
    let room = |room: u32, used: u32, data: Value| map([("data", data), ("room", room.into()), ("used", used.into())]);
    let mut expected = params([("s", room(16, 2, vec![1u8, 2].into())), ("z", 9u8.into())]);
    expected.max_counts.push(("s.data".into(), 16));
    request(
        &Rooms::METHOD,
        &expected,
        "00020000 00000010 00000002  00000010 00000000 00000002 01 02  09",
        "0000000000020000 00000010 00000002  0000000000000010 0000000000000000 0000000000000002 01 02  09",
    );
    // The writer finds the maximum count in the member that size_is names, too.
    expected.max_counts.clear();
    let stub = crate::ndr::write::message(
        &Rooms::METHOD,
        Direction::Request,
        0,
        Syntax::Ndr,
        crate::ndr::Endian::Big,
        &expected,
    );
    let vector = "00020000 00000010 00000002  00000010 00000000 00000002 01 02  09";
    assert_eq!(stub.unwrap(), bytes(vector, crate::ndr::Endian::Big, 0));
    request(
        &Rooms::METHOD,
        &params([("s", room(0, 0, Value::Null)), ("z", 9u8.into())]),
        "00000000 00000000 00000000 09",
        "0000000000000000 00000000 00000000 09",
    );
}

/// Sizes that stand behind their arrays, in elements of an array; left out, the writer counts for itself.
#[test]
fn sizes_can_be_left_to_the_writer() {
    let blob = |data: &[u8]| map([("data", data.into()), ("n", (data.len() as u32).into())]);
    let expected = params([("s", list([blob(&[1]), blob(&[2, 3])])), ("n", 2u32.into())]);
    let ndr = "00000002  00020000 00000001 00020004 00000002
               00000001 01 ...  00000002 02 03 ..  00000002";
    request(
        &Blobs::METHOD,
        &expected,
        ndr,
        "0000000000000002  0000000000020000 00000001 .... 0000000000020004 00000002 ....
         0000000000000001 01 .......  0000000000000002 02 03 ..  00000002",
    );
    let short = |data: &[u8]| map([("data", data.into())]);
    let contents = params([("s", list([short(&[1]), short(&[2, 3])]))]);
    for endian in ORDERS {
        let stub = crate::ndr::write::message(&Blobs::METHOD, Direction::Request, 0, Syntax::Ndr, endian, &contents);
        assert_eq!(stub.unwrap(), bytes(ndr, endian, 0));
    }
}
