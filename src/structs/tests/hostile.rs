//! Input that lies: every length, count and offset, cut and flipped.

use super::{entry, field, join, list, read_as_everything, wide};
use crate::structs::{decode, rules, security};

fn error(name: &str, bytes: &[u8]) -> String {
    let decoded = decode(name, bytes).unwrap();
    decoded.error.unwrap_or_else(|| panic!("no error in {:?}", decoded.value)).to_string()
}

#[test]
fn counts_that_lie() {
    let mut bytes = list(&[("A", &[entry(0x0001_0002, &[1, 0, 0, 0])])]);
    bytes[..4].copy_from_slice(&[0xff; 4]);
    let end = bytes.len();
    assert_eq!(
        error("PROPERTY_LIST", &bytes),
        format!("offset {end}, properties[1].name: 4 bytes needed (DWORD), 0 left")
    );
    // What came before the error is kept.
    let decoded = decode("PROPERTY_LIST", &bytes).unwrap();
    let properties = super::member(decoded.value.as_ref().unwrap(), "properties").clone();
    assert_eq!(super::member(super::element(&properties, 0), "name"), &"A".into());

    let bytes = join(&[&[1, 0, 0, 0], &[0xff; 4], &[0; 20]]);
    assert_eq!(error("CBFLT_PATH_IDS", &bytes), "offset 28, PathId[1]: 4 bytes needed (DWORD), 0 left");
    assert_eq!(
        error("SR_RESOURCE_TYPE_REPLICATED_DISKS_RESULT", &[0xff, 0xff, 0, 0, 1]),
        "offset 4, ReplicatedDisks[0].Type: 4 bytes needed (u32), 1 left"
    );
    assert_eq!(
        error("IPADDR_INFO_LIST", &join(&[&40u32.to_le_bytes(), &[0; 4], &9u32.to_le_bytes(), &[0; 28]])),
        "offset 40, IPAddrInfo[1].IPV4: 4 bytes needed (IPv4 address), 0 left"
    );
}

#[test]
fn sizes_that_lie() {
    let bytes = list(&[("Address", &[entry(0x0001_0003, &wide("10.1.2.3"))])]);
    // Size of the name, and of the value.
    let mut name = bytes.clone();
    name[8..12].copy_from_slice(&0xffff_fff0u32.to_le_bytes());
    assert_eq!(error("PROPERTY_LIST", &name), "offset 12, properties[0].name: 4294967280 bytes needed (Size), 48 left");
    let mut value = bytes.clone();
    value[32] = 200;
    assert_eq!(error("PROPERTY_LIST", &value), "offset 36, properties[0].values[0]: 200 bytes needed (Size), 24 left");
    // A name without terminator, one of odd size, an empty one.
    for size in [0, 1, 3, 15] {
        let mut bytes = bytes.clone();
        bytes[8] = size;
        let _ = decode("PROPERTY_LIST", &bytes).unwrap();
    }
    let unterminated = join(&[&[1, 0, 0, 0], &entry(0x0004_0003, b"A\0"), &entry(0x0001_0002, &[0; 4]), &[0; 4]]);
    let decoded = decode("PROPERTY_LIST", &unterminated).unwrap();
    assert_eq!(decoded.diagnostics[0].rule, &rules::TERMINATOR_MISSING);
    assert_eq!(crate::structs::encode("PROPERTY_LIST", &decoded.value.unwrap()).unwrap(), unterminated);
}

/// Values of every format in every wrong size, none at all included: kept as bytes and written as they were.
#[test]
fn values_of_wrong_size() {
    for syntax in (1..=14u32).flat_map(|format| [0x0001_0000 | format, 0x0002_0002, 0x0006_0002, 0x000e_0001]) {
        for size in 0..20 {
            let bytes = list(&[("P", &[entry(0x0001_0004, &wide("e")), entry(syntax, &vec![0x41; size])])]);
            let decoded = decode("PROPERTY_LIST", &bytes).unwrap();
            assert_eq!((decoded.error, decoded.trailing.len()), (None, 0), "{syntax:#x} {size}");
            let again = crate::structs::encode("PROPERTY_LIST", &decoded.value.unwrap()).unwrap();
            assert_eq!(again, bytes, "{syntax:#x} {size}");
        }
    }
}

#[test]
fn end_marks_that_are_missing() {
    let one = entry(0x0004_0003, &wide("A"));
    let value = entry(0x0001_0002, &[1, 0, 0, 0]);
    // The next name ends a property as well.
    let bytes = join(&[&[2, 0, 0, 0], &one, &value, &one, &value, &[0; 4]]);
    let decoded = decode("PROPERTY_LIST", &bytes).unwrap();
    assert_eq!((decoded.error, decoded.diagnostics[0].rule), (None, &rules::LIST_NOT_ENDED));
    let bytes = join(&[&[1, 0, 0, 0], &one, &value]);
    assert!(error("PROPERTY_LIST", &bytes).contains("properties[0].values[1]"));
    let bytes = join(&[&[1, 0, 0, 0], &one, &[0; 4]]);
    assert_eq!(decode("PROPERTY_LIST", &bytes).unwrap().diagnostics[0].rule, &rules::NO_VALUE);
    let bytes = join(&[&[1, 0, 0, 0], &value, &[0; 4]]);
    assert!(error("PROPERTY_LIST", &bytes).ends_with("0x10002 where CLUSPROP_SYNTAX_NAME was expected"));
}

#[test]
fn batches_that_lie() {
    let head = |name: u32, data: u32| {
        join(&[&[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], &name.to_le_bytes(), &wide("N"), &data.to_le_bytes()])
    };
    let name = "CLUSTER_REG_BATCH_UPDATE";
    assert_eq!(
        error(name, &head(3, 0)),
        "offset 12, commands[0].NameLength: 0x3 where an even NameLength was expected"
    );
    assert_eq!(error(name, &head(4, 1)), "offset 24, commands[0]: 1 bytes needed (DataLength), 0 left");
    assert_eq!(
        error(name, &head(0xffff_fffe, 0)),
        "offset 16, commands[0]: 4294967294 bytes needed (NameLength), 8 left"
    );
    assert!(error(name, &[1, 0, 0, 0, 1]).starts_with("offset 4, commands[0]"));
    // An empty name, and no padding at the end.
    let bytes = join(&[&[1, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9]]);
    let decoded = decode(name, &bytes).unwrap();
    let rules: Vec<_> = decoded.diagnostics.iter().map(|d| d.rule.name).collect();
    assert_eq!((decoded.error, rules.as_slice()), (None, ["name-length", "padding-missing"].as_slice()));
}

#[test]
fn lengths_of_messages_that_lie() {
    assert_eq!(
        error("RESOURCE_CHANGE", &[3, 0, 0, 0]),
        "offset 0, Length: 0x3 where a length of at least this member's was expected"
    );
    assert_eq!(error("RESOURCE_CHANGE", &[200, 0, 0, 0, 1]), "offset 4, Length: 196 bytes needed (Length), 1 left");
    assert_eq!(error("RESOURCE_CHANGE", &[6, 0, 0, 0, 1, 0]), "offset 4, ChangeType: 4 bytes needed (u32), 2 left");
    // Bytes inside the length and behind the members.
    let bytes = join(&[&16u32.to_le_bytes(), &[0; 12]]);
    let decoded = decode("IPADDR_INFO_LIST", &bytes).unwrap();
    assert_eq!((decoded.error, decoded.diagnostics[0].rule), (None, &rules::BEHIND_MEMBERS));
}

/// A descriptor with owner, group and two lists.
pub(super) fn descriptor() -> Vec<u8> {
    let sid = |subs: &[u32]| {
        let mut bytes = vec![1, subs.len() as u8, 0, 0, 0, 0, 0, 5];
        subs.iter().for_each(|sub| bytes.extend(sub.to_le_bytes()));
        bytes
    };
    let ace = |kind: u8, flags: u8, mask: u32, sid: &[u8]| {
        join(&[&[kind, flags], &(8 + sid.len() as u16).to_le_bytes(), &mask.to_le_bytes(), sid])
    };
    let acl = |aces: &[Vec<u8>]| {
        let all = aces.concat();
        join(&[&[2, 0], &(8 + all.len() as u16).to_le_bytes(), &(aces.len() as u16).to_le_bytes(), &[0, 0], &all])
    };
    let (owner, group) = (sid(&[32, 544]), sid(&[18]));
    let dacl = acl(&[
        ace(0, 3, 0x000f_003f, &sid(&[18])),
        ace(1, 0, 0x11, &sid(&[21, 1, 2, 3, 500])),
        vec![0x55, 0, 8, 0, 1, 2, 3, 4],
    ]);
    let sacl = acl(&[ace(2, 0x40, 0x0100_0000, &sid(&[11]))]);
    let at = |n: usize| (20 + n as u32).to_le_bytes();
    let (a, b, c) = (owner.len(), owner.len() + group.len(), owner.len() + group.len() + sacl.len());
    join(&[&[1, 0], &0x9414u16.to_le_bytes(), &at(0), &at(a), &at(b), &at(c), &owner, &group, &sacl, &dacl])
}

#[test]
fn security_descriptors() {
    let bytes = descriptor();
    assert_eq!(
        security::sddl(&bytes).unwrap(),
        "O:BAG:SYD:PAI(A;OICI;KA;;;SY)(D;;CCRP;;;S-1-5-21-1-2-3-500)(0x55;;;;;)S:(AU;SA;0x1000000;;;AU)"
    );
    // Every offset outside, every cut, every flipped bit.
    for at in [4, 8, 12, 16] {
        for offset in [bytes.len() as u32 - 1, bytes.len() as u32, 0xffff_fff0] {
            let mut bad = bytes.clone();
            bad[at..at + 4].copy_from_slice(&offset.to_le_bytes());
            assert!(security::sddl(&bad).is_err(), "{at} {offset}");
        }
    }
    for n in 0..bytes.len() {
        assert!(security::sddl(&bytes[..n]).is_err());
        for bit in 0..8 {
            let mut bad = bytes.clone();
            bad[n] ^= 1 << bit;
            let _ = security::sddl(&bad);
        }
    }
    // What can be read is shown, and where there is something that can't.
    let mut bad = bytes.clone();
    bad[16..20].copy_from_slice(&0xffffu32.to_le_bytes());
    let (text, error) = security::readable(&bad).unwrap();
    assert_eq!(text, "O:BAG:SYD:?S:(AU;SA;0x1000000;;;AU)");
    assert!(error.unwrap().to_string().contains("OffsetDacl"));
    // No list and an empty one are not the same.
    assert_eq!(security::sddl(&join(&[&[1, 0, 4, 0x80], &[0; 16]])).unwrap(), "D:NO_ACCESS_CONTROL");
    assert_eq!(
        security::sddl(&join(&[&[1, 0, 4, 0x80], &[0; 12], &[20, 0, 0, 0, 2, 0, 8, 0, 0, 0, 0, 0]])).unwrap(),
        "D:"
    );
}

/// Every prefix and every flipped byte of samples of each kind, read as everything.
#[test]
fn cut_and_flipped() {
    let samples = [
        list(&[
            ("Address", &[entry(0x0001_0004, &wide("%a%")), entry(0x0001_0008, &wide("b"))]),
            ("L", &[entry(0x0001_0005, &join(&[&wide("x"), &[0, 0]])), entry(0x0006_0002, &[1; 4])]),
        ]),
        join(&[&[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0], &wide("N"), &[3, 0, 0, 0, 1, 2, 3, 0]]),
        join(&[&14u32.to_le_bytes(), &[255, 0, 0, 0], &wide("FS")]),
        join(&[&[1, 0, 0, 0, 1, 0, 0, 0], &[1; 26], &[4, 0, 0, 0], &wide("a"), &[2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0]]),
        join(&[&entry(0x0005_0002, &[1; 4]), &entry(0x0006_0002, &[1; 4]), &[0; 4]]),
        join(&[&[1, 0, 0, 0], &wide("odd"), &28u32.to_le_bytes(), &[1, 0, 0, 0, 1, 0, 0, 0], &[0; 20]]),
        descriptor(),
    ];
    for sample in samples {
        for n in 0..=sample.len() {
            read_as_everything(&sample[..n]);
            for kind in 0..8 {
                cluscope_testkit::invariants::structures::context(&join(&[&[kind, n as u8, 3, 0], &sample[..n]]));
            }
        }
        for n in 0..sample.len() {
            for value in [0, 0x7f, 0xff] {
                let mut bytes = sample.clone();
                bytes[n] = value;
                read_as_everything(&bytes);
            }
        }
    }
    // The large ones, at the edges of their members.
    let large = join(&[&field("d", 256), &[1; 12], &[0; 4], &[2; 28], &field("e", 1024), &[0; 4]]);
    for n in (0..=large.len()).step_by(97) {
        read_as_everything(&large[..n]);
    }
}

/// The time to read grows with the bytes, not with their square.
#[test]
fn linear() {
    let mut bytes = vec![0xff; 4];
    let one = join(&[&entry(0x0004_0003, &wide("A")), &entry(0x0001_0002, &[1, 0, 0, 0]), &[0; 4]]);
    for _ in 0..40_000 {
        bytes.extend(&one);
    }
    let started = std::time::Instant::now();
    assert!(decode("PROPERTY_LIST", &bytes).unwrap().error.is_some());
    assert!(decode("VALUE_LIST", &bytes[4..]).unwrap().error.is_none());
    assert!(started.elapsed().as_secs() < 10);
}

/// A bracket in a name closes nothing: names with one in each of thousands of levels once overflowed the stack.
#[test]
fn expressions_that_hide_their_depth() {
    use crate::structs::dependency::{MAX_DEPTH, NotAnExpression, parse};
    let too_deep = Err(NotAnExpression { offset: 0, limit: true });
    for name in ["[)]", "[}]", "[a)})}]"] {
        let nested = |levels: usize| format!("({name} or ").repeat(levels) + name + &")".repeat(levels);
        assert_eq!(parse(&nested(5000)), too_deep);
        assert_eq!(parse(&nested(MAX_DEPTH + 1)), too_deep);
        assert!(matches!(parse(&nested(MAX_DEPTH)), Ok(Some(_))));
    }
    // Nor does one open anything.
    let names = vec!["[((((]"; 100].join(" and ");
    assert!(matches!(parse(&names), Ok(Some(_))));
}
