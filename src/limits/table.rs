//! The table of limits: what each bounds, what happens when it bites, which counter shows it.
//!
//! `each` is what one counted thing may take in memory at the worst, found by filling the table in question with the
//! largest entries there are; `tests/program_resources/ceiling.rs` holds the sum against the memory that the program really takes.

use super::{Keeper, Limit, Number, Scale};
use crate::{analysis, auth, capture, conformance, net, rpc, session};

/// Declares sections of the table, one for each structure, whose fields must all be there.
macro_rules! limits {
    ($($section:literal $limits:ident => $place:expr, $($ty:ident)::+ {
        $($field:ident: $unit:literal, $scale:expr, $each:literal, $keeper:ident, $what:literal, $bites:literal, $counter:literal;)*
        $([$inside:ident])*
    })*) => {
        /// Every limit that can be set.
        pub static TABLE: &[Limit] = &[$($(Limit {
            name: concat!($section, ".", stringify!($field)),
            unit: $unit,
            what: $what,
            bites: $bites,
            counter: $counter,
            scale: $scale,
            each: $each,
            keeper: Keeper::$keeper,
            get: |$limits| $place.$field.get(),
            set: |$limits, value| $place.$field = Number::set(value),
        },)*)*];

        // A field without a row ends here.
        $(const _: fn($($ty)::+) = |limits| {
            let $($ty)::+ { $($field: _,)* $($inside: _,)* } = limits;
        };)*
    };
}

use Scale::{Fixed as Stays, Memory};

limits! {
    "capture" l => l.capture, capture::CaptureLimits {
        block: "bytes", Memory(128 << 10), 1, All, "a packet record or packet block",
            "reading of the file ends with an error", "capture_too_large, and the error";
        metadata: "bytes", Memory(8 << 10), 24, All,
            "options of a packet; a section header, an interface description, a block of names",
            "the block is passed over, of a packet its comments", "capture_problems";
        interfaces: "interfaces", Memory(256), 40, All, "interfaces of a section",
            "packets of further ones are left out", "capture_problems";
        names: "names", Memory(64), 1000, All, "names of name resolution blocks", "further ones are left out",
            "capture_names_dropped";
        problems: "problems", Stays, 0, All, "problems of a file told one by one", "further ones are only counted",
            "capture_problems";
        decompressed_free: "bytes", Stays, 0, All, "what a compressed file may expand to whatever its size",
            "decompressed_ratio decides", "capture_expansion, and the error";
        decompressed_ratio: "times", Stays, 0, All, "expansion of a compressed file",
            "reading of the file ends with an error", "capture_expansion, and the error";
        decompressed_total: "bytes", Stays, 0, All, "expansion of a compressed file, whatever its size",
            "reading of the file ends with an error", "capture_expansion, and the error";
        window: "bytes", Memory(256 << 10), 3, All, "the window of a zstd stream; three quarters of it, a block of lz4",
            "the stream is refused", "the error";
        trace_window: "bytes", Memory(128 << 10), 0, All,
            "buffers of an event trace held to put events in order, in the room of what a pcapng section has; the largest buffer",
            "the earliest event goes on; reading of the file ends with an error at a larger buffer",
            "trace_out_of_order where packets are not in order; capture_too_large";
        trace_packets: "bytes", Memory(16 << 10), 0, All,
            "packets of an event trace that wait for their other fragments or copies, in the same room",
            "the oldest goes on as it is", "trace_packets_evicted for fragments";
    }
    "session.network" l => l.session.network, net::NetworkLimits {
        tcp_flows: "connections", Memory(256), 800, All, "TCP connections at a time",
            "the one quiet for longest is ended, those without DCE/RPC first", "tcp_evictions";
        udp_flows: "flows", Memory(256), 360, All, "UDP flows at a time", "the one quiet for longest is forgotten",
            "udp_evictions";
        tcp_buffer: "bytes", Memory(128 << 10), 0, All, "out-of-order bytes of a direction", "a hole is given up",
            "tcp_buffer_limits";
        tcp_buffer_unacknowledged: "bytes", Memory(64 << 10), 0, All,
            "the same while the other side has acknowledged nothing", "a hole is given up", "tcp_buffer_limits";
        tcp_buffer_total: "bytes", Memory(256 << 10), 1, All, "out-of-order bytes of all connections",
            "a hole is given up", "tcp_buffer_limits";
        tcp_segments: "segments", Stays, 0, All, "out-of-order segments of a direction", "a hole is given up",
            "tcp_buffer_limits";
        hole_packets: "packets", Stays, 0, All,
            "packets waited for after a hole was acknowledged; twice as many by an answer to what was not captured",
            "the hole is given up", "tcp_gaps (of the library; a record of type skipped or incomplete shows it)";
        hole_nanos: "nanoseconds", Stays, 0, All, "silence of a connection of which something waits behind a hole",
            "the hole is given up", "tcp_gaps (of the library; a record of type skipped or incomplete shows it)";
        start_packets: "packets", Stays, 0, All, "packets waited for where the start of a connection is not captured",
            "the lowest sequence number seen is the start", "none: nothing is lost";
        fragment_datagrams: "datagrams", Memory(16), 600, All, "IP datagrams in reassembly", "the oldest is given up",
            "fragment_evictions";
        fragment_bytes: "bytes", Memory(64 << 10), 1, All, "bytes of them", "the oldest is given up",
            "fragment_evictions";
        fragment_pieces: "fragments", Stays, 0, All, "fragments of one datagram", "the datagram is given up",
            "fragment_evictions";
        fragment_nanos: "nanoseconds", Stays, 0, All, "age of an unfinished datagram", "it is given up",
            "fragment_timeouts";
        fragment_packets: "packets", Stays, 0, All, "the same without time stamps", "it is given up",
            "fragment_timeouts";
        tags: "tags", Stays, 0, All, "VLAN and other tags and MPLS labels of a packet", "the packet is left out",
            "too_deep";
        unread_kinds: "kinds", Stays, 0, All, "kinds of packets that can't be read, told one by one",
            "packets of further ones are only counted", "unread_further of the record of type capture";
        tunnels: "tunnels", Stays, 0, All, "tunnels in tunnels", "the packet is left out", "too_deep";
        extension_headers: "headers", Stays, 0, All, "extension headers of an IPv6 packet", "the packet is left out",
            "too_deep";
        [verify_checksums]
    }
    "session" l => l.session, session::SessionLimits {
        connections: "connections", Memory(128), 64, All, "TCP connections that carry or may carry DCE/RPC",
            "one quiet for long is ended", "connections_evicted";
        conversations: "flows", Memory(128), 70, All,
            "UDP flows that carry or may carry DCE/RPC, and activities known by their flow",
            "one quiet for long is ended or forgotten", "conversations_evicted, activities_forgotten";
        association_bytes: "bytes", Memory(768 << 10), 1, All, "what all of them hold together",
            "one quiet for long is ended", "connections_evicted, conversations_evicted";
        interfaces: "interfaces", Stays, 0, All, "interfaces told of a capture that has none of ours",
            "further ones are only counted", "interfaces_further of the record of type capture";
        [network]
        [rpc]
        [auth]
    }
    "session.rpc" l => l.session.rpc, rpc::RpcLimits {
        message_bytes: "bytes", Memory(64 << 10), 3, All, "the stub of a fragmented message",
            "it becomes an incomplete record", "messages_too_large";
        total_bytes: "bytes", Memory(128 << 10), 0, All, "all messages in reassembly of an association",
            "the message at hand becomes an incomplete record", "messages_too_large";
        open_messages: "messages", Stays, 0, All, "messages in reassembly of an association",
            "the oldest becomes an incomplete record", "messages_evicted";
        pending_calls: "calls", Memory(64), 0, All, "calls of a connection that wait for their answer",
            "the oldest is forgotten; its answer has no method", "calls_evicted";
        contexts: "contexts", Memory(64), 0, All, "presentation contexts of a connection",
            "further ones are not remembered", "contexts_dropped";
        pending_binds: "PDUs", Stays, 0, All, "binds and alter_contexts without an answer", "the oldest is forgotten",
            "binds_evicted";
        frames: "packets", Memory(1024), 0, All, "packets named for a message", "further ones are only counted",
            "frames_omitted";
        diagnostics: "rules", Stays, 0, All, "broken rules told of a message", "further ones are only counted",
            "diagnostics_omitted";
        recognition_attempts: "pieces", Stays, 0, All, "pieces of a flow that don't look like DCE/RPC",
            "the flow is taken for something else", "foreign_flows (of the library: such flows are normal)";
        recognition_bytes: "bytes", Stays, 0, All, "bytes searched for a first header",
            "the direction is taken for something else", "foreign_flows (of the library: such flows are normal)";
        activities: "activities", Memory(32), 0, All, "activities of a UDP flow", "the one idle for longest is forgotten",
            "activities_evicted";
    }
    "session.auth" l => l.session.auth, auth::SecurityLimits {
        contexts: "contexts", Stays, 0, All, "security contexts of an association", "the oldest is forgotten",
            "security_contexts_evicted";
        resync_window: "bytes", Memory(64 << 10), 0, All, "how far a lost segment may have moved an RC4 stream",
            "the session stays sealed from there on", "the record's encrypted.reason";
        resync_work: "bytes", Stays, 0, All, "work of one search for the place in an RC4 stream",
            "the session stays sealed from there on", "searches_cut";
        token: "bytes", Stays, 0, All, "a token of a handshake", "it is not looked at", "tokens_refused";
        kept: "bytes", Memory(1024), 0, All, "a part of a handshake that waits for the next one",
            "the context is not opened", "the record's encrypted.reason";
        handshakes: "handshakes", Memory(128), 120, All, "handshakes of a run, to tell sessions that are played again",
            "the one used least recently is forgotten", "handshakes_forgotten";
    }
    "analysis" l => l.analysis, analysis::AnalysisLimits {
        handles: "handles", Memory(256), 720, Analysis, "context handles, open and closed",
            "the one used least recently is forgotten; later uses are of unknown origin", "handles_forgotten";
        associations: "associations", Memory(256), 720, Analysis, "associations with their users",
            "the one used least recently is forgotten", "associations_forgotten";
        calls: "calls", Memory(64), 1800, Analysis, "requests that wait for their answer",
            "the oldest is forgotten", "calls_forgotten";
        ids: "ids", Memory(64), 520, Analysis, "objects known by id and name", "the one used least recently is forgotten",
            "ids_forgotten";
        subscriptions: "keys", Memory(16), 3600, Analysis, "notification keys given to ports",
            "the one used least recently is forgotten", "subscriptions_forgotten";
        name: "bytes", Stays, 0, Analysis, "a name or path", "it is cut", "names_cut";
    }
    "conformance" l => l.conformance, conformance::CheckLimits {
        associations: "associations", Memory(256), 260, Check, "associations", "the oldest goes unchecked",
            "check_associations_evicted";
        pending: "calls", Memory(64), 2800, Check, "requests that wait for their answer", "the oldest is forgotten",
            "check_pending_evicted";
        handles: "handles", Memory(256), 220, Check, "context handles", "the oldest is forgotten",
            "check_handles_evicted";
        values: "values", Memory(512), 640, Check, "values of a stub", "further ones go unchecked",
            "check_values_omitted";
        servers: "servers", Memory(32), 2400, Check, "servers whose answers tell their release",
            "the oldest is forgotten", "check_servers_evicted";
        [analysis]
    }
    "stats" l => l.stats, analysis::stats::StatsLimits {
        keys: "keys", Memory(32), 11_000, Stats, "rows of each of the four tables", "the rest is counted in one row",
            "the row (other)";
    }
    "story" l => l.story, analysis::story::StoryLimits {
        remembered: "objects", Memory(32), 4200, Story, "states, values, operations that are remembered",
            "the one used least recently is forgotten: what it was before is not told", "story_forgotten";
        drafts: "requests", Memory(3), 90_000, Story, "requests for a change that wait for their answer",
            "the oldest is forgotten", "story_forgotten";
        clients: "clients", Memory(8), 9600, Story, "clients that are followed, servers by what they say of themselves",
            "the one heard of least recently is forgotten", "story_forgotten";
        lines: "lines", Memory(8), 7200, Story, "lines that wait for the end of one before them",
            "that one is told without its end", "story_unfinished";
        timelines: "objects", Memory(4), 12_000, Story, "objects whose states are kept as a timeline",
            "that of the one seen least recently is forgotten", "story_forgotten";
    }
    "rewrite" l => l.rewrite, super::Rewrite {
        memory: "bytes", Memory(512 << 10), 1, Decrypt, "opened PDUs that wait to be written",
            "those whose packets are too far apart stay sealed", "the line on standard error";
    }
    "select" l => l.select, super::Select {
        flows: "flows", Memory(256), 160, Select, "flows whose packets are selected",
            "of further ones all packets between their two hosts are selected", "none: nothing is missing";
        hosts: "pairs", Memory(256), 240, Select, "pairs of hosts, and hosts whose Kerberos exchanges are selected; in surveys also links between pairs, and waiting fragments",
            "packets of further ones are left out; a survey doesn't know further ones",
            "the line on standard error, and exit status 3; left_out of a survey";
        waiting: "bytes", Memory(512 << 10), 2, Select, "packets that wait for the rest of a fragmented one",
            "the oldest is selected", "none: nothing is missing";
    }
    "columns" l => l.columns, super::Columns {
        batch: "bytes", Memory(64 << 10), 14, Export, "the rows of a table that become one batch", "the batch is written",
            "none: nothing is missing";
        portion: "bytes", Memory(1 << 20), 4, Export, "rows of all tables that wait to be encoded",
            "those of the table that has most are encoded", "none: nothing is missing";
        row_groups: "bytes", Memory(1 << 20), 1, Export, "all unfinished row groups together, of which each file has a part",
            "the file's row group is finished", "none: nothing is missing";
        files: "files", Memory(8), 262_144, Export, "files that are open at a time",
            "the one used least recently is finished, later rows of its partition go into another one",
            "none: nothing is missing";
    }
    "output" l => l.output, super::Output {
        record: "bytes", Memory(320 << 10), 2, Dissect, "a record as printed", "it is printed without its values",
            "records_cut";
        half: "bytes", Memory(128 << 10), 6, Calls, "a request or an answer as calls prints it",
            "it is printed without its values", "records_cut";
        waiting: "calls", Memory(64), 420, Calls, "requests that wait for their answer",
            "the oldest is printed as not waited for", "calls_not_waited_for";
        waiting_bytes: "bytes", Memory(128 << 10), 1, Calls, "what they take as printed",
            "the oldest is printed as not waited for", "calls_not_waited_for";
        held: "connections", Memory(16), 200, Dissect, "connections whose PDUs are held back until one is of interest",
            "those of further ones are not shown", "held_omitted";
        held_bytes: "bytes", Memory(64 << 10), 1, Dissect, "what they take as printed",
            "further ones are not shown", "held_omitted";
        chosen: "connections", Memory(256), 110, Analysis, "connections of interest",
            "the one used least recently has to show its interest again", "connections_forgotten";
    }
    "pictures" l => l.pictures, super::Pictures {
        tracks: "tracks", Memory(16), 900, Calls, "tracks of a trace for Perfetto",
            "calls on further ones share one", "without_track of the trace";
        arrows: "events", Stays, 0, Story, "events of a Mermaid diagram", "further ones are counted in a note", "the note";
        calls: "calls", Memory(64), 1400, Report, "calls that a report lists, and those that wait for their answer",
            "failures and slow ones stay, of the others every second one and so on", "the report";
        messages: "bytes", Memory(128 << 10), 3, Report, "their messages as printed", "further calls have none",
            "the report";
        message: "bytes", Stays, 0, Report, "one of them", "it is cut", "the report";
        events: "events", Memory(64), 6000, Report, "events, findings and points of a report's pictures",
            "the first are shown, of points every second one and so on", "the report";
    }
}
