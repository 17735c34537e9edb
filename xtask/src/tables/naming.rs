//! Names as Step Functions shows them: those of the AWS SDK for Java, which it is built on.
//!
//! `aws-sdk:` integrations use version 2 (`DynamoDb.ResourceNotFoundException`, `DbInstanceIdentifier`),
//! optimized ones version 1 (`DynamoDB.ResourceNotFoundException`, `MD5OfMessageBody`).

/// Words a Java member can't be called: keywords, and the methods of every object.
/// The SDK appends `Value`, so `equals` is given as `EqualsValue`, as the developer guide says.
const JAVA_RESERVED: [&str; 62] = [
    "abstract",
    "assert",
    "boolean",
    "break",
    "byte",
    "case",
    "catch",
    "char",
    "class",
    "clone",
    "const",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "equals",
    "extends",
    "false",
    "final",
    "finalize",
    "finally",
    "float",
    "for",
    "getClass",
    "goto",
    "hashCode",
    "if",
    "implements",
    "import",
    "instanceof",
    "int",
    "interface",
    "long",
    "native",
    "new",
    "notify",
    "notifyAll",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "short",
    "static",
    "strictfp",
    "super",
    "switch",
    "synchronized",
    "this",
    "throw",
    "throws",
    "toString",
    "transient",
    "true",
    "try",
    "void",
    "volatile",
    "wait",
    "while",
];

/// The error prefix of a service, which is the name of its client class: `DynamoDB` → `DynamoDb`,
/// `Database Migration Service` → `DatabaseMigration`.
pub(super) fn error_prefix(service_id: &str) -> String {
    let name = pascal(service_id);
    let name = name.strip_prefix("Amazon").or_else(|| name.strip_prefix("Aws")).unwrap_or(&name);
    name.strip_suffix("Service").unwrap_or(name).to_owned()
}

/// What stands in `aws-sdk:<service>:`.
pub(super) fn service(service_id: &str) -> String {
    error_prefix(service_id).to_lowercase()
}

/// A member as `aws-sdk:` integrations name it: `DBInstanceIdentifier` → `DbInstanceIdentifier`, but `ChecksumCRC32`
/// (recorded: aws_sdk_task_service_s3_put_object_str). Only the capitals that lead it are touched.
pub(super) fn member(name: &str) -> String {
    let getter = uncapitalized(name);
    let member = legacy_member(&getter);
    if JAVA_RESERVED.contains(&getter.as_str()) { member + "Value" } else { member }
}

/// The SDK's getter of a member: leading capitals in lower case, except one that begins a word.
fn uncapitalized(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let begins_word =
        |place: usize| characters.get(place + 1).is_some_and(char::is_ascii_lowercase);
    let leading = (1..characters.len())
        .find(|&place| !characters[place].is_ascii_uppercase() || begins_word(place))
        .unwrap_or(characters.len());
    let (lead, rest) = characters.split_at(leading);
    lead.iter().map(char::to_ascii_lowercase).chain(rest.iter().copied()).collect()
}

/// A member as optimized integrations name it: only the first letter is touched.
pub(super) fn legacy_member(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

/// An error as `aws-sdk:` integrations name it: `NoSuchKey` → `NoSuchKeyException`,
/// `DBSnapshotNotFoundFault` → `DbSnapshotNotFoundException`.
pub(super) fn error(shape: &str) -> String {
    let base = shape.strip_suffix("Fault").unwrap_or(shape);
    let name = pascal(base);
    if base.ends_with("Exception") { name } else { name + "Exception" }
}

/// An error as optimized integrations name it.
pub(super) fn legacy_error(shape: &str) -> String {
    let name = legacy_member(shape);
    if name.ends_with("Exception") { name } else { name + "Exception" }
}

fn pascal(name: &str) -> String {
    let mut pascal = String::new();
    for word in words(name) {
        let mut characters = word.chars();
        pascal.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        pascal.extend(characters.map(|letter| letter.to_ascii_lowercase()));
    }
    pascal
}

/// The SDK's word boundaries, rule after rule: a later rule sees what the earlier ones did, which is
/// why `IoTAnalytics` becomes `IoTAnalytics` and `IoT Wireless` becomes `IotWireless`.
fn words(name: &str) -> Vec<String> {
    let spaced: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let spaced = split_version(&spaced, 'v', |c| !c.is_ascii_lowercase());
    let spaced = split_version(&spaced, 'V', |c| !c.is_ascii_uppercase());
    let spaced = split_between(&spaced, |before, at, after| {
        before.is_ascii_lowercase()
            && at.is_ascii_uppercase()
            && after.is_some_and(|c| c.is_ascii_alphanumeric())
    });
    let spaced = split_between(&spaced, |before, at, after| {
        before.is_ascii_uppercase()
            && at.is_ascii_uppercase()
            && after.is_some_and(|c| c.is_ascii_lowercase())
    });
    let spaced =
        split_between(&spaced, |before, at, _| before.is_ascii_digit() && at.is_ascii_alphabetic());
    spaced.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Sets a trailing version apart (`SESv2` → `SES v2 `) where at least two fitting characters lead it.
fn split_version(text: &str, letter: char, fits: impl Fn(char) -> bool) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut split = String::new();
    let mut place = 0;
    while place < characters.len() {
        let digits = characters[place + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
        let led = 2 <= place && fits(characters[place - 1]) && fits(characters[place - 2]);
        if characters[place] == letter && 0 < digits && led {
            split.push(' ');
            split.extend(&characters[place..=place + digits]);
            split.push(' ');
            place += digits + 1;
        } else {
            split.push(characters[place]);
            place += 1;
        }
    }
    split
}

/// Puts a space wherever the rule holds between a character and the one before it.
fn split_between(text: &str, rule: impl Fn(char, char, Option<char>) -> bool) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut split = String::new();
    for (place, &character) in characters.iter().enumerate() {
        if 0 < place && rule(characters[place - 1], character, characters.get(place + 1).copied()) {
            split.push(' ');
        }
        split.push(character);
    }
    split
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Identifier and prefix as the developer guide's table of supported services lists them.
    #[test]
    fn names_services_as_the_developer_guide_lists_them() {
        for (service_id, name, prefix) in [
            ("SFN", "sfn", "Sfn"),
            ("DynamoDB", "dynamodb", "DynamoDb"),
            ("Secrets Manager", "secretsmanager", "SecretsManager"),
            ("CloudWatch Logs", "cloudwatchlogs", "CloudWatchLogs"),
            ("Config Service", "config", "Config"),
            ("Database Migration Service", "databasemigration", "DatabaseMigration"),
            ("Cost and Usage Report Service", "costandusagereport", "CostAndUsageReport"),
            ("IoTAnalytics", "iotanalytics", "IoTAnalytics"),
            ("IoT Wireless", "iotwireless", "IotWireless"),
            ("SageMaker A2I Runtime", "sagemakera2iruntime", "SageMakerA2IRuntime"),
            ("CloudHSM V2", "cloudhsmv2", "CloudHsmV2"),
            ("ApiGatewayV2", "apigatewayv2", "ApiGatewayV2"),
            ("SESv2", "sesv2", "SesV2"),
            ("WAFV2", "wafv2", "Wafv2"),
            ("FSx", "fsx", "FSx"),
            ("XRay", "xray", "XRay"),
            ("EC2", "ec2", "Ec2"),
            ("Route 53", "route53", "Route53"),
            ("AmplifyUIBuilder", "amplifyuibuilder", "AmplifyUiBuilder"),
        ] {
            assert_eq!(
                (service(service_id).as_str(), error_prefix(service_id).as_str()),
                (name, prefix)
            );
        }
    }

    #[test]
    fn names_errors_as_their_java_classes() {
        assert_eq!(error("NoSuchKey"), "NoSuchKeyException");
        assert_eq!(error("ResourceNotFoundException"), "ResourceNotFoundException");
        assert_eq!(error("DBSnapshotNotFoundFault"), "DbSnapshotNotFoundException");
        assert_eq!(legacy_error("ExecutionAlreadyExists"), "ExecutionAlreadyExistsException");
    }

    #[test]
    fn names_members_after_the_integration_kind() {
        assert_eq!(member("DBInstanceIdentifier"), "DbInstanceIdentifier");
        assert_eq!(member("IPAddress"), "IpAddress");
        assert_eq!(member("ETag"), "ETag");
        assert_eq!(member("ACL"), "Acl");
        assert_eq!(member("ChecksumCRC32"), "ChecksumCRC32");
        assert_eq!(member("SSEKMSKeyId"), "SsekmsKeyId");
        assert_eq!(member("equals"), "EqualsValue");
        assert_eq!(member("build"), "Build");
        assert_eq!(member("executionArn"), "ExecutionArn");
        assert_eq!(legacy_member("MD5OfMessageBody"), "MD5OfMessageBody");
    }
}
