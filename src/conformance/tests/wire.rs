//! Messages made by hand, fed to a checker as a session would.

use crate::base::guid::Guid;
use crate::conformance::{Checker, Finding};
use crate::idl;
use crate::ndr::Method;
use crate::ndr::types::Interface;
use crate::net::{Side, Transport};
use crate::rpc::connection::Connection;
use crate::rpc::event::{Auth, Body, Call, Context, ContextState, Event, FrameSet};
use crate::rpc::security::{AuthTrailer, Identity, NoSecurity, Opened, Sender};
use crate::rpc::syntax::TransferSyntax;
use crate::session::call_context::CallContext;
use crate::session::{Flow, Record};
use serde_json::{Value as Json, json};

/// A conversation between a client and a server, and what was found in it.
pub(super) struct Wire {
    pub(super) checker: Checker,
    pub(super) findings: Vec<Finding>,
    pub(super) transport: Transport,
    /// 2 or 3, of ClusAPI.
    pub(super) version: u16,
    /// Authentication level and service; `None` for none at all.
    pub(super) auth: Option<(u8, u8)>,
    /// What came of the protection.
    pub(super) opened: Option<Opened>,
    pub(super) stream: u64,
    /// Whether the context that requests use is known.
    pub(super) context: bool,
    /// Whether responses come to a request that was seen.
    pub(super) answered: bool,
    frame: u64,
    call: u32,
    connection: Connection<CallContext>,
}

impl Wire {
    pub(super) fn new() -> Wire {
        Wire {
            checker: Checker::default(),
            findings: Vec::new(),
            transport: Transport::Tcp,
            version: 3,
            auth: Some((6, 9)),
            opened: None,
            stream: 0,
            context: true,
            answered: true,
            frame: 0,
            call: 0,
            connection: Connection::new(crate::rpc::RpcLimits::default()),
        }
    }

    /// Over UDP with version 2.0 and NTLM.
    pub(super) fn second(&mut self) {
        self.transport = Transport::Udp;
        self.version = 2;
        self.auth = Some((5, 10));
    }

    pub(super) fn names(&self) -> Vec<&'static str> {
        self.findings.iter().map(|f| f.rule.name).collect()
    }

    fn place(&self, method: &str) -> (&'static Interface, usize, &'static Method) {
        let clusapi = idl::CLUSAPI.version(self.version, 0).unwrap();
        for (interface, version) in [(&idl::CLUSAPI, clusapi), (&idl::WITNESS, 0)] {
            if let Some(found) = interface.versions[version].methods.iter().find(|m| m.name == method) {
                return (interface, version, found);
            }
        }
        panic!("{method}");
    }

    /// Encodes a half of a call.
    pub(super) fn stub(&self, method: &str, direction: &str, params: &Json) -> Vec<u8> {
        let (interface, version, found) = self.place(method);
        let mut params = params.clone();
        let map = params.as_object_mut().unwrap();
        let mut line = json!({
            "interface": interface.name, "version": interface.versions[version].number.text(), "opnum": found.opnum,
            "direction": direction, "syntax": "ndr",
        });
        let line_map = line.as_object_mut().unwrap();
        for key in ["return", "max_counts"] {
            if let Some(value) = map.remove(key) {
                line_map.insert(key.into(), value);
            }
        }
        line_map.insert("params".into(), params);
        crate::render::json::stub::encode_as_told(line_map).unwrap_or_else(|e| panic!("{method} {direction}: {e}"))
    }

    pub(super) fn request(&mut self, method: &str, params: &Json) {
        let stub = self.stub(method, "request", params);
        self.raw_request(method, &stub);
    }

    pub(super) fn raw_request(&mut self, method: &str, stub: &[u8]) {
        let (interface, version, found) = self.place(method);
        self.call += 1;
        let body = Body::Request { opnum: found.opnum, object: None, stub: Some(stub) };
        self.feed(body, Sender::Client, Some((interface, version)));
    }

    pub(super) fn opnum(&mut self, opnum: u16) {
        self.call += 1;
        let version = idl::CLUSAPI.version(self.version, 0).unwrap();
        let body = Body::Request { opnum, object: None, stub: Some(&[][..]) };
        self.feed(body, Sender::Client, Some((&idl::CLUSAPI, version)));
    }

    pub(super) fn response(&mut self, method: &str, params: &Json) {
        let stub = self.stub(method, "response", params);
        self.raw_response(method, &stub);
    }

    pub(super) fn raw_response(&mut self, method: &str, stub: &[u8]) {
        let (interface, version, found) = self.place(method);
        let body = Body::Response { opnum: Some(found.opnum), cancel_count: 0, stub: Some(stub) };
        self.feed(body, Sender::Server, Some((interface, version)));
    }

    pub(super) fn call(&mut self, method: &str, request: Json, response: Json) {
        self.request(method, &request);
        self.response(method, &response);
    }

    pub(super) fn feed(&mut self, body: Body<&[u8]>, sender: Sender, interface: Option<(&'static Interface, usize)>) {
        self.feed_with(body, sender, interface, Vec::new());
    }

    pub(super) fn feed_with(
        &mut self,
        body: Body<&[u8]>,
        sender: Sender,
        interface: Option<(&'static Interface, usize)>,
        diagnostics: Vec<crate::base::diagnostic::Diagnostic>,
    ) {
        self.frame += 1;
        let frame_set = FrameSet::of(self.frame, None);
        let client = "192.0.2.10:49731".parse().unwrap();
        let server = "192.0.2.20:49664".parse().unwrap();
        let (src, dst) = if sender == Sender::Client { (client, server) } else { (server, client) };
        let context = interface.filter(|_| self.context).map(|(interface, version)| Context {
            id: 0,
            interface: Guid(interface.uuid_bytes),
            version: (interface.versions[version].number.major(), interface.versions[version].number.minor()),
            syntax: TransferSyntax::Ndr,
            state: ContextState::Accepted,
            assumed: false,
            confidence: None,
        });
        let mut call =
            Call { opnum: 0, context_id: 0, context, object: None, frame: 1, time: None, note: Default::default() };
        let side = if sender == Sender::Client { Side::A } else { Side::B };
        let event = Event {
            call_id: Some(self.call),
            context_id: Some(0),
            context,
            auth: self.auth.map(|(auth_level, auth_type)| Auth {
                stub_only: false,
                malleable: false,
                trailer: AuthTrailer { auth_type, auth_level, auth_pad_length: 0, auth_context_id: 0 },
                opened: self.opened.clone(),
                identity: Identity::default(),
                sizes: Default::default(),
            }),
            diagnostics,
            call: self.answered.then_some(&mut call),
            ..Event::new(side, sender, body, &frame_set)
        };
        let flow = Flow { transport: self.transport, stream: self.stream, src, dst };
        let interface = interface.filter(|_| self.context);
        let record = Record { flow, event, interface };
        let findings = &mut self.findings;
        self.checker.record(&record, &mut |finding| findings.push(finding));
    }

    /// Bytes of a connection, through the decoder of its PDUs.
    pub(super) fn bytes(&mut self, sender: Sender, bytes: &[u8]) {
        self.frame += 1;
        let client = "192.0.2.10:49731".parse().unwrap();
        let server = "192.0.2.20:49664".parse().unwrap();
        let (side, src, dst) = match sender {
            Sender::Client => (Side::A, client, server),
            Sender::Server => (Side::B, server, client),
        };
        let Wire { connection, checker, findings, frame, .. } = self;
        connection.data(side, *frame, None, bytes, &mut NoSecurity, &mut |event| {
            let interface = event.context.filter(|c| c.state != ContextState::Rejected).and_then(|c| {
                let found = idl::interface_by_uuid(&c.interface.0)?;
                Some((found, found.version(c.version.0, c.version.1)?))
            });
            let record = Record { flow: Flow { transport: Transport::Tcp, stream: 0, src, dst }, event, interface };
            checker.record(&record, &mut |finding| findings.push(finding));
        });
    }

    /// Opens an object and returns its handle.
    pub(super) fn open(&mut self, method: &str, number: u64) -> Json {
        let request = match method {
            "ApiOpenCluster" | "ApiCreateNotify" | "ApiCreateNotifyV2" => json!({}),
            "ApiOpenResource" => json!({"lpszResourceName": "R"}),
            "ApiOpenGroup" => json!({"lpszGroupName": "G"}),
            "ApiOpenNode" => json!({"lpszNodeName": "N"}),
            "ApiOpenNetwork" => json!({"lpszNetworkName": "N"}),
            "ApiOpenNetInterface" => json!({"lpszNetInterfaceName": "N"}),
            "ApiGetRootKey" => json!({"samDesired": 0x2000_0000}),
            other => panic!("{other}"),
        };
        let handle = handle(number);
        let response = match method {
            "ApiOpenCluster" => json!({"Status": 0, "return": handle}),
            "ApiCreateNotifyV2" => json!({"rpc_error": 0, "rpc_status": 0, "return": handle}),
            _ if self.version == 2 => json!({"Status": 0, "return": handle}),
            _ => json!({"Status": 0, "rpc_status": 0, "return": handle}),
        };
        self.call(method, request, response);
        handle
    }

    /// Opens a resource with an access level.
    pub(super) fn open_with(&mut self, number: u64, granted: u32) -> Json {
        let handle = handle(number);
        let request = json!({"lpszResourceName": "R", "dwDesiredAccess": 0x0200_0000});
        let response = json!({"lpdwGrantedAccess": granted, "Status": 0, "rpc_status": 0, "return": handle});
        self.call("ApiOpenResourceEx", request, response);
        handle
    }
}

/// A handle as JSON.
pub(super) fn handle(number: u64) -> Json {
    json!({"attributes": 0, "uuid": format!("00000000-0000-4000-8000-{number:012x}")})
}

/// A rule's two tests: what breaks it, and what comes close without.
pub(super) struct Case {
    pub(super) rule: &'static str,
    /// The file that has it.
    pub(super) file: &'static str,
    pub(super) breaks: fn(&mut Wire),
    pub(super) keeps: fn(&mut Wire),
}

/// `"rule" => |w| { breaks }, |w| { keeps };`
macro_rules! cases {
    ($($rule:literal => $breaks:expr, $keeps:expr;)*) => {
        pub(super) static CASES: &[$crate::conformance::tests::wire::Case] =
            &[$($crate::conformance::tests::wire::Case {
                rule: $rule,
                file: file!(),
                breaks: $breaks,
                keeps: $keeps,
            }),*];
    };
}

pub(super) use cases;
