//! The command line program; all of it is in `cluscope::cli`.
use std::io::{BufRead, Write};
fn main() {
    let mut out = cluscope::json::out::Out::new();
    let enc = std::env::args().nth(1).as_deref() == Some("encode");
    for l in std::io::stdin().lock().lines() {
        let l = l.unwrap();
        if enc {
            cluscope::json::stub::encode_line(&mut out, &l);
        } else {
            cluscope::json::stub::decode_line(&mut out, &l);
        }
        let mut s = std::io::stdout().lock();
        s.write_all(out.as_bytes()).unwrap();
        s.write_all(b"\n").unwrap();
    }
}
