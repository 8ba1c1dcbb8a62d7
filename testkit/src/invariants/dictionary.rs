//! Dictionaries for fuzzers, made from the declarations: what a mutation would hardly hit upon.

use crate::etl_writer::{ndis, pktmon, rpc_end};
use cluscope::internals::capture::LinkType;
use cluscope::internals::consts::{self, Constant as _, control_codes, properties};
use cluscope::internals::filter::{Field, Type};
use cluscope::internals::structs::{self, Kind};
use cluscope::internals::{analysis, idl, make};
use std::collections::BTreeSet;

/// The longest word that libFuzzer takes.
const LONGEST: usize = 64;

/// Words of a dictionary, each once.
#[derive(Default)]
struct Words(BTreeSet<Vec<u8>>);

impl Words {
    fn add(&mut self, word: impl AsRef<[u8]>) {
        let word = word.as_ref();
        if (1..=LONGEST).contains(&word.len()) {
            self.0.insert(word.to_vec());
        }
    }

    fn text(&mut self, words: impl IntoIterator<Item = &'static str>) {
        words.into_iter().for_each(|word| self.add(word));
    }

    /// As keys of JSON.
    fn quoted(&mut self, words: impl IntoIterator<Item = &'static str>) {
        words.into_iter().for_each(|word| self.add(format!("\"{word}\"")));
    }

    /// In UTF-16.
    fn wide(&mut self, words: impl IntoIterator<Item = &'static str>) {
        for word in words {
            self.add(word.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        }
    }

    fn little(&mut self, numbers: impl IntoIterator<Item = u32>) {
        numbers.into_iter().for_each(|n| self.add(n.to_le_bytes()));
    }

    fn file(&self) -> String {
        let mut out = String::new();
        for word in &self.0 {
            out.push('"');
            for byte in word {
                match byte {
                    b'"' | b'\\' => out.extend(['\\', char::from(*byte)]),
                    b' '..=b'~' => out.push(char::from(*byte)),
                    _ => out.push_str(&format!("\\x{byte:02x}")),
                }
            }
            out.push_str("\"\n");
        }
        out
    }
}

/// The dictionaries by target, as the files in `fuzz/dictionaries` have them.
pub fn dictionaries() -> Vec<(&'static str, String)> {
    let stub = stub();
    let mut structures = Words::default();
    structures.little(consts::syntax::CLUSTER_PROPERTY_SYNTAX::TABLE.members.iter().map(|m| m.value as u32));
    structures.wide(properties::ALL.iter().map(|p| p.name));
    // In the context of a call the control code stands in front, in an order of its own.
    structures.little(control_codes::ALL.iter().map(|code| code.value));
    let mut pdus = pdus();
    pdus.0.extend(stub.0.iter().filter(|word| word.len() == 4).take(64).cloned());
    let captures = captures();
    let tokens = tokens();
    [
        ("stub", stub),
        ("json_stub", json()),
        ("structures", structures),
        ("datagrams", Words(pdus.0.clone())),
        ("pdus", pdus),
        ("compressed", Words(captures.0.clone())),
        ("select", Words(captures.0.clone())),
        ("rewrite", Words(captures.0.clone())),
        ("capture", captures),
        ("link_types", links()),
        ("make", made()),
        ("etl", traces()),
        ("ntlm", Words(tokens.0.clone())),
        ("kerberos", Words(tokens.0.clone())),
        ("spnego", tokens),
        ("keytab", keytab()),
        ("filter", filter()),
    ]
    .map(|(target, words)| (target, words.file()))
    .into()
}

fn stub() -> Words {
    let mut words = Words::default();
    // Referent identifiers and counts, of both syntaxes and both byte orders.
    for n in [0u32, 1, 2, 4, 0x0002_0000, 0x0002_0004, 0xffff_ffff, 0x7fff_ffff, 0x8000_0000] {
        words.add(n.to_le_bytes());
        words.add(n.to_be_bytes());
        words.add(u64::from(n).to_le_bytes());
        words.add(u64::from(n).to_be_bytes());
        words.add([n.to_le_bytes(), [0; 4], n.to_le_bytes()].concat());
        words.add([n.to_be_bytes(), [0; 4], n.to_be_bytes()].concat());
    }
    words.little(control_codes::ALL.iter().map(|code| code.value));
    words.little(consts::syntax::CLUSTER_PROPERTY_SYNTAX::TABLE.members.iter().map(|m| m.value as u32));
    words
}

fn json() -> Words {
    let mut words = Words::default();
    words.quoted(["interface", "version", "opnum", "direction", "syntax", "endian", "params", "return", "hex"]);
    words.quoted(["request", "response", "ndr", "ndr64", "little", "big", "value", "utf16", "max_counts", "trailing"]);
    words.quoted(["handle", "attributes", "uuid", "struct", "reading", "null"]);
    for interface in idl::INTERFACES {
        words.quoted([interface.name]);
        words.quoted(interface.versions.iter().map(|version| version.number.text()));
        for method in interface.versions.iter().flat_map(|version| version.methods) {
            words.quoted(method.fields.iter().map(|field| field.name));
        }
    }
    words
}

fn pdus() -> Words {
    let mut words = Words::default();
    for kind in 0..20u8 {
        words.add([5, 0, kind, 3, 0x10, 0, 0, 0]);
        words.add([5, 0, kind, 3, 0, 0, 0, 0]);
        words.add([4, kind, 0, 0, 0x10, 0, 0, 0]);
    }
    for interface in idl::INTERFACES {
        words.add(interface.uuid_bytes);
        let version = interface
            .versions
            .iter()
            .map(|v| [v.number.major().to_le_bytes(), v.number.minor().to_le_bytes()].concat());
        version.for_each(|version| words.add([&interface.uuid_bytes[..], &version].concat()));
    }
    use cluscope::internals::rpc::syntax::SyntaxId;
    for syntax in [SyntaxId::NDR, SyntaxId::NDR64] {
        words.add([&syntax.uuid.0[..], &syntax.major.to_le_bytes(), &syntax.minor.to_le_bytes()].concat());
    }
    // The verification trailer (MS-RPCE 2.2.2.13).
    words.add([0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71]);
    words.add(b"NTLMSSP\0");
    words
}

fn captures() -> Words {
    let mut words = Words::default();
    for magic in [0xa1b2_c3d4u32, 0xa1b2_3c4d, 0xa1b2_cd34, 0x0a0d_0d0a, 0x1a2b_3c4d] {
        words.add(magic.to_le_bytes());
        words.add(magic.to_be_bytes());
    }
    // Blocks of pcapng, link types, Ethernet types.
    words.little([1, 2, 3, 4, 5, 6, 9, 10, 0x0bad, 101, 108, 113, 228, 229, 276]);
    for kind in [0x0800u16, 0x86dd, 0x8100, 0x88a8, 0x8864, 0x8847] {
        words.add(kind.to_be_bytes());
    }
    words.add([0x1f, 0x8b, 0x08]);
    words.add([0x28, 0xb5, 0x2f, 0xfd]);
    words.add([0x04, 0x22, 0x4d, 0x18]);
    words.add([0x50, 0x2a, 0x4d, 0x18]);
    words
}

/// Numbers that a header can name the type of what follows with.
fn links() -> Words {
    let mut words = Words::default();
    words.little(LinkType::READ.iter().map(|link| link.0));
    for kind in [0x0800u16, 0x86dd, 0x8100, 0x88a8, 0x8864, 0x8847, 0x894f, 0x88e5, 0x6558] {
        words.add(kind.to_be_bytes());
    }
    words
}

fn made() -> Words {
    let mut words = json();
    words.quoted([make::BOTH, make::TCP, make::UDP].concat());
    words.quoted(["type", "transport", "tcp", "udp", "stream", "call_id", "context_id", "fragments", "status"]);
    words.quoted(["activity", "object_uuid", "src", "dst", "time", "pdu_flags", "contexts", "results", "stub"]);
    words
}

fn traces() -> Words {
    let mut words = Words::default();
    // Providers: the NDIS packet capture, the packet monitor, the RPC runtime.
    for event in [ndis(7, 7, true, 1, 9, b"").remove(0), pktmon(1, 1, 1, 1, 1, 0, 0, b""), rpc_end(true, 0, 1)] {
        words.add(event.provider);
        words.add(event.id.to_le_bytes());
    }
    // Markers of every kind of event, and of buffers that are compressed or begin a trace.
    for kind in (1..=21).chain([0x80]) {
        words.add([kind, 0xc0]);
    }
    words.add([0x00, 0x90]);
    words.add([0x60, 0x00, 0x00, 0x00]);
    words.add([0x21, 0x00, 0x04, 0x00]);
    // Keywords: first and last fragment, media.
    words.little([0x4000_0000, 0x8000_0000, 0xc000_0000, 0x200, 0x1_0000]);
    words.little([0x48, 0x400, 0x1000, 0x1_0000]);
    words
}

fn tokens() -> Words {
    let mut words = Words::default();
    for kind in 1..4u8 {
        words.add([b"NTLMSSP\0", &[kind, 0, 0, 0][..]].concat());
    }
    super::tokens::MECHANISMS.iter().for_each(|oid| words.add([&[6, oid.len() as u8][..], oid].concat()));
    for tag in [0x30u8, 0x60, 0x61, 0x62, 0x63, 0x6e, 0x6f, 0x7b, 0x7e, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4] {
        words.add([tag, 0x82]);
        words.add([tag, 0x81]);
    }
    for etype in [17, 18, 19, 20, 23] {
        words.add([0xa0, 3, 2, 1, etype]);
    }
    // Tokens that sign and seal (RFC 4121 4.2.6, RFC 4757 7).
    words.add([4, 4, 5, 0xff, 0xff, 0xff, 0xff, 0xff]);
    words.add([5, 4, 6, 0xff]);
    words.add([2, 1, 0x11, 0, 0x10, 0, 0xff, 0xff]);
    words.text(["LAB.TEST", "NODE1.LAB.TEST", "MSServerClusterMgmtAPI", "20261120100000Z"]);
    words.wide(["LAB", "clusadm"]);
    words
}

fn keytab() -> Words {
    let mut words = Words::default();
    words.text(["password", "nthash", "session-key", "#", " ", "\n", "\r\n", "LAB\\clusadm", "X-CACHECONF:"]);
    words.text(["00112233445566778899aabbccddeeff", "LAB.TEST"]);
    words.add([0xef, 0xbb, 0xbf]);
    for etype in [17u16, 18, 19, 20, 23] {
        words.add(etype.to_be_bytes());
    }
    for n in [0u32, 1, 2, 0x20, 0x65, 0xffff_ff9b, 0x8000_0000, 0x7fff_ffff] {
        words.add(n.to_be_bytes());
    }
    words
}

fn filter() -> Words {
    let mut words = Words::default();
    words
        .text(["and", "or", "not", "contains", "==", "!=", "<=", ">=", "<", ">", "~", "&&", "||", "!", "(", ")", "\""]);
    for (name, _, ty) in Field::ALL {
        words.add(name);
        words.text(match ty {
            Type::Flag => continue,
            Type::Text => ["IP1", "\"Cluster\"", "'Control$'"],
            Type::Number => ["0x10", "106", "18446744073709551615"],
            Type::Duration => ["10ms", "1.5s", "200us"],
            Type::Status => ["ERROR_SUCCESS", "0x5", "\"ERROR_MORE_DATA\""],
            Type::Address => ["192.0.2.10", "[2001:db8::1]:49664", "192.0.2.20:49664"],
        });
    }
    words.text(analysis::ObjectKind::ALL.into_iter().map(analysis::ObjectKind::name));
    words.text(structs::ALL.iter().filter(|s| matches!(s.kind, Kind::Batch)).map(|s| s.name));
    words
}
