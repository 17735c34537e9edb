//! `RELATIONAL_DATABASE`: one or two statements, run one after the other by the RDS Data API.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-rds.html>
//! Each commits by itself: AWS's page promises no transaction around the two.

use json::{Kind, Value};
use resolver::Failure;
use serde_json::json;

use super::{Query, Refusal, body, given, member, misfit};

/// What a request may hold.
const STATEMENTS_MAX: usize = 2;

pub(super) async fn ask(query: &Query<'_>) -> Result<Value, Failure> {
    let config = query.source.relational_database_config.as_ref();
    let config = config.and_then(|config| config.rds_http_endpoint_config.as_ref());
    let config = config.ok_or_else(|| misfit("The data source names no cluster."))?;
    let statements = statements(query.request)?;
    let parameters = parameters(query.request)?;
    let mut results = Vec::new();
    for sql in statements {
        let asked = body(json!({
            "resourceArn": config.db_cluster_identifier,
            "secretArn": config.aws_secret_store_arn,
            "database": config.database_name.as_deref().unwrap_or_default(),
            "sql": sql,
            "parameters": parameters,
            "includeResultMetadata": true,
        }));
        let result = query.call("rdsdata", "ExecuteStatement", asked).await;
        results.push(result.map_err(failure)?);
    }
    // The handler finds a text, which `util.rds` reads.
    let answer = Value::object([("sqlStatementResults", Value::array(results))]);
    Ok(Value::from(answer.to_string()))
}

fn statements(request: &Value) -> Result<Vec<String>, Failure> {
    let given = given(request, "statements");
    let given = given.ok_or_else(|| misfit("Value for field '$[statements]' not found."))?;
    let texts: Option<Vec<String>> =
        given.items().map(|text| text.as_str().map(str::to_owned)).collect();
    match texts {
        Some(texts) if (1..=STATEMENTS_MAX).contains(&texts.len()) => Ok(texts),
        Some(_) => Err(misfit(format!("A request has one to {STATEMENTS_MAX} statements."))),
        None => Err(misfit("Value for field '$[statements]' is no list of texts.")),
    }
}

/// The variables, under their names without the colon. Both statements are given all of them.
fn parameters(request: &Value) -> Result<Vec<serde_json::Value>, Failure> {
    let variables = given(request, "variableMap").unwrap_or_default();
    let hints = given(request, "variableTypeHintMap").unwrap_or_default();
    let parameter = |(name, value): (&str, Value)| {
        let mut parameter =
            json!({ "name": name.trim_start_matches(':'), "value": field(name, &value)? });
        if let Some(hint) = given(&hints, name) {
            parameter["typeHint"] = member(&hint);
        }
        Ok(parameter)
    };
    variables.entries().map(parameter).collect()
}

fn field(name: &str, value: &Value) -> Result<serde_json::Value, Failure> {
    let plain = member(value);
    match value.kind() {
        Kind::Null => Ok(json!({ "isNull": true })),
        Kind::Bool => Ok(json!({ "booleanValue": plain })),
        Kind::Number if plain.is_i64() => Ok(json!({ "longValue": plain })),
        Kind::Number => Ok(json!({ "doubleValue": plain })),
        Kind::String => Ok(json!({ "stringValue": plain })),
        Kind::Array | Kind::Object => {
            Err(misfit(format!("The variable {name} is no text, number or truth value.")))
        }
    }
}

/// As clients report it: `RDSHttp:{"message":"ERROR: relation …"}`.
fn failure(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Failed(failure) => failure,
        Refusal::Refused(error) => {
            let message = json!({ "message": error.message.unwrap_or_default() });
            let kind = match error.status {
                400 => "400 Bad Request".to_owned(),
                404 => "404 Not Found".to_owned(),
                504 => "504 Gateway Timeout".to_owned(),
                status => status.to_string(),
            };
            Failure::new(format!("RDSHttp:{message}"), kind)
        }
    }
}
