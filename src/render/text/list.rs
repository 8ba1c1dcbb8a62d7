//! What this build knows, as text: the entries that `list` prints.

use super::TextBuffer;
use crate::consts::control_codes::ControlCode;
use crate::consts::notifications::Notification;
use crate::consts::{Constants, Source};
use crate::limits::{Limit, Scale};
use crate::ndr::types::{Interface, InterfaceVersion};
use crate::ndr::{Method, describe};
use crate::structs::Structure;

/// A limit: its default, its unit, a star where it goes with `--memory-limit`, and what happens there.
pub fn limit(out: &mut TextBuffer, limit: &Limit) {
    let scales = if matches!(limit.scale, Scale::Memory(_)) { '*' } else { ' ' };
    let (name, default, unit) = (limit.name, limit.default(), limit.unit);
    out.display(format_args!("{name:42}{scales}{default:>14} {unit}: {}\n", limit.what));
    out.display(format_args!("    {}; {}", limit.bites, limit.counter));
}

/// A version of an interface.
pub fn interface(out: &mut TextBuffer, interface: &Interface, version: &InterfaceVersion) {
    let (name, text, methods) = (interface.name, version.number.text(), version.methods.len());
    out.display(format_args!("{name:8} {text}  {}  {methods:3} methods  {}", interface.uuid, interface.title));
}

/// A method with its parameters, in the version at this place in [`Interface::versions`].
pub fn method(out: &mut TextBuffer, interface: &Interface, version: usize, method: &Method) {
    let text = interface.versions.get(version).map_or("", |version| version.number.text());
    let section = method.sections.get(version).copied().unwrap_or_default();
    out.display(format_args!("{} {text}  {:3}  {}  {section}", interface.name, method.opnum, method.name));
    for field in method.fields.iter().filter(|f| f.versions.contains(version)) {
        out.display(format_args!(
            "\n        {:6} {}  {}, {}",
            field.flow.name(),
            field.name,
            describe::wire_type(field),
            describe::values(field, version)
        ));
    }
}

/// Where a name comes from, and what else its value is called; nothing for a name of the specification that is the only
/// one.
fn about(out: &mut TextBuffer, source: Source, since: &str, also: &[&str]) {
    if source != Source::Spec34 {
        out.display(format_args!("  [{source}]"));
    }
    if !since.is_empty() {
        out.display(format_args!("  since {since}"));
    }
    if !also.is_empty() {
        out.display(format_args!("  also {}", also.join(", ")));
    }
}

/// An enumeration or bit mask with its members.
pub fn constants(out: &mut TextBuffer, table: &Constants) {
    out.display(format_args!("{} ({}, {} bits)  {}", table.name, table.kind, table.width, table.section));
    for member in table.members {
        out.display(format_args!("\n    {:#010x}  {}", member.value, member.name));
        about(out, member.source, member.since, member.also);
    }
}

/// A control code.
pub fn control_code(out: &mut TextBuffer, code: &ControlCode) {
    let family = code.family.as_str();
    out.display(format_args!("{:#010x}  {family:14} {}  {}", code.value, code.name, code.section));
    about(out, code.source, code.since, code.also);
}

/// A structure inside buffers; its size in bytes where it has one.
pub fn structure(out: &mut TextBuffer, structure: &Structure) {
    match structure.size() {
        Some(size) => out.display(format_args!("{size:5}")),
        None => out.put("     "),
    }
    out.display(format_args!("  {:7} {}  {}", structure.kind_name(), structure.name, structure.section));
}

/// An event of a notification port and what comes with it.
pub fn notification(out: &mut TextBuffer, event: &Notification) {
    out.display(format_args!("{}  {:#x}  {}  {}", event.object_type, event.flag, event.name, event.buffer));
}
