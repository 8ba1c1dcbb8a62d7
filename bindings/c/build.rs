//! Gives the shared library that cargo builds the name by which programs ask for it; `install` does the same for the one it
//! installs.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libcluscope.so.0");
    }
}
