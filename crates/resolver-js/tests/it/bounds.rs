//! Code that wants too much.

use resolver_js::Module;

use crate::{message, value};

/// As long as AppSync lets code be.
const CODE_BYTES: usize = 32_768;

#[test]
fn deep_code_is_read_or_refused() {
    let repeated = |part: &str| part.repeat((CODE_BYTES - 100) / part.len());
    let nested = |open: &str, close: &str| {
        let levels = (CODE_BYTES - 100) / (open.len() + close.len());
        format!("return {}1{}", open.repeat(levels), close.repeat(levels))
    };
    let codes = [
        nested("(", ")"),
        nested("[", "]"),
        nested("{a:", "}"),
        nested("`${", "}`"),
        nested("[].map(()=>", ")"),
        nested("[].map(()=>{", "})"),
        format!("return {}1", repeated("!")),
        format!("return {}1", repeated("(")),
        format!("return {}1", repeated("1+")),
        format!("return {}1", repeated("1?1:")),
        format!("return {}1", repeated("typeof ")),
        format!("{}return 1", repeated("if(1)")),
        format!("return 1{}", repeated(".a")),
        format!("return {}1", repeated("()=>")),
    ];
    for body in codes {
        let code = format!("export function request(ctx) {{ {body} }}");
        if Module::compile(&code).is_ok() {
            let shown = value(&body, "{}");
            assert!(!shown.is_empty(), "{}", &code[..60]);
        }
    }
}

#[test]
fn deep_values_are_refused() {
    let body = "let a = {}; const all = new Array(100000).fill(1); for (const x of all) { a = { a }; } return a";
    let told = message(body);
    assert!(told.contains("RangeError") || told.contains("too deep"), "{told}");
}

#[test]
fn a_run_after_a_cut_one_is_sound() {
    let bad = Module::compile(
        "export function request(ctx) { const a = []; for (const x of new Array(10000000).fill(1)) { a.push([x]); } }",
    );
    let good = Module::compile("export function request(ctx) { return ctx.args }");
    let (Ok(bad), Ok(good)) = (bad, good) else { panic!("the code is good") };
    let mut realm = resolver_js::Realm::default();
    let context = resolver::Context::default();
    let (now, entropy) = (base::Timestamp::from_millis(0), base::Entropy::from_number(1));
    let mut run = |module| {
        realm.run(module, "request", &context, now, entropy.clone(), &Default::default()).end
    };
    assert!(matches!(run(&bad), resolver::End::Failed(_)));
    assert_eq!(run(&good), resolver::End::Result(json::Value::empty_object()));
}

#[test]
fn long_loops_are_cut() {
    let body = "const a = new Array(100000).fill(1); let n = 0;
        for (const x of a) { for (const y of a) { n = n + 1; } } return n";
    assert_eq!(message(body), "code.js: The code took too long and was stopped.");
}

#[test]
fn memory_is_bounded() {
    let body = "const a = []; for (const x of Array(1000000).fill(1)) { const text = `${x}`; a.push(text.padEnd(1000)); } return a.length";
    assert_eq!(message(body), "code.js: The code took too much memory and was stopped.");
}
