//! What AWS's EvaluateCode answered, recorded (`localstack-appsync-utils` of the corpus).

use std::fs;
use std::path::{Path, PathBuf};

use base::{Entropy, Stop, Timestamp};
use json::{Kind, Value};
use resolver::{Context, End};
use resolver_js::{Module, Realm};

/// The folder of recorded cases, if it is there.
#[expect(clippy::print_stdout, reason = "a skipped corpus must be seen")]
fn corpus(name: &str) -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "CONTRIBUTING.md: the corpus is named by a variable"
    )]
    let root = std::env::var("FREEHOLD_CORPUS").map_or_else(
        |_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"),
        PathBuf::from,
    );
    let folder = root.join("appsync").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} isn't there", folder.display());
    None
}

#[expect(clippy::print_stdout, reason = "how many cases pass is what the corpus is for")]
fn judge(total: usize, wrong: &[String]) {
    println!("{} of {total} cases pass", total - wrong.len());
    assert!(wrong.is_empty(), "{} failures:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn recorded_evaluations_agree() {
    let Some(folder) = corpus("localstack-appsync-utils") else { return };
    let text = fs::read_to_string(folder.join("vectors.json")).unwrap();
    let vectors = Value::parse(&text).unwrap();
    let mut realm = Realm::default();
    let mut wrong = Vec::new();
    for vector in vectors.items() {
        let expected = text_of(&vector, "expectedPretty");
        let given = evaluated(&mut realm, &vector);
        if given.trim() != expected.trim() {
            wrong.push(format!(
                "{}\n{}\nexpected {expected}\ngiven {given}",
                text_of(&vector, "name"),
                text_of(&vector, "code")
            ));
        }
    }
    judge(vectors.len(), &wrong);
}

/// Code that AWS's lint accepts or rejects, by rule. The service breaks on the one case that is TypeScript, so do we.
#[test]
fn lint_cases_agree() {
    let Some(folder) = corpus("appsync-eslint-rules") else { return };
    let cases = Value::parse(&fs::read_to_string(folder.join("cases.json")).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in cases.items() {
        let (rule, code) = (text_of(&case, "rule"), text_of(&case, "code"));
        let errors = Module::compile(&code).err().unwrap_or_default();
        let broken: Vec<_> = errors.iter().filter(|error| error.rule == Some(&*rule)).collect();
        let expected = case.get("errors").map_or(0, |errors| errors.len());
        let is_typescript = code.contains("n: number") && !errors.is_empty();
        if broken.len() != expected && !is_typescript {
            wrong.push(format!("{rule}: {expected} expected\n{code}\n{errors:#?}"));
        }
    }
    judge(cases.len(), &wrong);
}

/// Every method that AWS's lint denies is denied where the value is written out.
#[test]
fn denied_methods_agree() {
    let Some(folder) = corpus("appsync-eslint-rules") else { return };
    let denied = fs::read_to_string(folder.join("denied-methods.json")).unwrap();
    let denied = Value::parse(&denied).unwrap();
    let mut wrong = Vec::new();
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
            wrong.push(name);
        }
    }
    judge(denied.len(), &wrong);
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
        End::Result(value) | End::EarlyReturn { value, .. } => pretty(&value, 0),
        End::Failed(failure) => {
            let message =
                failure.message.strip_prefix("code.js:").map_or(&*failure.message, |rest| {
                    rest.split_once(": ").map_or(rest, |(_, message)| message)
                });
            pretty(&Value::object([("message", message)]), 0)
        }
    }
}

/// Jest's pretty format: members by name, a comma after each, texts as they are.
fn pretty(value: &Value, level: usize) -> String {
    let (open, close, members): (_, _, Vec<String>) = match value.kind() {
        Kind::Array => ("[", "]", value.items().map(|item| pretty(&item, level + 1)).collect()),
        Kind::Object => {
            let mut members: Vec<_> = value.entries().collect();
            members.sort_by_key(|(name, _)| *name);
            let member = |(name, member): (&str, Value)| {
                format!("\"{name}\": {}", pretty(&member, level + 1))
            };
            ("{", "}", members.into_iter().map(member).collect())
        }
        Kind::String => return format!("\"{}\"", value.as_str().unwrap_or_default()),
        Kind::Null | Kind::Bool | Kind::Number => return value.to_string(),
    };
    if members.is_empty() {
        return format!("{open}{close}");
    }
    let indent = "  ".repeat(level);
    let lines: String = members.iter().map(|member| format!("{indent}  {member},\n")).collect();
    format!("{open}\n{lines}{indent}{close}")
}
