//! What AWS's EvaluateCode answered, recorded (`localstack-appsync-utils` of the corpus).

use std::collections::BTreeMap;
use std::fs;

use base::{Entropy, Stop, Timestamp};
use json::Value;
use resolver::{Context, End};
use resolver_js::{Module, Realm};

#[test]
fn recorded_evaluations_agree() {
    let Some(folder) = corpus::folder("appsync/localstack-appsync-utils") else { return };
    let text = fs::read_to_string(folder.join("vectors.json")).unwrap();
    let vectors = Value::parse(&text).unwrap();
    let mut realm = Realm::default();
    let mut wrong = BTreeMap::new();
    for vector in vectors.items() {
        let expected = text_of(&vector, "expectedPretty");
        let given = evaluated(&mut realm, &vector);
        if given.trim() != expected.trim() {
            let code = text_of(&vector, "code");
            wrong.insert(
                text_of(&vector, "name"),
                format!("{code}\nexpected {expected}\ngiven {given}"),
            );
        }
    }
    corpus::judge(vectors.len(), &wrong);
}

/// Code that AWS's lint accepts or rejects, by rule. The service breaks on the one case that is TypeScript, so do we.
#[test]
fn lint_cases_agree() {
    let Some(folder) = corpus::folder("appsync/appsync-eslint-rules") else { return };
    let cases = Value::parse(&fs::read_to_string(folder.join("cases.json")).unwrap()).unwrap();
    let mut wrong = BTreeMap::new();
    for case in cases.items() {
        let (rule, code) = (text_of(&case, "rule"), text_of(&case, "code"));
        let errors = Module::compile(&code).err().unwrap_or_default();
        let broken: Vec<_> = errors.iter().filter(|error| error.rule == Some(&*rule)).collect();
        let expected = case.get("errors").map_or(0, |errors| errors.len());
        let is_typescript = code.contains("n: number") && !errors.is_empty();
        if broken.len() != expected && !is_typescript {
            wrong.insert(format!("{rule}: {code}"), format!("{expected} expected\n{errors:#?}"));
        }
    }
    corpus::judge(cases.len(), &wrong);
}

/// Every method that AWS's lint denies is denied where the value is written out.
#[test]
fn denied_methods_agree() {
    let Some(folder) = corpus::folder("appsync/appsync-eslint-rules") else { return };
    let denied = fs::read_to_string(folder.join("denied-methods.json")).unwrap();
    let denied = Value::parse(&denied).unwrap();
    let mut wrong = BTreeMap::new();
    for name in denied.items() {
        let name = name.as_str().unwrap_or_default().to_owned();
        let (holder, method) = name.split_once('.').unwrap_or_default();
        let statics = ["from", "of", "fromCharCode", "fromCodePoint", "raw"];
        let holder = match holder {
            "ObjectConstructor" => "Object",
            holder if statics.contains(&method) => holder,
            "Array" => "[1]",
            "String" => "'a'",
            // There is no `Date` at all.
            _ => "new Date()",
        };
        let code = format!("export function request(ctx) {{ return {holder}.{method}(); }}");
        if Module::compile(&code).is_ok() {
            wrong.insert(name, code);
        }
    }
    corpus::judge(denied.len(), &wrong);
}

fn text_of(vector: &Value, name: &str) -> String {
    vector.get(name).and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The reply in Jest's pretty format. Failures are shown by their message alone, without its place.
fn evaluated(realm: &mut Realm, vector: &Value) -> String {
    let code = match &*text_of(vector, "kind") {
        "expression" => format!(
            "export function request(ctx) {{ return {} }} export function response(ctx) {{}}",
            text_of(vector, "expression")
        ),
        _ => text_of(vector, "code").replace("'../rds'", "'@aws-appsync/utils/rds'"),
    };
    let code = format!(
        "import {{ util }} from '@aws-appsync/utils'; import * as ddb from '@aws-appsync/utils/dynamodb'; \
         import * as rds from '@aws-appsync/utils/rds';{code}"
    );
    let handler = vector.get("function").and_then(|name| name.as_str().map(str::to_owned));
    let handler = handler.unwrap_or_else(|| "request".to_owned());
    let context = Context::from_json(&vector.get("context").unwrap_or_default());
    let module = match Module::compile(&code) {
        Ok(module) => module,
        Err(errors) => return format!("{errors:?}"),
    };
    let now = Timestamp::from_millis(0);
    let outcome =
        realm.run(&module, &handler, &context, now, Entropy::from_number(1), &Stop::default());
    match outcome.end {
        End::Result(value) | End::EarlyReturn { value, .. } => corpus::pretty(&value),
        End::Failed(failure) => {
            let message =
                failure.message.strip_prefix("code.js:").map_or(&*failure.message, |rest| {
                    rest.split_once(": ").map_or(rest, |(_, message)| message)
                });
            corpus::pretty(&Value::object([("message", message)]))
        }
    }
}
