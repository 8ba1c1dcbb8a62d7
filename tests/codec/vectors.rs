//! Stubs with the values they decode to: those of `tests/data`, and all of `../shared/vectors` where that is at hand.

use crate::common;
use crate::common::Sample;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::stub;
use serde_json::{Map, Value};

/// Where the printed value differs from the expected one, as a path; names, flags and decoded buffers beside a value are
/// extra. Parameters with more than one form in JSON are left to the test of encoding.
fn difference(expected: &Value, printed: &Value, path: &str) -> Option<String> {
    const SEVERAL_FORMS: [&str; 3] = ["multiSzNodeList", "IPV4", "IPV6"];
    if SEVERAL_FORMS.iter().any(|name| path.ends_with(name)) {
        return None;
    }
    let bare = match (expected, printed) {
        (Value::Object(_), _) => printed,
        (_, Value::Object(map)) => map.get("value").unwrap_or(printed),
        _ => printed,
    };
    match (expected, bare) {
        (Value::Object(expected), Value::Object(printed)) => expected.iter().find_map(|(key, value)| {
            let path = format!("{path}.{key}");
            match printed.get(key) {
                Some(printed) => difference(value, printed, &path),
                None => Some(format!("{path} is missing")),
            }
        }),
        (Value::Array(expected), Value::Array(printed)) if expected.len() == printed.len() => {
            let mut pairs = expected.iter().zip(printed).enumerate();
            pairs.find_map(|(i, (expected, printed))| difference(expected, printed, &format!("{path}[{i}]")))
        }
        (expected, bare) if expected == bare => None,
        (expected, bare) => Some(format!("{path}: {bare}, expected {expected}")),
    }
}

fn check(samples: &[Sample]) {
    let mut wrong = Vec::new();
    let mut encoded = 0;
    for sample in samples {
        let mut out = Out::new();
        assert!(
            stub::decode(
                &mut out,
                &sample.identity,
                &cluscope::internals::session::call_context::CallContext::default(),
                &sample.stub
            ),
            "{}: {:?}",
            sample.id,
            out
        );
        let printed: Map<String, Value> = serde_json::from_slice(out.as_bytes()).unwrap();
        let mut problems: Vec<String> = ["method", "params", "return"]
            .iter()
            .filter_map(|key| match (sample.line.get(*key), printed.get(*key)) {
                (Some(expected), Some(printed)) => difference(expected, printed, key),
                (None, None) => None,
                (expected, printed) => Some(format!("{key}: {printed:?}, expected {expected:?}")),
            })
            .collect();
        problems.extend(printed.get("trailing").map(|t| format!("left over: {t}")));

        // Encoding: from what is expected and, if that has the same bytes again, from what was printed.
        if sample.canonical {
            encoded += 1;
            for (from, line) in [("expected", &sample.line), ("printed", &printed)] {
                match stub::encode(line) {
                    Ok(bytes) if bytes == sample.stub => {}
                    Ok(bytes) => problems.push(format!("encoded from what was {from}: {}", hex::encode(bytes))),
                    Err(e) => problems.push(format!("not encoded from what was {from}: {e}")),
                }
            }
        }
        wrong.extend(problems.into_iter().map(|problem| format!("{}: {problem}", sample.id)));
    }
    assert!(wrong.is_empty(), "{} problems:\n{}", wrong.len(), wrong.join("\n"));
    println!("{} decoded, {encoded} encoded", samples.len());
}

#[test]
fn our_selection() {
    check(&common::corpus());
}

#[test]
fn all_of_them() {
    let (Some(stubs), Some(expected)) =
        (common::data::shared_text("vectors/stubs.jsonl"), common::data::shared_text("vectors/expected.jsonl"))
    else {
        return;
    };
    let samples: Vec<Sample> = common::objects(&stubs)
        .zip(common::objects(&expected))
        .map(|(mut stub, mut line)| {
            assert_eq!(stub["id"], line["id"]);
            line.insert("hex".into(), stub.remove("hex").unwrap());
            common::sample(line)
        })
        .collect();
    assert!(samples.len() > 1000, "{} vectors", samples.len());
    check(&samples);
}
