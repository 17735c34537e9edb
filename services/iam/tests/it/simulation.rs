//! The policy simulator.

use serde_json::json;

use crate::house::{Rooms, allow};

#[tokio::test]
async fn tells_what_policies_would_say() {
    let rooms = Rooms::open(None).await;
    let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:Delete*","Resource":"*"}}"#;
    let conditional = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"}}}}"#;
    let asked = json!({
        "PolicyInputList": [allow("s3:*", "*"), deny, conditional],
        "ActionNames": ["s3:GetObject", "s3:DeleteObject", "sqs:SendMessage"],
    });
    let answer = rooms.iam("SimulateCustomPolicy", &asked.to_string()).await;
    let results = answer["EvaluationResults"].as_array().expect("a list");
    let decisions: Vec<_> = results.iter().map(|result| result["EvalDecision"].clone()).collect();
    assert_eq!(decisions, ["allowed", "explicitDeny", "implicitDeny"]);
    assert_eq!(results[0]["MatchedStatements"][0]["SourcePolicyId"], "PolicyInputList.1");
    assert_eq!(results[1]["MatchedStatements"][0]["SourcePolicyId"], "PolicyInputList.2");
    assert_eq!(results[2]["MissingContextValues"], json!(["aws:PrincipalTag/team"]));

    let mut asked = asked;
    asked["ContextEntries"] = json!([{"ContextKeyName": "aws:PrincipalTag/team", "ContextKeyValues": ["blue"], "ContextKeyType": "string"}]);
    let answer = rooms.iam("SimulateCustomPolicy", &asked.to_string()).await;
    assert_eq!(answer["EvaluationResults"][2]["EvalDecision"], "allowed");
}

#[tokio::test]
async fn a_principal_brings_its_policies() {
    let rooms = Rooms::open(None).await;
    rooms.iam("CreateUser", r#"{"UserName":"alice"}"#).await;
    let put = json!({"UserName": "alice", "PolicyName": "p", "PolicyDocument": allow("s3:*", "*")});
    rooms.iam("PutUserPolicy", &put.to_string()).await;
    let arn = "arn:aws:iam::000000000000:user/alice";
    let asked = json!({"PolicySourceArn": arn, "ActionNames": ["s3:GetObject", "iam:GetUser"]});
    let answer = rooms.iam("SimulatePrincipalPolicy", &asked.to_string()).await;
    assert_eq!(answer["EvaluationResults"][0]["EvalDecision"], "allowed");
    assert_eq!(
        answer["EvaluationResults"][0]["MatchedStatements"][0]["SourcePolicyId"],
        "user_alice_p"
    );
    assert_eq!(answer["EvaluationResults"][1]["EvalDecision"], "implicitDeny");
}
