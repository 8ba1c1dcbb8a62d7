//! Every table. What a column holds is said here and nowhere else.

use crate::schema::{Column, Kind, Table, builder, cell, new, plain, size, tables};

tables! {
    /// A message of one of our interfaces, or one about the association it travels on: the records of `dissect`.
    messages Messages {
        /// when the packet that completed it was captured
        time: Time,
        /// the same in nanoseconds since 1970
        time_ns: Int,
        /// the file it was read from
        capture: Text,
        /// that packet's number in the file, as Wireshark counts
        capture_frame: Int,
        /// that packet's number over all files of the run
        frame: Int,
        /// number of the flow, for TCP and UDP apart, over all files of the run
        stream: Int,
        /// `tcp` or `udp`
        transport: Text,
        /// sender's address
        src: Text,
        /// its port
        src_port: Int,
        /// receiver's address
        dst: Text,
        /// its port
        dst_port: Int,
        /// caller's address, whoever sent the message
        client: Text,
        /// server's address
        server: Text,
        /// Community ID v1 of the flow, which other tools log too
        community_id: Text,
        /// kind of PDU, as `dissect` has it: `request`, `response`, `fault`, `bind` …
        r#type: Text,
        /// number of the call on its connection or in its conversation
        call_id: Int,
        /// `clusapi`, `witness`, `epm`
        interface: Text,
        /// its version
        version: Text,
        /// `ndr` or `ndr64`
        syntax: Text,
        /// operation number
        opnum: Int,
        /// the method's name
        method: Text,
        /// of a response or fault, the packet that completed its request
        request_frame: Int,
        /// of a response or fault, nanoseconds since its request
        latency_ns: Int,
        /// what a response or fault came to
        status: Int,
        /// its name
        status_name: Text,
        /// whether that is success, or one of the codes that say how to go on
        status_ok: Bool,
        /// `DOMAIN\user` or `user@REALM`, where a token told it
        user: Text,
        /// `ntlm`, `spnego/krb5` …
        auth_type: Text,
        /// `connect`, `pkt_integrity`, `pkt_privacy` …
        auth_level: Text,
        /// whether a signature was checked and proves what it should; null where none was checked
        auth_verified: Bool,
        /// why it proves nothing, where it was checked and doesn't
        auth_doubt: Text,
        /// why the message stays sealed
        sealed_reason: Text,
        /// kind of the object that the first handle stands for
        object_kind: Text,
        /// its name
        object_name: Text,
        /// control code
        control_code: Int,
        /// its name
        control_code_name: Text,
        /// bytes of the stub, as far as captured and opened
        stub_bytes: Int,
        /// fragments it came in
        fragments: Int,
        /// whether the interface was guessed, because the bind was not captured
        assumed: Bool,
        /// why the stub can't be decoded, or what was lost of the message
        error: Text,
        /// broken rules in what could be read, of stub and PDU
        diagnostics: Int,
        /// bytes left over behind the last parameter
        trailing_bytes: Int,
        /// whether values are left out because they would be too long
        omitted: Bool,
        /// parameters by name, as `dissect` has them; of a stub with an error what was read before it
        params: Json,
        /// the return value, as `dissect` has it
        return_value: Json,
    }

    /// A call: a request with what came of it; either half may be missing.
    calls Calls {
        /// when the request was captured; of one that was not seen, its answer
        time: Time,
        /// the same in nanoseconds since 1970
        time_ns: Int,
        /// the file that has the answer, or the request where there is none
        capture: Text,
        /// number of the flow, for TCP and UDP apart, over all files of the run
        stream: Int,
        /// `tcp` or `udp`
        transport: Text,
        /// caller's address
        client: Text,
        /// its port
        client_port: Int,
        /// server's address
        server: Text,
        /// its port
        server_port: Int,
        /// Community ID v1 of the flow
        community_id: Text,
        /// `DOMAIN\user` or `user@REALM`, where a token told it
        user: Text,
        /// `clusapi`, `witness`, `epm`
        interface: Text,
        /// its version
        version: Text,
        /// operation number
        opnum: Int,
        /// the method's name
        method: Text,
        /// number of the call
        call_id: Int,
        /// packet that completed the request
        request_frame: Int,
        /// packet that completed the answer
        response_frame: Int,
        /// nanoseconds from the request to the answer
        latency_ns: Int,
        /// whether the method waits by design until something happens
        long_poll: Bool,
        /// `response`, `fault`, or null where the capture has no answer
        answer: Text,
        /// what it came to
        status: Int,
        /// its name
        status_name: Text,
        /// whether that is success, or one of the codes that say how to go on; null where it is not known
        status_ok: Bool,
        /// kind of the object that the first handle stands for
        object_kind: Text,
        /// its name
        object_name: Text,
        /// all objects that handles of the call stand for: `[{"kind":"group","name":"SQL"}]`
        objects: Json,
        /// control code
        control_code: Int,
        /// its name
        control_code_name: Text,
        /// bytes of the request's stub
        request_bytes: Int,
        /// bytes of the answer's stub
        response_bytes: Int,
    }

    /// A value of a property list in a message.
    properties Properties {
        /// when the message was captured
        time: Time,
        /// the same in nanoseconds since 1970
        time_ns: Int,
        /// the message's packet over all files of the run
        frame: Int,
        /// number of the flow
        stream: Int,
        /// caller's address
        client: Text,
        /// server's address
        server: Text,
        /// user of the association
        user: Text,
        /// number of the call
        call_id: Int,
        /// `request` or `response`
        r#type: Text,
        /// the method's name
        method: Text,
        /// the control code's name
        control_code_name: Text,
        /// kind of the object
        object_kind: Text,
        /// its name
        object_name: Text,
        /// the property's name
        name: Text,
        /// which of its values, from 0
        value_index: Int,
        /// CLUSPROP_SYNTAX of the value
        syntax: Int,
        /// its name
        syntax_name: Text,
        /// the value, where it is a number that 64 bits with a sign hold
        value_int: Int,
        /// the value, where it is text; the name or time of a number that has one
        value_text: Text,
        /// the value of whatever shape, as `dissect` has it; `{"secret":true}` stands for secrets
        value: Json,
    }

    /// A command of a registry batch in a message (2.2.3.17).
    commands Commands {
        /// when the message was captured
        time: Time,
        /// the same in nanoseconds since 1970
        time_ns: Int,
        /// the message's packet over all files of the run
        frame: Int,
        /// number of the flow
        stream: Int,
        /// caller's address
        client: Text,
        /// server's address
        server: Text,
        /// user of the association
        user: Text,
        /// number of the call
        call_id: Int,
        /// `request` or `response`
        r#type: Text,
        /// the method's name
        method: Text,
        /// name of the registry key that the call is about, where known
        object_name: Text,
        /// place in the batch, from 0
        position: Int,
        /// number of the command
        command: Int,
        /// its name
        command_name: Text,
        /// name of the key or value
        name: Text,
        /// type of the registry value
        value_type: Int,
        /// its name
        value_type_name: Text,
        /// the value, where it is a number that 64 bits with a sign hold
        value_int: Int,
        /// the value, where it is text
        value_text: Text,
        /// the data of whatever shape, as `dissect` has it
        value: Json,
    }

    /// A use of a context handle by a message, with what it stands for.
    handles Handles {
        /// when the message was captured
        time: Time,
        /// the same in nanoseconds since 1970
        time_ns: Int,
        /// the message's packet over all files of the run
        frame: Int,
        /// number of the flow
        stream: Int,
        /// caller's address
        client: Text,
        /// server's address
        server: Text,
        /// number of the call
        call_id: Int,
        /// `request`, `response` …
        r#type: Text,
        /// the method's name
        method: Text,
        /// the parameter
        parameter: Text,
        /// the handle's identifier
        uuid: Text,
        /// the handle's attributes
        attributes: Int,
        /// kind of the object
        object_kind: Text,
        /// its name
        object_name: Text,
        /// packet of the call that opened it
        opened_frame: Int,
        /// access granted, where the capture tells
        access: Int,
        /// `closed`, `before_capture` …; null for one that is open
        state: Text,
    }

    /// What happened: the events of `story`.
    events Events {
        /// when it began
        time: Time,
        /// the same in nanoseconds since 1970
        time_ns: Int,
        /// the client that did it, saw it or was told of it
        client: Text,
        /// its port
        client_port: Int,
        /// the server that it was done at, or that told it
        server: Text,
        /// its port
        server_port: Int,
        /// the user, where known
        user: Text,
        /// whether the client did it; otherwise it saw it or was told of it
        acted: Bool,
        /// kind of event: `group_moved`, `resource_online` …
        event: Text,
        /// kind of the object it is about
        object_kind: Text,
        /// its name
        object_name: Text,
        /// what was before: of a group that moves its node
        from_value: Text,
        /// what is to be, or is, after
        to_value: Text,
        /// `done`, `failed` or `pending`
        outcome: Text,
        /// what the call that did it came to
        status: Int,
        /// its name
        status_name: Text,
        /// nanoseconds from its beginning to its end, where both were seen
        duration_ns: Int,
        /// why it failed, in words
        cause: Text,
        /// the whole in words, without the client
        text: Text,
        /// how often the same happened in a row
        times: Int,
        /// the first packet that tells it
        frame: Int,
        /// the event as `story` prints it in JSON lines: calls, states, changes
        details: Json,
    }

    /// A broken rule of the specification: the findings of `check`.
    findings Findings {
        /// when the message was captured
        time: Time,
        /// the same in nanoseconds since 1970
        time_ns: Int,
        /// the message's packet over all files of the run
        frame: Int,
        /// number of the flow
        stream: Int,
        /// `tcp` or `udp`
        transport: Text,
        /// sender's address
        src: Text,
        /// its port
        src_port: Int,
        /// receiver's address
        dst: Text,
        /// its port
        dst_port: Int,
        /// `client` or `server`: who broke it
        by: Text,
        /// the rule's name
        rule: Text,
        /// where it is written
        section: Text,
        /// `must`, `should` …
        grade: Text,
        /// what the rule says
        text: Text,
        /// number of the call
        call_id: Int,
        /// `clusapi`, `witness`, `epm`
        interface: Text,
        /// its version
        version: Text,
        /// the method's name
        method: Text,
        /// kind of the object whose handle stands in the field
        object_kind: Text,
        /// its name
        object_name: Text,
        /// the field, a path from the parameter
        field: Text,
        /// offset of the offending bytes in the stub
        offset: Int,
        /// the offending value
        value: Text,
        /// what was expected
        expected: Text,
    }
}

impl core::fmt::Display for TableName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.table().name)
    }
}

impl core::str::FromStr for TableName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        TableName::ALL.into_iter().find(|name| name.table().name == text).ok_or_else(|| {
            let all: Vec<&str> = TableName::ALL.map(|name| name.table().name).into();
            format!("no table is called so: {}", all.join(", "))
        })
    }
}
