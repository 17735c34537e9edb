use super::{as_express, check, check_jsonata, check_state, expect};

#[test]
fn machines_need_states_and_a_start() {
    check("{}", &["These fields are required: [States, StartAt] at /"]);
    check(r#"{"StartAt": "A"}"#, &["These fields are required: [States] at /"]);
    check(
        r#"{"States": {"A": {"Type": "Succeed"}}}"#,
        &["These fields are required: [StartAt] at /"],
    );
    check_state(
        r#"{"Type": "Parallel", "End": true, "Branches": [{}]}"#,
        &["These fields are required: [States, StartAt] @Branches[0]"],
    );
}

#[test]
fn machines_have_no_other_fields() {
    check(
        r#"{"Coment": "typo", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}, "Version": "2.0"}"#,
        &[
            "Field 'Coment' is not supported at /",
            "Value should be one of the following: [1.0] at /Version",
        ],
    );
    check_state(
        r#"{"Type": "Map", "End": true, "ItemProcessor": {"QueryLanguage": "JSONata",
            "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}}"#,
        &["Field 'QueryLanguage' is not supported @ItemProcessor"],
    );
}

#[test]
fn states_have_one_of_the_eight_types() {
    let types = "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]";
    check_state(
        r#"{"Type": "task", "End": true}"#,
        &[&format!("The field 'Type' should have one of these values: {types} @Type")],
    );
    check_state(r#"{"End": true}"#, &["These fields are required: [Type]"]);
    check(
        r#"{"StartAt": "X", "States": {"X": 1, "Y": {"Type": "Succeed"}}}"#,
        &[
            "Expected value of type Object at /States/X",
            "MISSING_TRANSITION_TARGET: State \"Y\" is not reachable. at /States/Y",
        ],
    );
}

#[test]
fn states_have_the_fields_of_their_type() {
    for (state, field) in [
        (r#"{"Type": "Pass", "End": true, "TimeoutSeconds": 5}"#, "TimeoutSeconds"),
        (r#"{"Type": "Wait", "Seconds": 1, "End": true, "Retry": []}"#, "Retry"),
        (r#"{"Type": "Succeed", "End": true}"#, "End"),
        (r#"{"Type": "Fail", "InputPath": "$"}"#, "InputPath"),
        (r#"{"Type": "Fail", "Assign": {}}"#, "Assign"),
        (r#"{"Type": "Succeed", "Assign": {}}"#, "Assign"),
        (r#"{"Type": "Pass", "End": true, "comment": "lower case"}"#, "comment"),
    ] {
        check_state(state, &[&format!("Field '{field}' is not supported")]);
    }
}

#[test]
fn states_have_the_fields_of_their_language() {
    check_state(
        r#"{"Type": "Pass", "Output": {}, "End": true}"#,
        &[
            "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage",
        ],
    );
    check_jsonata(
        r#"{"Type": "Pass", "InputPath": "$.a", "End": true}"#,
        &[
            "The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage",
        ],
    );
    check_jsonata(
        r#"{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "Y"}]}"#,
        &[
            "The QueryLanguage is set to 'JSONata', but field 'Variable' is only supported for the 'JSONPath' QueryLanguage @Choices[0]",
            "Field 'IsNull' is not supported @Choices[0]",
            "These fields are required: [Condition] @Choices[0]",
        ],
    );
}

#[test]
fn a_state_of_a_jsonata_machine_stays_jsonata() {
    check_jsonata(
        r#"{"Type": "Pass", "QueryLanguage": "JSONPath", "InputPath": "$.a", "End": true}"#,
        &["'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"],
    );
    check_state(r#"{"Type": "Pass", "QueryLanguage": "JSONata", "Output": {}, "End": true}"#, &[]);
}

#[test]
fn whatever_is_not_called_jsonpath_is_jsonata() {
    check_state(
        r#"{"Type": "Pass", "QueryLanguage": "jsonpath", "InputPath": "$.a", "End": true}"#,
        &[
            "Value should be one of the following: [JSONPath, JSONata] @QueryLanguage",
            "The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage",
        ],
    );
    check_state(
        r#"{"Type": "Pass", "QueryLanguage": 1, "Output": 1, "End": true}"#,
        &["Expected value of type [STRING] @QueryLanguage"],
    );
}

#[test]
fn states_inside_a_jsonata_map_speak_the_language_of_the_workflow() {
    check_state(
        r#"{"Type": "Map", "QueryLanguage": "JSONata", "End": true, "ItemProcessor": {
            "StartAt": "P", "States": {"P": {"Type": "Pass", "Output": 1, "End": true}}}}"#,
        &[
            "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage @ItemProcessor/States/P",
        ],
    );
}

#[test]
fn tasks_name_a_resource_that_is_known() {
    check_state(r#"{"Type": "Task", "End": true}"#, &["These fields are required: [Resource]"]);
    check_state(
        r#"{"Type": "Task", "Resource": "f", "End": true}"#,
        &["Value is not a valid resource ARN @Resource"],
    );
    check_state(
        r#"{"Type": "Task", "Resource": "arn:aws:states:::dynamodb:query", "Parameters": {}, "End": true}"#,
        &[
            "The resource provided arn:aws:states:::dynamodb:query is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. @Resource",
        ],
    );
}

#[test]
fn service_integrations_need_the_fields_of_the_service() {
    check_state(
        r#"{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}"#,
        &["Parameters field is required for resource ARN: arn:aws:states:::lambda:invoke"],
    );
    check_jsonata(
        r#"{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}"#,
        &["Arguments field is required for resource ARN: arn:aws:states:::lambda:invoke"],
    );
    check_state(
        r#"{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"TaskToken.$": "$$.Task.Token"}, "End": true}"#,
        &[
            "The field \"TaskToken\" is not supported by Step Functions @Parameters",
            "The field 'FunctionName' is required but was missing @Parameters",
        ],
    );
}

#[test]
fn credentials_need_a_role() {
    let task = |credentials: &str| {
        format!(
            r#"{{"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "Credentials": {credentials}, "End": true}}"#
        )
    };
    let missing = "The field 'RoleArn' is required but was missing @Credentials";
    check_state(&task("{}"), &[missing]);
    check_state(&task(r#"{"InvalidField": "invalid"}"#), &[missing]);
    check_state(&task(r#"{"RoleArn.$": "$.role"}"#), &[]);
    check_state(&task(r#""role""#), &["Expected value of type Object @Credentials"]);
}

#[test]
fn express_knows_no_jobs_callbacks_activities_and_distributed_maps() {
    let express = |state: &str, error: &str| {
        let errors = if error.is_empty() { vec![] } else { vec![super::in_state(error)] };
        expect(&as_express(&super::around(state)), errors);
    };
    express(
        r#"{"Type": "Task", "Resource": "arn:aws:states:::sns:publish.waitForTaskToken", "Parameters": {"Message": "m"}, "End": true}"#,
        "Express state machine does not support '.waitForTaskToken' service integration  @Resource",
    );
    express(
        r#"{"Type": "Task", "Resource": "arn:aws:states:us-east-1:1:activity:a", "End": true}"#,
        "Express state machine does not support Activity ARN @Resource",
    );
    let map = |kind: &str| {
        format!(
            r#"{{"Type": "Map", "End": true, "ItemProcessor": {{
            "ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "{kind}"}}, "StartAt": "T", "States": {{
            "T": {{"Type": "Task", "Resource": "arn:aws:states:us-east-1:1:activity:a", "End": true}}}}}}}}"#
        )
    };
    express(
        &map("STANDARD"),
        "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines @ItemProcessor/ProcessorConfig/Mode",
    );
    check_state(&map("STANDARD"), &[]);
    check_state(
        &map("EXPRESS"),
        &["Express state machine does not support Activity ARN @ItemProcessor/States/T/Resource"],
    );
}
