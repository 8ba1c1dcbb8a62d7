use super::wire::{Wire, handle};
use crate::conformance::Range;
use crate::idl;
use crate::rpc::event::Body;
use crate::rpc::security::Sender;
use serde_json::json;
use std::collections::BTreeSet;

fn version(w: &mut Wire, number: (u32, u32, u32), vendor: &str, operational: u32) {
    w.call(
        "ApiGetClusterVersion2",
        json!({}),
        json!({"lpwMajorVersion": number.0, "lpwMinorVersion": number.1,
        "lpwBuildNumber": number.2, "lpszVendorId": vendor, "lpszCSDVersion": "",
        "ppClusterOpVerInfo": {"dwSize": 20, "dwClusterHighestVersion": operational,
        "dwClusterLowestVersion": operational, "dwFlags": 0, "dwReserved": 0}, "rpc_status": 0, "return": 0}),
    );
}

#[test]
fn versions_tell_the_release() {
    let mut w = Wire::new();
    version(&mut w, (6, 3, 0x2580), "Microsoft(R) Cluster service", 0x0008_2580);
    let found = w.checker.fingerprints();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].release.to_string(), "Windows Server 2012 R2");
    assert!(found[0].evidence.iter().all(|clue| clue.frame == 2));
    assert_eq!(found[0].evidence.len(), 4, "{found:?}");
}

/// The releases before Windows 10.0, by their version numbers.
#[test]
fn versions_tell_the_older_releases() {
    for (number, operational, release) in [
        ((6, 0, 6001), 0x0005_1771, "Windows Server 2008"),
        ((6, 0, 6002), 0x0005_1772, "Windows Server 2008"),
        ((6, 1, 7601), 0x0006_1db1, "Windows Server 2008 R2"),
        ((6, 2, 9200), 0x0007_23f0, "Windows Server 2012"),
        ((6, 3, 9600), 0x0008_2580, "Windows Server 2012 R2"),
    ] {
        let mut w = Wire::new();
        version(&mut w, number, "Microsoft(R) Cluster service", operational);
        let found = &w.checker.fingerprints()[0];
        assert_eq!(found.release.to_string(), release);
        // No piece of the evidence speaks for another release alone.
        assert!(found.evidence.iter().all(|clue| clue.points_to.releases().contains(&release)), "{found:?}");
    }
}

/// Builds of Windows 10.0, beside the functional level of a cluster whose nodes are of that release or not all yet.
#[test]
fn builds_tell_the_newer_releases() {
    for (build, operational, release) in [
        (14393, 0x0008_2580, "Windows Server 2016"),
        (14393, 0x0009_0003, "Windows Server 2016"),
        (17763, 0x0009_0003, "Windows Server 2019"),
        (17763, 0x000a_0002, "Windows Server 2019"),
        (20348, 0x000b_0003, "Windows Server 2022"),
        (26100, 0x000b_0003, "Windows Server 2025"),
        (26100, 0x000c_0004, "Windows Server 2025"),
        (19042, 0x000a_0003, "Windows Server 2019 to Windows Server 2022"),
        (30000, 0x000c_0004, "Windows Server 2025 or later"),
    ] {
        let mut w = Wire::new();
        version(&mut w, (10, 0, build), "Microsoft(R) Cluster service", operational);
        let found = &w.checker.fingerprints()[0];
        assert_eq!(found.release.to_string(), release, "{build} {operational:#x}");
        let of = |range: Range| range.releases().iter().copied().collect::<BTreeSet<_>>();
        assert!(found.evidence.iter().all(|clue| of(clue.points_to).is_superset(&of(found.release))), "{found:?}");
    }
}

#[test]
fn opnums_tell_at_least_and_at_most() {
    let mut w = Wire::new();
    w.call(
        "ApiOpenClusterEx",
        json!({"dwDesiredAccess": 1}),
        json!({"lpdwGrantedAccess": 0x8000_0000_u32, "Status": 0, "return": handle(1)}),
    );
    assert_eq!(w.checker.fingerprints()[0].release.to_string(), "Windows Server 2008 R2 or later");
    let fault =
        Body::Fault { status: Some(0x1c01_0002), opnum: Some(126), cancel_count: 0, extended_error: false, stub: None };
    w.feed(fault, Sender::Server, Some((&idl::CLUSAPI, 1)));
    let found = &w.checker.fingerprints()[0];
    assert_eq!(found.release.releases(), ["Windows Server 2008 R2"]);
    assert!(found.evidence.iter().any(|clue| clue.frame == 3 && clue.says.contains("ApiPauseNodeEx")));
}

#[test]
fn contradictions_and_other_vendors_are_told() {
    let mut w = Wire::new();
    version(&mut w, (6, 1, 0x1db1), "Somebody", 0x000a_0001);
    let found = &w.checker.fingerprints()[0];
    assert!(found.release.is_empty());
    assert!(found.release.to_string().contains("contradict"));
    assert!(found.evidence.iter().any(|clue| clue.says.contains("Somebody")));
}

#[test]
fn version_two_is_old() {
    let mut w = Wire::new();
    w.second();
    w.call("ApiUnblockGetNotifyCall", json!({"hNotify": handle(1)}), json!({"return": 0}));
    assert_eq!(w.checker.fingerprints()[0].release.to_string(), "Windows Server 2003");
}

/// Of version 2.0 the notes say of each of these methods with which release it came (section 7).
#[test]
fn methods_of_version_two_tell_the_release() {
    for (release, method) in [
        ("Windows Server 2003 or earlier, from Windows NT 4.0 SP3 on", "ApiSetClusterName"),
        ("Windows 2000 Server to Windows Server 2003", "ApiBackupClusterDatabase"),
        ("Windows Server 2003", "ApiUnblockGetNotifyCall"),
    ] {
        let mut w = Wire::new();
        w.second();
        let request = match method {
            "ApiSetClusterName" => json!({"NewClusterName": "C"}),
            "ApiBackupClusterDatabase" => json!({"lpszPathName": "P"}),
            _ => json!({"hNotify": handle(1)}),
        };
        w.call(method, request, json!({"return": 0}));
        assert_eq!(w.checker.fingerprints()[0].release.to_string(), release, "{method}");
    }
}

/// Of the methods that a server carried out the newest counts, and of several as new the first.
#[test]
fn the_newest_method_counts() {
    let mut w = Wire::new();
    let knows = |w: &Wire| {
        let mut evidence = w.checker.fingerprints().remove(0).evidence;
        evidence.retain(|clue| clue.says.contains("knows"));
        let [clue] = &evidence[..] else { panic!("{evidence:?}") };
        (clue.frame, clue.points_to.releases()[0])
    };
    w.open("ApiOpenResource", 1);
    assert_eq!(knows(&w), (2, "Windows Server 2008"));
    w.open("ApiOpenGroup", 2);
    assert_eq!(knows(&w), (2, "Windows Server 2008"));
    w.open_with(3, 0x8000_0000);
    assert_eq!(knows(&w), (6, "Windows Server 2008 R2"));
    w.open("ApiOpenNode", 4);
    w.open_with(5, 0x8000_0000);
    assert_eq!(knows(&w), (6, "Windows Server 2008 R2"));
}
