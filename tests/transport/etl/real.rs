//! Two real traces, of a kernel component and of the scan interface: no packets, but everything around them.

use super::*;
use crate::data;

#[test]
fn the_real_traces() {
    // Name, events, buffers, processors, events lost.
    for (name, events, buffers, processors, lost) in [("lxcore_kernel.etl", 2, 3, 6, 0), ("AMSITrace.etl", 19, 6, 8, 3)]
    {
        let Some(path) = data::shared(&format!("etl/{name}")) else { return };
        let bytes = std::fs::read(path).unwrap();
        let (packets, reader, error) = read(&bytes);
        assert!(packets.is_empty() && error.is_none() && reader.problems().is_empty(), "{name}");
        assert_eq!(reader.format_name(), "ETL");
        let counters = reader.trace_counters().unwrap();
        assert_eq!(
            (counters.events.event, counters.events.total(), counters.buffers),
            (events, events, buffers),
            "{name}"
        );
        let header = reader.trace_header().unwrap();
        assert_eq!((header.pointer_size, header.frequency, header.processors), (8, 10_000_000, processors), "{name}");
        assert_eq!((counters.events_lost, counters.buffers_lost), (lost, 0), "{name}");
    }
}
