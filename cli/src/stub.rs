//! `stub decode`, `stub encode` and `stub explain`: bare stubs, one by flags or many as JSON lines.

use super::{Failure, Format, Look, Outcome, output};
use clap::{Args, Subcommand};
use cluscope::internals::ndr::wire::Message;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::stub::{self, Identity};
use cluscope::internals::render::text::explain;
use cluscope::internals::render::text::{TextBuffer, record as blocks};
use cluscope::internals::session::call_context::CallContext;
use std::io::{Read, Write};

#[derive(Debug, Subcommand)]
pub(super) enum Stub {
    /// Decode stubs
    Decode(Decode),
    /// Encode stubs from what decode prints
    Encode(Encode),
    /// Show each byte of a stub beside what it is: values, counts, referents, alignment gaps
    Explain(Decode),
}

#[derive(Debug, Args)]
pub(super) struct Decode {
    /// One JSON object a line on standard input, one out for each, in order
    #[arg(long, conflicts_with_all = ["interface", "version", "opnum", "direction", "syntax", "endian", "request", "hex"])]
    jsonl: bool,
    /// clusapi or witness
    #[arg(long, required_unless_present = "jsonl")]
    interface: Option<String>,
    /// 2.0 or 3.0; 1.1 for witness
    #[arg(long, required_unless_present = "jsonl")]
    version: Option<String>,
    /// Operation number
    #[arg(long, required_unless_present = "jsonl")]
    opnum: Option<u16>,
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
    /// The stub as hexadecimal digits; read from standard input if absent
    hex: Option<String>,
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
        Stub::Decode(decode) if decode.jsonl => output::lines(&mut std::io::stdin().lock(), stub::decode_line),
        Stub::Decode(decode) => one(decode),
        Stub::Encode(encode) if encode.jsonl => output::lines(&mut std::io::stdin().lock(), stub::encode_line),
        Stub::Encode(_) => encode_one(),
        Stub::Explain(decode) if decode.jsonl => Err(Failure::Usage("explain takes one stub at a time".into())),
        Stub::Explain(decode) => explain(decode),
    }
}

/// The stub that the arguments give, with what identifies it and what its request tells.
fn given(decode: &Decode) -> Result<(Identity, CallContext, Vec<u8>), Failure> {
    let word = |word: &Option<String>| word.clone().unwrap_or_default();
    let identity = Identity::new(
        &word(&decode.interface),
        &word(&decode.version),
        decode.opnum.unwrap_or_default(),
        &word(&decode.direction),
        &decode.syntax,
        &decode.endian,
    )
    .map_err(Failure::Usage)?;
    let digits = match &decode.hex {
        Some(hex) => hex.clone(),
        None => std::io::read_to_string(std::io::stdin()).map_err(|e| Failure::Message(format!("reading: {e}")))?,
    };
    let decoded = |digits: &str| {
        let digits: String = digits.chars().filter(|c| !c.is_whitespace()).collect();
        hex::decode(&digits).map_err(|e| Failure::Message(format!("hexadecimal digits: {e}")))
    };
    let bytes = decoded(&digits)?;
    let context = match &decode.request {
        Some(request) => identity.context(&decoded(request)?),
        None if decode.direction.as_deref() == Some("request") => identity.context(&bytes),
        None => CallContext::default(),
    };
    Ok((identity, context, bytes))
}

fn one(decode: &Decode) -> Outcome {
    let (identity, context, bytes) = given(decode)?;
    let mut out = output::stdout_as(output::format(&decode.look));
    let mut json = Out::new();
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
    let method = identity.method().filter(|method| method.on_wire);
    let method = method.ok_or_else(|| Failure::Message(format!("opnum {} is reserved", identity.opnum)))?;
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
        let mut json = Out::new();
        for piece in &pieces {
            json.clear();
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
            output::line(&mut out, json.as_bytes())?;
        }
    }
    out.flush()?;
    Ok(true)
}

fn encode_one() -> Outcome {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|e| Failure::Message(format!("reading: {e}")))?;
    let line = serde_json::from_str(&text).map_err(|e| Failure::Message(format!("not a JSON object: {e}")))?;
    let bytes = stub::encode(&line).map_err(Failure::Message)?;
    let mut out = output::stdout();
    output::line(&mut out, hex::encode(bytes).as_bytes())?;
    out.flush()?;
    Ok(true)
}
