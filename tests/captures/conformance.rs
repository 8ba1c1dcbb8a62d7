//! The rules of conformance over recorded captures: what they really break is found, once, and nothing else.

use crate::data;
use cluscope::internals::auth::KeyStore;
use cluscope::internals::capture::Reader;
use cluscope::internals::conformance::{CheckLimits, Checker};
use cluscope::internals::session::{self, Session};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The password of the captures in `captures`.
fn keys() -> Arc<KeyStore> {
    let mut keys = KeyStore::new();
    keys.load_keys_file(&data::file("captures/lab.keys")).unwrap();
    Arc::new(keys)
}

#[track_caller]
fn shared(name: &str) -> Option<PathBuf> {
    data::shared(&format!("captures/{name}"))
}

fn check(path: &Path, limits: CheckLimits, keys: Arc<KeyStore>) -> Checker {
    let mut reader = Reader::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut session = Session::new(session::SessionLimits::default(), keys);
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
/// exist; it gets an access mask where the text allows two values, and a security descriptor that is cut off.
const SMBTORTURE: [(&str, u64); 5] = [
    ("control-code-unknown", 5),
    ("control-input", 2),
    ("enum-type-unknown", 15),
    ("granted-access", 4),
    ("not-of-format", 2),
];

fn expect(more: &[(&'static str, u64)]) -> BTreeMap<&'static str, u64> {
    SMBTORTURE.into_iter().chain(more.iter().copied()).collect()
}

#[test]
fn own_captures_break_what_they_break() {
    let captures = data::file("captures");
    let tour = check(&captures.join("tour.pcapng"), CheckLimits::default(), Arc::default());
    assert_eq!(found(&tour), expect(&[("auth-level-privacy", 3), ("auth-level-refused", 3)]));
    let sealed = check(&captures.join("sealed.pcapng"), CheckLimits::default(), keys());
    assert_eq!(found(&sealed), expect(&[("auth-service-spnego", 3)]));
    let witness = check(&captures.join("witness.pcapng"), CheckLimits::default(), keys());
    // It tries registrations that are to be refused, and a handle twice.
    let tried = [("handle-closed", 3), ("witness-register-version", 3), ("witness-string-null", 3)];
    assert_eq!(found(&witness), BTreeMap::from(tried));
}

/// A session as the specification wants it gives no finding at all.
#[test]
fn a_clean_capture_gives_no_finding() {
    let captures = data::file("captures");
    let clean = check(&captures.join("clean.pcapng"), CheckLimits::default(), keys());
    assert_eq!(found(&clean), BTreeMap::new());
    assert_eq!(clean.checked(), 30);
}

/// What the recorded sets break; docs/conformance.md says what of it is whose doing.
#[test]
fn recorded_sets_break_what_they_break() {
    let smbtorture = [
        ("control-code-unknown", 64),
        ("control-input", 2),
        ("enum-type-unknown", 27),
        ("granted-access", 29),
        ("not-of-format", 10),
    ];
    let of = |more: &[(&'static str, u64)]| -> BTreeMap<&'static str, u64> {
        smbtorture.into_iter().chain(more.iter().copied()).collect()
    };
    let clear = of(&[("auth-level-privacy", 9), ("auth-level-refused", 9)]);
    let every_opnum = BTreeMap::from([
        ("auth-level-privacy", 1),
        ("auth-level-refused", 1),
        ("control-code-unknown", 4),
        ("control-input", 6),
        ("enum-type-unknown", 8),
        ("granted-access", 6),
        ("group-filter", 2),
        ("handle-kind", 3),
        ("key-filter", 1),
        ("netinterface-filter", 2),
        ("network-filter", 2),
        ("node-filter", 2),
        ("not-of-format", 3),
        ("not-the-constant", 10),
        ("notify-key", 6),
        ("password-not-implemented", 1),
        ("port-generation", 3),
        ("property-formats", 6),
        ("property-without-value", 10),
        ("resource-filter", 2),
        ("size-of-format", 8),
        ("v2-filter-disallowed", 8),
        ("v2-filter-unknown", 1),
        ("version-not-implemented", 1),
    ]);
    for (name, expected) in [
        ("a-v3-ndr.pcapng", clear.clone()),
        ("b-v3-ndr64.pcapng", clear),
        ("d-v3-ntlm-seal.pcapng", of(&[("auth-service-spnego", 9)])),
        ("m-all-ndr.pcapng", every_opnum),
    ] {
        let Some(path) = shared(name) else { continue };
        assert_eq!(found(&check(&path, CheckLimits::default(), keys())), expected, "{name}");
    }
}

#[test]
fn a_server_is_known_by_its_answers() {
    let captures = data::file("captures");
    let tour = check(&captures.join("tour.pcapng"), CheckLimits::default(), Arc::default());
    let servers = tour.fingerprints();
    assert_eq!(servers.len(), 1);
    assert!(!servers[0].release.is_empty(), "{servers:?}");
    assert!(servers[0].evidence.iter().all(|clue| clue.frame > 0));
}

#[test]
fn memory_is_bounded_and_what_is_forgotten_is_counted() {
    let captures = data::file("captures");
    let limits =
        CheckLimits { associations: 1, pending: 1, handles: 2, values: 3, servers: 1, ..CheckLimits::default() };
    let tour = check(&captures.join("tour.pcapng"), limits, Arc::default());
    let counters = tour.counters();
    assert!(counters.handles_evicted > 0 && counters.values_omitted > 0 && counters.associations_evicted > 0);
}

/// SPNEGO at privacy: only what client and server say above it is left.
#[test]
fn protected_sessions_keep_the_rules_of_transport() {
    for name in ["f-v3-spnego-ntlm-seal.pcapng", "g-v3-spnego-krb5-seal.pcapng"] {
        let (Some(path), Some(keys)) = (shared(name), recorded_keys()) else { continue };
        let checker = check(&path, CheckLimits::default(), keys);
        let rules: Vec<&str> = found(&checker).into_keys().collect();
        assert_eq!(rules, SMBTORTURE.map(|(rule, _)| rule), "{name}");
        assert!(checker.checked() > 1400);
    }
}

/// The endpoint mapper's calls are no calls of a cluster.
#[test]
fn the_endpoint_mapper_breaks_nothing() {
    let Some(path) = shared("j2-epm-ntlm-seal.pcapng") else { return };
    let checker = check(&path, CheckLimits::default(), keys());
    assert_eq!(found(&checker), BTreeMap::from([("auth-service-spnego", 13)]));
}

/// With the key of the recorded captures' service too.
fn recorded_keys() -> Option<Arc<KeyStore>> {
    let mut keys = KeyStore::new();
    keys.load_keys_file(&data::file("captures/lab.keys")).unwrap();
    keys.load_keytab(&shared("service.keytab")?).unwrap();
    Some(Arc::new(keys))
}

/// The same traffic gives the same findings in every syntax and byte order.
#[test]
fn syntax_and_byte_order_change_nothing() {
    let mut all = Vec::new();
    for name in ["m-all-ndr.pcapng", "m2-all-ndr64.pcapng", "m3-all-bigendian.pcapng"] {
        let Some(path) = shared(name) else { continue };
        all.push(found(&check(&path, CheckLimits::default(), Arc::default())));
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{all:?}");
}

/// Bytes of a capture changed here and there: whatever comes of it, the checker goes on.
#[test]
fn damaged_captures_do_no_harm() {
    let captures = data::file("captures");
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below.max(1) as u64) as usize
    };
    for name in ["tour.pcapng", "ndr64.pcapng", "witness.pcapng", "faults.pcapng"] {
        let whole = std::fs::read(captures.join(name)).unwrap();
        for _ in 0..8 {
            let mut damaged = whole.clone();
            for _ in 0..whole.len() / 200 {
                let at = 300 + random(damaged.len() - 300);
                damaged[at] = [0, 1, 0x7f, 0x80, 0xff][random(5)];
            }
            let Ok(mut reader) = Reader::new(damaged.as_slice()) else { continue };
            let mut session = Session::new(session::SessionLimits::default(), Arc::default());
            let mut checker = Checker::default();
            let mut record = |record: session::Record<'_>| {
                checker.record(&record, &mut |finding| assert!(!finding.to_string().is_empty()));
            };
            while let Ok(Some(packet)) = reader.next() {
                session.packet(&packet, &mut record);
            }
            session.finish(&mut record);
        }
    }
}
