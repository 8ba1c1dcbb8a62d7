//! The committed header is what cbindgen makes of the sources. `CLUSCOPE_BLESS=1` writes it anew.

use std::path::Path;

#[test]
fn header_is_made_from_the_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml");
    // The modules that it names are read with it.
    let bindings = cbindgen::Builder::new().with_config(config).with_src(root.join("src/lib.rs"));
    let mut made = Vec::new();
    bindings.generate().expect("the sources can be read").write(&mut made);
    let made = String::from_utf8(made).expect("UTF-8");
    let path = root.join("include/cluscope.h");
    if std::env::var_os("CLUSCOPE_BLESS").is_some() {
        std::fs::write(&path, &made).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(made == committed, "include/cluscope.h is not what the sources give: CLUSCOPE_BLESS=1 writes it anew");
}
