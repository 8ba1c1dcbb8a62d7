//! What a filler hands out: the tables it was asked for, and what limits took.

use cluscope::Limits;
use cluscope::auth::KeyStore;
use cluscope::capture::Reader;
use cluscope::session::Session;
use cluscope_columns::fill::declarations;
use cluscope_columns::{Error, Filler, Options, RecordBatch, TableName};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Fills these tables from a capture of the repository: rows by table, all batches, and what was given up. `None` where the
/// package stands alone.
#[allow(clippy::type_complexity, reason = "taken apart where it is made")]
fn filled(
    limits: &Limits,
    tables: &[TableName],
) -> Option<(BTreeMap<TableName, usize>, Vec<(TableName, RecordBatch)>, Vec<(&'static str, u64)>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../captures/tour.pcapng");
    let file = std::fs::File::open(path).ok()?;
    let mut reader = Reader::new(file).expect("a capture");
    let mut session = Session::new(limits.session.clone(), Arc::new(KeyStore::new()));
    let mut filler = Filler::new(limits, Options::of(tables.iter().copied()));
    while let Some(packet) = reader.next().expect("a capture") {
        session.packet(&packet, &mut |record| filler.record(&record));
    }
    session.finish(&mut |record| filler.record(&record));
    let mut batches: Vec<_> = filler.ready().collect();
    batches.extend(filler.finish());
    let mut rows = BTreeMap::new();
    for (table, batch) in &batches {
        *rows.entry(*table).or_default() += batch.num_rows();
    }
    Some((rows, batches, filler.given_up()))
}

#[test]
fn only_what_was_asked_for() {
    let limits = Limits::default();
    for table in TableName::ALL {
        let Some((rows, _, given_up)) = filled(&limits, &[table]) else { return };
        // The tour has no registry batches.
        match table {
            TableName::Commands => assert!(rows.is_empty(), "{rows:?}"),
            table => assert!(rows.len() == 1 && rows[&table] > 0, "{table}: {rows:?}"),
        }
        assert_eq!(given_up, [], "{table}");
    }
}

#[test]
fn what_was_left_out_is_counted() {
    let mut limits = Limits::default();
    let Some((_, whole, _)) = filled(&limits, &[TableName::Messages]) else { return };
    let omitted = |batches: &[(TableName, RecordBatch)]| -> u64 {
        let columns = batches.iter().filter_map(|(_, batch)| batch.column_by_name("omitted"));
        columns.map(|column| arrow_array::cast::AsArray::as_boolean(column).true_count() as u64).sum()
    };
    assert_eq!(omitted(&whole), 0);
    limits.output.record = 2000;
    let (_, cut, given_up) = filled(&limits, &[TableName::Messages]).expect("the same capture");
    assert!(omitted(&cut) > 1);
    assert_eq!(given_up, [("records_cut", omitted(&cut))]);
}

#[test]
fn every_table_is_declared() {
    let names: Vec<&str> = declarations().map(|table| table.name).collect();
    assert_eq!(names, ["messages", "calls", "properties", "commands", "handles", "events", "findings"]);
    for name in names {
        assert_eq!(name.parse::<TableName>().map(|table| table.to_string()), Ok(name.to_string()));
    }
    assert!("message".parse::<TableName>().is_err_and(|error| error.contains("messages, calls")));
}

#[test]
fn errors_say_what_is_wrong() {
    assert_eq!(Error::from(io::Error::other("no space")).to_string(), "no space");
    assert_eq!(Error::Format("a column is missing".to_string()).to_string(), "a column is missing");
}
