//! What a table and a column are, and the macro that declares them.

use arrow_schema::{DataType, Field, Schema, TimeUnit};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// The version of all tables together. A column that is added leaves it; one that goes, or means something else, does not.
pub const VERSION: u32 = 1;

/// Key of [`VERSION`] in the metadata of Arrow schemas and Parquet files.
pub const VERSION_KEY: &str = "cluscope.schema";

/// Key of the table's name there.
pub const TABLE_KEY: &str = "cluscope.table";

/// Type of a column; every one may be null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no.
    Bool,
    /// A signed integer of 64 bits: some engines have no others.
    Int,
    /// Text, UTF-8.
    Text,
    /// JSON as text, UTF-8: what has another shape from row to row.
    Json,
    /// A point in time in microseconds, UTC: some engines refuse nanoseconds.
    Time,
}

impl Kind {
    /// The Arrow type.
    #[must_use]
    pub fn data_type(self) -> DataType {
        match self {
            Kind::Bool => DataType::Boolean,
            Kind::Int => DataType::Int64,
            Kind::Text | Kind::Json => DataType::Utf8,
            Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }

    /// The word for it in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Bool => "bool",
            Kind::Int => "int64",
            Kind::Text => "text",
            Kind::Json => "JSON text",
            Kind::Time => "timestamp (µs, UTC)",
        }
    }
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// What it holds.
    pub about: &'static str,
}

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name, that of its files.
    pub name: &'static str,
    /// What a row is.
    pub about: &'static str,
    /// Its columns, in order.
    pub columns: &'static [Column],
}

impl Table {
    /// The Arrow schema, with [`VERSION`] and the table's name as metadata.
    #[must_use]
    pub fn schema(&self) -> Arc<Schema> {
        let fields: Vec<Field> =
            self.columns.iter().map(|column| Field::new(column.name, column.kind.data_type(), true)).collect();
        let metadata = [(VERSION_KEY, VERSION.to_string()), (TABLE_KEY, self.name.to_string())];
        let metadata: HashMap<String, String> =
            metadata.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
        Arc::new(Schema::new_with_metadata(fields, metadata))
    }
}

/// All tables in the words of `docs/schema.md`, Markdown.
#[must_use]
pub fn document() -> String {
    let mut text = format!("Version {VERSION}.\n");
    for table in crate::TableName::ALL.map(crate::TableName::table) {
        let _ =
            write!(text, "\n### {}\n\n{}\n\n| column | type | holds |\n| --- | --- | --- |\n", table.name, table.about);
        for Column { name, kind, about } in table.columns {
            let _ = writeln!(text, "| `{name}` | {} | {about} |", kind.name());
        }
    }
    text
}

/// The value that a row has in a column of a kind.
macro_rules! cell {
    (Bool, $a:lifetime) => { Option<bool> };
    (Int, $a:lifetime) => { Option<i64> };
    (Time, $a:lifetime) => { Option<i64> };
    ($text:ident, $a:lifetime) => { Option<&$a str> };
}

/// The builder of a column of a kind.
macro_rules! builder {
    (Bool) => {
        arrow_array::builder::BooleanBuilder
    };
    (Int) => {
        arrow_array::builder::Int64Builder
    };
    (Time) => {
        arrow_array::builder::TimestampMicrosecondBuilder
    };
    ($text:ident) => {
        arrow_array::builder::StringBuilder
    };
}

/// Declares tables: for each a module of its name with the row, its builder and the declaration.
macro_rules! tables {
    ($($(#[doc = $about:literal])+ $table:ident $variant:ident {
        $($(#[doc = $doc:literal])+ $column:ident: $kind:ident,)+
    })+) => {
        /// The tables.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum TableName {
            $($(#[doc = $about])+ $variant,)+
        }

        impl TableName {
            /// All of them, in the order of `docs/schema.md`.
            pub const ALL: [TableName; [$(stringify!($table)),+].len()] = [$(TableName::$variant),+];

            /// The declaration.
            #[must_use]
            pub const fn table(self) -> &'static Table {
                match self {
                    $(TableName::$variant => &$table::TABLE,)+
                }
            }
        }

        $($(#[doc = $about])+ pub mod $table {
            use super::{Column, Kind, Table};
            use arrow_array::{ArrayRef, RecordBatch};
            use arrow_schema::ArrowError;
            use std::sync::Arc;

            /// The table.
            pub static TABLE: Table = Table {
                name: stringify!($table),
                about: concat!($($about, " "),+).trim_ascii(),
                columns: &[$(Column {
                    name: super::plain(stringify!($column)),
                    kind: Kind::$kind,
                    about: concat!($($doc),+).trim_ascii(),
                }),+],
            };

            /// A row.
            #[derive(Clone, Copy, Debug, Default)]
            pub struct Row<'a> {
                $($(#[doc = $doc])+ pub $column: super::cell!($kind, 'a),)+
            }

            /// Rows that become a batch.
            #[derive(Debug)]
            pub struct Builder {
                rows: usize,
                bytes: usize,
                $($column: super::builder!($kind),)+
            }

            impl Default for Builder {
                fn default() -> Self {
                    Builder { rows: 0, bytes: 0, $($column: super::new!($kind, 0, 0),)+ }
                }
            }

            impl Builder {
                /// Appends a row.
                pub fn push(&mut self, row: &Row<'_>) {
                    self.rows += 1;
                    $(
                        self.bytes += super::size!($kind, row.$column);
                        self.$column.append_option(row.$column);
                    )+
                }

                /// How many rows there are.
                #[must_use]
                pub fn rows(&self) -> usize {
                    self.rows
                }

                /// Bytes that they take, roughly.
                #[must_use]
                pub fn bytes(&self) -> usize {
                    self.bytes
                }

                /// The rows as a batch; the builder is empty then, with room for as many.
                ///
                /// # Errors
                /// Arrow's; there is none that the declaration allows.
                pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
                    let rows = core::mem::take(&mut self.rows);
                    self.bytes = 0;
                    let columns: Vec<ArrayRef> = vec![$({
                        let next = super::new!($kind, rows, self.$column.values_slice().len());
                        Arc::new(core::mem::replace(&mut self.$column, next).finish())
                    }),+];
                    RecordBatch::try_new(TABLE.schema(), columns)
                }
            }
        })+
    };
}

/// A column's name where it is declared as a raw identifier because Rust has it for itself.
pub(crate) const fn plain(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// An empty builder with room for so many rows, and so much text.
macro_rules! new {
    (Time, $rows:expr, $text:expr) => {
        arrow_array::builder::TimestampMicrosecondBuilder::with_capacity($rows)
            .with_data_type(crate::Kind::Time.data_type())
    };
    (Bool, $rows:expr, $text:expr) => {
        arrow_array::builder::BooleanBuilder::with_capacity($rows)
    };
    (Int, $rows:expr, $text:expr) => {
        arrow_array::builder::Int64Builder::with_capacity($rows)
    };
    ($kind:ident, $rows:expr, $text:expr) => {
        arrow_array::builder::StringBuilder::with_capacity($rows, $text)
    };
}

/// Bytes of a value.
macro_rules! size {
    (Bool, $value:expr) => {
        1
    };
    (Int, $value:expr) => {
        8
    };
    (Time, $value:expr) => {
        8
    };
    ($text:ident, $value:expr) => {
        4 + $value.map_or(0, str::len)
    };
}

pub(crate) use {builder, cell, new, size, tables};
