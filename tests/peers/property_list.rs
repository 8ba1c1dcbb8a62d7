//! Generated property lists through Samba's `ndrdump`, where that is installed: it must read the same names, syntaxes
//! and values. Where its declaration and the specification part ways, the reason is in [`DIFFERENT`].
//!
//! The lists are encoded as `struct encode PROPERTY_LIST` does it, from JSON; what each value should be in bytes is
//! made here, apart from the writers, so that a mistake on both sides of our codec shows.

use crate::data;
use cluscope::internals::consts::Constant;
use cluscope::internals::consts::syntax::CLUSTER_PROPERTY_SYNTAX as Syntax;
use cluscope::internals::render::json::buffers::{decode, encode_line};
use cluscope::internals::render::json::out::Out;
use cluscope_testkit::invariants::{self, Source};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Where Samba's declaration (4.17) is not the specification's.
const DIFFERENT: &[(Difference, &str)] = &[
    (
        Difference::FinalEndMark,
        "Samba wants the end mark behind the last property, which Windows writes and 2.2.3.10 does not have: only lists \
         with it are compared",
    ),
    (
        Difference::SingleValues,
        "Samba reads one value for each property; 2.2.3.10.1 allows several, so the lists here have one",
    ),
    (
        Difference::ValuesAreBytes,
        "Samba leaves values as bytes: they are compared with the bytes that 2.2.2.3 asks for of the value",
    ),
    (Difference::Unknown(0x000E_0001), "CLUSPROP_SYNTAX_PARTITION_INFO_EX2 (2.2.2.3) is newer than Samba's list"),
    (Difference::Unknown(0x0009_0001), "CLUSPROP_SYNTAX_FTSET_INFO is of the public header alone"),
    (Difference::Unknown(0x0001_000E), "CLUSPROP_SYNTAX_LIST_VALUE_PROPERTY_LIST is of the public header alone"),
    (Difference::Unknown(0x000F_0001), "CLUSPROP_SYNTAX_STORAGE_DEVICE_ID_DESCRIPTOR is of the public header alone"),
];

#[derive(Clone, Copy, PartialEq)]
enum Difference {
    FinalEndMark,
    SingleValues,
    ValuesAreBytes,
    /// A syntax that Samba has no name for.
    Unknown(u64),
}

/// A property: as JSON, and as it should stand on the wire.
#[derive(Debug, PartialEq)]
struct Property {
    name: String,
    syntax: u64,
    bytes: Vec<u8>,
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn text(source: &mut Source<'_>, longest: usize) -> String {
    const SIGNS: &[char] =
        &['a', 'Z', '0', ' ', '_', '%', '{', '\\', '.', '"', '=', 'é', 'ß', '\u{436}', '\u{8868}', '\u{1f600}'];
    (0..source.below(longest + 1)).map(|_| SIGNS[source.below(SIGNS.len())]).collect()
}

/// A value of this syntax: as JSON and in bytes.
fn value(source: &mut Source<'_>, syntax: u64) -> (Value, Vec<u8>) {
    let bytes = |source: &mut Source<'_>, n: usize| -> Vec<u8> { (0..n).map(|_| source.byte()).collect() };
    let binary = |bytes: Vec<u8>| (json!({ "hex": hex::encode(&bytes) }), bytes);
    // Structures have tests of their own; here their values are bytes, as Samba has them.
    let size = match syntax {
        0x0002_0002 => 8,
        0x0006_0002 => 4,
        0x0008_0001 => 588,
        0x000d_0001 => 1120,
        0x000e_0001 => 1224,
        _ => 0,
    };
    if size > 0 {
        return binary(bytes(source, size));
    }
    match syntax & 0xffff {
        2 => {
            let n = source.number(4) as u32;
            (json!(n), n.to_le_bytes().to_vec())
        }
        3 | 4 | 8 => {
            let text = text(source, 40);
            (json!(text), utf16(&text))
        }
        5 => {
            let list: Vec<String> =
                (0..source.below(5)).map(|_| text(source, 12)).filter(|text| !text.is_empty()).collect();
            let bytes = list.iter().flat_map(|text| utf16(text)).chain([0, 0]).collect();
            (json!(list), bytes)
        }
        6 => {
            let n = source.number(8);
            (json!(n), n.to_le_bytes().to_vec())
        }
        7 => {
            let n = source.number(4) as i32;
            (json!(n), n.to_le_bytes().to_vec())
        }
        10 => {
            let n = source.number(8) as i64;
            (json!(n), n.to_le_bytes().to_vec())
        }
        11 => {
            let n = source.number(2) as u16;
            (json!(n), n.to_le_bytes().to_vec())
        }
        12 => {
            let n = source.number(8);
            (json!({ "value": n }), n.to_le_bytes().to_vec())
        }
        // Binary and security descriptors, of odd lengths and none.
        _ => {
            let n = [0, 1, 2, 3, 4, 5, 15, 16, 17, 63, 200][source.below(11)];
            let mut all = bytes(source, n);
            // A run of zeros, which `ndrdump` leaves out.
            if source.once_in(4) {
                all.extend([0; 70]);
            }
            binary(all)
        }
    }
}

fn list(seed: u64, syntaxes: &[u64]) -> (Value, Vec<Property>) {
    let noise = invariants::noise(seed, 20_000);
    let mut source = Source::new(&noise);
    let count = [0, 1, 2, 3, 5, 8, 20][source.below(7)];
    let (mut properties, mut expected) = (Vec::new(), Vec::new());
    for i in 0..count {
        let name = text(&mut source, 1 + i * 3);
        let syntax = syntaxes[source.below(syntaxes.len())];
        let (value, bytes) = value(&mut source, syntax);
        properties.push(json!({"name": name, "values": [{"syntax": syntax, "value": value}]}));
        expected.push(Property { name, syntax, bytes });
    }
    let list = json!({"propertyCount": count, "properties": properties, "final_endmark": true});
    (list, expected)
}

/// The bytes of a blob as `ndrdump` prints them: rows of sixteen, runs of zeros left out.
fn blob<'t>(lines: &mut std::iter::Peekable<impl Iterator<Item = &'t str>>, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(row) = lines.next_if(|l| l.starts_with('[') || l.starts_with("skipping zero")) {
        let Some((place, row)) = row.strip_prefix('[').and_then(|row| row.split_once("] ")) else { continue };
        bytes.resize(usize::from_str_radix(place, 16).expect("a place"), 0);
        let digits: String = row.chars().take(50).collect();
        bytes.extend(digits.split_whitespace().take(16).map_while(|pair| u8::from_str_radix(pair, 16).ok()));
    }
    bytes.resize(length, 0);
    bytes
}

/// What `ndrdump` shows of a list, its names of the syntaxes, and whether it took it all.
type Read = (Vec<Property>, Vec<(u64, String)>, Result<(), String>);

fn ndrdump(file: &Path) -> Read {
    let arguments = ["--validate", "clusapi", "clusapi_PROPERTY_LIST", "struct"];
    let output = Command::new("ndrdump").args(arguments).arg(file).output().expect("ndrdump runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let (mut properties, mut names) = (Vec::new(), Vec::new());
    let mut lines = text.lines().peekable();
    let (mut name, mut syntax) = (String::new(), 0);
    while let Some(line) = lines.next() {
        let Some((key, shown)) = line.split_once(": ") else { continue };
        match key.trim() {
            "buffer" => name = shown.trim_start_matches('\'').trim_end_matches('\'').to_owned(),
            "Syntax" => {
                let (word, number) = shown.trim_end_matches(')').split_once(" (").expect("name and number");
                syntax = number.parse().expect("a number");
                names.push((syntax, word.to_owned()));
            }
            "Buffer" => {
                let length = shown.split('=').nth(1).and_then(|n| n.parse().ok()).expect("a length");
                properties.push(Property { name: name.clone(), syntax, bytes: blob(&mut lines, length) });
            }
            _ => {}
        }
    }
    // With --validate it writes the list again and reads that.
    let taken = text.contains("dump OK") && text.matches("returned Success").count() == 3 && !text.contains("WARNING");
    (properties, names, if output.status.success() && taken { Ok(()) } else { Err(text) })
}

#[test]
fn samba_reads_the_same_property_lists() {
    if !data::installed("ndrdump") {
        return;
    }
    let ends = [Syntax::CLUSPROP_SYNTAX_ENDMARK.value(), Syntax::CLUSPROP_SYNTAX_NAME.value()];
    let syntaxes: Vec<u64> = Syntax::TABLE.members.iter().map(|m| m.value).filter(|v| !ends.contains(v)).collect();
    let start = Instant::now();
    let file = std::env::temp_dir().join(format!("cluscope-property-list-{}", std::process::id()));
    let mut out = Out::new();
    let (mut lists, mut properties, mut seen) = (0, 0, BTreeSet::new());
    for seed in 0..400 {
        // A slow machine looks at fewer.
        if start.elapsed() > Duration::from_secs(40) {
            eprintln!("stopped after {lists} lists");
            break;
        }
        // The first ones take each syntax alone, so that none is left to chance.
        let chosen = syntaxes.get(seed).map_or(&syntaxes[..], std::slice::from_ref);
        let (list, expected) = list(seed as u64 * 7919 + 11, chosen);
        let line = json!({"struct": "PROPERTY_LIST", "value": list}).to_string();
        assert!(encode_line(&mut out, &line), "{}", String::from_utf8_lossy(out.as_bytes()));
        let encoded: Value = serde_json::from_slice(out.as_bytes()).expect("JSON");
        let bytes = hex::decode(encoded["hex"].as_str().expect("hex")).expect("bytes");
        std::fs::write(&file, &bytes).expect("written");

        let (shown, names, taken) = ndrdump(&file);
        assert!(taken.is_ok(), "{line}\n{}", taken.unwrap_err());
        assert_eq!(shown, expected, "{line}");
        for (syntax, name) in names {
            let ours = Syntax::TABLE.name_of(syntax).expect("a name");
            let unknown = DIFFERENT.iter().any(|(d, _)| *d == Difference::Unknown(syntax));
            assert_eq!(name, if unknown { "UNKNOWN_ENUM_VALUE" } else { ours });
            seen.insert(syntax);
        }

        // What we read of it ourselves is what Samba was shown.
        assert!(decode(&mut out, "PROPERTY_LIST", &bytes), "{line}");
        let decoded: Value = serde_json::from_slice(out.as_bytes()).expect("JSON");
        assert_eq!(decoded["value"]["properties"].as_array().map(Vec::len), Some(expected.len()));
        for (property, expected) in decoded["value"]["properties"].as_array().into_iter().flatten().zip(&expected) {
            assert_eq!(property["name"], expected.name.as_str());
            assert_eq!(property["values"][0]["syntax"]["value"], expected.syntax);
        }
        (lists, properties) = (lists + 1, properties + expected.len());
    }
    std::fs::remove_file(&file).expect("removed");
    println!("{lists} lists, {properties} properties of {} syntaxes in {:.1?}", seen.len(), start.elapsed());
    assert!(lists < 400 || seen.len() == syntaxes.len(), "{seen:x?}");
}

/// Samba refuses the list that the specification's text describes; if it learns to read it, the table has to go.
#[test]
fn the_list_of_differences() {
    assert!(DIFFERENT.iter().all(|(_, why)| why.len() > 40));
    if !data::installed("ndrdump") {
        return;
    }
    let file = std::env::temp_dir().join(format!("cluscope-property-end-{}", std::process::id()));
    let name = [3, 0, 4, 0, 4, 0, 0, 0, b'A', 0, 0, 0];
    let one = [2, 0, 1, 0, 4, 0, 0, 0, 7, 0, 0, 0];
    for (values, end, accepted) in [(1, true, true), (1, false, false), (2, true, false)] {
        let mut bytes = vec![1, 0, 0, 0];
        bytes.extend(name);
        (0..values).for_each(|_| bytes.extend(one));
        bytes.extend([0; 4]);
        if end {
            bytes.extend([0; 4]);
        }
        std::fs::write(&file, &bytes).expect("written");
        let (shown, _, taken) = ndrdump(&file);
        let whole = taken.is_ok() && shown.len() == 1;
        assert_eq!(whole, accepted, "{values} values, end mark {end}: {taken:?}");
    }
    std::fs::remove_file(&file).expect("removed");
}
