//! Generated stubs by number: the same number makes the same stub.

use cluscope::internals::idl;
use cluscope::internals::ndr::types::{Flow, Scalar, Semantics};
use cluscope::internals::ndr::value::{Contents, Fields};
use cluscope::internals::ndr::visitor::{At, ContextHandle, Counts, Guid, Open, Visitor};
use cluscope::internals::ndr::wire::{Kind, Message};
use cluscope::internals::ndr::{Direction, Endian, Interface, Method, Syntax, Value, WStr, write};
use cluscope::internals::render::json::stub::Identity;
use cluscope_testkit::invariants::{self, Source};

/// A stub with what belongs to it.
pub struct Subject {
    pub number: u64,
    pub method: &'static Method,
    pub identity: Identity,
    /// The request: of a response the one that it answers, else the stub itself.
    pub request: Vec<u8>,
    pub stub: Vec<u8>,
}

/// What the stubs are for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// `ndrdump` takes little-endian stubs and makes room for what a request says that it can take.
    Ndrdump,
    /// `tshark` takes both byte orders and any number.
    Tshark,
}

/// One kind of stub.
type Sort = (&'static Interface, &'static Method, Direction, Syntax, Endian);

/// Every kind of stub that a peer may know: the newest version of each interface. The methods of 2.0 are those of 3.0
/// without `rpc_status`; neither peer knows them.
pub fn sorts(purpose: Use) -> Vec<Sort> {
    let mut sorts = Vec::new();
    let endians: &[Endian] = match purpose {
        Use::Ndrdump => &[Endian::Little],
        Use::Tshark => &[Endian::Little, Endian::Big],
    };
    for interface in [&idl::WITNESS, &idl::CLUSAPI] {
        let table = interface.versions.last().expect("an interface has a version");
        for method in table.methods.iter().filter(|m| m.on_wire) {
            for direction in [Direction::Request, Direction::Response] {
                for syntax in [Syntax::Ndr, Syntax::Ndr64] {
                    sorts.extend(endians.iter().map(|endian| (interface, *method, direction, syntax, *endian)));
                }
            }
        }
    }
    sorts
}

/// The stub of this number: its sort goes round, so that a run of numbers as long as the list has each once.
pub fn subject(sorts: &[Sort], purpose: Use, number: u64) -> Subject {
    let count = sorts.len() as u64;
    let (interface, method, direction, syntax, endian) = sorts[(number % count) as usize];
    let version = interface.versions.len() - 1;
    let seed = number.wrapping_mul(2);
    // A quarter is plain, so that what only ordinary values show is seen too.
    let plain = (number / count).is_multiple_of(4);
    let values = |direction, seed| {
        let noise = invariants::noise(seed, if plain { 400 } else { 0x4000 });
        let mut source = if plain { Source::plain(&noise) } else { Source::edges(&noise) };
        let mut contents = invariants::contents(method, direction, version, &mut source);
        tame(method, purpose, &mut contents);
        contents
    };
    let kind = |direction| Kind { interface, version, direction, syntax, endian };
    let encode = |direction, contents: &Contents| {
        write::message(method, direction, version, syntax, endian, contents)
            .unwrap_or_else(|e| panic!("{} {}: stub {number}: {e}", method.name, direction.name()))
    };
    let mut request = values(Direction::Request, seed);
    let contents = match direction {
        Direction::Request => request.clone(),
        Direction::Response => {
            let response = values(Direction::Response, seed + 1);
            asked(method, &response, &mut request);
            response
        }
    };
    let identity = Identity { kind: kind(direction), opnum: method.opnum };
    // Our own reader has to find the values again before a peer is asked.
    let stub = encode(direction, &contents);
    let mut collect = cluscope::internals::ndr::value::Collect::default();
    let read = Message::decode_with(method, identity.kind, &stub, &mut collect);
    assert_eq!(read.map(|m| m.consumed), Ok(stub.len()), "{}: stub {number}", method.name);
    assert_eq!(collect.contents, contents, "{}: stub {number}", method.name);
    Subject { number, method, identity, request: encode(Direction::Request, &request), stub }
}

/// Values of the request that a response belongs to: the sizes that it asked for.
fn asked(method: &'static Method, response: &Contents, request: &mut Contents) {
    for field in method.fields.iter().filter(|f| f.flow.travels(Direction::Response)) {
        let Some(size) = field.size_is.filter(|name| request.fields.get(name).is_some()) else { continue };
        let given = response.max_counts.iter().find(|(name, _)| name == field.name).map(|(_, max)| *max);
        let actual = match response.fields.get(field.name) {
            Some(Value::Bytes(bytes)) => bytes.len() as u64,
            Some(Value::List(list)) => list.len() as u64,
            Some(Value::Units(units)) => units.len() as u64,
            _ => continue,
        };
        request.fields.set(size, given.unwrap_or(actual));
    }
}

/// Takes out what peers look at beyond NDR: `ndrdump` makes room for what a request can take, and both read the messages
/// of WitnessrAsyncNotify, which are no NDR.
fn tame(method: &'static Method, purpose: Use, contents: &mut Contents) {
    for field in method.fields {
        let capacity = matches!(field.semantics, Semantics::Capacity(_)) || field.flow == Flow::InOut;
        let given = contents.fields.get(field.name);
        // Smaller ones stay: they may be the length of what is there.
        if let (true, Use::Ndrdump, Some(Value::Int(n @ 0x1_0000..))) = (capacity, purpose, given) {
            let n = *n & 0xfff;
            contents.fields.set(field.name, n);
        }
    }
    if method.name == "WitnessrAsyncNotify" && contents.fields.get("pResp").is_some() {
        let members = ["MessageType", "Length", "NumberOfMessages"].map(|name| (name.into(), Value::Int(0)));
        let mut response = Fields(members.to_vec());
        response.set("MessageBuffer", Value::Null);
        contents.fields.set("pResp", response);
    }
}

/// What we read at a place of a stub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    Int(u64),
    /// A FILETIME.
    Time(u64),
    Text(String),
    Handle(ContextHandle),
    Guid(Guid),
    /// Bytes of an array.
    Bytes(Vec<u8>),
    /// 16-bit units of an array.
    Units(Vec<u16>),
    /// Elements of an array of structures or pointers, which follow.
    Count(u64),
    Null,
}

/// A FILETIME in parts, as both peers write them: (weekday, month, day, year, time of day, hundreds of nanoseconds).
pub fn time(filetime: u64) -> (&'static str, &'static str, u8, i64, String, u64) {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (seconds, rest) = (filetime / 10_000_000, filetime % 10_000_000);
    let (days, seconds) = (seconds / 86_400, seconds % 86_400);
    // 1601-01-01 was a Monday, 134774 days before 1970.
    let (year, month, day) = cluscope::internals::base::time::civil(days as i64 - 134_774);
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    (DAYS[(days % 7) as usize], MONTHS[usize::from(month - 1)], day, year, clock, rest)
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub path: String,
    pub offset: usize,
    pub len: usize,
    pub shown: Shown,
}

/// All values of a stub, in the order of the declaration.
pub fn leaves(subject: &Subject) -> Vec<Leaf> {
    let mut leaves = Leaves::default();
    let read = Message::decode_with(subject.method, subject.identity.kind, &subject.stub, &mut leaves);
    read.expect("was read before");
    leaves.0
}

#[derive(Default)]
struct Leaves(Vec<Leaf>, Option<Counts>);

impl Leaves {
    fn put(&mut self, at: At<'_>, shown: Shown) {
        let path = at.path.to_path().to_string();
        self.0.push(Leaf { path, offset: at.offset, len: at.len, shown });
    }
}

impl<'a> Visitor<'a> for Leaves {
    fn scalar(&mut self, at: At<'_>, scalar: Scalar, value: u64) {
        // Without the sign that was spread over the bytes that the type has not.
        let bits = scalar.size(Syntax::Ndr64) as u32 * 8;
        self.put(at, Shown::Int(value & (u64::MAX >> (64 - bits))));
    }

    fn filetime(&mut self, at: At<'_>, value: u64) {
        self.put(at, Shown::Time(value));
    }

    fn handle(&mut self, at: At<'_>, handle: ContextHandle) {
        self.put(at, Shown::Handle(handle));
    }

    fn guid(&mut self, at: At<'_>, guid: Guid) {
        self.put(at, Shown::Guid(guid));
    }

    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        self.put(at, Shown::Text(text.to_string()));
    }

    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8]) {
        self.put(at, Shown::Bytes(bytes.into()));
    }

    fn units(&mut self, at: At<'_>, units: WStr<'a>) {
        self.put(at, Shown::Units(units.units().collect()));
    }

    fn null(&mut self, at: At<'_>) {
        self.put(at, Shown::Null);
    }

    fn counts(&mut self, _: At<'_>, counts: Counts) {
        self.1 = Some(counts);
    }

    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        if let (Open::List { .. }, Some(counts)) = (open, self.1) {
            self.put(at, Shown::Count(counts.actual));
        }
    }
}
