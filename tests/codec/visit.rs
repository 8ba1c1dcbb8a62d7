//! Byte ranges of all values: the stubs of `tests/data` and of `../shared/vectors`.

use crate::common::{self, Sample, accounting};
use cluscope::internals::ndr::wire::Message;
use cluscope::internals::structs::content::Context;

fn check(samples: &[Sample]) -> (usize, usize) {
    let (mut wrong, mut clean) = (Vec::new(), 0);
    for sample in samples {
        let Some(method) = sample.identity.method().filter(|method| method.on_wire) else { continue };
        let message = Message::decode(method, sample.identity.kind, &sample.stub).expect(&sample.id);
        let (found, all) = accounting::check(&message, Context::default());
        wrong.extend(found.into_iter().map(|found| format!("{} {}: {found}", sample.id, method.name)));
        clean += usize::from(all);
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    (samples.len(), clean)
}

#[test]
fn ranges_of_the_corpus() {
    let (all, clean) = check(&common::corpus());
    assert!(clean * 10 > all * 9, "{clean} of {all}");
}

#[test]
fn ranges_of_all_vectors() {
    let Some(text) = common::data::shared_text("vectors/stubs.jsonl") else { return };
    let samples: Vec<Sample> = common::objects(&text).map(common::sample).collect();
    let (all, clean) = check(&samples);
    assert!(all > 1000 && clean * 10 > all * 9, "{clean} of {all}");
}
