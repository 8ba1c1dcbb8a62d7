//! The Python package of cluscope: [`cluscope`]'s messages, codec and lists as Python's objects.
//!
//! `record.rs`: messages, whose members become objects when they are asked for; `json.rs`: the one place where values are
//! made, out of the JSON that the library prints by its declarations; `engine.rs`, `source.rs`, `view.rs`, `reader.rs`:
//! captures; `table.rs`: tables of them as Arrow streams; `split.rs`, `table_session.rs`: packets divided among many sessions, and tables of them; `session.rs`: packets and streams of the caller's own; `codec.rs`: bare stubs and structures; `schema.rs`:
//! lists. Exceptions and types are in `python/cluscope`.

mod codec;
mod engine;
mod errors;
mod json;
mod keys;
mod options;
mod reader;
mod record;
mod schema;
mod session;
mod source;
mod split;
mod table;
mod table_session;
mod view;

/// ClusAPI (MS-CMRP) and Witness (MS-SWN) messages out of captures, packets and stubs; see the package ``cluscope``.
#[pyo3::pymodule]
mod _cluscope {
    #[pymodule_export]
    use super::codec::{decode_struct, decode_stub, encode_struct, encode_stub};
    #[pymodule_export]
    use super::keys::Keys;
    #[pymodule_export]
    use super::reader::{Reader, calls, check, open, stats, story};
    #[pymodule_export]
    use super::record::{Call, Message, Record};
    #[pymodule_export]
    use super::schema::Schema;
    #[pymodule_export]
    use super::session::{Connection, Conversation, Session};
    #[pymodule_export]
    use super::split::{Packets, group_pairs, split_packets, survey};
    #[pymodule_export]
    use super::table::{Table, table};
    #[pymodule_export]
    use super::table_session::{Rows, TableSession};

    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "Python's name")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
