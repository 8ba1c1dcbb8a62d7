//! What a stub costs through the C interface and through the Rust one: instructions by callgrind, or nanoseconds.
//!
//!     cargo run -p cluscope-testkit --example feed -- stubs captures/tour.pcapng >stubs
//!     cargo run --release -p cluscope-c --example cost -- c 100 <stubs
//!     cargo run --release -p cluscope-c --example cost -- rust 100 <stubs
//!
//! `rust` is a visitor in Rust that makes what the C interface hands out: path and text of each value, names of numbers.
//! `bare` is one that makes nothing of them.

use cluscope::consts::status::StatusName;
use cluscope::idl;
use cluscope::ndr::{At, Direction, Endian, Item, Kind, Message, Method, Open, Semantics, Syntax, Visitor};
use cluscope::session::CallContext;
use cluscope_c::{
    cluscope_bytes, cluscope_context, cluscope_context_new, cluscope_stub, cluscope_stub_visit, cluscope_value,
};
use std::ffi::c_void;
use std::fmt::Write;
use std::hint::black_box;
use std::io::BufRead;
use std::time::Instant;

struct Stub {
    method: &'static Method,
    kind: Kind,
    told: CallContext,
    data: Vec<u8>,
    c: cluscope_stub,
    /// What `c` points to.
    _request: Vec<u8>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let way = arguments.get(1).map_or("c", String::as_str);
    let rounds: u32 = arguments.get(2).and_then(|n| n.parse().ok()).unwrap_or(1);
    let stubs: Vec<Stub> = std::io::stdin().lock().lines().filter_map(|line| read(&line.ok()?)).collect();
    let began = Instant::now();
    let mut values = 0u64;
    for _ in 0..rounds {
        for stub in &stubs {
            values += match way {
                "c" => through_c(stub),
                "rust" => through_rust(stub, &mut Texts::default()),
                _ => through_rust(stub, &mut Count::default()),
            };
        }
    }
    let nanoseconds = began.elapsed().as_nanos() / u128::from(rounds).max(1) / (stubs.len() as u128).max(1);
    println!("{way}: {} stubs, {} values, {nanoseconds} ns a stub", stubs.len(), values / u64::from(rounds).max(1));
}

fn read(line: &str) -> Option<Stub> {
    let fields: Vec<&str> = line.split(' ').collect();
    let [uuid, major, minor, opnum, direction, syntax, order, request_order, request, data] = fields[..] else {
        return None;
    };
    let uuid: [u8; 16] = hex::decode(uuid).ok()?.try_into().ok()?;
    let interface = idl::interface_by_uuid(&uuid)?;
    let (major, minor, opnum) = (major.parse().ok()?, minor.parse().ok()?, opnum.parse().ok()?);
    let version = interface.version(major, minor)?;
    let bytes = |text: &str| if text == "-" { Some(Vec::new()) } else { hex::decode(text).ok() };
    let (request, data) = (bytes(request)?, bytes(data)?);
    let kind = Kind {
        interface,
        version,
        direction: if direction == "1" { Direction::Response } else { Direction::Request },
        syntax: if syntax == "1" { Syntax::Ndr64 } else { Syntax::Ndr },
        endian: if order == "1" { Endian::Big } else { Endian::Little },
    };
    let method = interface.method(version, opnum).filter(|method| method.on_wire)?;
    let c = cluscope_stub {
        size: size_of::<cluscope_stub>() as u32,
        options: 0,
        interface_uuid: uuid,
        version_major: major,
        version_minor: minor,
        opnum,
        reserved: 0,
        direction: kind.direction as u32,
        syntax: u32::from(kind.syntax == Syntax::Ndr64),
        byte_order: u32::from(kind.endian == Endian::Big),
        request_byte_order: request_order.parse().ok()?,
        data: cluscope_bytes { data: data.as_ptr(), length: data.len() },
        request: cluscope_bytes { data: std::ptr::null(), length: 0 },
        context: std::ptr::null(),
        control_code: 0,
        reserved2: 0,
    };
    // Both ways keep what the request told instead of reading it again.
    let request_kind = Kind { direction: Direction::Request, ..kind };
    let told =
        CallContext::of(method, request_kind, if kind.direction == Direction::Request { &data } else { &request });
    let mut stub = Stub { method, kind, told, data, c, _request: request };
    if kind.direction == Direction::Response {
        let bytes = cluscope_bytes { data: stub._request.as_ptr(), length: stub._request.len() };
        let request = cluscope_stub { direction: 0, byte_order: stub.c.request_byte_order, data: bytes, ..stub.c };
        let mut context: *mut cluscope_context = std::ptr::null_mut();
        // SAFETY: all of it lives until the call returns; the context as long as the program.
        unsafe { cluscope_context_new(&request, &raw mut context, std::ptr::null_mut()) };
        stub.c.context = context;
    }
    Some(stub)
}

unsafe extern "C" fn count(user: *mut c_void, value: *const cluscope_value) -> i32 {
    // SAFETY: `user` is the counter below, the value is lent.
    unsafe {
        *user.cast::<u64>() += 1;
        black_box((*value).path);
    }
    0
}

fn through_c(stub: &Stub) -> u64 {
    let mut values = 0u64;
    // SAFETY: all of it lives until the call returns.
    unsafe { cluscope_stub_visit(&stub.c, Some(count), (&raw mut values).cast(), std::ptr::null_mut()) };
    values
}

trait Counting {
    fn values(&self) -> u64;
}

fn through_rust<'s, V: Visitor<'s> + Counting>(stub: &'s Stub, visitor: &mut V) -> u64 {
    let read = Message::decode_and_visit(stub.method, stub.kind, &stub.data, stub.told.content(), visitor);
    let _ = black_box(read);
    visitor.values()
}

/// Makes nothing of what it sees.
#[derive(Default)]
struct Count(u64);

impl Counting for Count {
    fn values(&self) -> u64 {
        self.0
    }
}

impl<'a> Visitor<'a> for Count {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    fn value(&mut self, at: At<'_>, item: Item<'a>) {
        self.0 += 1;
        black_box((at.offset, item));
    }

    fn begin(&mut self, at: At<'_>, _: Open<'a>) {
        self.0 += 1;
        black_box(at.offset);
    }

    fn end(&mut self, at: At<'_>, _: Open<'a>) {
        self.0 += 1;
        black_box(at.offset);
    }
}

/// Makes path, text and names, as somebody would who wants them.
#[derive(Default)]
struct Texts {
    values: u64,
    path: String,
    text: String,
    name: String,
}

impl Counting for Texts {
    fn values(&self) -> u64 {
        self.values
    }
}

impl Texts {
    fn path(&mut self, at: &At<'_>) {
        self.values += 1;
        self.path.clear();
        let _ = write!(self.path, "{}", at.path);
        black_box(&self.path);
    }
}

impl<'a> Visitor<'a> for Texts {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    fn value(&mut self, at: At<'_>, item: Item<'a>) {
        self.path(&at);
        self.text.clear();
        self.name.clear();
        match item {
            Item::Uint(number) => match at.semantics {
                Semantics::Enum(table) => self.name.push_str(table.name_of(number).unwrap_or_default()),
                Semantics::Flags(table) => table.flags_of(number).for_each(|name| self.name.push_str(name)),
                Semantics::Win32 | Semantics::RpcStatus => {
                    if let Some(name) = StatusName::of(number as u32) {
                        let _ = write!(self.name, "{name}");
                    }
                }
                _ => {}
            },
            Item::Text(text) => {
                let _ = write!(self.text, "{text}");
            }
            Item::Guid(guid) => {
                let _ = write!(self.text, "{guid}");
            }
            Item::Handle(handle) => {
                let _ = write!(self.text, "{}", handle.uuid);
            }
            _ => {}
        }
        black_box((&self.text, &self.name, item));
    }

    fn begin(&mut self, at: At<'_>, _: Open<'a>) {
        self.path(&at);
    }

    fn end(&mut self, at: At<'_>, _: Open<'a>) {
        self.path(&at);
    }
}
