//! `list`: what this build knows.

use super::{Failure, Format, Look, Outcome, layout, output};
use clap::{Args, ValueEnum};
use cluscope::internals::consts::{self, control_codes, notifications};
use cluscope::internals::idl::INTERFACES;
use cluscope::internals::limits::TABLE;
use cluscope::internals::ndr::number::unknown;
use cluscope::internals::render::json::{self, out::Out};
use cluscope::internals::render::schema;
use cluscope::internals::render::text::{self, TextBuffer};
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
    let mut lines =
        Lines { out: &mut out, json: output::json(), text: TextBuffer::new(), format: output::format(&list.look) };
    if let Some(name) = &list.name {
        named(&mut lines, list.what, name)?;
        out.flush()?;
        return Ok(true);
    }
    match list.what {
        What::Interfaces => {
            for interface in INTERFACES {
                for version in interface.versions {
                    lines.entry(
                        |out| json::list::interface(out, interface, version),
                        |out| text::list::interface(out, interface, version),
                    )?;
                }
            }
        }
        What::Methods => {
            for interface in INTERFACES {
                for (index, version) in interface.versions.iter().enumerate() {
                    for method in version.methods {
                        lines.entry(
                            |out| json::list::method(out, interface, index, method),
                            |out| text::list::method(out, interface, index, method),
                        )?;
                    }
                }
            }
        }
        What::Enums => lines.all(consts::ALL.iter().copied(), json::list::constants, text::list::constants)?,
        What::ControlCodes => lines.all(control_codes::ALL, json::list::control_code, text::list::control_code)?,
        What::Structs => {
            lines.all(structs::ALL, json::list::structure, text::list::structure)?;
            for declaration in schema::ndr_structures() {
                lines.entry(
                    |out| layout::heading(out, declaration),
                    |out| {
                        let (name, section) = (declaration.name, declaration.section);
                        out.display(format_args!("       {:7} {name}  {section}", layout::NDR));
                    },
                )?;
            }
        }
        What::Notifications => lines.all(notifications::ALL, json::list::notification, text::list::notification)?,
        What::Limits => lines.all(TABLE, json::list::limit, text::list::limit)?,
    }
    out.flush()?;
    Ok(true)
}

/// One entry, by its name.
fn named(lines: &mut Lines<'_, impl Write>, what: What, name: &str) -> Result<(), Failure> {
    let known: Vec<&str> = match what {
        What::Methods => layout::methods(lines, name)?,
        What::Structs => layout::structures(lines, name)?,
        What::Enums => {
            let found: Vec<_> =
                consts::ALL.iter().copied().filter(|table| table.name.eq_ignore_ascii_case(name)).collect();
            let none = found.is_empty();
            lines.all(found, json::list::constants, text::list::constants)?;
            if none { consts::ALL.iter().map(|table| table.name).collect() } else { Vec::new() }
        }
        What::ControlCodes => {
            let called =
                |code: &&control_codes::ControlCode| code.name.eq_ignore_ascii_case(name) || code.also.contains(&name);
            let found: Vec<_> = control_codes::ALL.iter().filter(called).collect();
            let none = found.is_empty();
            lines.all(found, json::list::control_code, text::list::control_code)?;
            if none { control_codes::ALL.iter().map(|code| code.name).collect() } else { Vec::new() }
        }
        _ => return Err(Failure::Usage("names are taken for methods, structs, enums and control-codes".into())),
    };
    if known.is_empty() {
        return Ok(());
    }
    Err(Failure::Usage(unknown(name, "name that is known", known.into_iter()).message))
}

/// Prints entries in either format.
pub(super) struct Lines<'o, W> {
    out: &'o mut W,
    json: Out,
    text: TextBuffer,
    format: Format,
}

impl<W: Write> Lines<'_, W> {
    pub(super) fn entry(
        &mut self,
        json: impl FnOnce(&mut Out),
        text: impl FnOnce(&mut TextBuffer),
    ) -> std::io::Result<()> {
        match self.format {
            Format::Jsonl => {
                self.json.clear();
                self.json.begin();
                json(&mut self.json);
                self.json.end();
                output::line(self.out, self.json.as_bytes())
            }
            Format::Text => {
                self.text.clear();
                text(&mut self.text);
                output::line(self.out, self.text.as_bytes())
            }
        }
    }

    fn all<T>(
        &mut self,
        entries: impl IntoIterator<Item = T>,
        json: fn(&mut Out, T),
        text: fn(&mut TextBuffer, T),
    ) -> std::io::Result<()>
    where
        T: Copy,
    {
        entries.into_iter().try_for_each(|entry| self.entry(|out| json(out, entry), |out| text(out, entry)))
    }
}
