//! What the crate promises, through its public interface.

mod bounds;
mod library;
mod realm;
mod sql;

use base::{Entropy, Stop, Timestamp};
use resolver::{Context, End, Outcome};
use resolver_js::{Module, Realm};

/// The outcome of a handler of good code.
#[expect(clippy::unwrap_used, reason = "the tests give good code")]
fn run(code: &str, handler: &str, context: &str) -> Outcome {
    let module = Module::compile(code).unwrap();
    let context = Context::from_json(&json::Value::parse(context).unwrap());
    let (now, entropy) = (Timestamp::from_millis(1_700_000_000_000), Entropy::from_number(1));
    Realm::default().run(&module, handler, &context, now, entropy, &Stop::default())
}

/// The end of a `request` handler whose body this is.
fn end(body: &str, context: &str) -> End {
    let code =
        format!("export function request(ctx) {{\n{body}\n}}\nexport function response(ctx) {{}}");
    run(&code, "request", context).end
}

/// The text of the value that such a handler gives.
fn value(body: &str, context: &str) -> String {
    match end(body, context) {
        End::Result(value) => value.to_string(),
        other => format!("{other:?}"),
    }
}

/// The message that such a handler fails with.
fn message(body: &str) -> String {
    match end(body, "{}") {
        End::Failed(failure) => {
            assert_eq!(failure.error_type.as_deref(), Some("Code"), "{failure:?}");
            failure.message
        }
        other => format!("{other:?}"),
    }
}
