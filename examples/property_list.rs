//! The property list in the answer to a ClusterControl call: the buffer is the method's, what it holds is told by the
//! control code of the request.
//!
//!     cargo run --example property_list captures/tour.pcapng

use cluscope::capture::Reader;
use cluscope::idl::cluster::ApiClusterControl;
use cluscope::ndr::Direction;
use cluscope::ndr::Message;
use cluscope::session::{Record, Session, SessionLimits};
use cluscope::structs::PropertyList;
use std::sync::Arc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "captures/tour.pcapng".into());
    let mut reader = Reader::new(std::fs::File::open(path)?)?;
    let mut session = Session::new(SessionLimits::default(), Arc::default());
    let mut lists = 0;
    let mut show = |record: Record<'_>| {
        let Some((kind, stub)) = record.stub().filter(|(kind, _)| kind.direction == Direction::Response) else {
            return;
        };
        let Some(message) = record.method().and_then(|method| Message::decode(method, kind, stub).ok()) else { return };
        // What the request told: a response can't be read without it.
        let Some((_, code)) = record.context().control_code else { return };
        let Some(response) = ApiClusterControl::Response::of(message) else { return };
        let Ok(list) = PropertyList::new(response.lpOutBuffer().as_bytes()) else { return };
        println!("frame {}, control code {code:#010x}: {} properties", record.event.frame(), list.count);
        for property in list.properties().map_while(Result::ok) {
            println!("  {}", property.name());
        }
        lists += 1;
    };
    while let Some(packet) = reader.next()? {
        session.packet(&packet, &mut show);
    }
    session.finish(&mut show);
    println!("{lists} lists");
    Ok(())
}
