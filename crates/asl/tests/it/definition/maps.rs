use super::{check, check_jsonata, check_state};

const PROCESSOR: &str =
    r#""ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Succeed"}}}"#;

fn map(fields: &str) -> String {
    format!(r#"{{"Type": "Map", {PROCESSOR}, {fields}, "End": true}}"#)
}

fn with_config(config: &str) -> String {
    format!(
        r#"{{"Type": "Map", "ItemProcessor": {{"ProcessorConfig": {config}, "StartAt": "P",
            "States": {{"P": {{"Type": "Succeed"}}}}}}, "End": true}}"#
    )
}

#[test]
fn a_map_has_one_processor() {
    let both = format!(
        r#"{{"Type": "Map", {PROCESSOR}, "Iterator": {{"StartAt": "I", "States": {{"I": {{"Type": "Succeed"}}}}}}, "End": true}}"#
    );
    check_state(
        &both,
        &["There should only be one of the following fields: [ItemProcessor, Iterator]"],
    );
    check_state(
        r#"{"Type": "Map", "End": true}"#,
        &["This object should have only one of the following fields: [ItemProcessor, Iterator]"],
    );
}

#[test]
fn distributed_mode_says_how_its_children_run() {
    check_state(
        &with_config(r#"{"Mode": "DISTRIBUTED"}"#),
        &["These fields are required: [ExecutionType] @ItemProcessor/ProcessorConfig"],
    );
    check_state(
        &with_config(r#"{"Mode": "DISTRIBUTED", "ExecutionType": "FAST"}"#),
        &[
            "Value should be one of the following: [STANDARD, EXPRESS] @ItemProcessor/ProcessorConfig/ExecutionType",
        ],
    );
    check_state(
        &with_config(r#"{"Mode": "INLINE", "ExecutionType": "EXPRESS"}"#),
        &["Field 'ExecutionType' is not supported @ItemProcessor/ProcessorConfig"],
    );
    check_state(
        &with_config(r#"{"Mode": "SIDEWAYS"}"#),
        &[
            "Value should be one of the following: [INLINE, DISTRIBUTED] @ItemProcessor/ProcessorConfig/Mode",
        ],
    );
}

#[test]
fn concurrency_and_tolerance_keep_within_bounds() {
    check_state(&map(r#""MaxConcurrency": -1"#), &["Minimum value is 0 @MaxConcurrency"]);
    check_state(&map(r#""MaxConcurrency": 9223372036854775807"#), &[]);
    check_state(
        &map(r#""ToleratedFailurePercentage": 101"#),
        &["Maximum value is 100 @ToleratedFailurePercentage"],
    );
    check_state(&map(r#""ToleratedFailurePercentage": 12.5"#), &[]);
    check_state(
        &map(r#""ToleratedFailureCount": -1"#),
        &["Minimum value is 0 @ToleratedFailureCount"],
    );
    check_state(
        &map(r#""MaxConcurrencyPath": "$.limits[*]""#),
        &["Value is not a Reference Path: '[' must be followed by ' or '[' @MaxConcurrencyPath"],
    );
    check_jsonata(&map(r#""MaxConcurrency": "{% $states.input.limit %}""#), &[]);
    check_jsonata(
        &map(r#""MaxConcurrencyPath": "$.limit""#),
        &[
            "The QueryLanguage is set to 'JSONata', but field 'MaxConcurrencyPath' is only supported for the 'JSONPath' QueryLanguage",
        ],
    );
}

#[test]
fn labels_are_short_unique_and_plain() {
    let labeled = |label: &str| map(&format!(r#""Label": "{label}""#));
    check_state(&labeled("good-label_1"), &[]);
    check_state(&labeled(""), &["INVALID_LABEL_NAME: The label cannot be empty @Label"]);
    for refused in ["~", "?", "{", "\u{98}", ","] {
        check_state(
            &labeled(&format!("label_{refused}")),
            &[&format!(
                "INVALID_LABEL_NAME: The label 'label_{refused}' contains the invalid character '{refused}' @Label"
            )],
        );
    }
    let long = "l".repeat(41);
    check_state(
        &labeled(&long),
        &[&format!(
            "INVALID_LABEL_NAME: The label '{long}' exceeds the 40-character limit allowed by the service @Label"
        )],
    );
    let [one, two] = ["A", "B"].map(|name| {
        format!(
            r#""{name}": {{"Type": "Map", "Label": "same", "ItemProcessor": {{"StartAt": "{name}P",
                "States": {{"{name}P": {{"Type": "Succeed"}}}}}}"#
        )
    });
    check(
        &format!(r#"{{"StartAt": "A", "States": {{{one}, "Next": "B"}}, {two}, "End": true}}}}}}"#),
        &["DUPLICATE_LABEL_NAME: Duplicate Label name: same at /States/B/Label"],
    );
}

#[test]
fn readers_read_from_s3() {
    let reader = |fields: &str| map(&format!(r#""ItemReader": {{{fields}}}"#));
    let resource = r#""Resource": "arn:aws:states:::s3:getObject""#;
    check_state(&reader(""), &["These fields are required: [Resource] @ItemReader"]);
    check_state(
        &reader(r#""Resource": "arn:aws:states:::s3:putObject""#),
        &["The field 'Resource' does not match any of the allowed values @ItemReader/Resource"],
    );
    for (config, error) in [
        (
            r#""InputType": "CSV""#,
            "The field 'CSVHeaderLocation' is required @ItemReader/ReaderConfig",
        ),
        (
            r#""InputType": "CSV", "CSVHeaderLocation": "GIVEN""#,
            "These fields are required: [CSVHeaders] @ItemReader/ReaderConfig",
        ),
        (
            r#""InputType": "JSON", "CSVHeaderLocation": "FIRST_ROW""#,
            "Field 'CSVHeaderLocation' is not supported @ItemReader/ReaderConfig",
        ),
        (
            r#""InputType": "XML""#,
            "Value should be one of the following: [CSV, JSON, JSONL, PARQUET, MANIFEST] @ItemReader/ReaderConfig/InputType",
        ),
        (
            r#""MaxItems": 1, "MaxItemsPath": "$.n""#,
            "There should only be one of the following fields: [MaxItems, MaxItemsPath] @ItemReader/ReaderConfig",
        ),
    ] {
        check_state(&reader(&format!(r#"{resource}, "ReaderConfig": {{{config}}}"#)), &[error]);
    }
}

#[test]
fn writers_write_somewhere_or_format() {
    let writer = |fields: &str| map(&format!(r#""ResultWriter": {{{fields}}}"#));
    let missing = "These fields are required: [Resource, Parameters] @ResultWriter";
    check_state(&writer(""), &[missing]);
    check_state(
        &writer(r#""Resource": "arn:aws:states:::s3:putObject""#),
        &["These fields are required: [Parameters] @ResultWriter"],
    );
    check_state(
        &writer(r#""WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSON"}"#),
        &[],
    );
    check_state(
        &writer(r#""WriterConfig": {"Transformation": "COMPACT"}"#),
        &["These fields are required: [OutputType] @ResultWriter/WriterConfig"],
    );
}
