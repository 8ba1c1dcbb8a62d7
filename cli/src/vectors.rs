//! `stub vectors`: messages of every method with their bytes, for those who implement the protocol.

use super::schema::{Which, direction, no_method};
use super::{Failure, Outcome, output};
use clap::Args;
use cluscope::internals::idl::INTERFACES;
use cluscope::internals::ndr::wire::Kind;
use cluscope::internals::ndr::{Direction, Endian, Interface, Method, Syntax};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::stub::{self, Identity};
use cluscope::internals::render::schema::vectors::{self, Case};
use cluscope::internals::session::call_context::CallContext;
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct Vectors {
    /// Methods; all of them unless named
    #[arg(value_name = "METHOD")]
    methods: Vec<String>,
    /// Messages for each method, direction, transfer syntax and byte order; the first ones are edge cases
    #[arg(long, default_value_t = Case::EDGES.len() as u64, value_name = "N")]
    count: u64,
    /// The same seed gives the same messages
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    which: Which,
    /// Only requests or responses
    #[arg(long, value_parser = direction)]
    direction: Option<Direction>,
    /// Only in this transfer syntax
    #[arg(long, value_parser = super::template::syntax)]
    syntax: Option<Syntax>,
    /// Only in this byte order: little or big
    #[arg(long, value_parser = endian)]
    endian: Option<Endian>,
}

pub(super) fn endian(word: &str) -> Result<Endian, String> {
    match word {
        "little" => Ok(Endian::Little),
        "big" => Ok(Endian::Big),
        _ => Err("little or big".into()),
    }
}

pub(super) fn run(args: &Vectors) -> Outcome {
    let mut methods: Vec<(&'static Interface, usize, &'static Method)> = Vec::new();
    for name in &args.methods {
        let found = args.which.of(None).methods(name);
        if found.is_empty() {
            return Err(no_method(name));
        }
        methods.extend(found);
    }
    if args.methods.is_empty() {
        for interface in INTERFACES {
            let versions = interface.versions.iter().enumerate();
            for (place, version) in versions.filter(|(_, version)| {
                args.which.interface.as_deref().is_none_or(|name| name == interface.name)
                    && args.which.version.as_deref().is_none_or(|text| text == version.number.text())
            }) {
                methods.extend(version.methods.iter().filter(|method| method.on_wire).map(|m| (*interface, place, *m)));
            }
        }
    }
    let mut out = output::stdout();
    let mut json = output::json();
    for (interface, version, method) in methods {
        for direction in [Direction::Request, Direction::Response] {
            for syntax in [Syntax::Ndr, Syntax::Ndr64] {
                for endian in [Endian::Little, Endian::Big] {
                    let wanted = args.direction.is_none_or(|wanted| wanted == direction)
                        && args.syntax.is_none_or(|wanted| wanted == syntax)
                        && args.endian.is_none_or(|wanted| wanted == endian);
                    let kind = Kind { interface, version, direction, syntax, endian };
                    for number in (0..args.count).filter(|_| wanted) {
                        line(&mut json, method, kind, number, args.seed)?;
                        output::line(&mut out, json.as_bytes())?;
                    }
                }
            }
        }
    }
    out.flush()?;
    Ok(true)
}

/// A message with its bytes.
fn line(json: &mut Out, method: &'static Method, kind: Kind, number: u64, seed: u64) -> Result<(), Failure> {
    let case = Case::of(number);
    let contents = vectors::contents(method, kind, case, seed.wrapping_mul(1000).wrapping_add(number));
    let bytes =
        vectors::encode(method, kind, &contents).map_err(|e| Failure::Message(format!("{}: {e}", method.name)))?;
    let identity = Identity { kind, opnum: method.opnum };
    let context = match kind.direction {
        Direction::Request => identity.context(&bytes),
        Direction::Response => CallContext::default(),
    };
    let endian = if kind.endian == Endian::Big { "big" } else { "little" };
    let version = kind.interface.versions.get(kind.version).map_or("", |version| version.number.text());
    let (direction, syntax) = (kind.direction.name(), kind.syntax.name());
    json.clear();
    json.begin();
    json.key("id");
    json.text(&format!("{} {version} {direction} {syntax} {endian} {number} {}", method.name, case.name()));
    stub::members(json, &identity, &context, &bytes);
    json.key("hex");
    json.hex(&bytes);
    json.end();
    Ok(())
}
