//! Compares the methods with `spec/methods.tsv`, `params.tsv` and `structs.tsv`, row by row and both ways. Each cell is
//! made anew from the declaration and compared as text; what a declaration does not say is listed at the place where it
//! is left out.

use crate::tables::{Row, table};
use cluscope::internals::idl;
use cluscope::internals::ndr::describe::values;
use cluscope::internals::ndr::types::{ArrayKind, Field, Flow, Scalar, Semantics, Type};
use cluscope::internals::ndr::{Interface, Method, Struct, Syntax};
use std::collections::BTreeMap;

/// Every method of every version.
fn methods() -> impl Iterator<Item = (&'static Interface, usize, &'static Method)> {
    idl::INTERFACES.iter().flat_map(|interface| {
        interface
            .versions
            .iter()
            .enumerate()
            .flat_map(move |(version, table)| table.methods.iter().map(move |method| (*interface, version, *method)))
    })
}

/// The columns that identify a row.
fn key(interface: &Interface, version: usize, method: &Method) -> [String; 3] {
    [interface.name.into(), interface.versions[version].number.text().into(), method.opnum.to_string()]
}

fn row_key(row: &Row) -> [String; 3] {
    ["interface", "version", "opnum"].map(|column| row[column].clone())
}

#[test]
fn methods_row_by_row() {
    let rows = table("methods.tsv");
    let ours: Vec<Vec<String>> = methods()
        .map(|(interface, version, method)| {
            let mut cells = key(interface, version, method).to_vec();
            // The three methods that only a later edition has are described in no section.
            let section = method.sections[version].replace("newer than 34.0", "-");
            let returns = method.fields.last().unwrap().idl.to_owned();
            cells.extend([method.name.to_owned(), section, returns, yes_or_no(method.on_wire)]);
            cells
        })
        .collect();
    let columns = ["interface", "version", "opnum", "name", "section", "returns", "on_wire"];
    let theirs: Vec<Vec<String>> = rows.iter().map(|row| columns.map(|c| row[c].clone()).to_vec()).collect();
    same_lists(&ours, &theirs);
}

fn yes_or_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

/// Compares lists of rows in order; says what each has that the other has not.
fn same_lists(ours: &[Vec<String>], theirs: &[Vec<String>]) {
    let only = |a: &[Vec<String>], b: &[Vec<String>]| -> Vec<String> {
        a.iter().filter(|row| !b.contains(row)).map(|row| row.join(" | ")).collect()
    };
    assert_eq!(only(ours, theirs), [] as [&str; 0], "only in the crate");
    assert_eq!(only(theirs, ours), [] as [&str; 0], "only in the reference table");
    assert_eq!(ours, theirs, "the order differs");
}

/// What each row of the table of parameters says, from the declaration.
#[test]
fn parameters_row_by_row() {
    let rows = table("params.tsv");
    let ours: Vec<Vec<String>> = methods()
        // Reserved opnums: nobody says what their parameters are. The declarations have a return value for form's sake.
        .filter(|(_, _, method)| method.on_wire || !reserved(method))
        .flat_map(|(interface, version, method)| {
            let fields = method.fields.iter().filter(move |f| f.versions.contains(version));
            fields.map(move |field| {
                let mut cells = key(interface, version, method).to_vec();
                cells.extend([method.name, field.flow.name(), field.name].map(str::to_owned));
                cells.extend([word(field), wire_type(method, field), values(field, version)]);
                cells.push(counts_and_range(method, field, version));
                cells
            })
        })
        .collect();
    let theirs: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let mut cells = row_key(row).to_vec();
            cells.extend(["method", "direction", "name"].map(|column| row[column].clone()));
            cells.push(synonym(&row["idl_type"]));
            cells.push(stated(row));
            cells.push(row["values"].clone());
            // [string] and [unique] are told by the wire type. Which strings lack the attribute (errata E-05) the
            // declarations don't say: on the wire they are strings.
            let attributes = row["attributes"].replace(' ', "");
            let kept = split(&attributes).filter(|a| !matches!(a.as_str(), "string" | "unique" | "-"));
            cells.push(kept.collect::<Vec<_>>().join(","));
            cells
        })
        .collect();
    same_lists(&ours, &theirs);

    // Wire order: the numbers rise by one, from 0 in Witness, where the binding handle counts as nothing, and from 1 else.
    let mut expected = 0;
    let mut previous = None;
    for row in &rows {
        if previous.replace(row_key(row)) != Some(row_key(row)) {
            expected = usize::from(row["interface"] != "witness");
        }
        assert_eq!(row["order"], expected.to_string(), "{row:?}");
        expected += 1;
    }
}

fn reserved(method: &Method) -> bool {
    assert_eq!(method.fields.len(), 1, "{}", method.name);
    true
}

/// Attributes, split at commas outside brackets.
fn split(attributes: &str) -> impl Iterator<Item = String> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for c in attributes.chars() {
        match c {
            ',' if depth == 0 => parts.push(String::new()),
            _ => {
                depth += i32::from(c == '(') - i32::from(c == ')');
                parts.last_mut().unwrap().push(c);
            }
        }
    }
    parts.into_iter()
}

/// The IDL's word without stars and brackets, as the declarations have it. LPDWORD is a DWORD and a star; the older IDL
/// has `unsigned long *` where the newer one has LPDWORD.
fn word(field: &Field) -> String {
    field.idl.replace("LPDWORD", "DWORD")
}

/// The table's word in the same form. The newer IDL spells some types out; the declarations use the words of 6.1 and 6.2
/// throughout.
fn synonym(idl: &str) -> String {
    let word = match idl {
        "const wchar_t *" => "LPCWSTR",
        "wchar_t **" => "LPWSTR",
        _ => idl.trim_start_matches("const ").trim_end_matches("[*]").trim_end_matches(['*', ' ']),
    };
    match word {
        "unsigned long" | "LPDWORD" => "DWORD",
        "unsigned char" => "UCHAR",
        word => word,
    }
    .to_owned()
}

/// The table's wire type, but for an [in] pointer to one number: top-level reference pointers leave no trace, and a
/// declaration keeps no stars, so that only [out] parameters can be told to have one.
fn stated(row: &Row) -> String {
    let wire = row["wire_type"].as_str();
    match (row["direction"].as_str(), row["opnum"].as_str(), row["name"].as_str()) {
        ("in", "183", "Reserved") => assert_eq!(wire, "ref u32"),
        _ => return wire.to_owned(),
    }
    wire.replace("ref ", "")
}

/// `size_is`, `length_is` and `range`, as the IDL has them.
fn counts_and_range(method: &Method, field: &Field, version: usize) -> String {
    let mut parts = Vec::new();
    // Two stars: the size is that of what the inner pointer leads to.
    let comma = if field.flow == Flow::Out && matches!(field.ty, Type::Pointer(..)) { "," } else { "" };
    parts.extend(field.size_is.map(|name| format!("size_is({comma}{})", starred(method, name))));
    parts.extend(field.length_is.map(|name| format!("length_is({})", starred(method, name))));
    if let Some((low, high)) = field.range.filter(|_| field.range_versions.contains(version)) {
        // One of the limits is printed in hexadecimal.
        let high = if high == 0x7fff_ffff { "0x7FFFFFFF".to_owned() } else { high.to_string() };
        parts.push(format!("range({low},{high})"));
    }
    parts.join(",")
}

/// A count by name; an [out] parameter is a pointer, and the count what it leads to.
fn starred(method: &Method, name: &str) -> String {
    let field = method.fields.iter().find(|f| f.name == name).unwrap();
    let star = if field.flow == Flow::In { "" } else { "*" };
    format!("{star}{name}")
}

/// The table's words for a wire type.
fn wire_type(method: &Method, field: &Field) -> String {
    let out = matches!(field.flow, Flow::Out | Flow::InOut);
    let text = match field.ty {
        Type::Scalar(Scalar::U32) if field.idl == "error_status_t" => return "error_status_t".into(),
        Type::Scalar(scalar) if out => format!("ref {}", scalar.name()),
        Type::Scalar(scalar) => scalar.name().into(),
        Type::Handle => "context handle".into(),
        Type::Nothing => "nothing (binding handle)".into(),
        Type::FileTime => "ref struct FILETIME".into(),
        Type::Struct(s) if field.idl == s.name => format!("struct {}", s.name),
        Type::Pointer(_, target) if out => format!("ref ptr to unique ptr to {}", referent(target)),
        Type::Pointer(_, target) => format!("unique ptr to {}", referent(target)),
        other => format!("ref {}", referent(other)),
    };
    let counts = match (field.size_is, field.length_is) {
        (Some(max), Some(actual)) => format!(" [max {}; actual {}]", starred(method, max), starred(method, actual)),
        (Some(max), None) => format!(" [{}]", starred(method, max)),
        _ => String::new(),
    };
    text + &counts
}

fn referent(ty: &Type) -> String {
    match ty {
        Type::Scalar(scalar) => scalar.name().into(),
        Type::String => "conformant-varying-string u16".into(),
        Type::Struct(s) if s.tail.is_some() => format!("conformant struct {}", s.name),
        Type::Struct(s) => format!("struct {}", s.name),
        Type::Pointer(_, target) => format!("unique ptr to {}", referent(target)),
        Type::Array(kind, element) => {
            let kind = match kind {
                ArrayKind::Conformant => "conformant array",
                ArrayKind::ConformantVarying => "conformant-varying array",
                other => panic!("{other:?}"),
            };
            let of = if let Type::Scalar(_) = element { "" } else { "of " };
            format!("{kind} {of}{}", referent(element))
        }
        other => panic!("{other:?}"),
    }
}

/// Every structure that a method's stubs can have, by name.
fn structures() -> BTreeMap<&'static str, &'static Struct> {
    fn add(ty: &Type, found: &mut BTreeMap<&'static str, &'static Struct>) {
        match ty {
            Type::Pointer(_, inner) | Type::Array(_, inner) => add(inner, found),
            Type::Struct(s) if found.insert(s.name, s).is_none() => s.fields.iter().for_each(|f| add(f.ty, found)),
            _ => {}
        }
    }
    let mut found = BTreeMap::new();
    methods().for_each(|(_, _, method)| method.fields.iter().for_each(|f| add(f.ty, &mut found)));
    found
}

/// The structures that travel as NDR: members, order, sections, offsets, sizes and the tables of their values.
#[test]
fn structures_row_by_row() {
    let rows = table("structs.tsv");
    let ours = structures();
    let mut theirs: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row["marshalling"] == "ndr") {
        theirs.entry(&row["structure"]).or_default().push(row);
    }
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    for (name, rows) in theirs {
        let declaration = ours[name];
        let names: Vec<_> = declaration.fields.iter().map(|f| f.name).collect();
        assert_eq!(names, rows.iter().map(|row| row["member"].as_str()).collect::<Vec<_>>(), "{name}");
        // The table counts the hoisted maximum count as the first four bytes.
        let mut at: usize = if declaration.tail.is_some() { 4 } else { 0 };
        for (field, row) in declaration.fields.iter().zip(&rows) {
            let what = format!("{name}.{}", field.name);
            assert_eq!(declaration.section, row["section"], "{what}");
            let layout = field.ty.layout(Syntax::Ndr);
            at = at.next_multiple_of(layout.align);
            assert_eq!(at.to_string(), row["offset"], "{what}");
            at += layout.size;
            let enumeration = row["enumeration"].as_str();
            match field.semantics {
                Semantics::Enum(table) | Semantics::Flags(table) => assert_eq!(table.name, enumeration, "{what}"),
                Semantics::Win32 => assert_eq!("Win32 error", enumeration, "{what}"),
                // Which table it is depends on the method, or on another member.
                Semantics::ObjectKind => assert!(enumeration.starts_with("by method"), "{what}"),
                Semantics::NotifyFlags => assert!(enumeration.starts_with("by dwObjectType"), "{what}"),
                _ => assert_eq!(enumeration, "", "{what}"),
            }
        }
        // "size 12 in NDR, 16 in NDR64", where the note of the first member says so.
        let note = rows[0]["note"].strip_prefix("size ").unwrap_or_default();
        let number =
            |text: &str| text.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse::<usize>().ok());
        if let Some(size) = number(note) {
            assert_eq!(Type::Struct(declaration).layout(Syntax::Ndr).size, size, "{name}");
        }
        let (_, wide) = note.split_once("in NDR, ").unwrap_or_default();
        if let Some(size) = number(wide).filter(|_| wide.contains("in NDR64")) {
            assert_eq!(Type::Struct(declaration).layout(Syntax::Ndr64).size, size, "{name}");
        }
    }
}
