//! Recorded calls of the functions, and the templates that Amplify deploys.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result};
use base::{Entropy, Stop, Timestamp};
use json::Value;
use resolver::template::{Rendered, Template};
use resolver::{Args, Call, Context, Effects, Failure, functions};

fn call(namespace: &str, name: &str, arguments: &[Value]) -> Option<Result<Value, Failure>> {
    let mut call = Call {
        context: &Context::default(),
        now: Timestamp::from_millis(0),
        entropy: &mut Entropy::from_number(1),
        effects: &mut Effects::default(),
    };
    Some(functions::find(namespace, name)?(&mut call, Args(arguments)))
}

/// What a recorded case calls, if it is one of our functions and nothing more.
fn called(case: &Value) -> Option<Option<Result<Value, Failure>>> {
    let text = |name: &str| case.get(name).and_then(|text| text.as_str().map(str::to_owned));
    let result = case.get("context").and_then(|context| context.get("result"));
    if let Some(code) = text("code") {
        if code.contains("toJsonObject(ctx.result)") {
            return Some(call("rds", "toJsonObject", &[result?]));
        }
        return code.contains("util.unauthorized()").then(|| call("", "unauthorized", &[]));
    }
    let expression = text("expression")?;
    let (name, arguments) = expression.strip_prefix("util.")?.split_once('(')?;
    let (namespace, name) = name.split_once('.').unwrap_or(("", name));
    let arguments = Value::parse(&format!("[{}]", arguments.strip_suffix(')')?)).ok()?;
    Some(call(namespace, name, &arguments.items().collect::<Vec<_>>()))
}

#[test]
fn functions_answer_as_recorded() -> Result<()> {
    let Some(folder) = corpus::folder("appsync/localstack-appsync-utils") else { return Ok(()) };
    let cases = Value::parse(&fs::read_to_string(folder.join("vectors.json"))?)?;
    let mut failures = BTreeMap::new();
    let mut total = 0;
    for case in cases.items() {
        let Some(answer) = called(&case) else { continue };
        total += 1;
        let name = case.get("name").unwrap_or_default().to_string();
        let expected = case.get("expectedPretty").unwrap_or_default();
        let expected = expected.as_str().unwrap_or_default().trim();
        let answer = match answer.with_context(|| format!("{name}: no such function"))? {
            Ok(value) => value,
            Err(failure) => Value::object([("message", failure.message)]),
        };
        let answer = corpus::pretty(&answer);
        if answer != expected {
            failures.insert(name, format!("wanted {expected}\ngot    {answer}"));
        }
    }
    corpus::judge(total, &failures);
    Ok(())
}

/// Contexts as an app of Amplify has them: a reader with an API key, a user who writes, the answer of a
/// data source.
fn contexts() -> Result<Vec<Context>> {
    let documents = [
        r#"{"info": {"fieldName": "getPost", "parentTypeName": "Query"}}"#,
        r##"{
          "arguments": {"id": "1", "limit": 5, "filter": {"title": {"contains": "a"}, "and": [{"x": {"eq": 1}}]},
            "input": {"id": "1", "title": "Title", "owner": "ada", "email": "a@b.c", "quantity": 1, "price": 2},
            "condition": {"title": {"eq": "x"}}, "sortDirection": "DESC", "nextToken": "t", "query": "q"},
          "identity": {"sub": "s", "issuer": "i", "username": "ada", "claims": {"sub": "s", "username": "ada",
            "cognito:groups": ["Admin"]}, "sourceIp": ["127.0.0.1"], "defaultAuthStrategy": "ALLOW"},
          "source": {"id": "1", "title": "t", "postId": "2", "owner": "ada"},
          "request": {"headers": {"x-api-key": "k"}},
          "stash": {"adminRoles": ["admin"], "metadata": {}, "conditions": [], "keys": ["id"],
            "defaultValues": {"id": "3"}, "connectionAttributes": {}, "connectionAttibutes": {"id": "1"},
            "tableName": "Post", "transformedArgs": {}},
          "prev": {"result": {"id": "1"}},
          "result": {"id": "1", "title": "t", "owner": "ada", "items": [{"id": "1"}], "statusCode": 200,
            "body": "{\"a\":1}", "headers": {}}
        }"##,
        r#"{
          "arguments": {"input": {}},
          "identity": {"accountId": "1", "userArn": "arn:aws:sts::1:assumed-role/r/s", "username": "u",
            "cognitoIdentityId": "c", "cognitoIdentityPoolId": "p", "cognitoIdentityAuthType": "authenticated"},
          "error": {"message": "m", "type": "DynamoDB:ConditionalCheckFailedException"},
          "result": {"items": []}
        }"#,
    ];
    documents.iter().map(|document| Ok(Context::from_json(&Value::parse(document)?))).collect()
}

/// An expression of a rendered request that DynamoDB refuses: parentheses stand around nothing but parentheses.
fn refused_expression(text: &str) -> Option<String> {
    let document = Value::parse(text).ok()?;
    let mut left = vec![document];
    while let Some(value) = left.pop() {
        let expression = value.get("expression").and_then(|it| it.as_str().map(str::to_owned));
        if let Some(expression) = expression.filter(|it| has_doubled_parentheses(it)) {
            return Some(expression);
        }
        left.extend(value.items());
        left.extend(value.entries().map(|(_, member)| member));
    }
    None
}

fn has_doubled_parentheses(expression: &str) -> bool {
    let closing = |open: usize| {
        let mut depth = 0;
        expression[open..].find(|char| {
            depth += i32::from(char == '(') - i32::from(char == ')');
            depth == 0
        })
    };
    let doubled = |(open, _): (usize, &str)| {
        let close = closing(open + 1).map(|length| open + 1 + length + 1);
        close.is_some_and(|close| expression[close..].starts_with(')'))
    };
    expression.match_indices("((").any(doubled)
}

#[test]
fn templates_of_amplify_evaluate_without_fault() -> Result<()> {
    let Some(folder) = corpus::folder("appsync/amplify-transformer-vtl-corpus/vtl") else {
        return Ok(());
    };
    let contexts = contexts()?;
    let mut failures = BTreeMap::new();
    let mut total = 0;
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let name = path.file_name().context("a file has a name")?.to_string_lossy().into_owned();
        let Ok(template) = Template::parse(&fs::read_to_string(&path)?) else { continue };
        for (place, context) in contexts.iter().enumerate() {
            total += 1;
            let (now, entropy) = (Timestamp::from_millis(0), Entropy::from_number(1));
            let rendering = template.render(context, now, entropy, &Stop::default());
            let fault = match rendering.end {
                // What a template says with `$util.error` is no fault.
                Rendered::Failed(failure) => {
                    let is_fault = failure.error_type.as_deref() == Some(Failure::MAPPING_TEMPLATE);
                    is_fault.then_some(failure.message)
                }
                Rendered::Returned(_) => None,
                Rendered::Text(text) => {
                    let calls = ["$util.", "$utils.", "$extensions."];
                    let is_left = calls.iter().any(|call| text.contains(call));
                    if is_left { Some(text) } else { refused_expression(&text) }
                }
            };
            if let Some(fault) = fault {
                failures.insert(format!("{name} in context {place}"), fault);
            }
        }
    }
    corpus::judge(total, &failures);
    Ok(())
}
