//! The members that lines have beside the values of a message: records of `dissect` and `calls`, lines of `stub decode` and
//! `stub encode`. `schema record` prints them; a line to be encoded that has another one is refused.

/// Where a member occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lines(u8);

impl Lines {
    /// Records of `dissect`, and the halves of `calls`.
    pub const RECORD: Lines = Lines(1);
    /// Records of `calls`.
    pub const CALL: Lines = Lines(2);
    /// Lines of `stub decode` and `stub encode`.
    pub const STUB: Lines = Lines(4);
    /// What records and lines of stubs share.
    const SHARED: Lines = Lines(5);
    /// What `dissect` and `calls` share.
    const CAPTURED: Lines = Lines(3);
    const ALL: Lines = Lines(7);

    /// Whether these are some of those.
    pub const fn among(self, other: Lines) -> bool {
        self.0 & other.0 != 0
    }
}

/// A member of a line.
#[derive(Debug)]
pub struct Member {
    /// Its key.
    pub name: &'static str,
    /// Where it occurs.
    pub lines: Lines,
    /// JSON Schema of its value.
    pub schema: &'static str,
    /// What it says.
    pub what: &'static str,
}

macro_rules! members {
    ($($lines:ident $name:literal $schema:literal $what:literal;)*) => {
        /// Every member, in the order in which they are printed.
        pub static MEMBERS: &[Member] = &[$(
            Member { name: $name, lines: Lines::$lines, schema: $schema, what: $what },
        )*];
    };
}

members! {
    STUB "id" "true" "any value; copied to the answer";
    CAPTURED "frame" r##"{"$ref":"#/$defs/uint"}"## "number of the packet that completed the message, as Wireshark counts";
    RECORD "frames" r##"{"type":"array","items":{"$ref":"#/$defs/uint"}}"## "the packets that carried it";
    CAPTURED "time" r##"{"$ref":"#/$defs/time"}"## "when that packet was captured; of a call, when its request was";
    CAPTURED "transport" r##"{"enum":["tcp","udp"]}"## "transport protocol";
    CAPTURED "stream" r##"{"$ref":"#/$defs/uint"}"## "tcp.stream or udp.stream of Wireshark";
    CAPTURED "src" r##"{"type":"string"}"## "address and port of the sender";
    CAPTURED "dst" r##"{"type":"string"}"## "address and port of the receiver";
    CAPTURED "community_id" r##"{"type":"string","pattern":"^1:"}"## "Community ID of the connection";
    CAPTURED "call_id" r##"{"$ref":"#/$defs/uint"}"## "number of the call: dcerpc.cn_call_id";
    CAPTURED "type" r##"{"type":"string"}"## "type of the PDU; call, capture, limits";
    SHARED "interface" r##"{"type":"string"}"## "clusapi, witness, or one of the RPC runtime's: epm, conv";
    SHARED "version" r##"{"type":"string","pattern":"^[0-9]+\\.[0-9]+$"}"## "version of the interface";
    RECORD "context_id" r##"{"$ref":"#/$defs/uint"}"## "presentation context";
    RECORD "interface_uuid" r##"{"type":"string"}"## "an interface that is none of ours, with its version";
    RECORD "transfer_syntax" r##"{"type":"string"}"## "a transfer syntax that is neither NDR nor NDR64";
    SHARED "syntax" r##"{"enum":["ndr","ndr64"]}"## "transfer syntax";
    RECORD "context" r##"{"enum":["rejected","unknown"]}"## "why the presentation context says nothing";
    RECORD "assumed" r##"{"const":true}"## "the bind was not captured: interface and syntax were inferred or given";
    RECORD "confidence" r##"{"type":"number","minimum":0,"maximum":1}"## "how sure that is";
    RECORD "assumed_changed" r##"{"type":"object"}"## "what earlier messages of the context were taken for";
    SHARED "opnum" r##"{"type":"integer","minimum":0,"maximum":65535}"## "operation number";
    ALL "method" r##"{"type":"string"}"## "name of the method";
    STUB "direction" r##"{"enum":["request","response"]}"## "which of a method's two stubs it is; records say it in type";
    RECORD "fragments" r##"{"$ref":"#/$defs/uint"}"## "how many fragments it came in, if more than one";
    RECORD "maybe" r##"{"const":true}"## "PFC_MAYBE: no answer is expected";
    SHARED "endian" r##"{"enum":["little","big"]}"## "byte order of the data representation; little where absent";
    RECORD "request_frame" r##"{"$ref":"#/$defs/uint"}"## "the packet that completed the request of the call";
    CAPTURED "latency_ns" r##"{"$ref":"#/$defs/int"}"## "nanoseconds from request to answer";
    RECORD "max_xmit_frag" r##"{"$ref":"#/$defs/uint"}"## "largest fragment that the sender sends, in bytes";
    RECORD "max_recv_frag" r##"{"$ref":"#/$defs/uint"}"## "largest fragment that the sender takes, in bytes";
    RECORD "assoc_group_id" r##"{"$ref":"#/$defs/uint"}"## "association group";
    RECORD "secondary_address" r##"{"type":"string"}"## "secondary address of a bind_ack: the server's port";
    RECORD "contexts" r##"{"type":"array","items":{"type":"object","required":["id","uuid","version","transfer_syntaxes"],"additionalProperties":false,"properties":{"id":{"$ref":"#/$defs/uint"},"uuid":{"$ref":"#/$defs/guid"},"version":{"type":"string"},"name":{"type":"string"},"transfer_syntaxes":{"type":"array","items":{"type":"string"}}}}}"## "presentation contexts that are proposed";
    RECORD "results" r##"{"type":"array","items":{"type":"object"}}"## "what became of them";
    RECORD "reject_reason" r##"{"$ref":"#/$defs/named"}"## "reason of a bind_nak";
    RECORD "versions" r##"{"type":"array","items":{"type":"string"}}"## "protocol versions of a bind_nak";
    RECORD "extended_error" r##"{"$ref":"#/$defs/buffer"}"## "extended error information (MS-EERR)";
    RECORD "object_uuid" r##"{"$ref":"#/$defs/guid"}"## "object UUID of the request";
    CAPTURED "status" r##"{"$ref":"#/$defs/named"}"## "status of a fault; of a call, status of its response or fault";
    RECORD "cancel_count" r##"{"$ref":"#/$defs/uint"}"## "cancels received";
    RECORD "did_not_execute" r##"{"const":true}"## "PFC_DID_NOT_EXECUTE of a fault";
    RECORD "stub" r##"{"$ref":"#/$defs/hex"}"## "a stub that no declaration reads";
    RECORD "bytes" r##"{"$ref":"#/$defs/hex"}"## "the first bytes of a PDU that is malformed";
    RECORD "skipped_bytes" r##"{"$ref":"#/$defs/uint"}"## "bytes of a connection that were passed over";
    RECORD "lost_bytes" r##"{"$ref":"#/$defs/uint"}"## "those of them that were not captured";
    RECORD "of" r##"{"type":"string"}"## "type of the PDU that is incomplete";
    RECORD "reason" r##"{"type":"string"}"## "why it is incomplete or was passed over";
    RECORD "stub_bytes" r##"{"$ref":"#/$defs/uint"}"## "bytes of its stub";
    RECORD "stub_bytes_before_hole" r##"{"$ref":"#/$defs/uint"}"## "those in front of what is missing";
    RECORD "cancel_id" r##"{"$ref":"#/$defs/uint"}"## "number of a cancel (connectionless)";
    RECORD "server_is_accepting" r##"{"type":"boolean"}"## "answer to a cancel (connectionless)";
    RECORD "body" r##"{"$ref":"#/$defs/hex"}"## "sealed body of a connectionless PDU";
    RECORD "fack" r##"{"type":"object","required":["version","window_size","max_tsdu","max_frag_size","serial"],"additionalProperties":false,"properties":{"version":{"$ref":"#/$defs/uint"},"window_size":{"$ref":"#/$defs/uint"},"max_tsdu":{"$ref":"#/$defs/uint"},"max_frag_size":{"$ref":"#/$defs/uint"},"serial":{"$ref":"#/$defs/uint"},"selack":{"type":"array","items":{"$ref":"#/$defs/uint"}}}}"## "body of fack and nocall (connectionless)";
    RECORD "activity" r##"{"$ref":"#/$defs/guid"}"## "activity (connectionless)";
    RECORD "server_boot" r##"{"$ref":"#/$defs/uint"}"## "boot time of the server (connectionless)";
    RECORD "serial" r##"{"$ref":"#/$defs/uint"}"## "serial number (connectionless)";
    RECORD "pdu_flags" r##"{"type":"array","items":{"type":"string"}}"## "flags of the header (connectionless)";
    RECORD "idempotent" r##"{"const":true}"## "the call may be repeated (connectionless)";
    RECORD "broadcast" r##"{"const":true}"## "the call is a broadcast (connectionless)";
    RECORD "fragment" r##"{"$ref":"#/$defs/uint"}"## "number of the fragment (connectionless)";
    RECORD "interface_hint" r##"{"$ref":"#/$defs/uint"}"## "interface hint (connectionless)";
    RECORD "activity_hint" r##"{"$ref":"#/$defs/uint"}"## "activity hint (connectionless)";
    SHARED "error" r##"{"$ref":"#/$defs/error"}"## "why the PDU or its stub can't be read";
    RECORD "auth" r##"{"$ref":"#/$defs/auth"}"## "what protects the message";
    RECORD "encrypted" r##"{"type":"object","required":["auth_type","auth_level","reason"]}"## "why it could not be opened";
    RECORD "token" r##"{"type":"object"}"## "what an authentication token tells";
    SHARED "params" r##"{"type":"object"}"## "the parameters by name: schema METHOD";
    SHARED "partial" r##"{"type":"object"}"## "those in front of an error";
    SHARED "return" "true" "return value: a status, or a context handle";
    SHARED "max_counts" r##"{"type":"object","additionalProperties":{"$ref":"#/$defs/uint"}}"## "maximum counts that differ from the actual ones, by path";
    SHARED "expressions" r##"{"type":"array","items":{"type":"object"}}"## "dependency expressions as trees";
    SHARED "trailing" r##"{"$ref":"#/$defs/hex"}"## "bytes behind the last parameter";
    SHARED "secret" r##"{"const":true}"## "secrets were left out";
    SHARED "opaque" r##"{"$ref":"#/$defs/hex"}"## "the stub of a reserved method";
    SHARED "diagnostics" r##"{"type":"array","items":{"$ref":"#/$defs/diagnostic"}}"## "rules that the stub breaks";
    SHARED "diagnostics_omitted" r##"{"$ref":"#/$defs/uint"}"## "how many more there are";
    RECORD "asked" r##"{"type":"array","items":{"type":"object"}}"## "the calls that asked for the notifications in it";
    RECORD "verification_trailer" r##"{"const":true}"## "a verification trailer stood behind the stub";
    RECORD "pdu_diagnostics" r##"{"type":"array","items":{"$ref":"#/$defs/diagnostic"}}"## "rules that the PDU breaks";
    RECORD "process" r##"{"type":"object","required":["id","thread","interface"]}"## "of an event trace: process, thread, interface and direction of the packet that completed it";
    RECORD "dropped" r##"{"type":"array","items":{"type":"object"}}"## "of an event trace: components that dropped that packet, and why";
    RECORD "omitted" r##"{"type":"object"}"## "in the place of values that would have been too long";
    STUB "hex" r##"{"$ref":"#/$defs/hex"}"## "the stub; beside params both have to agree";
    CALL "user" r##"{"type":"string"}"## "who called, where a security context tells";
    CALL "long_poll" r##"{"const":true}"## "the method waits by design until something happens";
    CALL "pending_ns" r##"{"$ref":"#/$defs/int"}"## "nanoseconds without an answer";
    ALL "request" r##"{"type":["object","string"]}"## "of a call, its request; of a line of stubs, the request's stub";
    CALL "response" r##"{"type":"object"}"## "the response of the call";
    CALL "fault" r##"{"type":"object"}"## "the fault that came instead";
    CALL "unanswered" r##"{"type":"string"}"## "why there is no answer";
}

/// The member of this name.
pub fn member(name: &str) -> Option<&'static Member> {
    MEMBERS.iter().find(|member| member.name == name)
}
