//! Extended error information (MS-EERR) as JSON: the bytes, and the chain of records where they are one.

use super::out::Out;
use super::record::named_code;
use super::values;
use crate::consts::status;
use crate::rpc::extended_error::{self, ErrorRecord, FLAGS, Param};

/// `{"hex":…,"decoded":{"records":[…]}}`.
pub(super) fn print(out: &mut Out, bytes: &[u8]) {
    out.begin();
    out.key("hex");
    out.hex(bytes);
    if let Some(records) = extended_error::parse(bytes) {
        out.key("decoded");
        out.begin();
        out.key("records");
        out.begin_list();
        records.iter().for_each(|one| record(out, one));
        out.end_list();
        out.end();
    }
    out.end();
}

fn record(out: &mut Out, record: &ErrorRecord) {
    out.begin();
    out.key("ComputerName");
    match &record.computer {
        Some(name) => out.text(name),
        None => out.null(),
    }
    out.key("ProcessID");
    out.uint(record.process.into());
    out.key("TimeStamp");
    values::filetime(out, record.time);
    let component = extended_error::component_name(record.component);
    named_code(out, "GeneratingComponent", record.component.into(), component);
    named_code(out, "Status", record.status.into(), status::fault_name(record.status));
    out.key("DetectionLocation");
    out.uint(record.location.into());
    out.key("Flags");
    out.begin();
    out.key("value");
    out.uint(record.flags.into());
    out.key("flags");
    out.begin_list();
    FLAGS.iter().filter(|(bit, _)| record.flags & bit != 0).for_each(|(_, name)| out.text(name));
    out.end_list();
    out.end();
    out.key("Params");
    out.begin_list();
    for param in &record.params {
        match param {
            Param::Text(Some(text)) => out.text(text),
            Param::Text(None) | Param::None => out.null(),
            Param::Long(value) => out.int((*value).into()),
            Param::Short(value) => out.int((*value).into()),
            Param::Pointer(value) => out.uint(*value),
            Param::Binary(bytes) => {
                out.begin();
                out.key("hex");
                out.hex(bytes);
                out.end();
            }
        }
    }
    out.end_list();
    out.end();
}
