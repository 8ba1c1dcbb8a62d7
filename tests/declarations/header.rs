//! Compares the declarations with the tables of the public Windows SDK header (`spec/sdk-*.tsv`): every constant is
//! declared or listed with a reason in `spec/sdk-left-out.tsv`, every control code and property name is declared.

use crate::tables::table;
use cluscope::internals::consts::content::BufferFormat;
use cluscope::internals::consts::control_codes::{self, Certainty, ControlCodeFields};
use cluscope::internals::consts::{self, Source, properties};
use cluscope::internals::structs::content::is_structured;
use std::collections::{BTreeMap, BTreeSet};

fn hex(text: &str) -> u64 {
    u64::from_str_radix(text.strip_prefix("0x").unwrap(), 16).unwrap()
}

/// Every name that is declared, with its value.
fn declared() -> BTreeSet<(&'static str, u64)> {
    let members = consts::ALL.iter().flat_map(|table| table.members);
    let members = members.flat_map(|m| m.also.iter().copied().chain([m.name]).map(|name| (name, m.value)));
    let codes = control_codes::ALL.iter();
    let codes = codes.flat_map(|c| c.also.iter().copied().chain([c.name]).map(|name| (name, u64::from(c.value))));
    members.chain(codes).collect()
}

#[test]
fn constants() {
    let declared = declared();
    let left_out: BTreeMap<String, String> =
        table("sdk-left-out.tsv").into_iter().map(|row| (row["name"].clone(), row["reason"].clone())).collect();
    let mut used = BTreeSet::new();
    for row in table("sdk-constants.tsv") {
        let (name, value) = (row["name"].as_str(), hex(&row["value"]));
        let is_declared = declared.contains(&(name, value));
        match row["type"].as_str() {
            // A function code: the same for several kinds of object.
            "CLCTL_CODES" => {
                let fields = ControlCodeFields::decode(value as u32);
                let same = |code: u32| ControlCodeFields { object: 0, ..ControlCodeFields::decode(code) } == fields;
                if !control_codes::ALL.iter().any(|code| same(code.value)) {
                    assert!(left_out.contains_key(name), "{name}: no control code has it");
                    used.insert(name.to_owned());
                }
            }
            _ if is_declared => assert!(!left_out.contains_key(name), "{name} is declared and left out"),
            _ => {
                let reason = left_out.get(name).unwrap_or_else(|| panic!("{name} = {value:#x} is not declared"));
                assert!(!reason.is_empty(), "{name}");
                used.insert(name.to_owned());
            }
        }
    }
    let unused: Vec<_> = left_out.keys().filter(|name| !used.contains(*name)).collect();
    assert!(unused.is_empty(), "left out, but not in the header: {unused:?}");
}

/// What only the header has is marked so, and what the header does not have is not.
#[test]
fn marks() {
    let rows = table("sdk-constants.tsv");
    let names: BTreeSet<&str> = rows.iter().map(|row| row["name"].as_str()).collect();
    for table in consts::ALL {
        for member in table.members.iter().filter(|member| member.source == Source::Sdk) {
            assert!(names.contains(member.name), "{} is not in the header", member.name);
        }
    }
    for code in control_codes::ALL.iter().filter(|code| code.source != Source::Spec34) {
        assert!(names.contains(code.name), "{} is not in the header", code.name);
    }
}

/// The releases that brought the names, where the headers tell.
#[test]
fn releases() {
    let members = consts::ALL.iter().flat_map(|table| table.members).map(|member| (member.name, member.since));
    let codes = control_codes::ALL.iter().map(|code| (code.name, code.since));
    let told: BTreeSet<_> = members.chain(codes).collect();
    let mut compared = 0;
    for row in table("sdk-constants.tsv") {
        let mut here = told.range((row["name"].as_str(), "")..).take_while(|(name, _)| *name == row["name"]).peekable();
        if here.peek().is_some() {
            compared += usize::from(!row["since"].is_empty());
            assert!(here.all(|(_, since)| *since == row["since"]), "{} is since {:?}", row["name"], row["since"]);
        }
    }
    assert!(compared > 400, "{compared}");
}

/// The 305 numbers of the header's control codes under their 310 names; what is told of their buffers.
#[test]
fn codes() {
    let rows = table("sdk-constants.tsv");
    let mut numbers = BTreeSet::new();
    for row in rows.iter().filter(|row| row["type"].starts_with("CLUSCTL_") && row["type"].ends_with("_CODES")) {
        let code = control_codes::by_name(&row["name"]).unwrap_or_else(|| panic!("{} is missing", row["name"]));
        assert_eq!(u64::from(code.value), hex(&row["value"]), "{}", row["name"]);
        numbers.insert(code.value);
    }
    assert_eq!(numbers.len(), 305);

    for row in table("sdk-codes.tsv") {
        let code = control_codes::by_name(&row["name"]).unwrap();
        assert_ne!(code.source, Source::Spec34, "{}", code.name);
        assert_eq!(code.is_internal(), row["internal"] == "internal", "{}", code.name);
        assert_eq!(code.family.as_str(), row["family"], "{}", code.name);
        // The names of one number may differ in it.
        if code.name == row["name"] {
            let certainty = match row["certainty"].as_str() {
                "documented" => Certainty::Documented,
                "header comment" => Certainty::Header,
                "guess" => Certainty::Guess,
                other => panic!("{other}"),
            };
            assert_eq!(code.certainty, certainty, "{}", code.name);
        }
        for (content, column) in [(code.input, "input"), (code.output, "output")] {
            let names = |name: &str| row[column].contains(name);
            match content {
                BufferFormat::Struct(name) if row[column].starts_with("STRUCT:") => assert!(names(name), "{name}"),
                // What the table says is nothing, or unknown, may be guessed.
                _ => assert!(row[column].starts_with('?') || content != BufferFormat::Bytes, "{}", code.name),
            }
        }
    }

    // Nineteen of twenty codes for clients have formats.
    let external: Vec<_> = control_codes::ALL.iter().filter(|code| !code.is_internal()).collect();
    let known = |content| content == BufferFormat::Nothing || is_structured(content);
    let decoded = external.iter().filter(|code| known(code.input) && known(code.output)).count();
    assert!(decoded * 20 >= external.len() * 19, "{decoded} of {}", external.len());
}

#[test]
fn names() {
    for row in table("sdk-names.tsv") {
        let (constant, text) = (row["constant"].as_str(), row["text"].as_str());
        let found = match constant {
            // The container of a cloud witness: a name that it has, not one of a property.
            "CLOUD_WITNESS_CONTAINER_NAME" => true,
            _ if constant.starts_with("CLUS_RESTYPE_NAME_") || constant.starts_with("CLUS_RES_NAME_") => {
                properties::RESOURCE_TYPES.contains(&text)
            }
            _ => properties::by_name(text).next().is_some(),
        };
        assert!(found, "{constant}: {text} is not declared");
    }
}

/// The members of the header's structures that are declared, in the header's order.
#[test]
fn structures() {
    let rows = table("sdk-structs.tsv");
    let mut compared = 0;
    for record in cluscope::internals::structs::records::ALL.iter().filter(|record| record.section.ends_with(".h")) {
        let theirs: Vec<_> = rows.iter().filter(|row| row["struct"] == record.name).collect();
        let plain = theirs.iter().all(|row| !matches!(row["member"].as_str(), "Base" | "Base2" | "Info"));
        if theirs.is_empty() || !plain {
            continue;
        }
        compared += 1;
        let mut members = record.members.iter().map(|member| member.field.name);
        for row in theirs {
            assert!(members.any(|name| name == row["member"]), "{}.{}", record.name, row["member"]);
        }
    }
    assert!(compared > 15, "{compared}");
}

/// The document lists the words that make a name a secret's.
#[test]
fn words_of_secrets() {
    let text = crate::data::text("docs/secrets.md");
    for word in consts::secrets::WORDS {
        assert!(text.contains(&format!("`{word}`")), "{word}");
    }
}
