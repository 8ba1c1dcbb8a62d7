//! What buffers hold as lines for people: a property list as a table, a batch as one line a command, everything else
//! member by member.
//!
//! ```text
//! Address        SZ        "10.1.2.3"
//! set Resources\1234\Parameters  Address = "10.1.2.3" (REG_SZ)
//! ```

use super::lines::{Inline, Lines};
use crate::base::error::Error;
use crate::base::printable::is_active;
use crate::consts::content::BufferFormat;
use crate::consts::properties;
use crate::consts::registry::{CLUSTER_REG_BATCH_COMMAND as CommandType, RegistryValueType};
use crate::consts::status;
use crate::consts::syntax::CLUSTER_PROPERTY_FORMAT;
use crate::ndr::WStr;
use crate::ndr::types::Semantics;
use crate::ndr::visitor::{Place, Visitor};
use crate::render::text::Style;
use crate::structs::batch::{Batch, Command};
use crate::structs::content::{self, Context, Secrecy, Secrets, ShapeKind};
use crate::structs::dependency;
use crate::structs::packed::ByteCursor;
use crate::structs::property_list::{Dialect, Property, PropertyList, read_entry};
use crate::structs::values::{self, Slot};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

/// The widest column of names.
const MAX_COLUMN: usize = 48;

/// Writes what a buffer holds as lines, or nothing where there is nothing to say. `style.indent` is that of the lines;
/// at most `style.max_elements` properties, commands or elements are written. `version` is the place in
/// [`Interface::versions`](crate::ndr::Interface::versions).
///
/// # Errors
/// The writer's.
pub fn print<W: Write>(
    out: &mut W,
    style: Style,
    semantics: Semantics,
    version: usize,
    context: &Context<'_>,
    bytes: &[u8],
) -> fmt::Result {
    let shape = content::shape(semantics, version, context, bytes);
    let indent = style.indent;
    if let Some(code) = shape.unknown_code {
        writeln!(out, "{:indent$}unknown control code: {code}", "")?;
    }
    if shape.secrecy != Secrecy::None && context.secrets != Secrets::Shown {
        return match shape.secrecy {
            _ if bytes.is_empty() => Ok(()),
            Secrecy::Possible(why) => writeln!(out, "{:indent$}not shown: may hold a secret ({why})", ""),
            _ => writeln!(out, "{:indent$}(secret)", ""),
        };
    }
    if shape.guess {
        writeln!(out, "{:indent$}looks like {}:", "", shape.name())?;
    }
    if let Some(dialect) = shape.dialect() {
        return table(out, style, context, dialect, bytes);
    }
    match shape.kind {
        ShapeKind::Nothing => return Ok(()),
        ShapeKind::Format(BufferFormat::Struct("CLUSTER_REG_BATCH_UPDATE")) => {
            return batch(out, style, context, bytes);
        }
        _ => {}
    }
    let mut lines = Lines::new(style, context.secrets);
    let result = content::read(&shape, ByteCursor::new(bytes), Place::TOP, &mut lines as &mut dyn Visitor<'_>);
    out.write_str(&lines.text)?;
    if let ShapeKind::Expression = shape.kind {
        expression(out, style, WStr::le(bytes).until_nul())?;
    }
    end(out, style, result.map(|rest| rest.len()), lines.failed_in)
}

/// Writes a dependency expression as an indented tree; nothing for a single name.
///
/// # Errors
/// The writer's.
pub fn expression<W: Write>(out: &mut W, style: Style, text: WStr<'_>) -> fmt::Result {
    fn branch<W: Write>(out: &mut W, tree: &dependency::Expression, indent: usize) -> fmt::Result {
        let (word, parts) = match tree {
            dependency::Expression::Object(name) => return writeln!(out, "{:indent$}{name}", ""),
            dependency::Expression::And(parts) => ("all of", parts),
            dependency::Expression::Or(parts) => ("one of", parts),
        };
        writeln!(out, "{:indent$}{word}", "")?;
        parts.iter().try_for_each(|part| branch(out, part, indent + 2))
    }
    let indent = style.indent;
    match dependency::parse_wide(text) {
        Ok(Some(dependency::Expression::Object(_)) | None) => Ok(()),
        Ok(Some(tree)) => branch(out, &tree, indent),
        Err(e) => writeln!(out, "{:indent$}! {e}", ""),
    }
}

fn end<W: Write>(out: &mut W, style: Style, left: Result<usize, Error>, failed_in: Option<WStr<'_>>) -> fmt::Result {
    let indent = style.indent;
    match (left, failed_in) {
        (Ok(0), _) => Ok(()),
        (Ok(n), _) => writeln!(out, "{:indent$}! {n} bytes more", ""),
        (Err(e), Some(name)) => writeln!(out, "{:indent$}! {e} (in {:?})", "", name.prefix(64)),
        (Err(e), None) => writeln!(out, "{:indent$}! {e}", ""),
    }
}

/// A property list: name, format and value in columns.
fn table<W: Write>(out: &mut W, style: Style, context: &Context<'_>, dialect: Dialect, bytes: &[u8]) -> fmt::Result {
    let indent = style.indent;
    let list = match PropertyList::new(bytes) {
        Ok(list) => list,
        Err(e) => return end(out, style, Err(e), None),
    };
    let limit = usize::try_from(style.max_elements).unwrap_or(usize::MAX);
    let mut rows: Vec<Property<'_>> = Vec::new();
    let (mut more, mut error) = (0u64, None);
    for property in list.properties() {
        match property {
            Ok(property) if rows.len() < limit => rows.push(property),
            Ok(_) => more += 1,
            Err(e) => error = Some(e),
        }
    }
    if list.count == 0 {
        writeln!(out, "{:indent$}no properties", "")?;
    }
    let width = rows.iter().map(|p| p.name().len()).max().unwrap_or(0).min(MAX_COLUMN);
    for property in &rows {
        row(out, style, context, dialect, property, width)?;
    }
    if more > 0 {
        writeln!(out, "{:indent$}… {more} properties more", "")?;
    }
    match error {
        // Read again for the path and the name.
        Some(_) => {
            let mut sink = FailedIn::default();
            let shape = Slot::top(BufferFormat::PropertyList);
            let result =
                values::read(shape, ByteCursor::new(bytes), &mut sink as &mut dyn Visitor<'_>).map(|rest| rest.len());
            end(out, style, result, sink.0)
        }
        None => Ok(()),
    }
}

#[derive(Default)]
struct FailedIn<'a>(Option<WStr<'a>>);

impl<'a> Visitor<'a> for FailedIn<'a> {
    fn failed_in(&mut self, name: WStr<'a>) {
        self.0 = Some(name);
    }
}

fn row<W: Write>(
    out: &mut W,
    style: Style,
    context: &Context<'_>,
    dialect: Dialect,
    property: &Property<'_>,
    width: usize,
) -> fmt::Result {
    let indent = style.indent;
    let name = clean(property.name());
    let mut first = true;
    for value in property.values().flatten() {
        let room = style.width.saturating_sub(indent + width + 16).max(24);
        let mut inline = Inline::new(room, context.secrets);
        read_entry(
            value,
            value.range(),
            Place::TOP,
            dialect,
            properties::about(property.name().units(), dialect.of),
            &mut inline as &mut dyn Visitor<'_>,
        );
        let format = CLUSTER_PROPERTY_FORMAT((value.syntax.0 & 0xffff) as u16);
        let format = format.name().and_then(|name| name.strip_prefix("CLUSPROP_FORMAT_")).unwrap_or("?");
        let shown = if first { name.as_str() } else { "" };
        let format = if format == "SECURITY_DESCRIPTOR" { "SD" } else { format };
        writeln!(out, "{:indent$}{shown:width$}  {format:<14}  {}", "", inline.text)?;
        first = false;
    }
    if first {
        writeln!(out, "{:indent$}{name}", "")?;
    }
    Ok(())
}

/// Text of one line.
fn clean(text: WStr<'_>) -> String {
    let mut clean = String::new();
    for c in text.prefix(4 * MAX_COLUMN).chars() {
        match c {
            Ok(c) if is_active(c) => clean.extend(c.escape_default()),
            Ok(c) => clean.push(c),
            Err(_) => clean.push(char::REPLACEMENT_CHARACTER),
        }
    }
    clean
}

/// A batch: one line a command, values under the key that the commands before them lead to.
fn batch<W: Write>(out: &mut W, style: Style, context: &Context<'_>, bytes: &[u8]) -> fmt::Result {
    let indent = style.indent;
    let batch = match Batch::new(bytes) {
        Ok(batch) => batch,
        Err(e) => return end(out, style, Err(e), None),
    };
    let mut key: Option<WStr<'_>> = None;
    let (mut shown, mut more) = (0, 0u64);
    for command in batch.commands() {
        match command {
            Ok(command) if shown < style.max_elements => {
                shown += 1;
                write!(out, "{:indent$}", "")?;
                line(out, style, context, &command, &mut key)?;
            }
            Ok(_) => more += 1,
            Err(_) => {
                let mut sink = FailedIn::default();
                let result =
                    crate::structs::batch::read(ByteCursor::new(bytes), Place::TOP, &mut sink as &mut dyn Visitor<'_>);
                end(out, style, result.map(|rest| rest.len()), sink.0)?;
            }
        }
    }
    if more > 0 {
        writeln!(out, "{:indent$}… {more} commands more", "")?;
    }
    Ok(())
}

fn line<'a, W: Write>(
    out: &mut W,
    style: Style,
    context: &Context<'_>,
    command: &Command<'a>,
    key: &mut Option<WStr<'a>>,
) -> fmt::Result {
    let name = command.name();
    let shown = clean(name);
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
            return writeln!(out, "key {shown}");
        }
        CommandType::CLUSREG_READ_KEY => {
            *key = Some(name);
            return writeln!(out, "read key {shown}");
        }
        CommandType::CLUSREG_DELETE_KEY => {
            // The server forgets the key that it was at.
            *key = None;
            return writeln!(out, "delete key {shown}");
        }
        CommandType::CLUSREG_CONDITION_KEY_EXISTS => return writeln!(out, "if key exists {shown}"),
        CommandType::CLUSREG_CONDITION_KEY_NOT_EXISTS => return writeln!(out, "if key is missing {shown}"),
        CommandType::CLUSREG_READ_ERROR => {
            write!(out, "error {shown}: ")?;
            return match status::win32_name(command.value_type) {
                Some(name) => writeln!(out, "{name} ({})", command.value_type),
                None => writeln!(out, "{0} ({0:#x})", command.value_type),
            };
        }
        CommandType::CLUSREG_CONTROL_COMMAND => "control",
        _ => "",
    };
    match verb {
        "" => write!(out, "{}", command.command)?,
        verb => write!(out, "{verb}")?,
    }
    if let Some(key) = key.filter(|key| !key.is_empty()) {
        write!(out, " {} ", clean(key))?;
    }
    write!(out, " {}", if name.is_empty() { "(default)" } else { &shown })?;
    if !command.data().is_empty() {
        if command.is_secret() && context.secrets != Secrets::Shown {
            out.write_str(" = (secret)")?;
        } else {
            let mut inline = Inline::new(style.width.max(40), context.secrets);
            let data = ByteCursor::new(command.data());
            values::read_any(Slot::top(command.content()), data, &mut inline as &mut dyn Visitor<'_>);
            write!(out, " = {}", inline.text)?;
        }
    }
    match RegistryValueType(command.value_type).name() {
        Some(kind) if command.value_type != 0 => writeln!(out, " ({kind})"),
        None => writeln!(out, " (type {})", command.value_type),
        _ => writeln!(out),
    }
}
