//! Kinds of objects against the tables of the specification: by handle type, object type, change and control code.

use cluscope::internals::analysis::object_kind::ObjectKind;
use cluscope::internals::consts::{self, control_codes::Family};

/// 2.2.2.11. What has no handle of its own is an object.
#[test]
fn of_object_types() {
    let kinds = (0..=0x11).map(|object| ObjectKind::of_object_type(object).name());
    let expected = [
        "object",
        "cluster",
        "group",
        "resource",
        "resourcetype",
        "netinterface",
        "network",
        "node",
        "key",
        "resource",
        "resource",
        "object",
        "object",
        "groupset",
        "object",
        "object",
        "object",
        "object",
    ];
    assert!(kinds.eq(expected));
}

/// 2.2.2.7: the names of the bits say what they are about.
#[test]
fn of_the_bits_of_changes() {
    let table = consts::by_name("CLUSTER_CHANGE").expect("a table");
    let mut seen = 0;
    for bit in 0..32 {
        let Some(name) = table.name_of(1 << bit) else { continue };
        let about = name.strip_prefix("CLUSTER_CHANGE_").expect("the prefix");
        let kinds = [
            ("NODE_", ObjectKind::Node),
            ("REGISTRY_", ObjectKind::Key),
            ("RESOURCE_TYPE_", ObjectKind::ResourceType),
            ("RESOURCE_", ObjectKind::Resource),
            ("QUORUM_", ObjectKind::Resource),
            ("GROUP_", ObjectKind::Group),
            ("NETWORK_", ObjectKind::Network),
            ("NETINTERFACE_", ObjectKind::NetInterface),
            ("CLUSTER_", ObjectKind::Cluster),
            ("HANDLE_", ObjectKind::Cluster),
        ];
        let (_, kind) = kinds.into_iter().find(|(begins, _)| about.starts_with(begins)).expect("a kind");
        assert_eq!(ObjectKind::of_change(1 << bit), kind, "{name}");
        seen += 1;
    }
    assert_eq!(seen, 32);
    assert_eq!(ObjectKind::of_change(0), ObjectKind::Cluster);
}

/// 2.2.1: every handle type of the declarations has its kind, named by what stands between `H` and `_RPC`.
#[test]
fn of_handle_types() {
    for (idl, kind) in [
        ("HCLUSTER_RPC", ObjectKind::Cluster),
        ("HNODE_RPC", ObjectKind::Node),
        ("HGROUP_RPC", ObjectKind::Group),
        ("HRES_RPC", ObjectKind::Resource),
        ("HNETWORK_RPC", ObjectKind::Network),
        ("HNETINTERFACE_RPC", ObjectKind::NetInterface),
        ("HKEY_RPC", ObjectKind::Key),
        ("HNOTIFY_RPC", ObjectKind::Notify),
        ("HBATCH_PORT_RPC", ObjectKind::BatchPort),
        ("HGROUPSET_RPC", ObjectKind::GroupSet),
        ("PCONTEXT_HANDLE", ObjectKind::Witness),
        ("PCONTEXT_HANDLE_SHARED", ObjectKind::Witness),
        ("PPCONTEXT_HANDLE", ObjectKind::Witness),
        ("HGENERIC_RPC", ObjectKind::Generic),
    ] {
        assert_eq!(ObjectKind::of_idl(idl), kind, "{idl}");
    }
}

#[test]
fn of_families_of_control_codes() {
    let kinds: Vec<&str> = Family::ALL.iter().map(|family| ObjectKind::of_family(*family).name()).collect();
    let names: Vec<String> = Family::ALL.iter().map(|family| format!("{family:?}").to_lowercase()).collect();
    for (kind, family) in kinds.iter().zip(&names) {
        // Affinity rules are the cluster's.
        assert_eq!(*kind, if family == "affinityrule" { "cluster" } else { family }, "{family}");
    }
    assert_eq!(kinds.len(), 9);
}

#[test]
fn generic_fits_everything() {
    for one in ObjectKind::ALL {
        for other in ObjectKind::ALL {
            let fits = one == other || one == ObjectKind::Generic || other == ObjectKind::Generic;
            assert_eq!(one.fits(other), fits, "{one} {other}");
        }
        assert_eq!(one.to_string(), one.name());
    }
}
