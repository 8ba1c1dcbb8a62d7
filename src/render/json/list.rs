//! What this build knows, as JSON: the members of the objects that `list` prints.

use super::out::Out;
use crate::consts::control_codes::ControlCode;
use crate::consts::notifications::Notification;
use crate::consts::{Constants, Source};
use crate::limits::{Limit, Scale};
use crate::ndr::types::{Flow, Interface, InterfaceVersion};
use crate::ndr::{Method, describe};
use crate::structs::Structure;

fn text(out: &mut Out, key: &str, text: &str) {
    out.key(key);
    out.text(text);
}

fn uint(out: &mut Out, key: &str, value: u64) {
    out.key(key);
    out.uint(value);
}

/// A limit: its default, its unit, whether it goes with `--memory-limit`, and what happens there.
pub fn limit(out: &mut Out, limit: &Limit) {
    text(out, "limit", limit.name);
    uint(out, "default", limit.default());
    text(out, "unit", limit.unit);
    out.key("scales");
    out.bool(matches!(limit.scale, Scale::Memory(_)));
    text(out, "what", limit.what);
    text(out, "bites", limit.bites);
    text(out, "counter", limit.counter);
}

/// A version of an interface.
pub fn interface(out: &mut Out, interface: &Interface, version: &InterfaceVersion) {
    text(out, "interface", interface.name);
    text(out, "version", version.number.text());
    text(out, "uuid", interface.uuid);
    text(out, "title", interface.title);
    uint(out, "methods", version.methods.len() as u64);
}

/// A method with its parameters, in the version at this place in [`Interface::versions`].
pub fn method(out: &mut Out, interface: &Interface, version: usize, method: &Method) {
    text(out, "interface", interface.name);
    if let Some(version) = interface.versions.get(version) {
        text(out, "version", version.number.text());
    }
    uint(out, "opnum", u64::from(method.opnum));
    text(out, "method", method.name);
    text(out, "section", method.sections.get(version).copied().unwrap_or_default());
    out.key("on_wire");
    out.bool(method.on_wire);
    out.key("params");
    out.begin_list();
    for field in method.fields.iter().filter(|f| f.versions.contains(version) && f.flow != Flow::Return) {
        out.begin();
        text(out, "name", field.name);
        text(out, "direction", field.flow.name());
        text(out, "type", &describe::wire_type(field));
        text(out, "values", &describe::values(field, version));
        out.end();
    }
    out.end_list();
    if let Some(field) = method.fields.iter().find(|f| f.flow == Flow::Return) {
        text(out, "returns", field.idl);
    }
}

/// Where a name comes from, and what else its value is called.
fn origin(out: &mut Out, source: Source, since: &str, also: &[&str]) {
    text(out, "source", source.as_str());
    if !since.is_empty() {
        text(out, "since", since);
    }
    if !also.is_empty() {
        out.key("also");
        out.begin_list();
        also.iter().for_each(|name| out.text(name));
        out.end_list();
    }
}

/// An enumeration or bit mask with its members.
pub fn constants(out: &mut Out, table: &Constants) {
    text(out, "enum", table.name);
    text(out, "kind", table.kind.as_str());
    uint(out, "width", u64::from(table.width));
    text(out, "section", table.section);
    text(out, "used_by", table.used_by);
    text(out, "source", table.source().as_str());
    out.key("members");
    out.begin_list();
    for member in table.members {
        out.begin();
        text(out, "name", member.name);
        uint(out, "value", member.value);
        origin(out, member.source, member.since, member.also);
        if !member.note.is_empty() {
            text(out, "note", member.note);
        }
        out.end();
    }
    out.end_list();
}

/// A control code and what its buffers hold.
pub fn control_code(out: &mut Out, code: &ControlCode) {
    text(out, "family", code.family.as_str());
    text(out, "name", code.name);
    uint(out, "value", u64::from(code.value));
    text(out, "section", code.section);
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
    text(out, "certainty", code.certainty.as_str());
    out.key("internal");
    out.bool(code.is_internal());
    origin(out, code.source, code.since, code.also);
    if !code.note.is_empty() {
        text(out, "note", code.note);
    }
}

/// A structure inside buffers; its size in bytes where it has one.
pub fn structure(out: &mut Out, structure: &Structure) {
    text(out, "struct", structure.name);
    text(out, "kind", structure.kind_name());
    text(out, "section", structure.section);
    text(out, "source", structure.source().as_str());
    if let Some(size) = structure.size() {
        uint(out, "size", size as u64);
    }
}

/// An event of a notification port and what comes with it.
pub fn notification(out: &mut Out, event: &Notification) {
    out.key("object_type");
    out.display(event.object_type);
    uint(out, "flag", event.flag);
    text(out, "name", event.name);
    out.key("buffer");
    out.display(event.buffer);
    text(out, "source", event.source.as_str());
    text(out, "section", event.section);
}
