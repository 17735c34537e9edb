//! What two public linters hold of definitions, and where AWS differs from them.

use asl::{Options, compile, invalid_definition};

use json::Value;

use super::folder::{FUNCTION_ARN, conclude, deployed, files, folder, name, read};

/// Neither linter looks at resources, so theirs are made up; AWS would refuse them.
const RESOURCES: &[&str] =
    &["foo:bar", "arn:aws:swf:us-east-1:123456789012:task:X", "${lambdaArn}"];

/// Where AWS's verdict is the other one, and how we know.
const ASL_VALIDATOR_DIFFERS: &[(&str, &str)] = &[
    ("valid-assign.asl.json", "a hyphen in a variable's name is refused: measured, cdk-preflight"),
    ("valid-task-credentials.json", "Credentials need a RoleArn: recorded"),
    (
        "invalid-json-surround-syntax-extra-spaces.json",
        "the specification asks for the delimiters alone, not for one blank beside them",
    ),
    ("invalid-jsonata-surround-syntax-no-spaces.json", "likewise"),
    ("invalid-task-alias-function.json", "nobody has seen AWS look at a function's qualifier"),
];

/// Those in which statelint finds problems; by their names, and by its `spec/statelint_spec.rb`.
const STATELINT_REFUSES: &[&str] = &[
    "backoff-with-backoffrate-between-0-and-1.json",
    "backoff-with-invalid-jitter-on-retry.json",
    "choice-with-parameters.json",
    "choice-with-resultpath.json",
    "empty-error-equals-on-catch.json",
    "empty-error-equals-on-retry.json",
    "fail-with-parameters.json",
    "fail-with-resultpath.json",
    "fail-with-static-and-dynamic-cause.json",
    "fail-with-static-and-dynamic-error.json",
    "invalid-function-invocation.json",
    "linked-parallel.json",
    "no-terminal.json",
    "parameter-path-problems.json",
    "pass-with-intrinsic-function-inputpath.json",
    "states-array-invocation-leftpad.json",
    "succeed-with-parameters.json",
    "succeed-with-resultpath.json",
    "succeed-with-resultselector.json",
    "task-with-invalid-credentials.json",
    "task-with-static-and-dynamic-heartbeat.json",
    "wait-with-parameters.json",
    "wait-with-resultpath.json",
];

const STATELINT_DIFFERS: &[(&str, &str)] = &[(
    "states-array-invocation-leftpad.json",
    "we skip blanks before a call; nobody has said what AWS does",
)];

fn check(set: &str, is_valid: impl Fn(&str) -> bool, aws_differs: &[(&str, &str)]) {
    let Some(folder) = folder(set) else { return };
    let (mut total, mut failures) = (0, Vec::new());
    for path in files(&folder, ".json") {
        total += 1;
        let name = name(&path);
        let text =
            RESOURCES.iter().fold(read(&path), |text, made_up| text.replace(made_up, FUNCTION_ARN));
        // Only what needs it goes through a value: that would drop repeated names.
        let text = if text.contains("\"Fn::") {
            deployed(&Value::parse(&text).expect("is JSON")).to_string()
        } else {
            text
        };
        let refusal = invalid_definition(&compile(&text, &Options::default()).diagnostics);
        let differs = aws_differs.iter().any(|(file, _)| *file == name);
        if refusal.is_none() != (is_valid(&name) != differs) {
            failures.push(format!("{name}: {refusal:?}"));
        }
    }
    for (file, why) in aws_differs {
        println!("{set}: AWS differs on {file}: {why}");
    }
    conclude(set, total, &failures);
}

#[test]
fn asl_validator_agrees_but_where_aws_differs() {
    check("asl-validator", |name| name.starts_with("valid"), ASL_VALIDATOR_DIFFERS);
}

#[test]
fn statelint_agrees_but_where_aws_differs() {
    check("statelint", |name| !STATELINT_REFUSES.contains(&name), STATELINT_DIFFERS);
}
