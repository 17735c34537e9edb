//! Asks the linker of a release to fold functions that came out the same: the shapes of AWS make many of them.
//!
//! Only the linker that Rust brings along is asked; whoever has chosen another is left alone.

#![expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts by variables")]

use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=RUSTC_LINKER");
    println!("cargo:rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let has_chosen = env::var_os("RUSTC_LINKER").is_some()
        || ["linker", "fuse-ld"].iter().any(|choice| flags.contains(choice));
    if is_release && !has_chosen && has_lld() {
        println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
    }
}

/// Whether Rust links with its own `lld`, as it does on this target since 1.90.
fn has_lld() -> bool {
    const TARGET: &str = "x86_64-unknown-linux-gnu";
    let is_target = |name| env::var(name).is_ok_and(|target| target == TARGET);
    let printed = || {
        let rustc = env::var_os("RUSTC")?;
        let output = Command::new(rustc).args(["--print", "sysroot"]).output().ok()?;
        Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
    };
    is_target("TARGET")
        && is_target("HOST")
        && printed().is_some_and(|sysroot| {
            sysroot.join("lib/rustlib").join(TARGET).join("bin/gcc-ld/ld.lld").exists()
        })
}
