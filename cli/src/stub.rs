//! `stub decode`, `stub encode`, `stub explain` and `stub diff`: bare stubs, one by flags or many as JSON lines.
//! `stub template` and `stub vectors` stand in files of their own.

use super::{Failure, Format, Look, Outcome, examples, output};
use clap::{Args, Subcommand};
use cluscope::internals::ndr::Method;
use cluscope::internals::ndr::wire::Message;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::strict;
use cluscope::internals::render::json::stub::{self, Identity};
use cluscope::internals::render::text::diff::{self as compare, Side};
use cluscope::internals::render::text::explain::{self, Piece};
use cluscope::internals::render::text::{TextBuffer, record as blocks};
use cluscope::internals::session::call_context::CallContext;
use std::io::{Read, Write};

#[derive(Debug, Subcommand)]
pub(super) enum Stub {
    /// Decode stubs
    #[command(after_help = examples::of("stub decode"))]
    Decode(Decode),
    /// Encode stubs from what decode prints
    #[command(after_help = examples::of("stub encode"))]
    Encode(Encode),
    /// Show each byte of a stub beside what it is: values, counts, referents, alignment gaps
    #[command(after_help = examples::of("stub explain"))]
    Explain(Decode),
    /// Tell which byte and which value of two stubs differ first, and why; exit status 1 if they differ
    #[command(after_help = examples::of("stub diff"))]
    Diff(Diff),
    /// Print the least message of a method, with comments, to be edited and encoded
    #[command(after_help = examples::of("stub template"))]
    Template(super::template::Template),
    /// Print messages of methods with their bytes, edge cases first, as test vectors
    #[command(after_help = examples::of("stub vectors"))]
    Vectors(super::vectors::Vectors),
}

/// What a stub is.
#[derive(Debug, Args)]
pub(super) struct What {
    /// clusapi or witness
    #[arg(long, required_unless_present = "jsonl")]
    interface: Option<String>,
    /// 2.0 or 3.0; 1.1 for witness
    #[arg(long, required_unless_present = "jsonl")]
    version: Option<String>,
    /// Operation number
    #[arg(long, required_unless_present_any = ["jsonl", "method"])]
    opnum: Option<u16>,
    /// Name of the method, instead of its number
    #[arg(long, value_name = "NAME", conflicts_with = "opnum")]
    method: Option<String>,
    /// request or response
    #[arg(long, required_unless_present = "jsonl")]
    direction: Option<String>,
    /// ndr or ndr64
    #[arg(long, default_value = "ndr")]
    syntax: String,
    /// little or big
    #[arg(long, default_value = "little")]
    endian: String,
    /// The request of the same call, for reading a response's buffers, as hexadecimal digits
    #[arg(long, value_name = "HEX")]
    request: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Diff {
    #[command(flatten)]
    what: What,
    /// Hexadecimal digits, or a file that holds such or the bytes themselves
    #[arg(value_name = "A")]
    a: String,
    /// The same
    #[arg(value_name = "B")]
    b: String,
    // Never set: what a stub is has to be told here.
    #[arg(long, hide = true)]
    jsonl: bool,
    #[command(flatten)]
    look: Look,
}

#[derive(Debug, Args)]
pub(super) struct Decode {
    /// One JSON object a line on standard input, one out for each, in order
    #[arg(long, conflicts_with_all = ["interface", "version", "opnum", "method", "direction", "syntax", "endian", "request", "hex"])]
    jsonl: bool,
    #[command(flatten)]
    what: What,
    /// The stub as hexadecimal digits; read from standard input if absent
    hex: Option<String>,
    /// Leave passwords and tokens out of JSON as well; text never has them
    #[arg(long)]
    hide_secrets: bool,
    #[command(flatten)]
    look: Look,
}

#[derive(Debug, Args)]
pub(super) struct Encode {
    /// One JSON object a line on standard input, one out for each, in order; otherwise one object, the hexadecimal
    /// digits alone out
    #[arg(long)]
    jsonl: bool,
}

pub(super) fn run(stub: &Stub) -> Outcome {
    match stub {
        Stub::Decode(decode) if decode.jsonl => {
            output::lines(&mut std::io::stdin().lock(), decode.hide_secrets, stub::decode_line)
        }
        Stub::Decode(decode) => one(decode),
        Stub::Encode(encode) if encode.jsonl => output::lines(&mut std::io::stdin().lock(), false, stub::encode_line),
        Stub::Encode(_) => encode_one(),
        Stub::Explain(decode) if decode.jsonl => Err(Failure::Usage("explain takes one stub at a time".into())),
        Stub::Explain(decode) => explain(decode),
        Stub::Diff(diff) => self::diff(diff),
        Stub::Template(template) => super::template::stub(template),
        Stub::Vectors(vectors) => super::vectors::run(vectors),
    }
}

impl What {
    fn identity(&self) -> Result<Identity, Failure> {
        let word = |word: &Option<String>| word.clone().unwrap_or_default();
        let mut identity = Identity::new(
            &word(&self.interface),
            &word(&self.version),
            self.opnum.unwrap_or_default(),
            &word(&self.direction),
            &self.syntax,
            &self.endian,
        )
        .map_err(Failure::Usage)?;
        if let Some(name) = &self.method {
            identity.opnum = identity.opnum_of(name).map_err(Failure::Usage)?;
        }
        Ok(identity)
    }

    /// What is known of the buffers of this stub.
    fn context(&self, identity: &Identity, bytes: &[u8]) -> Result<CallContext, Failure> {
        Ok(match &self.request {
            Some(request) => identity.context(&digits(request)?),
            None if self.direction.as_deref() == Some("request") => identity.context(bytes),
            None => CallContext::default(),
        })
    }
}

/// Bytes from hexadecimal digits, between which there may be blanks.
fn digits(text: &str) -> Result<Vec<u8>, Failure> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    hex::decode(&digits).map_err(|e| Failure::Message(format!("hexadecimal digits: {e}")))
}

/// The method, where it is one whose stubs can be read.
fn readable(identity: &Identity) -> Result<&'static Method, Failure> {
    let method = identity.method().filter(|method| method.on_wire);
    method.ok_or_else(|| {
        Failure::Message(match identity.is_reserved() {
            true => format!("opnum {} is reserved", identity.opnum),
            false => format!("no method has opnum {}", identity.opnum),
        })
    })
}

/// The stub that the arguments give, with what identifies it and what its request tells.
fn given(decode: &Decode) -> Result<(Identity, CallContext, Vec<u8>), Failure> {
    let identity = decode.what.identity()?;
    let text = match &decode.hex {
        Some(hex) => hex.clone(),
        None => std::io::read_to_string(std::io::stdin()).map_err(|e| Failure::Message(format!("reading: {e}")))?,
    };
    let bytes = digits(&text)?;
    let context = decode.what.context(&identity, &bytes)?;
    Ok((identity, context, bytes))
}

fn one(decode: &Decode) -> Outcome {
    let (identity, context, bytes) = given(decode)?;
    let mut out = output::stdout_as(output::format(&decode.look));
    let mut json = output::out_with(decode.hide_secrets);
    let done = stub::decode(&mut json, &identity, &context, &bytes);
    match output::format(&decode.look) {
        Format::Jsonl => output::line(&mut out, json.as_bytes())?,
        Format::Text => {
            let mut text = TextBuffer::new();
            blocks::bare(&mut text, &identity, &context, &bytes, &output::style(true));
            out.write_all(text.as_bytes())?;
        }
    }
    out.flush()?;
    Ok(done)
}

fn explain(decode: &Decode) -> Outcome {
    let (identity, context, bytes) = given(decode)?;
    let method = readable(&identity)?;
    let message = Message::decode(method, identity.kind, &bytes).map_err(|e| Failure::Message(e.to_string()))?;
    let pieces = explain::pieces(&message, context.content());
    let format = output::format(&decode.look);
    let mut out = output::stdout_as(format);
    if let Format::Text = format {
        let mut text = String::new();
        // Writing to memory does not fail.
        let _ = explain::print(&mut text, &bytes, &pieces);
        out.write_all(text.as_bytes())?;
    } else {
        let mut json = output::json();
        for piece in &pieces {
            json.clear();
            print_piece(&mut json, piece, &bytes);
            output::line(&mut out, json.as_bytes())?;
        }
    }
    out.flush()?;
    Ok(true)
}

/// A piece of a stub as an object.
fn print_piece(json: &mut Out, piece: &Piece, bytes: &[u8]) {
    json.begin();
    json.key("offset");
    json.uint(piece.range.start as u64);
    json.key("length");
    json.uint(piece.range.len() as u64);
    if piece.kind != "secret" {
        json.key("hex");
        json.hex(bytes.get(piece.range.clone()).unwrap_or_default());
    }
    json.key("kind");
    json.text(piece.kind);
    if !piece.path.is_empty() {
        json.key("field");
        json.text(&piece.path);
    }
    if !piece.value.is_empty() {
        json.key("value");
        json.text(&piece.value);
    }
    json.end();
}

/// A stub that is given as digits or as a file.
fn operand(text: &str) -> Result<Vec<u8>, Failure> {
    if let Ok(bytes) = digits(text) {
        return Ok(bytes);
    }
    let bytes = std::fs::read(text).map_err(|e| Failure::Message(format!("{text}: neither digits nor a file: {e}")))?;
    match std::str::from_utf8(&bytes).map(digits) {
        Ok(Ok(bytes)) => Ok(bytes),
        _ => Ok(bytes),
    }
}

fn diff(diff: &Diff) -> Outcome {
    let identity = diff.what.identity()?;
    let method = readable(&identity)?;
    let (a, b) = (operand(&diff.a)?, operand(&diff.b)?);
    let (context_a, context_b) = (diff.what.context(&identity, &a)?, diff.what.context(&identity, &b)?);
    let a = Side::new(method, identity.kind, context_a.content(), &a);
    let b = Side::new(method, identity.kind, context_b.content(), &b);
    let difference = compare::compare(&a, &b);
    let format = output::format(&diff.look);
    let mut out = output::stdout_as(format);
    match format {
        Format::Text => {
            let mut text = String::new();
            // Writing to memory does not fail.
            let _ = match &difference {
                Some(difference) => compare::print(&mut text, &a, &b, difference),
                None => {
                    text.push_str("the same bytes\n");
                    Ok(())
                }
            };
            out.write_all(text.as_bytes())?;
        }
        Format::Jsonl => {
            let mut json = output::json();
            json.begin();
            json.key("equal");
            json.bool(difference.is_none());
            if let Some(difference) = &difference {
                json.key("offset");
                json.uint(difference.offset as u64);
                json.key("kind");
                json.text(difference.kind);
                json.key("why");
                json.text(&difference.why);
                pair(&mut json, difference.pieces, &a, &b);
                json.key("values_equal");
                json.bool(difference.value.is_none());
                if let Some(value) = difference.value {
                    json.key("first_value");
                    json.begin();
                    pair(&mut json, value, &a, &b);
                    json.end();
                }
            }
            json.end();
            output::line(&mut out, json.as_bytes())?;
        }
    }
    out.flush()?;
    Ok(difference.is_none())
}

/// What stands in either stub.
fn pair(json: &mut Out, pieces: [Option<&Piece>; 2], a: &Side<'_>, b: &Side<'_>) {
    for ((key, side), piece) in [("a", a), ("b", b)].into_iter().zip(pieces) {
        if let Some(piece) = piece {
            json.key(key);
            print_piece(json, piece, side.bytes);
        }
    }
}

fn encode_one() -> Outcome {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|e| Failure::Message(format!("reading: {e}")))?;
    let line = strict::object(&text).map_err(|e| Failure::Message(e.to_string()))?;
    let bytes = stub::encode(&line).map_err(|e| Failure::Message(e.to_string()))?;
    let mut out = output::stdout();
    output::line(&mut out, hex::encode(bytes).as_bytes())?;
    out.flush()?;
    Ok(true)
}
