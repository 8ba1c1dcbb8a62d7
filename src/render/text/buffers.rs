//! What buffers hold as lines for people: a property list as a table, a batch as one line a command, everything else
//! member by member.
//!
//! ```text
//! Address        SZ        "10.1.2.3"
//! set Resources\1234\Parameters  Address = "10.1.2.3" (REG_SZ)
//! ```

use super::Style;
use super::lines::{Inline, Lines};
use super::out::TextBuffer;
use super::value::left_out;
use crate::base::error::Error;
use crate::consts::content::BufferFormat;
use crate::consts::registry::{CLUSTER_REG_BATCH_COMMAND as CommandType, RegistryValueType};
use crate::consts::status;
use crate::consts::syntax::CLUSTER_PROPERTY_FORMAT;
use crate::ndr::WStr;
use crate::ndr::types::Semantics;
use crate::ndr::visitor::{Place, Visitor};
use crate::structs::batch::{Batch, Command};
use crate::structs::content::{self, Context, Secrecy, Secrets, Shape, ShapeKind};
use crate::structs::dependency::{self, Expression};
use crate::structs::packed::ByteCursor;
use crate::structs::property_list::{Dialect, Property, PropertyList, about, read_entry};
use crate::structs::values::{self, Slot};
use alloc::vec::Vec;

/// The widest column of names.
const MAX_COLUMN: usize = 48;

/// Units of a name that are shown.
const MAX_NAME: usize = 4 * MAX_COLUMN;

/// Writes what a buffer holds as lines, or nothing where there is nothing to say. `style.indent` is that of the lines;
/// at most `style.max_elements` properties, commands or elements are written. `version` is the place in
/// [`Interface::versions`](crate::ndr::Interface::versions).
pub fn print(
    out: &mut TextBuffer,
    style: Style,
    semantics: Semantics,
    version: usize,
    context: &Context<'_>,
    bytes: &[u8],
) {
    let shape = content::shape(semantics, version, context, bytes);
    shaped(out, style, &shape, context, bytes);
}

/// The same of a buffer of which it is known what it holds.
pub(super) fn shaped(out: &mut TextBuffer, style: Style, shape: &Shape, context: &Context<'_>, bytes: &[u8]) {
    let indent = style.indent;
    if let Some(code) = shape.unknown_code {
        out.blanks(indent);
        out.display(format_args!("unknown control code: {code}\n"));
    }
    if shape.secrecy != Secrecy::None && context.secrets != Secrets::Shown {
        if !bytes.is_empty() {
            out.blanks(indent);
            match shape.secrecy {
                Secrecy::Possible(why) => out.display(format_args!("not shown: may hold a secret ({why})\n")),
                _ => out.put("(secret)\n"),
            }
        }
        return;
    }
    if shape.guess {
        out.blanks(indent);
        out.put("looks like ");
        out.put(shape.name());
        out.put(":\n");
    }
    if let Some(dialect) = shape.dialect() {
        return table(out, style, context, dialect, bytes);
    }
    match shape.kind {
        ShapeKind::Nothing => return,
        ShapeKind::Format(BufferFormat::Struct("CLUSTER_REG_BATCH_UPDATE")) => {
            return batch(out, style, context, bytes);
        }
        _ => {}
    }
    let mut lines = Lines::new(out, style, context.secrets);
    let result = content::read(shape, ByteCursor::new(bytes), Place::TOP, &mut lines as &mut dyn Visitor<'_>);
    let failed_in = lines.failed_in;
    if let ShapeKind::Expression = shape.kind {
        expression(out, style, WStr::le(bytes).until_nul());
    }
    end(out, style, result.map(|rest| rest.len()), failed_in);
}

/// Writes a dependency expression as an indented tree; nothing for a single name.
pub fn expression(out: &mut TextBuffer, style: Style, text: WStr<'_>) {
    fn branch(out: &mut TextBuffer, tree: &Expression, indent: usize) {
        let (word, parts) = match tree {
            Expression::Object(name) => {
                out.blanks(indent);
                out.put(name);
                return out.end_line();
            }
            Expression::And(parts) => ("all of", parts),
            Expression::Or(parts) => ("one of", parts),
        };
        out.blanks(indent);
        out.put(word);
        out.end_line();
        parts.iter().for_each(|part| branch(out, part, indent + 2));
    }
    match dependency::parse_wide(text) {
        Ok(Some(Expression::Object(_)) | None) => {}
        Ok(Some(tree)) => branch(out, &tree, style.indent),
        Err(e) => {
            out.blanks(style.indent);
            out.display(format_args!("! {e}\n"));
        }
    }
}

fn end(out: &mut TextBuffer, style: Style, left: Result<usize, Error>, failed_in: Option<WStr<'_>>) {
    if let Ok(0) = left {
        return;
    }
    out.blanks(style.indent);
    match (left, failed_in) {
        (Ok(n), _) => out.display(format_args!("! {n} bytes more\n")),
        (Err(e), Some(name)) => out.display(format_args!("! {e} (in {:?})\n", name.prefix(64))),
        (Err(e), None) => out.display(format_args!("! {e}\n")),
    }
}

/// A property list: name, format and value in columns.
fn table(out: &mut TextBuffer, style: Style, context: &Context<'_>, dialect: Dialect, bytes: &[u8]) {
    let list = match PropertyList::new(bytes) {
        Ok(list) => list,
        Err(e) => return end(out, style, Err(e), None),
    };
    let limit = usize::try_from(style.max_elements).unwrap_or(usize::MAX);
    let mut rows: Vec<Property<'_>> = Vec::new();
    let (mut more, mut error) = (0, None);
    for property in list.properties() {
        match property {
            Ok(property) if rows.len() < limit => rows.push(property),
            Ok(_) => more += 1,
            Err(e) => error = Some(e),
        }
    }
    if list.count == 0 {
        out.blanks(style.indent);
        out.put("no properties\n");
    }
    let width = rows.iter().map(|p| p.name().len()).max().unwrap_or(0).min(MAX_COLUMN);
    for property in &rows {
        row(out, style, context, dialect, property, width);
    }
    if more > 0 {
        out.blanks(style.indent);
        left_out(out, more, "properties");
        out.end_line();
    }
    if error.is_some() {
        // Read again for the path and the name.
        let mut sink = FailedIn::default();
        let shape = Slot::top(BufferFormat::PropertyList);
        let result = values::read(shape, ByteCursor::new(bytes), &mut sink as &mut dyn Visitor<'_>);
        end(out, style, result.map(|rest| rest.len()), sink.0);
    }
}

#[derive(Default)]
struct FailedIn<'a>(Option<WStr<'a>>);

impl<'a> Visitor<'a> for FailedIn<'a> {
    fn failed_in(&mut self, name: WStr<'a>) {
        self.0 = Some(name);
    }
}

fn row(
    out: &mut TextBuffer,
    style: Style,
    context: &Context<'_>,
    dialect: Dialect,
    property: &Property<'_>,
    width: usize,
) {
    let known = about(property.name(), dialect.of);
    let room = style.width.saturating_sub(style.indent + width + 16).max(24);
    let mut first = true;
    for value in property.values().flatten() {
        if out.is_full() {
            return;
        }
        out.blanks(style.indent);
        let columns = if first { out.clean(property.name(), MAX_NAME) } else { 0 };
        out.blanks(width.saturating_sub(columns) + 2);
        let format = CLUSTER_PROPERTY_FORMAT((value.syntax.0 & 0xffff) as u16);
        let format = format.name().and_then(|name| name.strip_prefix("CLUSPROP_FORMAT_")).unwrap_or("?");
        out.padded(if format == "SECURITY_DESCRIPTOR" { "SD" } else { format }, 14);
        out.put("  ");
        let mut inline = Inline::new(out, room, context.secrets);
        let inline = &mut inline as &mut dyn Visitor<'_>;
        read_entry(value, value.range(), Place::TOP, dialect, known, inline);
        out.end_line();
        first = false;
    }
    if first {
        out.blanks(style.indent);
        out.clean(property.name(), MAX_NAME);
        out.end_line();
    }
}

/// A batch: one line a command, values under the key that the commands before them lead to.
fn batch(out: &mut TextBuffer, style: Style, context: &Context<'_>, bytes: &[u8]) {
    let batch = match Batch::new(bytes) {
        Ok(batch) => batch,
        Err(e) => return end(out, style, Err(e), None),
    };
    let mut key: Option<WStr<'_>> = None;
    let (mut shown, mut more) = (0, 0);
    for command in batch.commands() {
        match command {
            _ if out.is_full() => return,
            Ok(command) if shown < style.max_elements => {
                shown += 1;
                out.blanks(style.indent);
                line(out, style, context, &command, &mut key);
                out.end_line();
            }
            Ok(_) => more += 1,
            Err(_) => {
                let mut sink = FailedIn::default();
                let result =
                    crate::structs::batch::read(ByteCursor::new(bytes), Place::TOP, &mut sink as &mut dyn Visitor<'_>);
                end(out, style, result.map(|rest| rest.len()), sink.0);
            }
        }
    }
    if more > 0 {
        out.blanks(style.indent);
        left_out(out, more, "commands");
        out.end_line();
    }
}

fn line<'a>(
    out: &mut TextBuffer,
    style: Style,
    context: &Context<'_>,
    command: &Command<'a>,
    key: &mut Option<WStr<'a>>,
) {
    let name = command.name();
    let named = |out: &mut TextBuffer, verb: &str| {
        out.put(verb);
        out.clean(name, MAX_NAME);
    };
    let verb = match command.command {
        CommandType::CLUSREG_SET_VALUE => "set",
        CommandType::CLUSREG_DELETE_VALUE => "delete value",
        CommandType::CLUSREG_VALUE_DELETED => "value was",
        CommandType::CLUSREG_READ_VALUE => "read",
        CommandType::CLUSREG_CONDITION_EXISTS => "if exists",
        CommandType::CLUSREG_CONDITION_NOT_EXISTS => "if missing",
        CommandType::CLUSREG_CONDITION_IS_EQUAL => "if equal",
        CommandType::CLUSREG_CONDITION_IS_NOT_EQUAL => "if not equal",
        CommandType::CLUSREG_CONDITION_IS_GREATER_THAN => "if greater",
        CommandType::CLUSREG_CONDITION_IS_LESS_THAN => "if less",
        CommandType::CLUSREG_CREATE_KEY => {
            *key = Some(name);
            return named(out, "key ");
        }
        CommandType::CLUSREG_READ_KEY => {
            *key = Some(name);
            return named(out, "read key ");
        }
        CommandType::CLUSREG_DELETE_KEY => {
            // The server forgets the key that it was at.
            *key = None;
            return named(out, "delete key ");
        }
        CommandType::CLUSREG_CONDITION_KEY_EXISTS => return named(out, "if key exists "),
        CommandType::CLUSREG_CONDITION_KEY_NOT_EXISTS => return named(out, "if key is missing "),
        CommandType::CLUSREG_READ_ERROR => {
            named(out, "error ");
            let code = command.value_type;
            return match status::win32_name(code) {
                Some(name) => out.display(format_args!(": {name} ({code})")),
                None => out.display(format_args!(": {code} ({code:#x})")),
            };
        }
        CommandType::CLUSREG_CONTROL_COMMAND => "control",
        _ => "",
    };
    match verb {
        "" => out.display(command.command),
        verb => out.put(verb),
    }
    if let Some(key) = key.filter(|key| !key.is_empty()) {
        out.put(" ");
        out.clean(key, MAX_NAME);
        out.put(" ");
    }
    out.put(" ");
    match name.is_empty() {
        true => out.put("(default)"),
        false => named(out, ""),
    }
    if !command.data().is_empty() {
        out.put(" = ");
        if command.is_secret() && context.secrets != Secrets::Shown {
            out.put("(secret)");
        } else {
            let mut inline = Inline::new(out, style.width.max(40), context.secrets);
            let data = ByteCursor::new(command.data());
            values::read_any(Slot::top(command.content()), data, &mut inline as &mut dyn Visitor<'_>);
        }
    }
    match RegistryValueType(command.value_type).name() {
        Some(kind) if command.value_type != 0 => {
            out.put(" (");
            out.put(kind);
            out.put(")");
        }
        None => out.display(format_args!(" (type {})", command.value_type)),
        _ => {}
    }
}
