//! Bounds that are no settings: part of how a reader, a search or a printer works. Each is declared here, for the code that
//! keeps to it and for the table of limits ([`crate::limits::FIXED`], docs/limits.md).
//!
//! Next: [`crate::limits`] for the limits that can be set.

/// A bound that is no setting.
#[derive(Debug)]
pub struct Bound {
    /// A short name.
    pub name: &'static str,
    /// Its value.
    pub value: u64,
    /// What it counts.
    pub unit: &'static str,
    /// What it bounds.
    pub what: &'static str,
    /// What happens when it is reached.
    pub bites: &'static str,
    /// What shows it.
    pub counter: &'static str,
}

/// Declares bounds: a constant and a row each.
macro_rules! bounds {
    ($($id:ident: $ty:ty = $value:expr, $unit:literal, $name:literal, $what:literal, $bites:literal, $counter:literal;)*) => {
        $(
            #[doc = concat!("In ", $unit, ": ", $what, ". When it is reached: ", $bites, ".")]
            #[allow(dead_code, reason = "some features have no use for it")]
            pub const $id: $ty = $value;
        )*

        /// Every bound that is no setting.
        #[allow(clippy::unnecessary_cast, reason = "some are u64")]
        pub static TABLE: &[Bound] = &[$(Bound {
            name: $name,
            value: $id as u64,
            unit: $unit,
            what: $what,
            bites: $bites,
            counter: $counter,
        },)*];
    };
}

bounds! {
    TRACE_PARTS: usize = 512, "packets", "event trace, packets in fragments",
        "NDIS packets of an event trace of which more fragments may come",
        "the oldest goes on unfinished", "trace_packets_evicted";
    TRACE_COPIES: usize = 4096, "packets", "event trace, copies of NDIS packets",
        "packets of an event trace remembered to know copies at other layers",
        "the one met longest ago is forgotten", "none: a copy would be a packet";
    TRACE_WAITING: usize = 2048, "packets", "event trace, packets of the packet monitor",
        "packets that wait a tenth of a second for their other copies",
        "the oldest goes on", "none: nothing is lost but what comes later of it";
    TRACE_APPEARANCES: usize = 8192, "packets", "event trace, copies of the packet monitor",
        "packets remembered to know copies that come late",
        "the one met longest ago is forgotten", "none: a copy would be a packet";
    TRACE_COMPONENTS: usize = 1024, "components", "event trace, components of the packet monitor",
        "components whose names are known",
        "the one met longest ago is shown by its number", "none";
    TRACE_CALLS: usize = 1024, "calls", "event trace, calls of the RPC runtime",
        "calls of an event trace that wait for their end; events nobody has asked for",
        "the oldest is forgotten", "trace_calls_dropped for events";
    TRACE_ORIGINS: usize = 1 << 14, "packets", "event trace, origins of packets",
        "packets of an event trace whose process and interface are remembered for printing",
        "the one met longest ago is forgotten", "the record, which tells none";
    NDR_DEPTH: usize = 24, "levels", "nesting of NDR",
        "structures and arrays in one another",
        "the stub can't be decoded", "the record's error";
    ELEMENT_BYTES: usize = 1, "byte for each element, at least", "arrays and strings of NDR",
        "counts that a stub claims",
        "the stub can't be decoded: the bytes present decide, never a count", "the record's error";
    LINE_TO_ENCODE: usize = 32 << 20, "bytes", "lines that are encoded",
        "a JSON line that is read",
        "it is refused", "the error in its place";
    VALUES_TO_ENCODE: usize = 1 << 20, "values", "lines that are encoded, values",
        "a JSON line that is read",
        "it is refused", "the error in its place";
    EXPRESSION_DEPTH: usize = 32, "levels", "structure, nesting",
        "parentheses of a dependency expression",
        "it is shown as text only", "the record";
    EXPRESSION_LENGTH: usize = 1 << 16, "UTF-16 units", "structure, expression",
        "a dependency expression",
        "it is shown as text only", "the record";
    STUB_DIAGNOSTICS: usize = 256, "rules", "diagnostics of a stub",
        "broken rules told of one stub",
        "further ones are only counted", "diagnostics_omitted of the record";
    TOWER_FLOORS: usize = 16, "floors", "towers",
        "a tower of the endpoint mapper",
        "the tower is shown as bytes", "the record";
    FILTER_LENGTH: usize = 4096, "bytes", "filter, length",
        "a filter expression",
        "it is refused", "the error";
    FILTER_TESTS: usize = 64, "comparisons", "filter, tests",
        "a filter expression",
        "it is refused", "the error";
    DERIVED_KEYS: usize = 128, "keys", "keys made of passwords",
        "keys of Kerberos made of passwords; before that 4096 iterations count as one, and eight are allowed at first, 16 more for each password, one more for each 32 KiB read",
        "one that opened nothing gives way, or none is made", "derived_keys_evicted";
    SEARCH_WORK_PER_BYTE: u64 = 48, "bytes decrypted and hashed for each byte of a token or protected PDU", "searches",
        "keys tried without a name that fits, places tried in a key stream",
        "the search ends: the session, or its rest, stays sealed", "searches_cut";
    KEYS: usize = 65_536, "keys", "keys",
        "keys of all files together",
        "the file is refused", "the error";
    SERVERS: usize = 4096, "servers", "servers",
        "servers whose interfaces are remembered for connections without a bind",
        "further ones are guessed without that help", "servers_dropped";
    NOTIFICATIONS: usize = 4096, "events", "notifications",
        "events of one answer that are matched with what was asked for",
        "further ones are shown, but not matched", "none: the record shows them all";
    FILTER_DEPTH: usize = 64, "levels", "filter, nesting",
        "parentheses and negations of a filter expression",
        "it is refused", "the error";
    KEYS_FILE: u64 = 64 << 20, "bytes", "keys, size of a file",
        "a file of keys",
        "it is refused", "the error";
    MADE_FLOWS: usize = 1 << 16, "connections", "captures made, connections",
        "connections of one capture",
        "a line that opens a further one is refused", "the error in its place";
    MADE_CALLS: usize = 4096, "calls", "captures made, calls",
        "calls of a connection whose requests are remembered for their responses",
        "the oldest is forgotten", "the error, where its response needs it";
    ERROR_RECORDS: usize = 64, "records", "extended error information",
        "records of one chain",
        "further ones are not shown", "the record";
    OPENED_FLOWS: usize = 1 << 16, "connections", "decrypt, connections in which something opens",
        "connections remembered for --only-opened",
        "packets of further ones are left out", "the line on standard error";
    PRINTED_COUNTS: usize = 4096, "counts", "printing, maximum counts",
        "maximum counts of one stub that differ from their lengths, collected for an output with a limit",
        "the record is printed without its values", "records_cut";
    ERROR_PATH: usize = 10, "steps", "errors, paths",
        "steps of the path to a field that an error keeps",
        "those between are left out", "none: those declared are less deep";
    SEARCH_START: u64 = 1 << 18, "bytes decrypted and hashed", "searches, before anything is read",
        "what searches may cost at first",
        "the search ends", "searches_cut";
    SEARCH_MOST: u64 = 64 << 20, "bytes decrypted and hashed", "searches, saved up",
        "what the bytes read pay for that is not used yet",
        "further bytes pay for nothing", "searches_cut";
    TCP_ACKS: usize = 64, "acknowledgements", "TCP, acknowledgements",
        "acknowledgements remembered while there is a hole",
        "further ones count as the last of them", "none: a hole is given up a little later";
    RESET_PACKETS: u64 = 1024, "packets", "TCP, packets after a reset",
        "packets of the capture for which a connection is kept after a reset",
        "it is ended", "none: nothing is lost but what comes later of it";
    RESET_FLOWS: usize = 64, "connections", "TCP, connections after a reset",
        "connections that are kept so",
        "the oldest is ended", "none: nothing is lost but what comes later of it";
    LINK_HEADERS: usize = 8, "headers", "link layer, headers",
        "headers of a packet beside its tags",
        "the packet is left out", "too_deep";
    IP_DONE: usize = 16, "datagrams", "IP fragments, whole datagrams",
        "datagrams that were put together, remembered to know copies of their fragments",
        "the oldest is forgotten", "none: a copy would be a fragment, and shows as fragment_timeouts";
    IP_DONE_PARTS: usize = 64, "fragments", "IP fragments, fragments of whole datagrams",
        "fragments of each of them",
        "copies of further ones are not known", "none: a copy would be a fragment, and shows as fragment_timeouts";
    AUTH_TEXT: usize = 512, "bytes", "security, names",
        "a name or reason that a security context keeps",
        "it is cut, and ends in …", "the record";
    SPNEGO_MECHANISMS: usize = 32, "mechanisms", "SPNEGO, mechanisms",
        "mechanisms offered in a token",
        "further ones are not shown", "none: the record";
    PRINCIPAL_COMPONENTS: usize = 16, "components", "Kerberos, names",
        "components of a principal",
        "further ones are not shown", "none: the record";
    FREE_TRIES: usize = 8, "keys", "Kerberos, keys of the ticket's own service",
        "keys of that name tried whatever the searches cost before",
        "further ones are paid for as searches", "searches_cut";
    NEGOEX_MESSAGES: usize = 16, "messages", "NegoEx, messages",
        "messages of a token",
        "further ones are not shown", "none: the record";
    AV_PAIRS: usize = 64, "pairs", "NTLM, target information",
        "AV pairs of a message",
        "further ones are not shown", "none: the record";
    GIVEN_KEYS: usize = 16, "keys", "NTLM, session keys by hand",
        "session keys tried where nothing says whose a session is",
        "further ones are not tried", "the record's encrypted.reason";
    HANDSHAKE_MESSAGES: usize = 4, "messages", "NTLM, messages of a kind",
        "NEGOTIATEs and CHALLENGEs kept until the AUTHENTICATE comes",
        "the last one gives way", "the record's encrypted.reason";
    UNOPENED: usize = 8, "PDUs", "NTLM, PDUs that didn't open",
        "PDUs of a key stream whose lengths are remembered",
        "the oldest is forgotten: the place is searched for", "searches_cut";
    OPENED_SIGNATURES: usize = 256, "PDUs", "NTLM, PDUs that opened",
        "signatures remembered without extended session security, to know PDUs that come again",
        "the oldest is forgotten: a PDU that comes again has a wrong signature", "the record's auth.reason";
    STREAM_HOLES: usize = 64, "parts", "NTLM, parts of a key stream",
        "parts of a key stream that were passed over, kept for PDUs that come later",
        "the oldest is forgotten: such a PDU stays sealed", "the record's encrypted.reason";
    HELD_BACK: u64 = 1 << 18, "bytes", "NTLM, PDUs held back",
        "how far PDUs of the other direction behind a hole may have moved a key stream",
        "the PDU stays sealed", "the record's encrypted.reason";
    HANDSHAKES: usize = 3, "handshakes", "security, handshakes of a context",
        "handshakes that were begun under the number of one context",
        "the last one gives way", "the record's encrypted.reason";
    MISSING_RANGES: usize = 16, "ranges", "security, missing numbers",
        "ranges of numbers of a sender that are missing",
        "the oldest is forgotten: a message of it counts as repeated", "the record's auth.reason";
    UNCOVERED_CALLS: usize = 64, "calls", "security, calls without header signing",
        "calls without an answer whose identifiers are remembered",
        "the oldest is forgotten: its answer is not verified", "the record's auth.reason";
    KEY_LINE_READINGS: usize = 4, "readings", "keys, names with blanks",
        "blanks of a line behind which a name without quotation marks may end",
        "further ones are taken for the key's", "none: quotation marks say where a name ends";
    VERIFICATION_WINDOW: usize = 512, "bytes", "verification trailer",
        "the end of a stub in which it is searched for",
        "it is part of the stub", "the record";
    SEARCH_BYTES: usize = 1 << 20, "bytes", "search for a header",
        "bytes of a direction copied to wait for what follows a possible header",
        "nothing is waited for: a PDU may be passed over", "a record of type skipped";
    ACTIVITY_CALLS: usize = 3, "calls", "connectionless, calls of an activity",
        "calls of an activity that are remembered, for late repetitions",
        "the oldest is forgotten", "none: a repetition would be a message";
    EARLY_DATAGRAMS: usize = 64, "datagrams", "connectionless, datagrams before the handshake",
        "sealed datagrams of a flow that wait for their handshake",
        "the oldest goes on sealed", "the record's encrypted.reason";
    EARLY_BYTES: usize = 1 << 17, "bytes", "connectionless, bytes before the handshake",
        "what they take",
        "the oldest goes on sealed", "the record's encrypted.reason";
    EARLY_PATIENCE: u32 = 256, "datagrams", "connectionless, waiting for the handshake",
        "datagrams of the flow after which one waits no longer",
        "it goes on sealed", "the record's encrypted.reason";
    CONTENT_LEVELS: usize = 8, "levels", "structures in structures",
        "levels of structures inside buffers that are looked into",
        "what is below is shown as bytes", "none: those declared are less deep";
    FULL_POINTERS: usize = 16, "pointers", "full pointers of NDR",
        "full pointers remembered in one stub",
        "later ones are read as if they were unique", "none: no method has as many";
    MADE_REQUEST: usize = 1 << 20, "bytes", "captures made, requests",
        "a request's stub that is remembered for its response",
        "the response's buffers are made without it", "none: the line says what they hold";
    BUFFER_DIAGNOSTICS: usize = 64, "rules", "diagnostics of a buffer",
        "broken rules told of one buffer",
        "further ones are only counted", "diagnostics_omitted of the record";
    QUOTED: usize = 60, "characters", "errors of encoding",
        "a value that an error quotes",
        "it is cut", "the error";
    EXPLAINED_TEXT: usize = 128, "UTF-16 units", "explained stubs, texts",
        "a text that is shown",
        "it is cut, and ends in …", "the line";
    EXPLAINED_ROWS: usize = 8, "rows", "explained stubs, bytes",
        "rows of bytes of one range",
        "the rest is counted", "the line";
    STATS_KEY: usize = 56, "characters", "statistics as text, keys",
        "a key of a table",
        "it is cut, and ends in …", "the line";
    LINE_BYTES: usize = 24, "bytes", "text, bytes",
        "bytes of a value in a line",
        "the rest is counted", "the line";
    LINE_TEXT: usize = 1024, "UTF-16 units", "text, texts",
        "a text in a line",
        "it is cut, and its length told", "the line";
    VALUE_NAME: usize = 64, "UTF-16 units", "names of resource types",
        "the name of a resource type that is remembered for the answer",
        "it is cut: the answer is read as of an unknown type", "none: real ones are short";
    SERVER_INTERFACES: usize = 8, "interfaces", "servers, interfaces",
        "interfaces remembered of one server",
        "further ones are not remembered", "servers_dropped";
    GUESSED_CONTEXTS: usize = 16, "contexts", "connections without a bind",
        "presentation contexts of one connection that are guessed at",
        "messages of further ones have no method", "the record, which has none";
    INTERFACE_PORTS: usize = 8, "ports", "interfaces, ports",
        "server ports told of an interface",
        "further ones are not told", "none";
    KEY_CALLS: usize = 8, "calls", "notifications, calls",
        "calls remembered that gave the same key to a port, and calls named beside a delivery",
        "further ones are not remembered, or not named", "subscriptions_forgotten, for those not remembered";
    NAME_PAIRS: usize = 1 << 16, "pairs", "names of objects",
        "ids with names taken from one response",
        "further ones are not taken", "none: the record shows them all";
    STORY_FAILURES: usize = 64, "calls", "story, failed calls",
        "failed calls remembered for an operation that begins after them",
        "the oldest is forgotten", "none";
    STORY_OPEN: usize = 64, "calls", "story, open calls",
        "calls of one client that wait for their answer",
        "further ones are not followed", "none";
    STORY_CHANGES: usize = 16, "changes", "story, resource changes",
        "resource changes named of one message",
        "further ones are counted", "the line";
    STORY_PROPERTIES: usize = 64, "properties", "story, properties",
        "properties read of one list",
        "further ones are not told", "none";
    STORY_VALUES: usize = 6, "values", "story, values",
        "values named in one line",
        "further ones are counted", "the line";
    STORY_FRAMES: usize = 16, "frames", "story, frames",
        "frames named for one event",
        "further ones are not named", "none";
    STORY_TEXT: usize = 120, "characters", "story, texts",
        "a name or value in a line",
        "it is cut, and ends in …", "the line";
    STORY_VALUE: usize = 64 << 10, "bytes", "story, bytes of a value",
        "a value that is read",
        "only its length is told", "the line";
    STORY_CALLS: usize = 8, "calls", "story, calls",
        "calls named for one event",
        "the last of them gives way to the next one", "none";
    STORY_STATES: usize = 8, "states", "story, states",
        "states named for one event",
        "the last of them gives way to the next one", "none";
    STORY_NAME: usize = 128, "bytes", "story, members",
        "a name or value in an event's members",
        "it is cut, and ends in …", "the event";
    STORY_NODE: usize = 64, "bytes", "story, names of nodes",
        "a node's name that is remembered; a computer's has at most 63 in a label",
        "it is cut", "none: real ones are short";
    STORY_TIMELINE: usize = 32, "states", "story, timelines",
        "states of an object kept at its beginning, and as many at its end",
        "those between are counted", "omitted of the timeline";
    STORY_LATELY: i64 = 60_000_000_000, "nanoseconds", "story, causes",
        "how long before an operation a call failed that is told as its cause",
        "it is not told", "none";
    BATCH_NAMES: usize = 64, "commands", "conformance, batches",
        "commands of a batch whose names are kept until the answer comes",
        "further ones are not compared", "none";
    CHECKED_NUMBERS: usize = 64, "numbers", "conformance, buffers",
        "diagnostics and numbers of one buffer",
        "further ones are not looked at", "check_values_omitted";
    TRACE_LAYERS: usize = 32, "layers", "event trace, layers",
        "layers at which one packet is told apart",
        "further ones count as copies", "none";
    TRACE_NAME: usize = 256, "characters", "event trace, names",
        "a component's name",
        "it is cut", "the record";
    TRACE_BUFFERS: usize = 1 << 20, "buffers", "event trace, buffers",
        "buffers whose places are kept to read them in order",
        "a trace of more is read in the file's order", "trace_out_of_order";
    TRACE_TEXT: usize = 256, "characters", "event trace, texts",
        "a string of an event",
        "it is cut", "the record";
    SEALED_REASONS: usize = 8, "reasons", "messages that stay sealed",
        "different reasons told on standard error",
        "the messages of further ones are counted together", "the line on standard error";
    HELD_PDUS: usize = 16, "PDUs", "connections, PDUs held back",
        "association PDUs of a connection held back until one is of interest",
        "further ones are not shown", "held_omitted";
    TOLD_REQUESTS: usize = 1 << 14, "requests", "event trace, requests",
        "requests remembered to be joined with calls of the RPC runtime",
        "the oldest is forgotten", "none: the call is told alone";
    TOLD_CALLS: usize = 1 << 12, "calls", "event trace, calls",
        "calls of the RPC runtime that are told",
        "further ones are not told", "trace_calls_dropped";
    BATCH_RECORDS: usize = 256, "records", "threads, records of a batch",
        "records that go from thread to thread together",
        "the batch is handed over", "none: nothing is missing";
    BATCH_BYTES: usize = 128 << 10, "bytes", "threads, bytes of a batch",
        "what these records own",
        "the batch is handed over; a larger record is one by itself, of which one is under way", "none: nothing is missing";
    TABLE_RECORDS: usize = 1 << 10, "records", "export, threads, records of a batch",
        "records whose rows are made together",
        "the batch is handed over", "none: nothing is missing";
    TABLE_BYTES: usize = 512 << 10, "bytes", "export, threads, bytes of a batch",
        "what these records own",
        "the batch is handed over; a larger record is one by itself, of which one is under way", "none: nothing is missing";
    TABLE_ROWS: usize = 8192, "rows", "tables, rows of a batch",
        "rows of a table that become one batch",
        "the batch is written", "none: nothing is missing";
    PORTIONS: usize = 2, "portions", "Parquet, portions of a file",
        "rows of a file that wait while others of it are encoded, in portions",
        "whoever has further ones waits", "none: nothing is missing";
    PAGE_ROWS: usize = 4096, "rows", "Parquet, rows of a page",
        "rows of a column that are encoded as one page",
        "the next page begins", "none: nothing is missing";
    ROW_GROUP_ROWS: usize = 1 << 20, "rows", "Parquet, rows of a row group",
        "rows of a row group",
        "the next one begins", "none: nothing is missing";
    ROW_GROUP_BYTES: usize = 128 << 20, "bytes", "Parquet, bytes of a row group",
        "rows of a row group before they were encoded, for the sake of those who read them",
        "the next one begins", "none: nothing is missing";
    BATCH_PRINT: usize = 256 << 10, "bytes", "threads, print of a batch",
        "what is printed of a batch before its turn has come",
        "the thread waits for the turn", "none: nothing is missing";
    THREADS: usize = 16, "threads", "threads",
        "threads of one run",
        "there are no more", "none: nothing is missing";
    THREAD_MEMORY: usize = 8 << 20, "bytes", "threads, memory",
        "what of the memory limit each thread needs, two in any case",
        "there are fewer threads", "none: nothing is missing";
}
