//! Decodes or encodes structures in bulk: `structs decode < in.jsonl`, `structs encode < in.jsonl`, one JSON object a
//! line as in the module `cluscope::internals::render::json::buffers`.

use std::io::{BufRead, Write};

fn main() -> std::io::Result<()> {
    let encode = std::env::args().nth(1).as_deref() == Some("encode");
    let mut out = cluscope::internals::render::json::out::Out::new();
    let mut stdout = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        if encode {
            cluscope::internals::render::json::buffers::encode_line(&mut out, &line?);
        } else {
            cluscope::internals::render::json::buffers::decode_line(&mut out, &line?);
        }
        stdout.write_all(out.as_bytes())?;
        stdout.write_all(b"\n")?;
    }
    Ok(())
}
