//! What is fuzzed: functions that take any bytes and panic only if the house has a fault.
//!
//! A [`Target`] feeds its bytes to one place where the outside comes in, and holds what comes out
//! against what must always be true there. A panic, a stack that overflows, an input that takes
//! seconds or gigabytes: each is a fault of the crate under test, and its input becomes a seed in
//! `seeds/<target>/`, where `tests/seeds.rs` runs it with every test run.
//!
//! It is not a fuzzer. With libFuzzer these targets run from `fuzz/fuzz_targets`, by `cargo xtask fuzz`
//! or `cargo fuzz run <target>`; that package is outside the workspace, for it needs a nightly compiler.

mod definition;
mod engine;
mod event_decode;
mod frames;
mod graphql;
mod json;
mod jsonata;
mod path;
mod program;
mod template;
mod text;
mod wire;
mod world;

/// One thing to fuzz.
#[derive(Clone, Copy)]
pub struct Target {
    /// Of `fuzz_targets/<name>.rs` and `seeds/<name>/`.
    pub name: &'static str,
    pub run: fn(&[u8]),
}

pub const DEFINITION: Target = Target { name: "definition", run: definition::run };
pub const ENGINE: Target = Target { name: "engine", run: engine::run };
pub const EVENT_DECODE: Target = Target { name: "event_decode", run: event_decode::run };
pub const FRAMES: Target = Target { name: "frames", run: frames::run };
pub const GRAPHQL: Target = Target { name: "graphql", run: graphql::run };
pub const JSON: Target = Target { name: "json", run: json::run };
pub const JSONATA: Target = Target { name: "jsonata", run: jsonata::run };
pub const PATH: Target = Target { name: "path", run: path::run };
pub const PROGRAM: Target = Target { name: "program", run: program::run };
pub const TEMPLATE: Target = Target { name: "template", run: template::run };
pub const WIRE: Target = Target { name: "wire", run: wire::run };

pub const ALL: [Target; 11] = [
    DEFINITION,
    ENGINE,
    EVENT_DECODE,
    FRAMES,
    GRAPHQL,
    JSON,
    JSONATA,
    PATH,
    PROGRAM,
    TEMPLATE,
    WIRE,
];
