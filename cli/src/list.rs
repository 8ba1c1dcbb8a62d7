//! `list`: what this build knows.

use super::{Format, Look, Outcome, output};
use clap::{Args, ValueEnum};
use cluscope::internals::consts::{self, control_codes, notifications};
use cluscope::internals::idl::INTERFACES;
use cluscope::internals::limits::TABLE;
use cluscope::internals::render::json::{self, out::Out};
use cluscope::internals::render::text::{self, TextBuffer};
use cluscope::internals::structs;
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct List {
    /// What to print
    #[arg(value_enum)]
    what: What,
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
        Lines { out: &mut out, json: Out::new(), text: TextBuffer::new(), format: output::format(&list.look) };
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
        What::Structs => lines.all(structs::ALL, json::list::structure, text::list::structure)?,
        What::Notifications => lines.all(notifications::ALL, json::list::notification, text::list::notification)?,
        What::Limits => lines.all(TABLE, json::list::limit, text::list::limit)?,
    }
    out.flush()?;
    Ok(true)
}

/// Prints entries in either format.
struct Lines<'o, W> {
    out: &'o mut W,
    json: Out,
    text: TextBuffer,
    format: Format,
}

impl<W: Write> Lines<'_, W> {
    fn entry(&mut self, json: impl FnOnce(&mut Out), text: impl FnOnce(&mut TextBuffer)) -> std::io::Result<()> {
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
