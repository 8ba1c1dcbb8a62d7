//! `struct decode` and `struct encode`: custom-marshalled structures standing alone, by their specification name.

use super::{Failure, Format, Look, Outcome, examples, output};
use clap::{Args, Subcommand};
use cluscope::internals::ndr::types::Semantics;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::strict;
use cluscope::internals::render::text::TextBuffer;
use cluscope::internals::render::{json::buffers as json, text::buffers as text};
use cluscope::internals::structs::{Structure, content};
use std::io::{BufRead, Write};

#[derive(Debug, Subcommand)]
pub(super) enum Struct {
    /// Decode structures
    #[command(after_help = examples::of("struct decode"))]
    Decode(Decode),
    /// Encode structures from what decode prints
    #[command(after_help = examples::of("struct encode"))]
    Encode(Encode),
    /// Print the least structure of a name, with comments, to be edited and encoded
    #[command(after_help = examples::of("struct template"))]
    Template(super::template::StructTemplate),
}

#[derive(Debug, Args)]
pub(super) struct Decode {
    /// Name of the structure, as the specification has it: PROPERTY_LIST. Lines may name their own
    #[arg(required_unless_present = "jsonl")]
    name: Option<String>,
    /// Its bytes as hexadecimal digits; read from standard input if absent
    #[arg(conflicts_with = "jsonl")]
    hex: Option<String>,
    /// One JSON object a line on standard input, one out for each, in order
    #[arg(long)]
    jsonl: bool,
    /// Leave passwords and tokens out of JSON as well; text never has them
    #[arg(long)]
    hide_secrets: bool,
    #[command(flatten)]
    look: Look,
}

#[derive(Debug, Args)]
pub(super) struct Encode {
    /// Name of the structure, for objects that have none
    name: Option<String>,
    /// One JSON object a line on standard input, one out for each, in order; otherwise one object, the hexadecimal
    /// digits alone out
    #[arg(long)]
    jsonl: bool,
}

pub(super) fn run(command: &Struct) -> Outcome {
    match command {
        Struct::Decode(decode) => self::decode(decode),
        Struct::Encode(encode) if encode.jsonl => {
            lines(&mut std::io::stdin().lock(), false, encode.name.as_deref(), json::encode_line_as)
        }
        Struct::Encode(encode) => encode_one(encode.name.as_deref()),
        Struct::Template(template) => super::template::structure(template),
    }
}

/// Answers line by line; true if every line could be answered.
fn lines(
    input: &mut dyn BufRead,
    hide_secrets: bool,
    name: Option<&str>,
    answer: fn(&mut Out, &str, Option<&str>) -> bool,
) -> Outcome {
    output::lines(input, hide_secrets, |out, text| answer(out, text, name))
}

fn known(name: Option<&str>) -> Result<Option<&'static Structure>, Failure> {
    name.map(|name| {
        Structure::by_name(name)
            .ok_or_else(|| Failure::Usage(format!("no structure is called {name:?}: see list structs")))
    })
    .transpose()
}

fn decode(decode: &Decode) -> Outcome {
    let structure = known(decode.name.as_deref())?;
    if decode.jsonl {
        return lines(&mut std::io::stdin().lock(), decode.hide_secrets, decode.name.as_deref(), json::decode_line_as);
    }
    let name = structure.map_or("", |s| s.name);
    let digits = match &decode.hex {
        Some(hex) => hex.clone(),
        None => std::io::read_to_string(std::io::stdin()).map_err(|e| Failure::Message(format!("reading: {e}")))?,
    };
    if digits.trim_start().starts_with('{') {
        // Objects were given after all.
        return lines(&mut digits.as_bytes(), decode.hide_secrets, Some(name), json::decode_line_as);
    }
    let digits: String = digits.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = hex::decode(&digits).map_err(|e| Failure::Message(format!("hexadecimal digits: {e}")))?;
    let mut out = output::stdout_as(output::format(&decode.look));
    let mut print = output::out_with(decode.hide_secrets);
    let done = json::decode(&mut print, name, &bytes);
    match output::format(&decode.look) {
        Format::Jsonl => output::line(&mut out, print.as_bytes())?,
        Format::Text => {
            let mut lines = TextBuffer::new();
            lines.put(name);
            lines.put("\n");
            let context = content::Context::default();
            text::print(&mut lines, output::style(true), Semantics::Custom(name), 0, &context, &bytes);
            out.write_all(lines.as_bytes())?;
        }
    }
    out.flush()?;
    Ok(done)
}

fn encode_one(name: Option<&str>) -> Outcome {
    let text = std::io::read_to_string(std::io::stdin()).map_err(|e| Failure::Message(format!("reading: {e}")))?;
    let line = strict::object(&text).map_err(|e| Failure::Message(e.to_string()))?;
    let bytes = json::encode(&line, name).map_err(|e| Failure::Message(e.to_string()))?;
    let mut out = output::stdout();
    output::line(&mut out, hex::encode(bytes).as_bytes())?;
    out.flush()?;
    Ok(true)
}
