//! Byte ranges of the values of every message in the captures.

use crate::{accounting, data};
use cluscope::internals::base::error::Error;
use cluscope::internals::capture::Reader;
use cluscope::internals::ndr::wire::Message;
use cluscope::internals::session::{Record, Session, SessionLimits};
use std::sync::Arc;

#[test]
fn ranges_in_captures() {
    let mut files = data::captures(&data::file("captures"), 1);
    if let Some(shared) = data::shared("captures") {
        files.extend(data::captures(&shared, 20));
    }
    let (mut wrong, mut all, mut whole) = (Vec::new(), 0u64, 0u64);
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Ok(mut reader) = Reader::new(std::fs::File::open(&file).expect("a file")) else { continue };
        let mut session = Session::new(SessionLimits::default(), Arc::default());
        let mut check = |record: Record<'_>| {
            let (Some(method), Some((kind, stub))) = (record.method(), record.stub()) else { return };
            let decoded: Result<Message<'_>, Error> = Message::decode(method, kind, stub);
            let Ok(message) = decoded else { return };
            let context = record.context().content();
            let (found, clean) = accounting::check(&message, context);
            all += 1;
            whole += u64::from(clean);
            if wrong.len() < 1000 {
                let frame = record.event.frame();
                wrong.extend(found.into_iter().map(|found| format!("{name} #{frame} {}: {found}", method.name)));
            }
        };
        while let Ok(Some(packet)) = reader.next() {
            session.packet(&packet, &mut check);
        }
        session.finish(&mut check);
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    assert!(all > 50 && whole * 100 > all * 95, "{whole} of {all}");
}
