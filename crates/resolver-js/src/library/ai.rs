//! `@aws-appsync/utils/ai`: requests for Amazon Bedrock.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-reference-bedrock-js.html>

use json::{Kind, Value};
use resolver::functions::Table;
use resolver::{Args, Failure};

pub(crate) const TABLE: Table = &[
    ("invokeModel", |_, args| request("InvokeModel", "invokeModel", args)),
    ("converse", |_, args| request("Converse", "converse", args)),
];

fn request(operation: &str, function: &str, args: Args<'_>) -> Result<Value, Failure> {
    let payload = args.value(0);
    if payload.kind() != Kind::Object {
        let message = format!("An object is expected to be passed to {function}");
        return Err(Failure::fault(message));
    }
    Ok(payload.with("operation", operation))
}
