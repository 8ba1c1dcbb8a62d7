//! The rules of conformance over recorded captures: what they really break is found, once, and nothing else.

#![cfg(all(feature = "pcap", feature = "decrypt"))]

use cluscope::auth::KeyStore;
use cluscope::capture::Reader;
use cluscope::conformance::{Checker, Limits};
use cluscope::session::{self, Session};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn keys() -> Arc<KeyStore> {
    let mut keys = KeyStore::new();
    keys.load_keys_file(&Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/lab.keys")).unwrap();
    if let Some(keytab) = shared("service.keytab") {
        keys.load_keytab(&keytab).unwrap();
    }
    Arc::new(keys)
}

fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures").join(name);
    path.is_file().then_some(path)
}

fn check(path: &Path, limits: Limits, keys: Arc<KeyStore>) -> Checker {
    let mut reader = Reader::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut session = Session::new(session::Limits::default(), keys);
    let mut checker = Checker::new(limits);
    let mut count = 0;
    let mut record = |record: session::Record<'_>| {
        checker.record(&record, &mut |finding| {
            assert!(finding.frame > 0 && !finding.section.is_empty(), "{finding}");
            count += 1;
        });
    };
    while let Ok(Some(packet)) = reader.next() {
        session.packet(&packet, &mut record);
    }
    session.finish(&mut record);
    assert_eq!(checker.summary().values().sum::<u64>(), count);
    checker
}

fn found(checker: &Checker) -> BTreeMap<&'static str, u64> {
    checker.summary().clone()
}

/// What smbtorture and the lab's server really do wrong: it asks for kinds of objects and control codes that don't
/// exist, and gets an access mask where the text allows two values.
const SMBTORTURE: [(&str, u64); 4] =
    [("control-code-unknown", 5), ("control-input", 2), ("enum-type-unknown", 15), ("granted-access", 4)];

fn expect(more: &[(&'static str, u64)]) -> BTreeMap<&'static str, u64> {
    SMBTORTURE.into_iter().chain(more.iter().copied()).collect()
}

#[test]
fn own_captures_break_what_they_break() {
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    let tour = check(&captures.join("tour.pcapng"), Limits::default(), Arc::default());
    assert_eq!(found(&tour), expect(&[("auth-level-privacy", 3), ("auth-level-refused", 3)]));
    let sealed = check(&captures.join("sealed.pcapng"), Limits::default(), keys());
    assert_eq!(found(&sealed), expect(&[("auth-service-spnego", 3)]));
    let witness = check(&captures.join("witness.pcapng"), Limits::default(), keys());
    assert_eq!(found(&witness), BTreeMap::from([("handle-closed", 3)]));
}

#[test]
fn a_server_is_known_by_its_answers() {
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    let tour = check(&captures.join("tour.pcapng"), Limits::default(), Arc::default());
    let servers = tour.fingerprints();
    assert_eq!(servers.len(), 1);
    assert!(!servers[0].release.is_empty(), "{servers:?}");
    assert!(servers[0].evidence.iter().all(|clue| clue.frame > 0));
}

#[test]
fn memory_is_bounded_and_what_is_forgotten_is_counted() {
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    let limits = Limits { associations: 1, pending: 1, handles: 2, values: 3, servers: 1 };
    let tour = check(&captures.join("tour.pcapng"), limits, Arc::default());
    let counters = tour.counters();
    assert!(counters.handles_evicted > 0 && counters.values_omitted > 0 && counters.associations_evicted > 0);
}

/// SPNEGO at privacy: only what client and server say above it is left.
#[test]
fn protected_sessions_keep_the_rules_of_transport() {
    for name in ["f-v3-spnego-ntlm-seal.pcapng", "g-v3-spnego-krb5-seal.pcapng"] {
        let Some(path) = shared(name) else { continue };
        let checker = check(&path, Limits::default(), keys());
        let rules: Vec<&str> = found(&checker).into_keys().collect();
        assert_eq!(rules, ["control-code-unknown", "control-input", "enum-type-unknown", "granted-access"], "{name}");
        assert!(checker.checked() > 1400);
    }
}

/// The same traffic gives the same findings in every syntax and byte order.
#[test]
fn syntax_and_byte_order_change_nothing() {
    let mut all = Vec::new();
    for name in ["m-all-ndr.pcapng", "m2-all-ndr64.pcapng", "m3-all-bigendian.pcapng"] {
        let Some(path) = shared(name) else { continue };
        all.push(found(&check(&path, Limits::default(), Arc::default())));
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{all:?}");
}
