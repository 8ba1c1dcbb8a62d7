//! `schema`: JSON Schema of what is printed.

use super::{Failure, Outcome, output};
use clap::Args;
use cluscope::internals::idl::INTERFACES;
use cluscope::internals::ndr::Direction;
use cluscope::internals::ndr::number::unknown;
use cluscope::internals::render::schema::{self, Of};
use cluscope::internals::structs;
use std::io::Write;

/// The word for the records of dissect and calls.
const RECORD: &str = "record";

#[derive(Debug, Args)]
pub(super) struct Schema {
    /// A method, a structure, or record: what dissect and calls print
    #[arg(value_name = "METHOD|STRUCT|record")]
    name: String,
    #[command(flatten)]
    which: Which,
    /// Only of requests or responses
    #[arg(long, value_parser = direction)]
    direction: Option<Direction>,
}

/// Which of the methods of a name.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// clusapi or witness
    #[arg(long)]
    pub(super) interface: Option<String>,
    /// 2.0 or 3.0; 1.1 for witness
    #[arg(long)]
    pub(super) version: Option<String>,
}

impl Which {
    pub(super) fn of(&self, direction: Option<Direction>) -> Of<'_> {
        Of { interface: self.interface.as_deref(), version: self.version.as_deref(), direction }
    }
}

/// Reads the word for a direction.
pub(super) fn direction(word: &str) -> Result<Direction, String> {
    let all = [Direction::Request, Direction::Response];
    all.into_iter().find(|direction| direction.name() == word).ok_or_else(|| "request or response".into())
}

/// What is said of a name that nothing has, with the nearest one.
pub(super) fn no_method(name: &str) -> Failure {
    if !Of::default().methods(name).is_empty() {
        return Failure::Usage(format!("{name} is no method of this interface and version"));
    }
    let methods = INTERFACES.iter().flat_map(|interface| interface.versions).flat_map(|version| version.methods);
    Failure::Usage(unknown(name, "method of these interfaces and versions", methods.map(|method| method.name)).message)
}

pub(super) fn run(args: &Schema) -> Outcome {
    let found = match args.name.as_str() {
        RECORD => Some(schema::record()),
        name => schema::method(name, args.which.of(args.direction)).or_else(|| schema::structure(name)),
    };
    let Some(schema) = found else {
        let structures = structs::ALL.iter().map(|structure| structure.name);
        let methods = INTERFACES.iter().flat_map(|interface| interface.versions).flat_map(|version| version.methods);
        let ndr = schema::ndr_structures().into_iter().map(|declaration| declaration.name);
        let names = methods.map(|method| method.name).chain(structures).chain(ndr).chain([RECORD]);
        return Err(Failure::Usage(unknown(&args.name, "method, structure or record", names).message));
    };
    print(&schema)
}

/// Prints an object on several lines.
pub(super) fn print(json: &serde_json::Value) -> Outcome {
    let mut out = output::stdout();
    let text = serde_json::to_string_pretty(json).map_err(|e| Failure::Message(e.to_string()))?;
    output::line(&mut out, text.as_bytes())?;
    out.flush()?;
    Ok(true)
}
