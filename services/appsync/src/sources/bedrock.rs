//! `AMAZON_BEDROCK_RUNTIME`: models are asked where the configuration says they are.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-reference-bedrock-js.html>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use json::Value;
use resolver::Failure;
use serde_json::json;

use super::{Query, given, member, misfit, operation, text};

const SERVICE: &str = "bedrock-runtime";

pub(super) async fn ask(query: &Query<'_>) -> Result<Value, Failure> {
    let request = query.request;
    let refused = |refusal| query.failure("BedrockRuntime", "Bedrock", refusal);
    match operation(request)?.as_str() {
        "InvokeModel" => {
            let prompt = given(request, "body").unwrap_or_default();
            let asked = json!({
                "modelId": text(request, "modelId"),
                "contentType": "application/json",
                "accept": "application/json",
                "body": BASE64.encode(prompt.to_string()),
            });
            let reply = query.call(SERVICE, "InvokeModel", with_guardrail(asked, request)).await;
            let reply = reply.map_err(refused)?;
            let answer = text(&reply, "body").and_then(|body| BASE64.decode(body).ok());
            let answer = answer.and_then(|answer| String::from_utf8(answer).ok());
            let answer = answer.and_then(|answer| Value::parse(&answer).ok());
            answer.ok_or_else(|| Failure::new("The model's answer is no JSON.", "Bedrock:Response"))
        }
        "Converse" => {
            let mut asked = member(request);
            if let Some(asked) = asked.as_object_mut() {
                // The version is the template's, not the model's.
                asked.remove("operation");
                asked.remove("version");
            }
            query.call(SERVICE, "Converse", asked.to_string()).await.map_err(refused)
        }
        other => Err(misfit(format!("Unsupported operation '{other}'."))),
    }
}

fn with_guardrail(mut asked: serde_json::Value, request: &Value) -> String {
    for name in ["guardrailIdentifier", "guardrailVersion", "trace"] {
        if let Some(value) = given(request, name) {
            asked[name] = member(&value);
        }
    }
    asked.to_string()
}
