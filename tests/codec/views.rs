//! The typed views and builders, as an embedder uses them.

use cluscope::internals::consts::control_codes::Family;
use cluscope::internals::idl;
use cluscope::internals::idl::{cluster, group, key, notify, resource, witness};
use cluscope::internals::ndr::value::Fields;
use cluscope::internals::ndr::visitor::{ContextHandle, Guid};
use cluscope::internals::ndr::wire::Message;
use cluscope::internals::ndr::{Direction, Endian, Syntax, Value, Version};
use cluscope::internals::render::json;

const FORMS: [(Syntax, Endian); 4] = [
    (Syntax::Ndr, Endian::Little),
    (Syntax::Ndr, Endian::Big),
    (Syntax::Ndr64, Endian::Little),
    (Syntax::Ndr64, Endian::Big),
];

fn handle(n: u8) -> ContextHandle {
    ContextHandle { attributes: 0, uuid: Guid([n; 16]) }
}

fn fields<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    Value::Map(Fields(fields.into_iter().map(|(name, value)| (name.into(), value)).collect()))
}

#[test]
fn opening_a_resource() {
    use resource::ApiOpenResource::{METHOD, Request, Response};
    for (syntax, endian) in FORMS {
        let stub =
            Request::builder().lpszResourceName("IP Address 10.1.2.3").encode(Version::V3_0, syntax, endian).unwrap();
        let request = Request::decode(Version::V3_0, syntax, endian, &stub).unwrap();
        assert_eq!(request.lpszResourceName(), "IP Address 10.1.2.3");
        assert_eq!(request.message().consumed, stub.len());
        assert!(format!("{request:?}").contains("IP Address 10.1.2.3"));

        // The status of the call itself is 3.0's alone.
        for version in [Version::V2_0, Version::V3_0] {
            let mut response = Response::builder().Status(0u32).r#return(handle(7));
            if version == Version::V3_0 {
                response = response.rpc_status(0x6beu32);
            }
            let stub = response.encode(version, syntax, endian).unwrap();
            let view = Response::decode(version, syntax, endian, &stub).unwrap();
            assert_eq!((view.Status(), view.r#return()), (0, handle(7)));
            assert_eq!(view.rpc_status(), (version == Version::V3_0).then_some(0x6be));
        }
        // A view is of its own method and direction, and of a version that has the method.
        let message = request.message();
        assert!(Response::of(message).is_none() && Request::of(message).is_some());
        assert!(resource::ApiDeleteResource::Request::of(message).is_none());
        assert!(Request::decode(Version::V1_1, syntax, endian, &stub).is_err());
        assert!(Request::decode(Version::V3_0, syntax, endian, &stub[..stub.len() - 1]).is_err());
        let kind = idl::kind(&METHOD, Version::V3_0, Direction::Request, syntax, endian).unwrap();
        assert_eq!((kind.interface.name, kind.version), ("clusapi", 1));
    }
    let refused = Request::builder().encode(Version::V3_0, Syntax::Ndr, Endian::Little).unwrap_err();
    assert_eq!(refused.to_string(), "lpszResourceName: missing");
    let refused =
        Request::builder().lpszResourceName(7u32).encode(Version::V3_0, Syntax::Ndr, Endian::Little).unwrap_err();
    assert_eq!(
        (refused.path.as_str(), refused.message.as_str()),
        ("lpszResourceName", "a number where a string is needed")
    );
}

#[test]
fn names_of_an_enumeration() {
    use cluster::ApiCreateEnum::Response;
    let entry = |kind: u32, name: Option<&'static str>| fields([("Type", kind.into()), ("Name", name.into())]);
    let entries = vec![entry(1, Some("NODE1")), entry(4, Some("Gruppe Ä")), entry(8, None), entry(4, Some(""))];
    // EntryCount is left to the encoder.
    let list = fields([("Entry", Value::List(entries))]);
    for (syntax, endian) in FORMS {
        let stub = Response::builder()
            .ReturnEnum(list.clone())
            .rpc_status(0u32)
            .r#return(0u32)
            .encode(Version::V3_0, syntax, endian)
            .unwrap();
        let response = Response::decode(Version::V3_0, syntax, endian, &stub).unwrap();
        let list = response.ReturnEnum().unwrap();
        assert_eq!((list.EntryCount(), list.Entry().len(), list.Entry().is_empty()), (4, 4, false));
        let found: Vec<_> = list.Entry().map(|e| (e.Type(), e.Name().map(|name| name.to_string()))).collect();
        let some = |name: &str| Some(name.to_string());
        assert_eq!(found, [(1, some("NODE1")), (4, some("Gruppe Ä")), (8, None), (4, some(""))]);
        // The entries can be gone through again, and in part.
        assert_eq!(list.Entry().nth(1).unwrap().Name().unwrap(), "Gruppe Ä");
        assert_eq!((response.rpc_status(), response.r#return()), (Some(0), 0));
    }
    let stub =
        Response::builder().ReturnEnum(Value::Null).r#return(5u32).encode(Version::V2_0, Syntax::Ndr, Endian::Little);
    let stub = stub.unwrap();
    let response = Response::decode(Version::V2_0, Syntax::Ndr, Endian::Little, &stub).unwrap();
    assert!(response.ReturnEnum().is_none());
    assert_eq!((response.rpc_status(), response.r#return()), (None, 5));
}

#[test]
fn notifications() {
    use notify::ApiGetNotifyV2::Response;
    let one = |key: u32, flags: u64, buffer: &[u8], name: Option<&'static str>| {
        let filter = fields([("dwObjectType", 2u32.into()), ("FilterFlags", flags.into())]);
        let data = fields([
            ("FilterAndType", filter),
            ("buffer", buffer.into()),
            ("ObjectId", "id".into()),
            ("ParentId", Value::Null),
            ("Name", name.into()),
            ("Type", "type".into()),
        ]);
        fields([("dwNotifyKey", key.into()), ("NotificationData", data)])
    };
    let notifications = vec![one(1, 1, &[], Some("a")), one(2, 1 << 40, &[9; 5], None), one(3, 0, &[1], Some("c"))];
    for (syntax, endian) in FORMS {
        let stub = Response::builder()
            .Notifications(notifications.clone())
            .r#return(0u32)
            .encode(Version::V3_0, syntax, endian)
            .unwrap();
        let response = Response::decode(Version::V3_0, syntax, endian, &stub).unwrap();
        assert_eq!(response.dwNumNotifications(), 3);
        let found: Vec<_> = response
            .Notifications()
            .unwrap()
            .map(|n| {
                let data = n.NotificationData();
                assert_eq!(data.ObjectId().unwrap(), "id");
                assert_eq!(data.Type().unwrap(), "type");
                assert!(data.ParentId().is_none());
                let buffer = data.buffer().unwrap().as_bytes().to_vec();
                assert_eq!(data.dwBufferSize() as usize, buffer.len());
                let flags = data.FilterAndType().FilterFlags();
                (n.dwNotifyKey(), flags, buffer, data.Name().map(|name| name.to_string()))
            })
            .collect();
        let some = |name: &str| Some(name.to_string());
        let expected = [(1, 1, vec![], some("a")), (2, 1 << 40, vec![9; 5], None), (3, 0, vec![1], some("c"))];
        assert_eq!(found, expected);
    }
}

#[test]
fn groups_with_properties() {
    use group::ApiCreateGroupEnum::{Request, Response};
    let names: Vec<u8> = "Name\0State\0\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let entry = |name: &'static str, properties: Option<&'static [u8]>| {
        fields([
            ("Name", name.into()),
            ("Id", "0a".into()),
            ("dwState", 0u32.into()),
            ("Owner", "NODE1".into()),
            ("dwFlags", 1u32.into()),
            ("cbProperties", (properties.map_or(0, <[u8]>::len) as u32).into()),
            ("Properties", properties.into()),
            ("cbRoProperties", 0u32.into()),
            ("RoProperties", Value::Null),
        ])
    };
    let list = fields([("Entry", Value::List(vec![entry("G1", Some(&[0, 0, 0, 0])), entry("G2", None)]))]);
    for (syntax, endian) in FORMS {
        let stub = Request::builder()
            .hCluster(handle(1))
            .pProperties(names.as_slice())
            .pRoProperties(Value::Null)
            .cbRoProperties(0u32)
            .encode(Version::V3_0, syntax, endian)
            .unwrap();
        let request = Request::decode(Version::V3_0, syntax, endian, &stub).unwrap();
        assert_eq!((request.hCluster(), request.cbProperties() as usize), (handle(1), names.len()));
        assert_eq!(request.pProperties().unwrap().as_bytes(), names);
        assert!(request.pRoProperties().is_none());

        let stub = Response::builder()
            .ppResultList(list.clone())
            .rpc_status(0u32)
            .r#return(0u32)
            .encode(Version::V3_0, syntax, endian)
            .unwrap();
        let response = Response::decode(Version::V3_0, syntax, endian, &stub).unwrap();
        let groups = response.ppResultList().unwrap();
        let found: Vec<_> = groups
            .Entry()
            .map(|g| {
                assert_eq!((g.Owner().unwrap().to_string().as_str(), g.dwFlags()), ("NODE1", 1));
                assert!(g.RoProperties().is_none());
                (g.Name().unwrap().to_string(), g.Properties().map(|p| p.as_bytes().to_vec()))
            })
            .collect();
        assert_eq!(found, [("G1".to_string(), Some(vec![0; 4])), ("G2".to_string(), None)]);
    }
}

#[test]
fn the_witness_interface_list() {
    use witness::WitnessrGetInterfaceList::{Request, Response};
    let info = fields([
        ("InterfaceGroupName", "NODE2".into()),
        ("Version", 0x0002_0000u32.into()),
        ("State", 1u16.into()),
        ("IPV4", "192.0.2.7".into()),
        ("IPV6", "2001:db8::7".into()),
        ("Flags", 5u32.into()),
    ]);
    let list = fields([("InterfaceInfo", Value::List(vec![info.clone(), info]))]);
    for (syntax, endian) in FORMS {
        let stub = Request::builder().encode(Version::V1_1, syntax, endian).unwrap();
        assert!(stub.is_empty());
        Request::decode(Version::V1_1, syntax, endian, &stub).unwrap();

        let stub = Response::builder()
            .InterfaceList(list.clone())
            .r#return(0u32)
            .encode(Version::V1_1, syntax, endian)
            .unwrap();
        let response = Response::decode(Version::V1_1, syntax, endian, &stub).unwrap();
        let list = response.InterfaceList().unwrap();
        assert_eq!(list.NumberOfInterfaces(), 2);
        for info in list.InterfaceInfo().unwrap() {
            assert_eq!(info.InterfaceGroupName().as_text().until_nul(), "NODE2");
            assert_eq!((info.Version(), info.State(), info.Flags()), (0x0002_0000, 1, 5));
            assert_eq!(info.IPV4().to_le_bytes(), [192, 0, 2, 7]);
            let v6: Vec<u8> = info.IPV6().as_text().units().flat_map(u16::to_le_bytes).collect();
            assert_eq!(v6[..4], [0x20, 0x01, 0x0d, 0xb8]);
            assert_eq!(v6[15], 7);
        }
    }
}

#[test]
fn buffers_of_control_codes() {
    use resource::ApiResourceControl::{METHOD, Request, Response};
    for (syntax, endian) in FORMS {
        let stub = Request::builder()
            .hResource(handle(3))
            .dwControlCode(0x0100_0081u32)
            .lpInBuffer(Value::Null)
            .nInBufferSize(0u32)
            .nOutBufferSize(1024u32)
            .encode(Version::V3_0, syntax, endian)
            .unwrap();
        let request = Request::decode(Version::V3_0, syntax, endian, &stub).unwrap();
        assert_eq!((request.dwControlCode(), request.nOutBufferSize()), (0x0100_0081, 1024));
        assert!(request.lpInBuffer().is_none());
        let code = cluscope::internals::ndr::names::control_code(Family::Resource, request.dwControlCode()).unwrap();
        assert_eq!(code.name, "CLUSCTL_RESOURCE_GET_PRIVATE_PROPERTIES");

        let mut response =
            Response::builder().lpOutBuffer(&[1u8, 2, 3][..]).lpcbRequired(3u32).rpc_status(0u32).r#return(0u32);
        response.contents.max_counts.push(("lpOutBuffer".into(), 1024));
        let stub = response.encode(Version::V3_0, syntax, endian).unwrap();
        let view = Response::decode(Version::V3_0, syntax, endian, &stub).unwrap();
        assert_eq!(view.lpOutBuffer().as_bytes(), [1, 2, 3]);
        assert_eq!((view.lpBytesReturned(), view.lpcbRequired()), (3, 3));

        // Serialize gives what the line of `stub decode` holds.
        let value = serde_json::to_value(view).unwrap();
        assert_eq!(value["lpOutBuffer"]["hex"], "010203");
        assert_eq!(value["return"]["name"], "ERROR_SUCCESS");
        let kind = idl::kind(&METHOD, Version::V3_0, Direction::Response, syntax, endian).unwrap();
        let message = Message::decode(&METHOD, kind, &stub).unwrap();
        assert_eq!(serde_json::to_value(message).unwrap(), value);
        let mut out = json::out::Out::new();
        let identity = json::stub::Identity { kind, opnum: METHOD.opnum };
        assert!(json::stub::decode(
            &mut out,
            &identity,
            &cluscope::internals::session::call_context::CallContext::default(),
            &stub
        ));
        let line: serde_json::Value = serde_json::from_slice(out.as_bytes()).unwrap();
        assert_eq!(line["max_counts"]["lpOutBuffer"], 1024);
        assert_eq!(line["params"]["lpOutBuffer"]["hex"], value["lpOutBuffer"]["hex"]);
    }
}

/// A structure by value, a FILETIME, 16-bit numbers and names of parameters that one version has.
#[test]
fn other_places() {
    for (syntax, endian) in FORMS {
        use cluscope::internals::idl::notify::{ApiAddNotifyV2, ApiCloseNotify};
        let filter = fields([("dwObjectType", 3u32.into()), ("FilterFlags", (-1i64).into())]);
        let stub = ApiAddNotifyV2::Request::builder()
            .hNotify(handle(1))
            .hObject(handle(2))
            .filter(filter)
            .dwNotifyKey(9u32)
            .dwVersion(2u32)
            .isTargetedAtObject(true)
            .encode(Version::V3_0, syntax, endian)
            .unwrap();
        let view = ApiAddNotifyV2::Request::decode(Version::V3_0, syntax, endian, &stub).unwrap();
        assert_eq!((view.hNotify(), view.hObject()), (handle(1), handle(2)));
        assert_eq!((view.filter().dwObjectType(), view.filter().FilterFlags()), (3, -1));
        assert_eq!((view.dwNotifyKey(), view.dwVersion(), view.isTargetedAtObject()), (9, 2, 1));

        let stub = ApiCloseNotify::Request::builder().hNotify(handle(4)).encode(Version::V2_0, syntax, endian).unwrap();
        let view = ApiCloseNotify::Request::decode(Version::V2_0, syntax, endian, &stub).unwrap();
        assert_eq!((view.hNotify(), view.Notify()), (Some(handle(4)), None));
        let view = ApiCloseNotify::Request::decode(Version::V3_0, syntax, endian, &stub).unwrap();
        assert_eq!((view.hNotify(), view.Notify()), (None, Some(handle(4))));

        let stub = key::ApiEnumKey::Response::builder()
            .KeyName("Parameters")
            .lpftLastWriteTime(132_223_104_000_000_000u64)
            .rpc_status(0u32)
            .r#return(0u32)
            .encode(Version::V3_0, syntax, endian)
            .unwrap();
        let view = key::ApiEnumKey::Response::decode(Version::V3_0, syntax, endian, &stub).unwrap();
        assert_eq!(
            (view.KeyName().unwrap(), view.lpftLastWriteTime()),
            (view.KeyName().unwrap(), 132_223_104_000_000_000)
        );

        let stub = cluster::ApiGetClusterVersion::Response::builder()
            .lpwMajorVersion(10u16)
            .lpwMinorVersion(1u16)
            .lpwBuildNumber(20348u16)
            .lpszVendorId("Vendor")
            .lpszCSDVersion(Value::Null)
            .r#return(0u32)
            .encode(Version::V3_0, syntax, endian)
            .unwrap();
        let view = cluster::ApiGetClusterVersion::Response::decode(Version::V3_0, syntax, endian, &stub).unwrap();
        assert_eq!((view.lpwMajorVersion(), view.lpwMinorVersion(), view.lpwBuildNumber()), (10, 1, 20348));
        assert_eq!((view.lpszVendorId().unwrap().to_string().as_str(), view.lpszCSDVersion()), ("Vendor", None));
    }
}
