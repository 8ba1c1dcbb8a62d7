//! ApiGetNotifyV2 (3.1.4.2.138) in NDR: elements with 8-byte members behind a count of 4. C706 14.3.3.2 to the letter
//! aligns the count to the elements; Windows aligns it to itself. Both are read, the first with a diagnostic; the second
//! is written. In NDR64 counts have 8 bytes and the question does not arise.

use super::support::*;
use crate::idl::notify::ApiGetNotifyV2;
use crate::ndr::value::Contents;
use crate::ndr::{Direction::Response, Syntax, Value, Version};

fn notification() -> Value {
    let filter = map([("dwObjectType", 2u32.into()), ("FilterFlags", 0x10u64.into())]);
    let data = map([
        ("FilterAndType", filter),
        ("buffer", vec![1u8, 0, 0, 0].into()),
        ("dwBufferSize", 4u32.into()),
        ("ObjectId", "o".into()),
        ("ParentId", Value::Null),
        ("Name", "n".into()),
        ("Type", Value::Null),
    ]);
    map([("dwNotifyKey", 7u32.into()), ("NotificationData", data)])
}

fn contents(count: usize) -> Contents {
    params([
        ("Notifications", list(std::iter::repeat_n(notification(), count))),
        ("dwNumNotifications", (count as u32).into()),
        ("return", 0u32.into()),
    ])
}

// NOTIFICATION_RPC: key, gap to 8; type, gap to 8, flags; pointer, size, four pointers; 48 bytes in NDR.
const ELEMENT: &str =
    "00000007 .... 00000002 .... 0000000000000010 00020004 00000004 00020008 00000000 0002000c 00000000";
const REFERENTS: &str = "00000004 01 00 00 00
     00000002 00000000 00000002 006f 0000
     00000002 00000000 00000002 006e 0000";

/// As Windows sends it: pointer at 0, count at 4, elements at 8.
#[test]
fn as_windows_sends_it() {
    both_ways(
        &ApiGetNotifyV2::METHOD,
        Response,
        &contents(1),
        &format!("00020000 00000001 {ELEMENT} {REFERENTS} 00000001 00000000"),
        "0000000000020000 0000000000000001
         0000000000000007  00000002 .... 0000000000000010
         0000000000020004 00000004 .... 0000000000020008 0000000000000000 000000000002000c 0000000000000000
         0000000000000004 01 00 00 00 ....
         0000000000000002 0000000000000000 0000000000000002 006f 0000 ....
         0000000000000002 0000000000000000 0000000000000002 006e 0000
         00000001 00000000",
    );
}

/// By C706's letter: pointer at 0, count at 8, elements at 16.
#[test]
fn as_c706_has_it() {
    let vector = format!("00020000 .... 00000001 .... {ELEMENT} {REFERENTS} 00000001 00000000");
    breaks(&ApiGetNotifyV2::METHOD, Response, Syntax::Ndr, &vector, &contents(1), &[("count-alignment", 4)]);
}

/// The views find their way in both.
#[test]
fn views_of_either() {
    use crate::ndr::wire::Message;
    for vector in [
        format!("00020000 00000001 {ELEMENT} {REFERENTS} 00000001 00000000"),
        format!("00020000 .... 00000001 .... {ELEMENT} {REFERENTS} 00000001 00000000"),
    ] {
        for endian in ORDERS {
            let stub = bytes(&vector, endian, 0);
            let kind = crate::idl::kind(&ApiGetNotifyV2::METHOD, Version::V3_0, Response, Syntax::Ndr, endian).unwrap();
            let view = ApiGetNotifyV2::Response::of(Message::decode(&ApiGetNotifyV2::METHOD, kind, &stub).unwrap());
            let view = view.unwrap();
            let first = view.Notifications().unwrap().next().unwrap();
            assert_eq!(first.dwNotifyKey(), 7);
            let data = first.NotificationData();
            assert_eq!((data.FilterAndType().dwObjectType(), data.FilterAndType().FilterFlags()), (2, 0x10));
            assert_eq!(data.buffer().unwrap().as_bytes(), [1, 0, 0, 0]);
            assert_eq!((data.ObjectId().unwrap().to_string().as_str(), data.ParentId().is_none()), ("o", true));
            assert_eq!((data.Name().unwrap().to_string().as_str(), data.Type().is_none()), ("n", true));
            assert_eq!((view.dwNumNotifications(), view.r#return()), (1, 0));
        }
    }
}

/// No notification: a null pointer, or an empty array without a gap.
#[test]
fn nothing_to_tell() {
    both_ways(
        &ApiGetNotifyV2::METHOD,
        Response,
        &params([("Notifications", Value::Null), ("dwNumNotifications", 0u32.into()), ("return", 259u32.into())]),
        "00000000 00000000 00000103",
        "0000000000000000 00000000 00000103",
    );
    both_ways(
        &ApiGetNotifyV2::METHOD,
        Response,
        &contents(0),
        "00020000 00000000 00000000 00000000",
        "0000000000020000 0000000000000000 00000000 00000000",
    );
}

/// A stub that is cut short is blamed at the place where Windows would have put it.
#[test]
fn cut_short() {
    fails(
        &ApiGetNotifyV2::METHOD,
        Response,
        Syntax::Ndr,
        "00020000 00000002 00000007",
        (8, "Notifications"),
        short(96, 4, "maximum count"),
    );
}
