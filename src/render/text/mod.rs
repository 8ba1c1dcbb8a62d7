//! Text for people: a stub's values as indented lines, names before numbers.
//!
//! [`Values`] is a sink; [`Message`]'s `Display` uses it. The program's blocks around it are made in `cli`.

pub(crate) mod buffers;
#[cfg(feature = "session")]
pub(crate) mod call;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod lines;
#[cfg(feature = "session")]
mod paint;
#[cfg(feature = "session")]
pub(crate) mod record;
#[cfg(feature = "session")]
mod runtime;
#[cfg(feature = "session")]
pub(crate) mod stats;
#[cfg(feature = "session")]
pub(crate) mod story;

#[cfg(feature = "session")]
pub use call::call;
#[cfg(feature = "session")]
pub use paint::COLOURS;
#[cfg(feature = "session")]
pub use record::record;
#[cfg(feature = "session")]
pub use story::event;

use crate::base::diagnostic::Diagnostic;
use crate::base::time::FileTime;
use crate::consts::control_codes::ControlCodeFields;
use crate::consts::status;
use crate::idl::Buffers;
use crate::ndr::WStr;
use crate::ndr::names::{HandleName, HandleNames};
use crate::ndr::types::{Field, Scalar, Semantics};
use crate::ndr::visitor::{At, ContextHandle, Counts, Open, Visitor};
use crate::ndr::wire::Message;
use crate::ndr::{Direction, Method};
use crate::session::call_context::CallContext;
use alloc::vec::Vec;
use core::fmt::{self, Write};

/// How values are written.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns of the screen.
    pub width: usize,
    /// Columns of indentation at the outermost level.
    pub indent: usize,
    /// Bytes of a buffer that are shown; the rest is counted.
    pub max_bytes: usize,
    /// Elements of an array that are shown.
    pub max_elements: u64,
    /// Names in colour (ANSI).
    pub color: bool,
    /// Bytes that the values of one message may take as text; then they end.
    pub max_output: usize,
}

impl Default for Style {
    fn default() -> Self {
        Style { width: 100, indent: 4, max_bytes: 64, max_elements: 64, color: false, max_output: usize::MAX }
    }
}

/// Writes values as lines. An error of the writer underneath stops it; ask with [`Values::finish`].
pub struct Values<'w, W> {
    out: &'w mut W,
    style: Style,
    version: usize,
    buffers: Buffers<'w>,
    names: Option<&'w dyn HandleNames>,
    /// The mask that names the entries of the list that is being read.
    kinds: Option<&'static crate::consts::Constants>,
    /// Nesting below which nothing is written: an array's elements past the limit.
    hidden: Option<usize>,
    /// Width of the longest name at each level that is open, to put the values one below the other.
    widths: [u8; LEVELS],
    /// Those of the array that is being read.
    counts: Counts,
    result: fmt::Result,
    /// Broken rules, not written among the values; as many as [`crate::base::diagnostic::MAX_KEPT`].
    pub diagnostics: Vec<Diagnostic>,
}

/// Levels whose names are aligned.
const LEVELS: usize = 16;

/// No name is padded beyond this.
const WIDEST: usize = 28;

impl<'w, W: Write> Values<'w, W> {
    /// For a method's stub, in the version at this place in [`Interface::versions`](crate::ndr::Interface::versions);
    /// `context` is what the request told, for a response.
    pub fn new(
        out: &'w mut W,
        style: Style,
        method: &Method,
        direction: Direction,
        version: usize,
        context: &'w CallContext,
    ) -> Self {
        let mut widths = [0; LEVELS];
        widths[0] = widest(method.fields_of(direction, version));
        let buffers = Buffers { content: context.content() };
        Values {
            out,
            style,
            version,
            buffers,
            names: None,
            kinds: None,
            hidden: None,
            widths,
            counts: Counts { max: 0, actual: 0 },
            result: Ok(()),
            diagnostics: Vec::new(),
        }
    }

    /// Shows behind each context handle what it stands for.
    #[must_use]
    pub fn with_names(mut self, names: Option<&'w dyn HandleNames>) -> Self {
        self.names = names;
        self
    }

    /// Whether everything could be written.
    ///
    /// # Errors
    /// The writer's.
    pub fn finish(self) -> fmt::Result {
        self.result
    }

    fn line(&mut self, at: &At<'_>, value: fmt::Arguments<'_>) {
        if self.result.is_err() || self.is_hidden(at) {
            return;
        }
        self.result = self.try_line(at, value);
    }

    fn is_hidden(&mut self, at: &At<'_>) -> bool {
        let limit = self.style.max_elements;
        match (self.hidden, at.index) {
            (Some(depth), _) if at.path.depth() > depth => true,
            (Some(depth), Some(i)) if at.path.depth() == depth && u64::from(i) > limit => true,
            (_, Some(i)) if u64::from(i) == limit => {
                self.hidden = Some(at.path.depth());
                let indent = self.indent(at);
                self.result = writeln!(self.out, "{:indent$}…", "");
                true
            }
            _ => {
                self.hidden = None;
                false
            }
        }
    }

    fn indent(&self, at: &At<'_>) -> usize {
        self.style.indent + 2 * at.path.depth().saturating_sub(1).min(16)
    }

    fn try_line(&mut self, at: &At<'_>, value: fmt::Arguments<'_>) -> fmt::Result {
        let indent = self.indent(at);
        let (on, off) = if self.style.color { ("\x1b[36m", "\x1b[0m") } else { ("", "") };
        write!(self.out, "{:indent$}{on}", "")?;
        let width = match at.index {
            Some(index) => {
                write!(self.out, "[{index}]{off}  ")?;
                6
            }
            None => {
                let level = at.path.depth().saturating_sub(1);
                let width = usize::from(self.widths.get(level).copied().unwrap_or(0));
                write!(self.out, "{:width$}{off}  ", at.field.name)?;
                width.max(at.field.name.len())
            }
        };
        let mut wrap = Wrap {
            out: self.out,
            indent: indent + width + 2,
            column: indent + width + 2,
            width: self.style.width,
            bar: false,
        };
        write!(wrap, "{value}")?;
        self.out.write_char('\n')
    }
}

/// Width of the longest name, within reason.
fn widest<'f>(fields: impl Iterator<Item = &'f Field>) -> u8 {
    fields.map(|f| f.name.len().min(WIDEST)).max().unwrap_or(0) as u8
}

/// Breaks long lists of flags at their bars, so that no line is wider than the screen. A bar comes in a piece of its
/// own; whether the line breaks there depends on the name behind it.
struct Wrap<'w, W> {
    out: &'w mut W,
    indent: usize,
    column: usize,
    width: usize,
    bar: bool,
}

impl<W: Write> Write for Wrap<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text == " | " {
            self.bar = true;
            return Ok(());
        }
        let columns = text.chars().count();
        if core::mem::take(&mut self.bar) {
            // Two more for the bar that may follow.
            if self.column + columns + 5 > self.width {
                write!(self.out, " |\n{:indent$}", "", indent = self.indent)?;
                self.column = self.indent;
            } else {
                self.out.write_str(" | ")?;
                self.column += 3;
            }
        }
        self.out.write_str(text)?;
        self.column += columns;
        Ok(())
    }
}

impl<W> fmt::Debug for Values<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Values").field("style", &self.style).finish_non_exhaustive()
    }
}

impl<'a, W: Write> Visitor<'a> for Values<'_, W> {
    fn scalar(&mut self, at: At<'_>, scalar: Scalar, value: u64) {
        self.buffers.scalar(at.field, value);
        let semantics = match at.semantics {
            Semantics::ObjectKind => self.kinds.map_or(Semantics::Number, Semantics::Flags),
            semantics => semantics,
        };
        match semantics {
            Semantics::Enum(table) | Semantics::Flags(table) => {
                self.line(&at, format_args!("{}", table.display(value)))
            }
            Semantics::NotifyFlags => {
                match crate::ndr::names::notify_flags(self.buffers.content.object_type.unwrap_or(0)) {
                    Some(table) => self.line(&at, format_args!("{}", table.display(value))),
                    None => self.line(&at, format_args!("{value:#x}")),
                }
            }
            Semantics::Win32 | Semantics::RpcStatus => match status::win32_name(value as u32) {
                Some(name) => self.line(&at, format_args!("{name} ({value})")),
                None => match status::StatusName::of(value as u32) {
                    Some(name) => self.line(&at, format_args!("{name} ({value:#x})")),
                    None => self.line(&at, format_args!("{value} ({value:#x})")),
                },
            },
            Semantics::ControlCode(family) => match crate::ndr::names::control_code(family, value as u32) {
                Some(code) => self.line(&at, format_args!("{} ({value:#010x})", code.name)),
                None => {
                    let fields = ControlCodeFields::decode(value as u32);
                    self.line(&at, format_args!("{value:#010x} (in no list: {fields})"));
                }
            },
            Semantics::Bool if value <= 1 => {
                self.line(&at, format_args!("{}", if value == 1 { "TRUE (1)" } else { "FALSE (0)" }));
            }
            Semantics::Milliseconds => self.line(&at, format_args!("{value} ms")),
            Semantics::Seconds => self.line(&at, format_args!("{value} s")),
            Semantics::Bytes | Semantics::Size(_) | Semantics::Capacity(_) | Semantics::Required(_) => {
                self.line(&at, format_args!("{value}"));
            }
            Semantics::Ipv4 => {
                let [a, b, c, d] = (value as u32).to_le_bytes();
                self.line(&at, format_args!("{a}.{b}.{c}.{d}"));
            }
            Semantics::Opaque => self.line(&at, format_args!("{value:#x}")),
            _ if scalar.signed() => self.line(&at, format_args!("{}", value as i64)),
            _ => self.line(&at, format_args!("{value}")),
        }
    }

    fn filetime(&mut self, at: At<'_>, value: u64) {
        self.line(&at, format_args!("{}", FileTime(value)));
    }

    fn handle(&mut self, at: At<'_>, handle: ContextHandle) {
        let about = About(self.names.filter(|_| !handle.is_null()).and_then(|names| names.lookup(at.field, handle)));
        match (handle.is_null(), handle.attributes) {
            (true, _) => self.line(&at, format_args!("null handle")),
            (_, 0) => self.line(&at, format_args!("{}{about}", handle.uuid)),
            (_, attributes) => self.line(&at, format_args!("{} (attributes {attributes:#x}){about}", handle.uuid)),
        }
    }

    fn guid(&mut self, at: At<'_>, guid: crate::base::Guid) {
        self.line(&at, format_args!("{guid}"));
    }

    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        self.buffers.string(at.field, text);
        if matches!(at.field.semantics, Semantics::Secret) {
            return self.line(&at, format_args!("(secret)"));
        }
        let room = self.style.width.saturating_sub(self.indent(&at) + at.field.name.len() + 6).max(24);
        let shown = text.prefix(room);
        let mark = if at.len == text.as_bytes().len() { " (no terminator)" } else { "" };
        match text.len() - shown.len() {
            0 => self.line(&at, format_args!("{shown:?}{mark}")),
            more => self.line(&at, format_args!("{shown:?}… {more} more units{mark}")),
        }
    }

    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8]) {
        match at.field.semantics {
            #[cfg(feature = "std")]
            Semantics::Custom("twr_t") => {
                return self.line(&at, format_args!("{}", crate::rpc::tower::Tower::parse(bytes)));
            }
            Semantics::Text => {
                let text = bytes.split(|b| *b == 0).next().unwrap_or_default();
                return self.line(&at, format_args!("\"{}\"", text.escape_ascii()));
            }
            _ => {}
        }
        match self.counts {
            Counts { max, actual } if max != actual => {
                self.line(&at, format_args!("{} bytes of {max}", bytes.len()));
            }
            _ => self.line(&at, format_args!("{} bytes", bytes.len())),
        }
        if self.result.is_ok() && !self.is_hidden(&at) {
            let indent = self.indent(&at) + 2;
            let (semantics, content) = (at.field.semantics, &self.buffers.content);
            let shape = crate::structs::content::shape(semantics, self.version, content, bytes);
            self.result = match shape.kind {
                crate::structs::content::ShapeKind::Nothing
                    if shape.is_nothing() && shape.secrecy == crate::structs::content::Secrecy::None =>
                {
                    hex_dump(self.out, bytes, indent, self.style.max_bytes)
                }
                _ => {
                    let style = Style { indent, ..self.style };
                    buffers::print(self.out, style, semantics, self.version, content, bytes)
                }
            };
        }
    }

    fn units(&mut self, at: At<'_>, units: WStr<'a>) {
        match at.field.semantics {
            Semantics::MultiSz => match units.multi_sz() {
                Some(list) => self.line(&at, format_args!("{}", Joined(list))),
                None => self.line(&at, format_args!("{units:?} (not a list of strings)")),
            },
            Semantics::Ipv6 => {
                self.line(&at, format_args!("{}", units.to_ipv6()));
            }
            _ => self.line(&at, format_args!("{:?}", units.until_nul())),
        }
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < crate::base::diagnostic::MAX_KEPT {
            self.diagnostics.push(diagnostic);
        }
    }

    fn null(&mut self, at: At<'_>) {
        self.line(&at, format_args!("null"));
    }

    fn alias(&mut self, at: At<'_>, referent: u64) {
        self.line(&at, format_args!("same as referent {referent:#x}"));
    }

    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        let Open::Struct(declaration) = open else {
            return match self.counts.actual {
                1 => self.line(&at, format_args!("1 element")),
                n => self.line(&at, format_args!("{n} elements")),
            };
        };
        if let Semantics::Kinds(table) = at.semantics {
            self.kinds = Some(table);
        }
        if let Some(width) = self.widths.get_mut(at.path.depth()) {
            *width = widest(declaration.fields.iter());
        }
        self.line(&at, format_args!("{}", declaration.name));
    }

    fn counts(&mut self, _: At<'_>, counts: Counts) {
        self.counts = counts;
    }
}

/// What a context handle stands for, behind its UUID.
struct About<'n>(Option<HandleName<'n>>);

impl fmt::Display for About<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(HandleName { kind, name, opened, state, .. }) = self.0 else { return Ok(()) };
        write!(f, "  {kind}")?;
        if let Some(name) = name {
            write!(f, " {name:?}")?;
        }
        match (state, opened) {
            (Some(state), Some(frame)) => write!(f, " ({}, opened in #{frame})", Words(state)),
            (Some(state), None) => write!(f, " ({})", Words(state)),
            (None, Some(frame)) => write!(f, " (#{frame})"),
            (None, None) => Ok(()),
        }
    }
}

/// A name with blanks in place of underscores.
struct Words<'n>(&'n str);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, word) in self.0.split('_').enumerate() {
            write!(f, "{}{word}", if i == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

/// The strings of a list, quoted and separated by commas.
struct Joined<'a>(crate::ndr::utf16::MultiSz<'a>);

impl fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, item) in self.0.clone().enumerate() {
            write!(f, "{}{item:?}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// Bytes in hexadecimal with their ASCII beside, 16 a line, `max` at the most.
///
/// # Errors
/// The writer's.
pub fn hex_dump(out: &mut impl Write, bytes: &[u8], indent: usize, max: usize) -> fmt::Result {
    let shown = bytes.get(..max).unwrap_or(bytes);
    for (i, row) in shown.chunks(16).enumerate() {
        write!(out, "{:indent$}{:04x}  ", "", i * 16)?;
        for column in 0..16 {
            match row.get(column) {
                Some(byte) => write!(out, "{byte:02x} ")?,
                None => out.write_str("   ")?,
            }
            if column == 7 {
                out.write_char(' ')?;
            }
        }
        out.write_char(' ')?;
        for &byte in row {
            out.write_char(if (0x20..0x7f).contains(&byte) { char::from(byte) } else { '.' })?;
        }
        out.write_char('\n')?;
    }
    match bytes.len() - shown.len() {
        0 => Ok(()),
        more => writeln!(out, "{:indent$}… {more} bytes more", ""),
    }
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.method.name, self.direction.name())?;
        let context = CallContext::default();
        let mut values = Values::new(f, Style::default(), self.method, self.direction, self.version, &context);
        self.visit_parameters(&mut values);
        values.finish()
    }
}
