//! The program that documents show is the file that is compiled and run.

use std::path::Path;

#[test]
fn documents_show_the_shortest_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |name: &str| std::fs::read_to_string(root.join(name)).expect(name);
    let program = format!("```c\n{}```\n", read("examples/c/shortest.c"));
    for document in ["docs/embedding.md", "README.md"] {
        assert!(read(document).contains(&program), "{document} shows another program than examples/c/shortest.c");
    }
}
