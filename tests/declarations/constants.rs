//! Compares the constants with `spec/*.tsv`, both ways.

use crate::tables::table;
use std::collections::BTreeSet;

use cluscope::internals::consts::content::BufferFormat;
use cluscope::internals::consts::notifications::Text;
use cluscope::internals::consts::status::{self, Space};
use cluscope::internals::consts::{self, Source, control_codes, notifications, properties};

fn hex(text: &str) -> u64 {
    u64::from_str_radix(text.strip_prefix("0x").unwrap(), 16).unwrap()
}

#[test]
fn enumerations_and_bit_masks() {
    let rows = table("enums.tsv");
    let mut listed = BTreeSet::new();
    for row in &rows {
        let (name, value) = (row["member"].as_str(), hex(&row["value"]));
        let table = consts::by_name(&row["name"]).unwrap_or_else(|| panic!("{} is missing", row["name"]));
        let ours = [table.kind.as_str().to_owned(), table.section.to_owned(), table.width.to_string()];
        assert_eq!(ours, ["kind", "section", "width"].map(|column| row[column].clone()), "{}", table.name);
        let member = table.member(value).unwrap_or_else(|| panic!("{name} is missing"));
        assert!(member.is_called(name), "{value} is {}, not {name}", member.name);
        listed.insert((table.name, value));
        // What the document calls by another name than running systems do has a note that says so.
        if member.name != name {
            assert_eq!(member.source, Source::Sdk, "{name}");
            continue;
        }
        // Marks stand for these remarks.
        let mark = |remark: &&str| match *remark {
            "newer than 34.0" => Some(Source::Revision44),
            _ if remark.starts_with("public header only") => Some(Source::Sdk),
            "public header name, the specification gives only the number" => Some(Source::Sdk),
            _ => None,
        };
        let remarks: Vec<&str> = row["note"].split(';').map(str::trim).filter(|remark| !remark.is_empty()).collect();
        let source = remarks.iter().find_map(mark).unwrap_or(Source::Spec34);
        assert_eq!(member.source, source, "{name}");
        assert_eq!(member.note.is_empty(), remarks.iter().all(|remark| mark(remark).is_some()), "{name}");
    }
    for table in consts::ALL {
        for member in table.members.iter().filter(|member| matches!(member.source, Source::Spec34 | Source::Revision44))
        {
            assert!(listed.contains(&(table.name, member.value)), "{} is not in the table", member.name);
        }
    }
}

/// The crate names more codes than the reference table, which lists those that the documents mention.
#[test]
fn status_codes() {
    let rows = table("errors.tsv");
    for row in &rows {
        let value = u32::try_from(hex(&row["value"])).unwrap();
        let code = status::lookup(value).unwrap_or_else(|| panic!("{} is missing", row["name"]));
        let space = match row["kind"].as_str() {
            "win32" => Space::Win32,
            "rpc" => Space::Rpc,
            "dce fault" => Space::Fault,
            other => panic!("{other}"),
        };
        assert_eq!((code.name, code.space), (row["name"].as_str(), space));
    }
    let faults = |space| space == Space::Fault;
    let theirs = rows.iter().filter(|row| row["kind"] == "dce fault").count();
    // Those of the endpoint mapper stand in C706 alone, which the table does not cover.
    let mapper = |value: u32| value >> 16 == 0x16c9;
    assert_eq!(status::ALL.iter().filter(|code| faults(code.space) && !mapper(code.value)).count(), theirs);
}

/// The table's words for a buffer's content, where they are not [`BufferFormat`]'s own.
fn in_our_words(text: &str) -> String {
    let ours = match text {
        "SZ naming the current and the replacement node; how the two are separated is not stated" => "SZ or several",
        "SZ; PROPERTY_LIST when the resource type is File Share Witness" => text,
        "list of CLUSPROP_SYNTAX_LIST_VALUE_BINARY values, each a PROPERTY_LIST; end mark not stated, accept end of buffer" => {
            "value list: LIST_VALUE_BINARY, each PROPERTY_LIST"
        }
        "value list: CLUSPROP_SYNTAX_LIST_VALUE_BINARY entries each STRUCT:CLUS_CSV_VOLUME_INFO, end mark; no count" => {
            "value list: LIST_VALUE_BINARY, each STRUCT:CLUS_CSV_VOLUME_INFO"
        }
        "zero or more value lists back to back, one per disk, as STORAGE_GET_DISK_INFO, each closed by an end mark" => {
            "value lists, one per disk: \
             first DISK_SIGNATURE or DISK_GUID, then SCSI_ADDRESS, DISK_NUMBER, PARTITION_INFO"
        }
        "zero or more value lists back to back, one per disk, as STORAGE_GET_DISK_INFO_EX, each closed by an end mark" => {
            "value lists, one per disk: \
             first DISK_SIGNATURE or DISK_GUID, then SCSI_ADDRESS, DISK_NUMBER, DISK_SIZE, PARTITION_INFO_EX"
        }
        _ if text.starts_with("value list: CLUSPROP_SYNTAX_RESCLASS entries") => "value list: RESCLASS, NAME",
        _ if text.starts_with("value list: first") => {
            let text = text.replace("then in any order", "then").replace(" (one per partition)", "");
            return text.strip_suffix("; end mark; no count, no property name").unwrap().to_owned();
        }
        _ => text,
    };
    ours.to_owned()
}

#[test]
fn control_codes_row_by_row() {
    let rows = table("control-codes.tsv");
    assert_eq!(control_codes::ALL.iter().filter(|code| code.source == Source::Spec34).count(), rows.len());
    for row in &rows {
        let code = control_codes::by_name(&row["name"]).unwrap_or_else(|| panic!("{} is missing", row["name"]));
        let ours = [
            code.family.as_str().to_owned(),
            format!("0x{:08X}", code.value),
            code.section.to_owned(),
            code.input.to_string(),
            code.output.to_string(),
            code.access.as_str().to_owned(),
            code.versions.as_str().to_owned(),
        ];
        let theirs = [
            row["family"].clone(),
            row["value"].clone(),
            row["section"].clone(),
            in_our_words(&row["input"]),
            in_our_words(&row["output"]),
            row["access"].clone(),
            row["versions"].clone(),
        ];
        assert_eq!(ours, theirs, "{}", code.name);
    }
}

/// Every structure that a content names is one of the reference table's.
#[test]
fn structures_exist() {
    let rows = table("structs.tsv");
    let known: BTreeSet<_> = rows.iter().map(|row| row["structure"].as_str()).collect();
    fn visit(content: BufferFormat, known: &BTreeSet<&str>) {
        match content {
            BufferFormat::Struct(name) | BufferFormat::Structs(name) => assert!(known.contains(name), "{name}"),
            BufferFormat::ByLength(choices) => choices.iter().for_each(|(_, content)| visit(*content, known)),
            BufferFormat::PropertyListOf(binary) => visit(*binary, known),
            BufferFormat::Values(list) | BufferFormat::ValuesPerDisk(list) => {
                visit(list.binary, known);
                list.first.iter().chain(list.then).for_each(|syntax| visit(BufferFormat::of_syntax(*syntax), known));
            }
            BufferFormat::ByResourceType { then, otherwise, .. } => {
                visit(*then, known);
                visit(*otherwise, known);
            }
            _ => {}
        }
    }
    for code in control_codes::ALL.iter().filter(|code| code.source == Source::Spec34) {
        visit(code.input, &known);
        visit(code.output, &known);
    }
    let specified = notifications::ALL.iter().filter(|row| row.source == Source::Spec34);
    specified.for_each(|row| visit(row.buffer, &known));
    properties::ALL.iter().for_each(|row| visit(row.format, &known));
}

fn text(text: Text) -> &'static str {
    match text {
        Text::Absent => "-",
        Text::Empty => "empty string",
        Text::Null => "null",
        Text::Is(what) => what,
        Text::NotDescribed => "not described",
    }
}

#[test]
fn notifications_row_by_row() {
    let rows = table("notifications.tsv");
    let specified = || notifications::ALL.iter().filter(|row| row.source == Source::Spec34);
    assert_eq!(specified().count(), rows.len());
    for (ours, theirs) in specified().zip(&rows) {
        assert_eq!(ours.object_type.name(), Some(theirs["object_type"].as_str()));
        assert_eq!(u64::from(ours.object_type.0), hex(&theirs["object_value"]));
        assert_eq!(ours.flag, hex(&theirs["flag_value"]));
        match theirs["filter_flag"].as_str() {
            "(no flags defined)" => assert_eq!(ours.name, ""),
            name => assert_eq!(ours.name, name),
        }
        assert_eq!(ours.section, theirs["section"]);
        for (ours, column) in [
            (ours.object_id, "ObjectId"),
            (ours.parent_id, "ParentId"),
            (ours.object_name, "Name"),
            (ours.type_name, "Type"),
        ] {
            assert_eq!(text(ours), theirs[column]);
        }
        let buffer = match (ours.buffer, ours.meaning) {
            (BufferFormat::Bytes, "not described") => {
                "not described by the document (nor by the newer text): show as bytes".to_owned()
            }
            (BufferFormat::PropertyListOf(_), "") => {
                "PROPERTY_LIST with binary values, each STRUCT:CLUSTER_SHARED_VOLUME_STATE_INFO_EX".to_owned()
            }
            (BufferFormat::PropertyList, meaning) => format!("PROPERTY_LIST of {meaning}"),
            (content, "") => content.to_string(),
            (content @ BufferFormat::DwordOf(_), meaning) => format!("{content}; {meaning}"),
            (content, meaning) => format!("{content} {meaning}"),
        };
        assert_eq!(buffer, theirs["buffer"], "{}", ours.name);
    }
}

#[test]
fn properties_row_by_row() {
    let rows = table("properties.tsv");
    let specified = || properties::ALL.iter().filter(|property| property.source() == Source::Spec34);
    assert_eq!(specified().count(), rows.len());
    for (ours, theirs) in specified().zip(&rows) {
        assert_eq!(ours.name, theirs["name"]);
        assert_eq!(ours.object, theirs["object"]);
        assert_eq!(ours.role.as_str(), theirs["kind"]);
        assert_eq!(ours.meaning, theirs["meaning"]);
        assert_eq!(ours.section, theirs["section"]);
        let format = match ours.many {
            true => format!("one {} value per volume", ours.format),
            false => ours.format.to_string(),
        };
        assert_eq!(format, theirs["format"].replace("DWORD enum", "DWORD"), "{}", ours.name);
        assert_eq!(ours.secret, theirs["note"].contains("secret"), "{}", ours.name);
    }
}

/// What parameters refer to: enumerations, bit masks and families of control codes.
#[test]
fn references_of_parameters_resolve() {
    let rows = table("params.tsv");
    let mut seen = 0;
    for row in &rows {
        for reference in row["values"].split(';').map(str::trim) {
            let Some((kind, target)) = reference.split_once(':') else { continue };
            match kind {
                "enum" | "flags" => {
                    let name = target.split(' ').next().unwrap();
                    let constants = consts::by_name(name).unwrap_or_else(|| panic!("{reference}"));
                    assert_eq!(constants.kind.as_str(), kind, "{reference}");
                    seen += 1;
                }
                "control-code" | "control-input" | "control-output" => {
                    assert!(control_codes::Family::from_name(target).is_some(), "{reference}");
                    seen += 1;
                }
                _ => {}
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

/// What members of structures refer to, where it is one name.
#[test]
fn references_of_structures_resolve() {
    let rows = table("structs.tsv");
    let names: Vec<_> = rows.iter().map(|row| &row["enumeration"]).filter(|name| !name.is_empty()).collect();
    assert!(names.len() > 40);
    for name in names {
        assert!(name.contains(' ') || consts::by_name(name).is_some(), "{name}");
    }
}
