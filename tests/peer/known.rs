//! Where peers and the specification part ways, each with the reason why the specification's reading is ours.
//! `docs/differential.md` tells them at length; a test holds the two together.

use super::subject::Subject;
use cluscope::internals::ndr::{Direction, Endian};

/// Who sees it differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// `ndrdump` of Samba 4.17.
    Samba,
    /// The dissectors of Wireshark 4.0, made from an older state of Samba's IDL.
    Wireshark,
}

/// A difference.
#[derive(Debug)]
pub struct Known {
    pub peer: Peer,
    pub interface: &'static str,
    pub opnum: u16,
    /// Where it shows; nowhere else is it excused.
    pub direction: Option<Direction>,
    /// The byte order in which it shows.
    pub endian: Option<Endian>,
    /// What the comparison says of it begins with this: a field, or how the peer gives up.
    pub what: &'static [&'static str],
    /// The differing value stands alone: what follows is compared all the same.
    pub alone: bool,
    pub why: &'static str,
}

const fn known(peer: Peer, place: (&'static str, u16), what: &'static [&'static str], why: &'static str) -> Known {
    let (interface, opnum) = place;
    Known { peer, interface, opnum, direction: None, endian: None, what, alone: false, why }
}

/// In requests alone.
const fn request(known: Known) -> Known {
    Known { direction: Some(Direction::Request), ..known }
}

/// In responses alone.
const fn response(known: Known) -> Known {
    Known { direction: Some(Direction::Response), ..known }
}

/// In big-endian data, and what follows is not touched.
const fn big(known: Known) -> Known {
    Known { endian: Some(Endian::Big), alone: true, ..known }
}

use Peer::{Samba, Wireshark};

const BOOL: &str = "a BOOL has four bytes (MS-DTYP 2.2.3), in Samba's IDL one";
const NEWER: &str = "the method is newer than the peer's IDL";
const UNREAD: &[&str] = &["leaves bytes"];
const NO_DUMP: &[&str] = &["fails: no dump"];
const REFUSED: &[&str] = &["refused: pull"];
const LIST: &str = "NetworkIdList is an array of unique pointers to strings (3.1.4.2.87), in Samba's IDL one string";
const KEY: &str = "dwNotifyKey is a DWORD_PTR (2.2.3.24), in Samba's IDL a pointer to a number";
const FILETIME: &str =
    "a FILETIME is two DWORDs in the byte order of the data (MS-DTYP 2.3.3), here read as little-endian";
const TYPE: &str = "the field is declared without a type, so that its value is not shown";

/// All of them.
pub const ALL: &[Known] = &[
    known(Samba, ("clusapi", 43), UNREAD, BOOL),
    known(Samba, ("clusapi", 61), UNREAD, BOOL),
    known(Samba, ("clusapi", 87), REFUSED, LIST),
    known(Samba, ("clusapi", 138), UNREAD, BOOL),
    response(known(Samba, ("clusapi", 139), &["refused: pull", "at Notifications"], KEY)),
    known(Samba, ("clusapi", 184), NO_DUMP, NEWER),
    known(Samba, ("clusapi", 185), NO_DUMP, NEWER),
    known(Samba, ("witness", 5), NO_DUMP, NEWER),
    big(response(known(Wireshark, ("clusapi", 31), &["at lpftLastWriteTime"], FILETIME))),
    Known { alone: true, ..request(known(Wireshark, ("clusapi", 32), &["at dwType"], TYPE)) },
    Known { alone: true, ..response(known(Wireshark, ("clusapi", 34), &["at lpValueType"], TYPE)) },
    Known { alone: true, ..response(known(Wireshark, ("clusapi", 36), &["at lpType"], TYPE)) },
    big(response(known(Wireshark, ("clusapi", 38), &["at lpftLastWriteTime"], FILETIME))),
    request(known(Wireshark, ("clusapi", 43), &["at force"], BOOL)),
    request(known(Wireshark, ("clusapi", 61), &["at WatchSubTree"], BOOL)),
    request(known(Wireshark, ("clusapi", 87), &["at NetworkIdList", "malformed", "Expert Info"], LIST)),
    response(known(
        Wireshark,
        ("clusapi", 108),
        &["at ReturnStatusBufferPtr", "at SizeReturned"],
        "ReturnStatusBufferPtr is missing in the dissector, by 3.1.4.2.108 it comes first; ndrdump has it",
    )),
    Known { alone: true, ..request(known(Wireshark, ("clusapi", 126), &["at bDrainNode"], BOOL)) },
    request(known(Wireshark, ("clusapi", 138), &["at isTargetedAtObject"], BOOL)),
    response(known(Wireshark, ("clusapi", 139), &["at Notifications"], KEY)),
    Known { alone: true, ..request(known(Wireshark, ("clusapi", 183), &["at UseDomains"], BOOL)) },
    known(Wireshark, ("clusapi", 184), &["at ", "shows ", "not dissected"], NEWER),
    known(Wireshark, ("clusapi", 185), &["at ", "shows ", "not dissected"], NEWER),
    big(response(known(
        Wireshark,
        ("witness", 0),
        &["at InterfaceList.InterfaceInfo[].InterfaceGroupName"],
        "an array of WCHAR has the byte order of the data (C706 14.2.5), here read as little-endian",
    ))),
    known(Wireshark, ("witness", 5), &["at ", "shows ", "not dissected"], NEWER),
];

/// The known difference that explains what was found in a stub.
pub fn explains(peer: Peer, subject: &Subject, what: &str) -> Option<&'static Known> {
    let kind = subject.identity.kind;
    ALL.iter().find(|k| {
        (k.peer, k.interface, k.opnum) == (peer, kind.interface.name, subject.method.opnum)
            && k.direction.is_none_or(|d| d == kind.direction)
            && k.endian.is_none_or(|e| e == kind.endian)
            && k.what.iter().any(|w| what.starts_with(w))
    })
}
