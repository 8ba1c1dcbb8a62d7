//! Records for tests: calls made of values, without a capture.

use crate::base::guid::Guid;
use crate::idl;
use crate::ndr::types::Direction;
use crate::ndr::value::{Contents, Fields, Value};
use crate::ndr::{Endian, Method, Syntax, Version};
use crate::net::{Side, Timestamp, Transport};
use crate::rpc::event::{Body, Call, Context, ContextState, Event, FrameSet};
use crate::rpc::header::PacketType;
use crate::rpc::security::Sender;
use crate::rpc::syntax::TransferSyntax;
use crate::session::call_context::CallContext;
use crate::session::{Flow, Record};

/// Makes calls and shows their records to a closure; frames count up by one, time by a millisecond.
pub(crate) struct Wire {
    pub(crate) frame: u64,
    pub(crate) time: i64,
    pub(crate) stream: u64,
    pub(crate) port: u16,
    version: (Version, u16),
    /// So many bytes of the next stubs are captured, if not all.
    pub(crate) captured: Option<usize>,
    /// What requests told, by frame.
    told: std::collections::HashMap<u64, CallContext>,
}

/// The values of a stub by name.
pub(crate) fn values<const N: usize>(list: [(&'static str, Value); N]) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in list {
        fields.set(name, value);
    }
    fields
}

/// A handle whose bytes are this number.
pub(crate) fn handle(n: u64) -> Value {
    let mut uuid = crate::base::Guid::default();
    uuid.0[..8].copy_from_slice(&n.to_le_bytes());
    Value::Handle(crate::ndr::visitor::ContextHandle { attributes: 0, uuid })
}

impl Wire {
    pub(crate) fn new() -> Self {
        Wire {
            frame: 0,
            time: 0,
            stream: 0,
            port: 50_000,
            version: (Version::V3_0, 3),
            captured: None,
            told: std::collections::HashMap::new(),
        }
    }

    pub(crate) fn method(name: &str) -> &'static Method {
        let interface = &idl::CLUSAPI;
        let all = interface.versions[1].methods.iter().chain(idl::WITNESS.versions[0].methods);
        all.copied().find(|m| m.name == name).unwrap_or_else(|| panic!("{name}"))
    }

    /// A call: its request, then its response. What is not named is 0, empty or null.
    pub(crate) fn call(&mut self, name: &str, request: Fields, response: Fields, out: &mut dyn FnMut(&Record<'_>)) {
        let asked = self.request(name, request, out);
        self.response(name, asked, response, out);
    }

    /// Only the request; returns its frame and time for the response.
    pub(crate) fn request(&mut self, name: &str, values: Fields, out: &mut dyn FnMut(&Record<'_>)) -> (u64, i64) {
        self.frame += 1;
        self.time += 1_000_000;
        let asked = (self.frame, self.time);
        self.message(name, Direction::Request, values, asked, out);
        asked
    }

    /// The response to the request of this frame and time.
    pub(crate) fn response(&mut self, name: &str, asked: (u64, i64), values: Fields, out: &mut dyn FnMut(&Record<'_>)) {
        self.frame += 1;
        self.time += 1_000_000;
        self.message(name, Direction::Response, values, asked, out);
    }

    fn message(
        &mut self,
        name: &str,
        direction: Direction,
        values: Fields,
        asked: (u64, i64),
        out: &mut dyn FnMut(&Record<'_>),
    ) {
        let method = Wire::method(name);
        let witness = name.starts_with("Witness");
        let (interface, place, version) =
            if witness { (&idl::WITNESS, 0, (Version::V1_1, 1)) } else { (&idl::CLUSAPI, 1, self.version) };
        let contents = Contents { fields: complete(method, direction, place, values), max_counts: Vec::new() };
        let stub = idl::encode(method, version.0, direction, Syntax::Ndr, Endian::Little, &contents)
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        let request = direction == Direction::Request;
        if request && name.contains("Control") {
            let kind = crate::ndr::wire::Kind {
                interface,
                version: place,
                direction,
                syntax: Syntax::Ndr,
                endian: Endian::Little,
            };
            self.told.insert(asked.0, CallContext::of(method, kind, &stub));
        }
        let client = ([192, 0, 2, 10], self.port).into();
        let server = ([192, 0, 2, 20], 49_664).into();
        let context = Context {
            id: 0,
            interface: Guid(interface.uuid_bytes),
            version: (version.1, u16::from(witness)),
            syntax: TransferSyntax::Ndr,
            state: ContextState::Accepted,
            assumed: false,
            confidence: None,
        };
        let frame_set = FrameSet::of(self.frame, Some(Timestamp(self.time)));
        let mut call = Call {
            opnum: method.opnum,
            context_id: 0,
            context: Some(context),
            object: None,
            frame: asked.0,
            time: Some(Timestamp(asked.1)),
            note: self.told.get(&asked.0).cloned().unwrap_or_default(),
        };
        let opnum = method.opnum;
        let body: Body<&[u8]> = match (direction, self.captured) {
            (_, Some(intact)) => {
                Body::Incomplete { opnum: Some(opnum), stub: Some(&stub), intact, reason: "snap length" }
            }
            (Direction::Request, None) => Body::Request { opnum, object: None, stub: Some(&stub) },
            (Direction::Response, None) => Body::Response { opnum: Some(opnum), cancel_count: 0, stub: Some(&stub) },
        };
        let (side, sender) = if request { (Side::A, Sender::Client) } else { (Side::B, Sender::Server) };
        let event = Event {
            ptype: Some(if request { PacketType::Request } else { PacketType::Response }),
            call_id: Some(asked.0 as u32),
            context_id: Some(0),
            context: Some(context),
            call: Some(&mut call),
            ..Event::new(side, sender, body, &frame_set)
        };
        let (src, dst) = if request { (client, server) } else { (server, client) };
        let flow = Flow { transport: Transport::Tcp, stream: self.stream, src, dst };
        out(&Record { flow, event, interface: Some((interface, place)) });
    }
}

/// The values with everything that is missing filled in.
fn complete(method: &Method, direction: Direction, version: usize, mut values: Fields) -> Fields {
    use crate::ndr::types::Type;
    for field in method.fields_of(direction, version) {
        if values.get(field.name).is_none() {
            let value = match field.ty {
                Type::String => Value::Text(String::new()),
                Type::Array(_, Type::Scalar(crate::ndr::types::Scalar::U8)) => Value::Bytes(Vec::new()),
                Type::Array(..) => Value::List(Vec::new()),
                Type::Handle | Type::Pointer(..) => Value::Null,
                _ => Value::Int(0),
            };
            values.set(field.name, value);
        }
    }
    values
}
