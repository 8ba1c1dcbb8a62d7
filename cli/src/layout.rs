//! `list methods NAME` and `list structs NAME`: one declaration with its layout on the wire.

use super::list::Lines;
use cluscope::internals::idl::INTERFACES;
use cluscope::internals::ndr::layout::{self, Placed};
use cluscope::internals::ndr::types::{Field, Struct};
use cluscope::internals::ndr::{Direction, Syntax, describe};
use cluscope::internals::render::json::{self, out::Out};
use cluscope::internals::render::schema;
use cluscope::internals::structs::describe::{self as custom, Described};
use cluscope::internals::structs::{self, Structure};
use std::io::Write;

/// The kind of structures that travel as NDR.
pub(super) const NDR: &str = "ndr";

/// Prints the methods of this name; the names of all if there is none.
pub(super) fn methods(lines: &mut Lines<'_, impl Write>, name: &str) -> std::io::Result<Vec<&'static str>> {
    let mut found = false;
    for interface in INTERFACES {
        for (index, version) in interface.versions.iter().enumerate() {
            for method in version.methods.iter().filter(|method| method.name.eq_ignore_ascii_case(name)) {
                found = true;
                let placed = |direction: Direction| -> Vec<Row> {
                    let fields: Vec<_> = method.fields_of(direction, index).collect();
                    rows(&fields, |syntax| layout::parameters(fields.iter().copied(), syntax))
                };
                lines.entry(
                    |out| {
                        json::list::method(out, interface, index, method);
                        out.key("layout");
                        out.begin();
                        for direction in [Direction::Request, Direction::Response] {
                            out.key(direction.name());
                            out.begin_list();
                            placed(direction).iter().for_each(|row| row.json(out, index));
                            out.end_list();
                        }
                        out.end();
                    },
                    |out| {
                        let section = method.sections.get(index).copied().unwrap_or_default();
                        let (name, number) = (interface.name, version.number.text());
                        let mut text = format!("{name} {number}  {}  {}  {section}", method.opnum, method.name);
                        for direction in [Direction::Request, Direction::Response] {
                            text += &format!("\n  {}\n{HEADING}", direction.name());
                            placed(direction).iter().for_each(|row| text += &row.text(index));
                        }
                        out.display(&text);
                    },
                )?;
            }
        }
    }
    let all = || INTERFACES.iter().flat_map(|interface| interface.versions).flat_map(|version| version.methods);
    Ok(if found { Vec::new() } else { all().map(|method| method.name).collect() })
}

/// Prints the structure of this name; the names of all if there is none.
pub(super) fn structures(lines: &mut Lines<'_, impl Write>, name: &str) -> std::io::Result<Vec<&'static str>> {
    if let Some(structure) = Structure::by_name(name) {
        lines.entry(|out| custom_json(out, structure), |out| out.display(custom_text(structure)))?;
        return Ok(Vec::new());
    }
    let Some(declaration) = schema::ndr_structure(name) else {
        let all = schema::ndr_structures().into_iter().map(|declaration| declaration.name);
        return Ok(structs::ALL.iter().map(|structure| structure.name).chain(all).collect());
    };
    let fields: Vec<_> = declaration.fields.iter().collect();
    let rows = rows(&fields, |syntax| layout::members(declaration, syntax));
    lines.entry(
        |out| {
            heading(out, declaration);
            out.key("members");
            out.begin_list();
            rows.iter().for_each(|row| row.json(out, 1));
            out.end_list();
        },
        |out| {
            let mut text = format!("{}  {}\n{HEADING}", declaration.name, declaration.section);
            rows.iter().for_each(|row| text += &row.text(1));
            out.display(&text);
        },
    )?;
    Ok(Vec::new())
}

/// Name, section, size and alignment of a structure that travels as NDR.
pub(super) fn heading(out: &mut Out, declaration: &Struct) {
    out.key("struct");
    out.text(declaration.name);
    out.key("kind");
    out.text(NDR);
    out.key("section");
    out.text(declaration.section);
    for syntax in [Syntax::Ndr, Syntax::Ndr64] {
        if let Some(layout) = declaration.layouts.get(syntax as usize) {
            out.key(syntax.name());
            out.begin();
            // What follows an array of counted length is not told by the declaration.
            out.key(if declaration.tail.is_some() { "fixed_size" } else { "size" });
            out.uint(layout.size as u64);
            out.key("align");
            out.uint(layout.align as u64);
            out.end();
        }
    }
}

/// A parameter or member with its places in NDR and NDR64.
struct Row {
    field: &'static Field,
    ndr: Placed,
    ndr64: Placed,
}

fn rows(fields: &[&'static Field], places: impl Fn(Syntax) -> Vec<Placed>) -> Vec<Row> {
    let both = places(Syntax::Ndr).into_iter().zip(places(Syntax::Ndr64));
    fields.iter().zip(both).map(|(field, (ndr, ndr64))| Row { field, ndr, ndr64 }).collect()
}

/// Offset and size in NDR, then in NDR64.
const HEADING: &str = "      ndr: offset size   ndr64: offset size";

impl Row {
    fn json(&self, out: &mut Out, version: usize) {
        out.begin();
        out.key("name");
        out.text(self.field.name);
        out.key("type");
        out.text(&describe::wire_type(self.field));
        out.key("values");
        out.text(&describe::values(self.field, version));
        for (syntax, placed) in [(Syntax::Ndr, self.ndr), (Syntax::Ndr64, self.ndr64)] {
            out.key(syntax.name());
            out.begin();
            for (key, number) in [("offset", placed.offset), ("size", placed.size), ("align", Some(placed.align))] {
                if let Some(number) = number {
                    out.key(key);
                    out.uint(number as u64);
                }
            }
            out.end();
        }
        out.end();
    }

    fn text(&self, version: usize) -> String {
        let number = |number: Option<usize>| number.map_or_else(|| "-".into(), |n| n.to_string());
        let (ndr, ndr64) = (self.ndr, self.ndr64);
        format!(
            "\n      {:>11} {:>4}   {:>13} {:>4}  {}  {}, {}",
            number(ndr.offset),
            number(ndr.size),
            number(ndr64.offset),
            number(ndr64.size),
            self.field.name,
            describe::wire_type(self.field),
            describe::values(self.field, version)
        )
    }
}

fn custom_json(out: &mut Out, structure: &Structure) {
    out.key("struct");
    out.text(structure.name);
    out.key("kind");
    out.text(structure.kind_name());
    out.key("section");
    out.text(structure.section);
    out.key("source");
    out.text(structure.source().as_str());
    if let Some(size) = structure.size() {
        out.key("size");
        out.uint(size as u64);
    }
    out.key("readings");
    out.begin_list();
    for (name, members) in custom::members(structure) {
        out.begin();
        if !name.is_empty() {
            out.key("reading");
            out.text(name);
        }
        out.key("members");
        out.begin_list();
        members.iter().for_each(|member| member_json(out, member));
        out.end_list();
        out.end();
    }
    out.end_list();
}

fn member_json(out: &mut Out, member: &Described) {
    out.begin();
    out.key("name");
    out.text(member.field.name);
    out.key("type");
    out.text(&member.ty);
    out.key("values");
    out.text(&describe::values(member.field, 1));
    for (key, number) in [("offset", member.offset), ("size", member.size)] {
        if let Some(number) = number {
            out.key(key);
            out.uint(number as u64);
        }
    }
    if let Some(when) = &member.when {
        out.key("present");
        out.text(when);
    }
    out.end();
}

fn custom_text(structure: &Structure) -> String {
    let size = structure.size().map_or_else(String::new, |size| format!(", {size} bytes"));
    let mut text = format!("{}  {}{size}, packed, little-endian", structure.name, structure.section);
    for (name, members) in custom::members(structure) {
        if !name.is_empty() {
            text += &format!("\n  reading {name:?}");
        }
        text += "\n      offset size";
        for member in members {
            let number = |number: Option<usize>| number.map_or_else(|| "-".into(), |n| n.to_string());
            let when = member.when.map_or_else(String::new, |when| format!(", {when}"));
            text += &format!(
                "\n      {:>6} {:>4}  {}  {}, {}{when}",
                number(member.offset),
                number(member.size),
                member.field.name,
                member.ty,
                describe::values(member.field, 1)
            );
        }
    }
    text
}
