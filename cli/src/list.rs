//! `list`: what this build knows.

use super::{Failure, Format, Look, Outcome, layout, output};
use clap::{Args, ValueEnum};
use cluscope::internals::consts::{self, Source, control_codes, notifications};
use cluscope::internals::idl::INTERFACES;
use cluscope::internals::limits::{Scale, TABLE};
use cluscope::internals::ndr::types::{Flow, Interface};
use cluscope::internals::ndr::{Method, describe};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::schema;
use cluscope::internals::structs;
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct List {
    /// What to print
    #[arg(value_enum)]
    what: What,
    /// Of methods, structs, enums and control codes: only this one; of methods and structs with its layout on the wire
    name: Option<String>,
    #[command(flatten)]
    look: Look,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// RPC interfaces and their versions
    Interfaces,
    /// Methods of all interfaces with their parameters
    Methods,
    /// Enumerations and bit masks
    Enums,
    /// Control codes of all families
    ControlCodes,
    /// Custom-marshalled structures
    Structs,
    /// Events of a second-generation notification port and what comes with them
    Notifications,
    /// Limits of memory and work, and which counter shows each
    Limits,
}

pub(super) fn run(list: &List) -> Outcome {
    let mut out = output::stdout_as(output::format(&list.look));
    let mut lines = Lines { out: &mut out, json: Out::new(), format: output::format(&list.look) };
    if let Some(name) = &list.name {
        named(&mut lines, list.what, name)?;
        out.flush()?;
        return Ok(true);
    }
    match list.what {
        What::Interfaces => interfaces(&mut lines)?,
        What::Methods => methods(&mut lines)?,
        What::Enums => enums(&mut lines, None).map(drop)?,
        What::ControlCodes => codes(&mut lines, None).map(drop)?,
        What::Structs => structures(&mut lines)?,
        What::Notifications => events(&mut lines)?,
        What::Limits => limits(&mut lines)?,
    }
    out.flush()?;
    Ok(true)
}

/// One entry, by its name.
fn named(lines: &mut Lines<'_, impl Write>, what: What, name: &str) -> Result<(), Failure> {
    let known: Vec<&str> = match what {
        What::Methods => layout::methods(lines, name)?,
        What::Structs => layout::structures(lines, name)?,
        What::Enums => enums(lines, Some(name))?,
        What::ControlCodes => codes(lines, Some(name))?,
        _ => return Err(Failure::Usage("names are taken for methods, structs, enums and control-codes".into())),
    };
    if known.is_empty() {
        return Ok(());
    }
    Err(Failure::Usage(
        cluscope::internals::ndr::number::unknown(name, "name that is known", known.into_iter()).message,
    ))
}

/// Prints entries in either format.
pub(super) struct Lines<'o, W> {
    out: &'o mut W,
    json: Out,
    format: Format,
}

impl<W: Write> Lines<'_, W> {
    pub(super) fn entry(&mut self, json: impl FnOnce(&mut Out), text: impl FnOnce() -> String) -> std::io::Result<()> {
        match self.format {
            Format::Jsonl => {
                self.json.clear();
                self.json.begin();
                json(&mut self.json);
                self.json.end();
                output::line(self.out, self.json.as_bytes())
            }
            Format::Text => output::line(self.out, text().as_bytes()),
        }
    }
}

fn limits(lines: &mut Lines<'_, impl Write>) -> std::io::Result<()> {
    for limit in TABLE {
        lines.entry(
            |out| {
                out.key("limit");
                out.text(limit.name);
                out.key("default");
                out.uint(limit.default());
                out.key("unit");
                out.text(limit.unit);
                out.key("scales");
                out.bool(matches!(limit.scale, Scale::Memory(_)));
                for (key, text) in [("what", limit.what), ("bites", limit.bites), ("counter", limit.counter)] {
                    out.key(key);
                    out.text(text);
                }
            },
            || {
                let scales = if matches!(limit.scale, Scale::Memory(_)) { '*' } else { ' ' };
                let (name, default, unit) = (limit.name, limit.default(), limit.unit);
                format!("{name:42}{scales}{default:>14} {unit}: {}\n    {}; {}", limit.what, limit.bites, limit.counter)
            },
        )?;
    }
    Ok(())
}

fn interfaces(lines: &mut Lines<'_, impl Write>) -> std::io::Result<()> {
    for interface in INTERFACES {
        for version in interface.versions {
            lines.entry(
                |out| {
                    out.key("interface");
                    out.text(interface.name);
                    out.key("version");
                    out.text(version.number.text());
                    out.key("uuid");
                    out.text(interface.uuid);
                    out.key("title");
                    out.text(interface.title);
                    out.key("methods");
                    out.uint(version.methods.len() as u64);
                },
                || {
                    let (name, text, methods) = (interface.name, version.number.text(), version.methods.len());
                    format!("{name:8} {text}  {}  {methods:3} methods  {}", interface.uuid, interface.title)
                },
            )?;
        }
    }
    Ok(())
}

fn methods(lines: &mut Lines<'_, impl Write>) -> std::io::Result<()> {
    for interface in INTERFACES {
        for (index, version) in interface.versions.iter().enumerate() {
            for method in version.methods {
                lines.entry(
                    |out| method_json(out, interface, index, method),
                    || {
                        let (name, text) = (interface.name, version.number.text());
                        let section = method.sections.get(index).copied().unwrap_or_default();
                        format!(
                            "{name} {text}  {:3}  {}  {section}{}",
                            method.opnum,
                            method.name,
                            parameters(method, index)
                        )
                    },
                )?;
            }
        }
    }
    Ok(())
}

fn parameters(method: &Method, version: usize) -> String {
    let mut text = String::new();
    for field in method.fields.iter().filter(|f| f.versions.contains(version)) {
        text.push_str(&format!(
            "\n        {:6} {}  {}, {}",
            field.flow.name(),
            field.name,
            describe::wire_type(field),
            describe::values(field, version)
        ));
    }
    text
}

pub(super) fn method_json(out: &mut Out, interface: &Interface, version: usize, method: &Method) {
    out.key("interface");
    out.text(interface.name);
    if let Some(version) = interface.versions.get(version) {
        out.key("version");
        out.text(version.number.text());
    }
    out.key("opnum");
    out.uint(u64::from(method.opnum));
    out.key("method");
    out.text(method.name);
    out.key("section");
    out.text(method.sections.get(version).copied().unwrap_or_default());
    out.key("on_wire");
    out.bool(method.on_wire);
    out.key("params");
    out.begin_list();
    for field in method.fields.iter().filter(|f| f.versions.contains(version) && f.flow != Flow::Return) {
        out.begin();
        out.key("name");
        out.text(field.name);
        out.key("direction");
        out.text(field.flow.name());
        out.key("type");
        out.text(&describe::wire_type(field));
        out.key("values");
        out.text(&describe::values(field, version));
        out.end();
    }
    out.end_list();
    if let Some(field) = method.fields.iter().find(|f| f.flow == Flow::Return) {
        out.key("returns");
        out.text(field.idl);
    }
}

/// Where a name comes from, and what else its value is called.
fn origin(out: &mut Out, source: Source, since: &str, also: &[&str]) {
    out.key("source");
    out.text(source.as_str());
    if !since.is_empty() {
        out.key("since");
        out.text(since);
    }
    if !also.is_empty() {
        out.key("also");
        out.begin_list();
        also.iter().for_each(|name| out.text(name));
        out.end_list();
    }
}

/// The same as text; nothing for a name of the specification that is the only one.
fn about(source: Source, since: &str, also: &[&str]) -> String {
    let mut text = String::new();
    if source != Source::Spec34 {
        text.push_str(&format!("  [{source}]"));
    }
    if !since.is_empty() {
        text.push_str(&format!("  since {since}"));
    }
    if !also.is_empty() {
        text.push_str(&format!("  also {}", also.join(", ")));
    }
    text
}

/// All enumerations, or the one of this name; the names of all if there is none of it.
fn enums(lines: &mut Lines<'_, impl Write>, name: Option<&str>) -> std::io::Result<Vec<&'static str>> {
    let wanted = |known: &str| name.is_none_or(|name| known.eq_ignore_ascii_case(name));
    if !consts::ALL.iter().any(|table| wanted(table.name)) {
        return Ok(consts::ALL.iter().map(|table| table.name).collect());
    }
    for table in consts::ALL.iter().filter(|table| wanted(table.name)) {
        lines.entry(
            |out| {
                out.key("enum");
                out.text(table.name);
                out.key("kind");
                out.text(table.kind.as_str());
                out.key("width");
                out.uint(u64::from(table.width));
                out.key("section");
                out.text(table.section);
                out.key("used_by");
                out.text(table.used_by);
                out.key("source");
                out.text(table.source().as_str());
                out.key("members");
                out.begin_list();
                for member in table.members {
                    out.begin();
                    out.key("name");
                    out.text(member.name);
                    out.key("value");
                    out.uint(member.value);
                    origin(out, member.source, member.since, member.also);
                    if !member.note.is_empty() {
                        out.key("note");
                        out.text(member.note);
                    }
                    out.end();
                }
                out.end_list();
            },
            || {
                let mut text = format!("{} ({}, {} bits)  {}", table.name, table.kind, table.width, table.section);
                for member in table.members {
                    let about = about(member.source, member.since, member.also);
                    text.push_str(&format!("\n    {:#010x}  {}{about}", member.value, member.name));
                }
                text
            },
        )?;
    }
    Ok(Vec::new())
}

/// All control codes, or the one of this name; the names of all if there is none of it.
fn codes(lines: &mut Lines<'_, impl Write>, name: Option<&str>) -> std::io::Result<Vec<&'static str>> {
    let wanted = |code: &control_codes::ControlCode| {
        name.is_none_or(|name| code.name.eq_ignore_ascii_case(name) || code.also.contains(&name))
    };
    if !control_codes::ALL.iter().any(wanted) {
        return Ok(control_codes::ALL.iter().map(|code| code.name).collect());
    }
    for code in control_codes::ALL.iter().filter(|code| wanted(code)) {
        lines.entry(
            |out| {
                out.key("family");
                out.text(code.family.as_str());
                out.key("name");
                out.text(code.name);
                out.key("value");
                out.uint(u64::from(code.value));
                out.key("section");
                out.text(code.section);
                out.key("input");
                out.display(code.input);
                out.key("output");
                out.display(code.output);
                for (key, secret) in [("secret_input", code.secret_input), ("secret_output", code.secret_output)] {
                    if secret {
                        out.key(key);
                        out.bool(true);
                    }
                }
                out.key("certainty");
                out.text(code.certainty.as_str());
                out.key("internal");
                out.bool(code.is_internal());
                origin(out, code.source, code.since, code.also);
                if !code.note.is_empty() {
                    out.key("note");
                    out.text(code.note);
                }
            },
            || {
                let (family, about) = (code.family.as_str(), about(code.source, code.since, code.also));
                format!("{:#010x}  {family:14} {}  {}{about}", code.value, code.name, code.section)
            },
        )?;
    }
    Ok(Vec::new())
}

fn structures(lines: &mut Lines<'_, impl Write>) -> std::io::Result<()> {
    for structure in structs::ALL {
        lines.entry(
            |out| {
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
            },
            || {
                let size = structure.size().map_or_else(|| "     ".into(), |n| format!("{n:5}"));
                format!("{size}  {:7} {}  {}", structure.kind_name(), structure.name, structure.section)
            },
        )?;
    }
    for declaration in schema::ndr_structures() {
        lines.entry(
            |out| layout::heading(out, declaration),
            || format!("       {:7} {}  {}", layout::NDR, declaration.name, declaration.section),
        )?;
    }
    Ok(())
}

fn events(lines: &mut Lines<'_, impl Write>) -> std::io::Result<()> {
    for event in notifications::ALL {
        lines.entry(
            |out| {
                out.key("object_type");
                out.display(event.object_type);
                out.key("flag");
                out.uint(event.flag);
                out.key("name");
                out.text(event.name);
                out.key("buffer");
                out.display(event.buffer);
                out.key("source");
                out.text(event.source.as_str());
                out.key("section");
                out.text(event.section);
            },
            || format!("{}  {:#x}  {}  {}", event.object_type, event.flag, event.name, event.buffer),
        )?;
    }
    Ok(())
}
