//! Validation allocates nothing, neither do views, byte ranges or errors.

use crate::{COUNTING, alone, common};
use cluscope::internals::ndr::visitor::Ranges;
use cluscope::internals::ndr::wire::Message;
use cluscope::internals::render::json;
use cluscope_testkit::invariants;
use stats_alloc::Region;

/// Allocations of a piece of work. The test harness has threads of its own, which may allocate meanwhile: the least of a
/// few tries counts.
fn allocations(mut work: impl FnMut()) -> usize {
    let tries = (0..5).map(|_| {
        let region = Region::new(COUNTING);
        work();
        let change = region.change();
        change.allocations + change.reallocations
    });
    tries.min().unwrap()
}

#[test]
fn reading_allocates_nothing() {
    let _alone = alone();
    let samples = common::corpus();
    let mut bytes = 0;
    let validate = allocations(|| {
        for sample in &samples {
            let method = sample.identity.method().unwrap();
            bytes += Message::decode(method, sample.identity.kind, &sample.stub).unwrap().consumed;
        }
    });
    assert_eq!(validate, 0, "validating {bytes} bytes");

    let mut values = 0;
    let ranges = allocations(|| {
        for sample in &samples {
            let method = sample.identity.method().unwrap();
            let mut sink = Ranges(|range: std::ops::Range<usize>, _| values += usize::from(range.end > 0));
            Message::decode_with(method, sample.identity.kind, &sample.stub, &mut sink).unwrap();
        }
    });
    assert_eq!(ranges, 0, "byte ranges of {values} values");

    let mut errors = 0;
    let refused = allocations(|| {
        for sample in &samples {
            let method = sample.identity.method().unwrap();
            let cut = &sample.stub[..sample.stub.len() / 2];
            errors += usize::from(Message::decode(method, sample.identity.kind, cut).is_err());
        }
    });
    assert_eq!(refused, 0, "{errors} errors");
    assert!(errors > 0 && values > 0);

    // Views: names of a list that the decoder has seen.
    use cluscope::internals::idl::cluster::ApiCreateEnum::{METHOD, Response};
    let sample =
        samples.iter().find(|s| s.identity.method().unwrap().name == METHOD.name && s.stub.len() > 100).unwrap();
    let kind = sample.identity.kind;
    let mut units = 0;
    let views = allocations(|| {
        let message = Message::decode(&METHOD, kind, &sample.stub).unwrap();
        let list = Response::of(message).unwrap().ReturnEnum().unwrap();
        units += list.Entry().filter_map(|e| e.Name()).map(|name| name.chars().count()).sum::<usize>();
    });
    assert_eq!((views, units > 0), (0, true), "views");

    // The test can fail: printing grows a buffer, unless it has grown before.
    let mut out = json::out::Out::new();
    let print = |out: &mut json::out::Out| {
        json::stub::decode(
            out,
            &sample.identity,
            &cluscope::internals::session::call_context::CallContext::default(),
            &sample.stub,
        );
    };
    let region = Region::new(COUNTING);
    print(&mut out);
    assert!(region.change().allocations > 0);
    assert_eq!(allocations(|| print(&mut out)), 0, "printing into a buffer that is large enough");
    assert!(!invariants::noise(1, 1).is_empty());
}
