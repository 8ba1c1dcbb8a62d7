//! What buffers look like in their context: JSON and text.

use super::{entry, join, list, wide};
use crate::consts::control_codes::Family;
use crate::ndr::types::Semantics;
use crate::render::text::buffers;
use crate::render::text::{Style, TextBuffer};
use crate::structs::content::Context;
use crate::structs::{self, dependency};

fn lines(semantics: Semantics, context: &Context<'_>, bytes: &[u8]) -> String {
    let mut out = TextBuffer::new();
    buffers::print(&mut out, Style { indent: 2, ..Style::default() }, semantics, 1, context, bytes);
    out.into()
}

#[cfg(feature = "serde")]
fn json(semantics: Semantics, context: &Context<'_>, bytes: &[u8]) -> String {
    let mut out = crate::render::json::out::Out::new();
    out.begin();
    crate::render::json::buffers::print(&mut out, semantics, 1, context, bytes);
    out.end();
    let text = String::from_utf8(out.as_bytes().to_vec()).unwrap();
    serde_json::from_str::<serde_json::Value>(&text).unwrap();
    text
}

fn code(code: u32) -> Context<'static> {
    Context { control_code: Some((Family::Resource, code)), ..Context::default() }
}

const OUTPUT: Semantics = Semantics::ControlOutput(Family::Resource);
const INPUT: Semantics = Semantics::ControlInput(Family::Resource);

#[test]
fn a_property_list_is_a_table() {
    let bytes = list(&[
        ("Address", &[entry(0x0001_0003, &wide("10.1.2.3"))]),
        ("EnableDhcp", &[entry(0x0001_0002, &[1, 0, 0, 0])]),
        ("Path", &[entry(0x0001_0004, &wide("%x%")), entry(0x0001_0008, &wide("C:"))]),
        ("Names", &[entry(0x0001_0005, &join(&[&wide("a"), &wide("b"), &[0, 0]]))]),
    ]);
    let expected = "  Address     SZ              \"10.1.2.3\"
  EnableDhcp  DWORD           TRUE (1)
  Path        EXPAND_SZ       \"%x%\"
              EXPANDED_SZ     \"C:\"
  Names       MULTI_SZ        \"a\", \"b\"
";
    assert_eq!(lines(OUTPUT, &code(0x0100_0081), &bytes), expected);
    let cut = lines(OUTPUT, &code(0x0100_0081), &bytes[..bytes.len() - 10]);
    assert!(cut.contains("! offset") && cut.contains("(in \"Names\")"), "{cut}");
}

#[test]
fn a_batch_is_a_line_a_command() {
    let command = |kind: u32, value_type: u32, name: &str, data: &[u8]| {
        let name = wide(name);
        join(&[
            &kind.to_le_bytes(),
            &value_type.to_le_bytes(),
            &(name.len() as u32).to_le_bytes(),
            &name,
            &(data.len() as u32).to_le_bytes(),
            data,
        ])
    };
    let bytes = join(&[
        &[1, 0, 0, 0],
        &command(2, 0, "Resources\\1234\\Parameters", &[]),
        &command(1, 1, "Address", &wide("10.1.2.3")),
        &command(1, 4, "", &[5, 0, 0, 0]),
        &command(3, 0, "Groups\\9", &[]),
        &command(9, 2, "Gone", &[]),
        &command(10, 0, "", &[1, 0, 0, 0]),
    ]);
    let expected = "  key Resources\\1234\\Parameters
  set Resources\\1234\\Parameters  Address = \"10.1.2.3\" (REG_SZ)
  set Resources\\1234\\Parameters  (default) = 5 (REG_DWORD)
  delete key Groups\\9
  error Gone: ERROR_FILE_NOT_FOUND (2)
  control (default) = SynchronizeAllNodes (1)
";
    assert_eq!(lines(Semantics::Custom("CLUSTER_REG_BATCH_UPDATE"), &Context::default(), &bytes), expected);
}

#[test]
fn a_value_list_is_a_line_a_value() {
    let bytes = join(&[
        &entry(0x0005_0002, &[1, 0, 0, 0]),
        &entry(0x0006_0002, &[1, 2, 3, 4]),
        &entry(0x000b_0003, &wide("{cab0e89a}")),
        &[0; 4],
    ]);
    let expected = "  values
    [0]  DISK_SIGNATURE  1
    [1]  SCSI_ADDRESS  CLUS_SCSI_ADDRESS
        PortNumber  1
        PathId  2
        TargetID  3
        LUN  4
    [2]  DISK_GUID  \"{cab0e89a}\"
";
    assert_eq!(lines(OUTPUT, &code(0x0100_0191), &bytes), expected);
}

const TOKEN: u32 = 0x0140_20e6;
const PASSWORD: u32 = 0x0100_017a;

/// What a whole parameter looks like when secrets are hidden in bytes, too.
#[cfg(feature = "serde")]
fn masked(control_code: u32, bytes: &[u8]) -> String {
    use crate::idl::resource::ApiResourceControl;
    use crate::ndr::{Endian, Syntax};
    use crate::render::json::stub::{self, Identity};
    let request = ApiResourceControl::Request::builder()
        .hResource(crate::ndr::visitor::ContextHandle::default())
        .dwControlCode(control_code)
        .nOutBufferSize(0)
        .lpInBuffer(bytes)
        .nInBufferSize(bytes.len() as u32)
        .encode(crate::ndr::Version::V3_0, Syntax::Ndr, Endian::Little)
        .unwrap();
    let identity = serde_json::json!({"interface": "clusapi", "version": "3.0", "opnum": 73,
        "direction": "request", "syntax": "ndr"});
    let identity = Identity::parse(identity.as_object().unwrap()).unwrap();
    let mut out = crate::render::json::out::Out::new();
    out.hide_secrets();
    assert!(stub::decode(&mut out, &identity, &identity.context(&[]), &request));
    String::from_utf8(out.as_bytes().to_vec()).unwrap()
}

#[test]
#[cfg(feature = "serde")]
fn secrets_stay_hidden() {
    let (token, before) = (wide("t0ken"), ("AccountName", [entry(0x0001_0003, &wide("lab"))]));
    let bytes = list(&[(before.0, &before.1), ("PrimaryToken", &[entry(0x0001_0003, &token)])]);
    assert!(!json(INPUT, &code(TOKEN), &bytes).contains("t0ken"));
    assert!(!lines(INPUT, &code(TOKEN), &bytes).contains("t0ken"));
    let mut password = vec![0; 680];
    password[4..16].copy_from_slice(&wide("p4ssw"));
    assert!(!json(INPUT, &code(PASSWORD), &password).contains("p4ssw"));
    assert!(!lines(INPUT, &code(PASSWORD), &password).contains("p4ssw"));

    // In bytes there are zeros for them and nothing else is changed.
    let zeros = list(&[(before.0, &before.1), ("PrimaryToken", &[entry(0x0001_0003, &[0; 12])])]);
    let printed = masked(TOKEN, &bytes);
    assert!(printed.contains(&format!(r#"{{"hex":"{}","secret":true,"decoded""#, hex::encode(zeros))), "{printed}");
    assert!(masked(PASSWORD, &password).contains(&format!(r#"{{"hex":"{}","secret":true"#, "0".repeat(1360))));
    let plain = list(&[(before.0, &before.1)]);
    assert!(masked(TOKEN, &plain).contains(&format!(r#"{{"hex":"{}","decoded""#, hex::encode(&plain))));
}

/// A secret in another format than it should have, nested, cut, or behind what is wrong stays one.
#[test]
#[cfg(feature = "serde")]
fn damaged_secrets_stay_hidden() {
    let leaks = |control_code, bytes: &[u8], secret: &[u8]| {
        let context = code(control_code);
        let all = lines(INPUT, &context, bytes) + &json(INPUT, &context, bytes) + &masked(control_code, bytes);
        secret.chunks_exact(4).map(hex::encode).any(|part| all.contains(&part)) || all.contains("5ecr3t")
    };
    let secret = wide("5ecr3t-5ecr3t");
    let two = join(&[&secret, &[0, 0]]);
    for (syntax, value) in [
        (0x0001_0001, &secret),
        (0x0001_0002, &secret),
        (0x0001_0003, &secret),
        (0x0001_0005, &secret),
        (0x0001_0005, &two),
        (0x0001_0009, &secret),
        (0x7777_7777, &secret),
    ] {
        let bytes = list(&[("primarytoken", &[entry(syntax, value), entry(0x0001_0003, &secret)])]);
        assert!(!leaks(TOKEN, &bytes, &secret), "{syntax:#x}: {}", masked(TOKEN, &bytes));
        for n in 0..bytes.len() {
            assert!(!leaks(TOKEN, &bytes[..n], &secret), "{syntax:#x}, {n}: {}", masked(TOKEN, &bytes[..n]));
        }
        // A count that says there is none.
        let hidden = join(&[&[0; 4], &bytes[4..]]);
        let printed = masked(TOKEN, &hidden);
        assert!(!printed.contains(&hex::encode(&secret)), "{printed}");
    }
    let mut password = vec![0; 680];
    password[4..32].copy_from_slice(&secret);
    for n in 0..100 {
        let printed = masked(PASSWORD, &password[..n]);
        assert!(!secret.chunks_exact(4).any(|part| printed.contains(&hex::encode(part))), "{n}: {printed}");
    }
}

/// Enumerations are asked for properties by name: in a MULTI_SZ by the text, in a property list by some clients, with
/// values or without.
#[test]
#[cfg(feature = "serde")]
fn names_of_properties_in_three_forms() {
    let asked = |bytes: &[u8]| json(Semantics::MultiSz, &Context::default(), bytes);
    let names = join(&[&wide("Priority"), &wide("Type"), &[0, 0]]);
    assert_eq!(asked(&names), r#"{"decoded":{"type":"MULTI_SZ","value":["Priority","Type"]}}"#);
    assert_eq!(asked(&wide("*")), r#"{"decoded":{"type":"SZ","value":"*"}}"#);

    let only = join(&[&[2, 0, 0, 0], &entry(0x0004_0003, &wide("Priority")), &entry(0x0004_0003, &wide("Type"))]);
    let printed = asked(&only);
    let list = r#""value":{"propertyCount":2,"properties":[{"name":"Priority"},{"name":"Type"}]}"#;
    assert!(printed.contains(&format!(r#""type":"PROPERTY_LIST",{list},"reading":"names only""#)), "{printed}");
    assert!(printed.contains("no-value"), "{printed}");
    assert_eq!(lines(Semantics::MultiSz, &Context::default(), &only), "  Priority\n  Type\n");
    let value = structs::decode("PROPERTY_LIST", &only).unwrap().value.unwrap();
    assert_eq!(structs::encode("PROPERTY_LIST", &value).unwrap(), only);

    let whole = self::list(&[("Priority", &[entry(0x0001_0002, &[7, 0, 0, 0])])]);
    assert!(asked(&whole).contains(r#"{"name":"Priority","values":[{"syntax":"#));

    // A name behind what is no list of names is none.
    let broken = join(&[&[3, 0, 0, 0], &entry(0x0004_0003, &wide("Priority"))]);
    assert!(asked(&broken).contains("MULTI_SZ"));
    assert!(structs::decode("PROPERTY_LIST", &broken).unwrap().error.is_some());
}

#[test]
#[cfg(feature = "serde")]
fn simple_outputs() {
    assert_eq!(json(OUTPUT, &code(0x0100_0029), &wide("IP1")), r#"{"decoded":{"type":"SZ","value":"IP1"}}"#);
    assert_eq!(json(OUTPUT, &code(0x0100_0029), &[]), "{}");
    assert_eq!(
        json(OUTPUT, &code(0x0100_0009), &[1, 0, 0, 0]),
        r#"{"decoded":{"type":"DWORD","value":{"value":1,"flags":["CLUS_FLAG_CORE"]}}}"#
    );
    assert_eq!(
        json(OUTPUT, &code(0x0100_0009), &[1, 0]),
        r#"{"decoded":{"type":"DWORD","error":{"offset":0,"message":"4 bytes needed (u32), 2 left"}}}"#
    );
    assert_eq!(
        json(OUTPUT, &code(0x0100_0009), &[1, 0, 0, 0, 7]),
        r#"{"decoded":{"type":"DWORD","value":{"value":1,"flags":["CLUS_FLAG_CORE"]},"trailing":"07"}}"#
    );
}

#[test]
#[cfg(feature = "serde")]
fn unknown_control_codes_are_guessed_at() {
    let unknown = code(0x0160_1234);
    let printed = json(OUTPUT, &unknown, &wide("text"));
    assert!(printed.contains(r#""function":1165"#) && printed.contains(r#""guess":true,"value":"text""#), "{printed}");
    assert!(json(OUTPUT, &unknown, &list(&[("A", &[entry(0x0001_0002, &[0; 4])])])).contains("PROPERTY_LIST"));
    assert!(json(OUTPUT, &unknown, &[1, 2, 3, 4]).contains(r#""type":"DWORD","guess":true"#));
    assert!(!json(OUTPUT, &unknown, &[1, 2, 3, 4, 5]).contains("guess"));
}

/// A property that groups and resources have is named by what the list is of.
#[test]
#[cfg(feature = "serde")]
fn lists_of_groups_and_of_resources() {
    let bytes = list(&[("StatusInformation", &[entry(0x0001_0006, &[4, 0, 0, 0, 0, 0, 0, 0])])]);
    let printed = |semantics| json(semantics, &Context::default(), &bytes);
    let group = printed(Semantics::PropertyListOf(Family::Group));
    assert!(group.contains(r#""flags":["CLUSGRP_STATUS_WAITING_IN_QUEUE_FOR_MOVE"]"#), "{group}");
    let resource = printed(Semantics::PropertyListOf(Family::Resource));
    assert!(resource.contains(r#""flags":["CLUSRES_STATUS_FAILED_DUE_TO_INSUFFICIENT_CPU"]"#), "{resource}");
    assert!(!printed(Semantics::PropertyList).contains("flags"));
}

#[test]
#[cfg(feature = "serde")]
fn errors_keep_what_came_before() {
    let mut bytes = list(&[("A", &[entry(0x0001_0002, &[1, 0, 0, 0])]), ("B", &[entry(0x0001_0002, &[1, 0, 0, 0])])]);
    bytes.truncate(bytes.len() - 6);
    let printed = json(Semantics::PropertyList, &Context::default(), &bytes);
    assert!(printed.contains(r#""partial":{"propertyCount":2,"properties":[{"name":"A""#), "{printed}");
    assert!(printed.contains(r#""field":"properties[1].values[0]","object":"B""#), "{printed}");
}

#[test]
#[cfg(feature = "serde")]
fn witness_messages() {
    let change = join(&[&14u32.to_le_bytes(), &[255, 0, 0, 0], &wide("FS")]);
    let context = Context { message_type: Some(1), messages: Some(2), ..Context::default() };
    let printed = json(Semantics::WitnessMessages, &context, &join(&[&change, &change]));
    assert_eq!(printed.matches(r#""ResourceName":"FS""#).count(), 2, "{printed}");
    let printed = json(Semantics::WitnessMessages, &context, &change);
    assert!(printed.contains(r#""error""#), "{printed}");
}

#[test]
fn expressions() {
    let parsed = |text: &str| dependency::parse(text).map(|tree| tree.map(|tree| tree.to_string()));
    assert_eq!(parsed("[a]").unwrap().unwrap(), "[a]");
    assert_eq!(parsed("([a] or [b]) and ([c] OR [d])").unwrap().unwrap(), "([a] or [b]) and ([c] or [d])");
    assert_eq!(parsed(" ( [a]or[b] )and[c d] ").unwrap().unwrap(), "([a] or [b]) and [c d]");
    assert_eq!(parsed("{[a] and [b]} and [c]").unwrap().unwrap(), "([a] and [b]) and [c]");
    assert_eq!(parsed("").unwrap(), None);
    assert_eq!(parsed("[a] and").unwrap_err().offset, 4);
    assert!(parsed("[a").is_err());
    assert!(parsed("([a]").is_err());
    assert!(parsed("a or b").is_err());
    let deep = format!("{}[a]{}", "(".repeat(32), ")".repeat(32));
    assert_eq!(parsed(&deep).unwrap().unwrap(), "[a]");
    let deeper = format!("{}[a]{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(parsed(&deeper).unwrap_err().limit);
    let long = vec!["[x]"; 5000].join(" or ");
    assert!(parsed(&long).is_ok());
}
