//! `stub template` and `struct template`: the least that is valid, with comments, to be edited and encoded.

use super::schema::{Which, direction, no_method, print};
use super::{Failure, Format, Look, Outcome, output};
use clap::Args;
use cluscope::internals::ndr::number::unknown;
use cluscope::internals::ndr::{Direction, Syntax};
use cluscope::internals::render::schema::{self, template};
use cluscope::internals::structs;
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct Template {
    /// Name of the method
    #[arg(value_name = "METHOD", required_unless_present = "method")]
    name: Option<String>,
    /// The same
    #[arg(long, value_name = "NAME", conflicts_with = "name")]
    method: Option<String>,
    #[command(flatten)]
    which: Which,
    /// request or response; both, one behind the other, unless named
    #[arg(long, value_parser = direction)]
    direction: Option<Direction>,
    /// ndr or ndr64
    #[arg(long, default_value = "ndr", value_parser = syntax)]
    syntax: Syntax,
    #[command(flatten)]
    look: Look,
}

#[derive(Debug, Args)]
pub(super) struct StructTemplate {
    /// Name of the structure, as the specification has it
    name: String,
    #[command(flatten)]
    look: Look,
}

/// Reads the word for a transfer syntax.
pub(super) fn syntax(word: &str) -> Result<Syntax, String> {
    let all = [Syntax::Ndr, Syntax::Ndr64];
    all.into_iter().find(|syntax| syntax.name() == word).ok_or_else(|| "ndr or ndr64".into())
}

/// Lines where lines are asked for; an object of several lines is for a person.
fn show(json: &serde_json::Value, look: &Look) -> Outcome {
    if look.format != Some(Format::Jsonl) {
        return print(json);
    }
    let mut out = output::stdout();
    output::line(&mut out, json.to_string().as_bytes())?;
    out.flush()?;
    Ok(true)
}

pub(super) fn stub(args: &Template) -> Outcome {
    let name = args.name.as_deref().or(args.method.as_deref()).unwrap_or_default();
    let directions = match args.direction {
        Some(direction) => vec![direction],
        None => vec![Direction::Request, Direction::Response],
    };
    for direction in directions {
        let message = template::method(name, args.which.of(None), direction, args.syntax);
        show(&message.ok_or_else(|| no_method(name))?, &args.look)?;
    }
    Ok(true)
}

pub(super) fn structure(args: &StructTemplate) -> Outcome {
    let name = args.name.as_str();
    let found = template::structure(name).ok_or_else(|| {
        let ndr = schema::ndr_structures().into_iter().map(|declaration| declaration.name);
        let names = structs::ALL.iter().map(|structure| structure.name).chain(ndr);
        Failure::Usage(unknown(name, "structure", names).message)
    })?;
    show(&found, &args.look)
}
