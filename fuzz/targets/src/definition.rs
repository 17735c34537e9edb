//! Any text as a definition, whatever it is compiled for.

use asl::program::ExecutionType;
use asl::{Compiled, Options};

use crate::text;

pub(crate) fn run(bytes: &[u8]) {
    let text = text::of(bytes);
    for machine_type in [ExecutionType::Standard, ExecutionType::Express] {
        let options = Options { machine_type, ..Options::default() };
        check(&text, &asl::compile(&text, &options));
        let lone = asl::compile_state(&text, None, &options);
        check(&text, &lone.compiled);
        assert!(lone.state.is_none() || lone.compiled.program.is_some());
    }
    let named = asl::compile_state(&text, Some("A"), &Options::default());
    let in_program = named.compiled.program.and_then(|program| program.find("A"));
    assert_eq!(named.state, in_program);
    if let Some(processor) = asl::processor_definition(&text, "A") {
        json::Value::parse(processor).expect("what stands in a definition is JSON itself");
    }
}

/// What the API answers with can be written whatever was found, and tells a program from none.
fn check(text: &str, compiled: &Compiled) {
    for diagnostic in &compiled.diagnostics {
        let lines = text.split('\n').count() as u32;
        assert!((1..=lines).contains(&diagnostic.position.line), "{diagnostic:?}");
        assert!(1 <= diagnostic.position.column, "{diagnostic:?}");
    }
    if compiled.program.is_none() {
        assert!(!compiled.diagnostics.is_empty(), "a refusal says why");
        asl::invalid_definition(&compiled.diagnostics);
    }
}
