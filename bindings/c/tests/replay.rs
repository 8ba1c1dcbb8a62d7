//! Runs the fuzz target `c_interface` over its corpus and over the inputs that once made it fail.

mod boundary;

#[test]
fn corpus_of_the_c_interface() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let mut count = 0;
    for folder in ["corpus", "regressions"] {
        let Ok(folder) = std::fs::read_dir(root.join(folder).join("c_interface")) else { continue };
        for entry in folder {
            let path = entry.expect("an entry").path();
            let bytes = std::fs::read(&path).expect("an input");
            // What fails is named.
            println!("{}", path.display());
            boundary::run(&bytes);
            count += 1;
        }
    }
    assert!(count >= 10, "only {count} inputs");
}
