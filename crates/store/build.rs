//! A new migration has to reach the binary: `migrate!` alone does not notice added files.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
