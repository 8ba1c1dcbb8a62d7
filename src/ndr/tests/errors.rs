//! Stubs that can't be read: offset, field, and who claimed the bytes that are not there.

use super::support::*;
use crate::base::error::ErrorKind;
use crate::idl::words::*;
use crate::idl::{cluster, group, key, notify, resource, witness};
use crate::ndr::types::{ArrayKind, Field, Flow, PointerKind, Scalar, Semantics, Type};
use crate::ndr::{Direction, Endian, Method, Struct, Syntax, Version, walk};
use Direction::{Request, Response};
use Syntax::{Ndr, Ndr64};

crate::interface! {
    0 ("1", "1")
    error_status_t Widths([in] UCHAR a, [in] USHORT b, [in] DWORD c, [in] ULONGLONG d, [in] ENUM e, [in] DWORD_PTR f,
        [in] FILETIME g);
}

/// Each scalar names itself; the offset is that of its first byte, gap not included, unless the stub ends before or in
/// the gap: no offset lies outside the stub.
#[test]
fn scalars() {
    let full = "01 . 0002 00000003 0000000000000004 0005 .. 00000006 00000007 00000008";
    let stub = bytes(full, Endian::Little, 0);
    for (len, offset, field, needed, claimed_by) in [
        (0, 0, "a", 1, "u8"),
        (1, 1, "b", 3, "u16"),
        (2, 2, "b", 2, "u16"),
        (3, 2, "b", 2, "u16"),
        (5, 4, "c", 4, "u32"),
        (15, 8, "d", 8, "u64"),
        (17, 16, "e", 2, "enum16"),
        (19, 19, "f", 5, "DWORD_PTR"),
        (27, 24, "g", 8, "FILETIME"),
    ] {
        let error = read(&Widths::METHOD, Request, Ndr, Endian::Little, &stub[..len]).result.unwrap_err();
        let kind = short(needed, (len as u64).saturating_sub(offset as u64), claimed_by);
        assert_eq!((error.offset, error.path.to_string().as_str(), error.kind), (offset, field, kind), "{len}");
    }
    assert_eq!(read(&Widths::METHOD, Request, Ndr, Endian::Little, &stub).result, Ok(stub.len()));
    // In NDR64: the two wide ones.
    fails(
        &Widths::METHOD,
        Request,
        Ndr64,
        "01 . 0002 00000003 0000000000000004 0005",
        (16, "e"),
        short(4, 2, "enum16"),
    );
    let vector = "01 . 0002 00000003 0000000000000004 00000005 .... 00000006";
    fails(&Widths::METHOD, Request, Ndr64, vector, (24, "f"), short(8, 4, "DWORD_PTR"));
}

#[test]
fn handles() {
    fails(
        &resource::ApiDeleteResource::METHOD,
        Request,
        Ndr,
        "00000000 00000000",
        (0, "hResource"),
        short(20, 8, "context handle"),
    );
}

/// A string's three counts, then its units, by the count that claimed them.
#[test]
fn strings() {
    let method = &resource::ApiOpenResource::METHOD;
    let name = "lpszResourceName";
    fails(method, Request, Ndr, "", (0, name), short(4, 0, "maximum count"));
    fails(method, Request, Ndr, "00000003 00", (4, name), short(4, 1, "offset"));
    fails(method, Request, Ndr, "00000003 00000000 0000", (8, name), short(4, 2, "actual count"));
    fails(method, Request, Ndr, "00000003 00000000 00000003 0041 0000", (12, name), short(6, 4, "actual count"));
    fails(method, Request, Ndr64, "00000003 00000000", (8, name), short(8, 0, "offset"));
    let huge = "0000000000000003 0000000000000000 ffffffffffffffff 0041";
    fails(method, Request, Ndr64, huge, (24, name), short(u64::MAX, 2, "actual count"));
    fails(method, Request, Ndr, "00000003 00000000 ffffffff 0041", (12, name), short(0x1_ffff_fffe, 2, "actual count"));
    fails(method, Request, Ndr, "00000003 00000000 80000000 0041", (12, name), short(0x1_0000_0000, 2, "actual count"));
}

/// Pointers and what they lead to.
#[test]
fn pointers() {
    let method = &cluster::ApiGetClusterName::METHOD;
    fails(method, Response, Ndr, "0002", (0, "ClusterName"), short(4, 2, "referent identifier"));
    fails(method, Response, Ndr, "00020000", (4, "ClusterName"), short(4, 0, "maximum count"));
    fails(method, Response, Ndr, "00000000 00020000 00000001 00000000", (16, "NodeName"), short(4, 0, "actual count"));
    fails(method, Response, Ndr64, "0000000000000000 00020000", (8, "NodeName"), short(8, 4, "referent identifier"));
}

/// The field is named down to the element and member.
#[test]
fn paths() {
    let method = &cluster::ApiCreateEnum::METHOD;
    let vector = "00020000 00000002 00000002 00000001 00020004 00000002 00020008
                  00000001 00000000 00000001 0000 ..
                  00000002 00000000 00000009 0041";
    fails(method, Response, Ndr, vector, (56, "ReturnEnum.Entry[1].Name"), short(18, 2, "actual count"));

    // A structure with a place of its own is one piece, claimed by its name.
    let method = &notify::ApiAddNotifyV2::METHOD;
    let handles = "00000000 00000001 0000 0000 00 00 00 00 00 00 00 00 ".repeat(2);
    let vector = format!("{handles} 00000001 .... 00000000");
    fails(method, Request, Ndr, &vector, (40, "filter"), short(16, 12, "NOTIFY_FILTER_AND_TYPE_RPC"));
}

/// Elements are claimed by the count in front of them, before any of them is looked at.
#[test]
fn arrays() {
    let handle = "00000000 00000001 0000 0000 00 00 00 00 00 00 00 00";
    let method = &group::ApiOnlineGroupEx::METHOD;
    let vector = format!("{handle} 00000000 00000008 01 02 03");
    fails(method, Request, Ndr, &vector, (28, "lpInBuffer"), short(8, 3, "maximum count"));
    let vector = format!("{handle} 00000000 ffffffffffffffff 01 02 03");
    fails(method, Request, Ndr64, &vector, (32, "lpInBuffer"), short(u64::MAX, 3, "maximum count"));

    // 8 bytes an element: the product overflows 64 bits.
    let method = &cluster::ApiCreateEnum::METHOD;
    let vector = "0000000000020000 ffffffffffffffff 00000001 ....";
    fails(method, Response, Ndr64, vector, (24, "ReturnEnum"), short(u64::MAX, 0, "maximum count"));
    let vector = "00020000 ffffffff 00000001 00000001 00000000";
    fails(method, Response, Ndr, vector, (12, "ReturnEnum"), short(0x7_ffff_fff8, 8, "maximum count"));

    // Conformant varying: the actual count claims.
    let method = &group::ApiGroupControl::METHOD;
    let vector = "00000004 00000000 00000004 01 02";
    fails(method, Response, Ndr, vector, (12, "lpOutBuffer"), short(4, 2, "actual count"));
}

#[test]
fn fixed_structures() {
    let method = &key::ApiEnumKey::METHOD;
    fails(method, Response, Ndr, "00000000 00000001", (4, "lpftLastWriteTime"), short(8, 4, "FILETIME"));
    let method = &witness::WitnessrGetInterfaceList::METHOD;
    let vector = "00020000 00000001 00020004 00000001 0000";
    fails(method, Response, Ndr, vector, (16, "InterfaceList.InterfaceInfo"), short(552, 2, "maximum count"));
}

/// A declaration that refers to itself, as a linked list does, ends at `MAX_DEPTH` and not on the stack. (A pointer to
/// its own type doesn't compile: `Method::new` follows it.)
#[test]
fn recursion_is_bounded() {
    static NEXT: Type = Type::Pointer(PointerKind::Unique, &Type::Struct(&NODE));
    static FIELDS: &[Field] = &[Field::new("next", "PNODE", &NEXT, Flow::Member, Semantics::Structure)];
    static NODE: Struct = Struct::new("NODE", "1", FIELDS);
    static METHOD: Method = Method::new(
        0,
        "Chain",
        EVERY,
        ["1", "1"],
        true,
        &[Field::new("head", "PNODE", &NEXT, Flow::In, Semantics::Structure)],
    );
    let chain = |n: usize| {
        let mut stub = [1, 0, 0, 0].repeat(n);
        stub.extend([0; 4]);
        stub
    };
    let long = read(&METHOD, Request, Ndr, Endian::Little, &chain(100_000));
    let error = long.result.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Limit { limit: "MAX_DEPTH" });
    assert!(error.offset < 8 * walk::MAX_DEPTH && error.path.to_string().starts_with("head.next.next"), "{error}");
    let stub = chain(walk::MAX_DEPTH - 2);
    assert_eq!(read(&METHOD, Request, Ndr, Endian::Little, &stub).result, Ok(stub.len()));
}

/// What was read before the error stays.
#[test]
fn what_came_before() {
    let stub = bytes("01 . 0002 00000003 000000", Endian::Little, 0);
    let reading = read(&Widths::METHOD, Request, Ndr, Endian::Little, &stub);
    assert_eq!(reading.contents, params([("a", 1u8.into()), ("b", 2u16.into()), ("c", 3u32.into())]));
}

/// Bytes behind the last parameter are no error: they are left over.
#[test]
fn trailing_bytes() {
    let stub = bytes("00000001 00000002 aa bb", Endian::Little, 0);
    let kind =
        crate::idl::kind(&resource::ApiDeleteResource::METHOD, Version::V3_0, Response, Ndr, Endian::Little).unwrap();
    let message = crate::ndr::wire::Message::decode(&resource::ApiDeleteResource::METHOD, kind, &stub).unwrap();
    assert_eq!((message.consumed, message.trailing()), (8, &[0xaa, 0xbb][..]));
}

/// One type at any place of a stub, as an embedder may ask for.
#[test]
fn a_value_by_itself() {
    static TYPE: Type = Type::Array(ArrayKind::Conformant, &Type::Scalar(Scalar::U8));
    static FIELD: Field = Field::new("blob", "BLOB", &TYPE, Flow::In, Semantics::Bytes);
    let stub = bytes("ff 00 00 .  00000002 aa bb", Endian::Big, 0);
    let cx = crate::ndr::DecodeContext::new(&stub, Ndr, Endian::Big);
    let mut collect = crate::ndr::value::Collect::default();
    assert_eq!(walk::value(cx, &FIELD, 0, 1, &mut collect), Ok(10));
    assert_eq!(collect.contents, params([("blob", vec![0xaau8, 0xbb].into())]));
    let error = walk::value(cx, &FIELD, 0, 9, &mut collect).unwrap_err();
    assert_eq!((error.offset, error.kind), (10, short(6, 0, "maximum count")));
}
