//! What handlers find, and what becomes of what they do.

use resolver::{End, LogLevel, SkipTo};

use crate::{end, message, run, value};

#[test]
fn a_handler_gives_the_value_it_returns() {
    assert_eq!(
        value("return { a: [1, 'b', null, ctx.args.x] }", r#"{"arguments": {"x": 1.5}}"#),
        r#"{"a":[1,"b",null,1.5]}"#
    );
    assert_eq!(value("", "{}"), "null");
}

#[test]
fn runs_share_nothing() {
    let module = resolver_js::Module::compile(
        "let count = 0; export const request = (ctx) => { count = count + 1; [].constructor.leak = 1; return count }",
    );
    let module = module.unwrap();
    let mut realm = resolver_js::Realm::default();
    let context = resolver::Context::default();
    let (now, entropy) = (base::Timestamp::from_millis(0), base::Entropy::from_number(1));
    let mut run =
        || realm.run(&module, "request", &context, now, entropy.clone(), &Default::default()).end;
    let first = run();
    assert!(
        matches!(&first, End::Failed(failure) if failure.message.contains("code.js:1:")),
        "{first:?}"
    );
    assert_eq!(run(), first);
}

#[test]
fn names_of_every_object_can_be_members() {
    let body = "const a = {}; a.toString = 'text'; a.constructor = 1; return a";
    assert_eq!(value(body, "{}"), r#"{"toString":"text","constructor":1}"#);
}

#[test]
fn code_cannot_be_made_of_text() {
    for name in ["eval", "Function", "Promise", "Date", "globalThis", "Reflect"] {
        let code = format!("export function request(ctx) {{ return typeof {name} }}");
        assert!(resolver_js::Module::compile(&code).is_err(), "{name}");
    }
    assert_eq!(value("const f = () => 1; return f.constructor === undefined", "{}"), "true");
}

#[test]
fn the_stash_is_kept_as_it_was_left() {
    let code = "export function request(ctx) { ctx.stash.b = 2; runtime.earlyReturn({ c: 3 }, { skipTo: 'END' }) }";
    let outcome = run(code, "request", r#"{"stash": {"a": 1}}"#);
    let stash = outcome.changes.get("stash").map(ToString::to_string);
    assert_eq!(stash.as_deref(), Some(r#"{"a":1,"b":2}"#));
    let value = json::Value::parse(r#"{"c":3}"#).unwrap();
    assert_eq!(outcome.end, End::EarlyReturn { value, skip_to: SkipTo::End });
}

#[test]
fn errors_have_what_the_code_gave_them() {
    let End::Failed(failure) = end("util.error('bad', 'Type', { a: 1 }, 2)", "{}") else {
        panic!()
    };
    assert_eq!((failure.message.as_str(), failure.error_type.as_deref()), ("bad", Some("Type")));
    assert_eq!(
        (failure.data.to_string(), failure.error_info.to_string()),
        ("{\"a\":1}".into(), "2".into())
    );
}

#[test]
fn faults_tell_their_place() {
    assert_eq!(
        message("const a = null;\n  return a.b;"),
        "code.js:3:10: TypeError: Cannot read property 'b' of null"
    );
    assert_eq!(
        message("  return util.str.toUpper(1)"),
        "code.js:2:10: toUpper: expected a String but got Number"
    );
}

#[test]
fn logs_tell_their_place() {
    let code = "import { util } from '@aws-appsync/utils';\nexport function request(ctx) {\n  console.log('hello', { a: ctx.info.x ?? 1 });\n  if (true) { console.error(1); }\n}";
    let logs = run(code, "request", "{}").effects.logs;
    let lines: Vec<_> = logs.iter().map(|line| (line.level, line.message.as_str())).collect();
    assert_eq!(
        lines,
        [
            (LogLevel::Info, "code.js:3:3: \"hello\" {\"a\":1}"),
            (LogLevel::Error, "code.js:4:15: 1"),
        ]
    );
}

#[test]
fn handlers_of_events_are_functions_or_objects() {
    let code = "export function onSubscribe(ctx) { return ctx.info.channel.path; }
        const onPublish = { request(ctx) { return ctx.events.map((it) => it.payload); }, response: (ctx) => ctx.result };
        export { onPublish };";
    let module = resolver_js::Module::compile(code).unwrap();
    assert!(module.exports("onSubscribe") && !module.exports_object("onSubscribe"));
    assert!(module.exports("onPublish") && module.exports_object("onPublish"));
    let context = r#"{"info": {"channel": {"path": "/a"}}, "events": [{"id": "1", "payload": 7}], "result": 8}"#;
    let given = |handler| match run(code, handler, context).end {
        End::Result(value) => value.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(given("onSubscribe"), "\"/a\"");
    assert_eq!(given("onPublish.request"), "[7]");
    assert_eq!(given("onPublish.response"), "8");
    assert!(given("onPublish").contains("onPublish is not a function"));
}
