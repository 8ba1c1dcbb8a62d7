//! The committed header is what cbindgen makes of the sources. `CLUSCOPE_BLESS=1` writes it anew.

use std::path::Path;

#[test]
fn header_is_made_from_the_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml");
    let bindings = cbindgen::Builder::new().with_config(config).with_src(root.join("src/lib.rs"));
    let sources = sources(root);
    let bindings = sources.into_iter().fold(bindings, |builder, source| builder.with_src(source));
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

fn sources(root: &Path) -> Vec<std::path::PathBuf> {
    let lib = std::fs::read_to_string(root.join("src/lib.rs")).expect("src/lib.rs");
    let modules = lib.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    modules.map(|module| root.join(format!("src/{module}.rs"))).collect()
}
