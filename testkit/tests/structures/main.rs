//! Values made up from the declarations of the structures ([`generate`]), and the buffers of all control codes and
//! notifications ([`contexts`]).

use cluscope::internals::ndr::value::Value;

mod contexts;
mod generate;

/// Bytes from parts.
fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn element(value: &Value, index: usize) -> &Value {
    match value {
        Value::List(list) => &list[index],
        other => panic!("no elements in {other:?}"),
    }
}
