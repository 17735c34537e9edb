//! The committed file decodes, and holds a dozen facts that anyone can look up in AWS's API references.

use models::Bounds;

use super::super::shape::ShapeKind;
use super::*;

fn action(service: &str, name: &str) -> Action {
    lookup(service, name).unwrap_or_else(|| panic!("{service}:{name} is known"))
}

fn required(shape: Shape) -> Vec<&'static str> {
    let members = shape.members().iter().filter(|member| member.is_required());
    members.map(|member| shape.name_of(member)).collect()
}

#[test]
fn every_service_decodes() {
    let mut actions = 0;
    for service in services() {
        assert!(service.actions().all(|action| action.name().is_ascii()), "{}", service.name());
        actions += service.actions().count();
    }
    assert!(stamp().starts_with("botocore "), "{}", stamp());
    assert!(400 < services().len(), "{} services", services().len());
    assert!(15_000 < actions, "{actions} actions");
}

#[test]
fn names_of_services_are_sorted_and_as_step_functions_writes_them() {
    let names: Vec<_> = services().map(Service::name).collect();
    assert!(names.is_sorted());
    for name in [
        "sfn",
        "dynamodb",
        "eventbridge",
        "cognitoidentityprovider",
        "secretsmanager",
        "config",
        "cloudwatchlogs",
        "apigatewayv2",
        "bedrockruntime",
        "emrserverless",
        "lookoutvision",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    assert!(!names.contains(&"stepfunctions"));
}

#[test]
fn modelled_errors_have_names_of_their_own_and_others_the_base_class() {
    let error = |service, code| self::service(service).expect("is known").error_name(code);
    assert_eq!(
        error("dynamodb", "ResourceNotFoundException"),
        "DynamoDb.ResourceNotFoundException"
    );
    assert_eq!(error("dynamodb", "ValidationException"), "DynamoDb.DynamoDbException");
    assert_eq!(error("s3", "NoSuchKey"), "S3.NoSuchKeyException");
    assert_eq!(error("sfn", "InvalidToken"), "Sfn.InvalidTokenException");
    assert_eq!(error("secretsmanager", "AccessDenied"), "SecretsManager.SecretsManagerException");
    assert_eq!(error("iam", "NoSuchEntity"), "Iam.NoSuchEntityException");
}

#[test]
fn shapes_have_required_members_bounds_and_values() {
    let start = action("sfn", "startExecution");
    assert_eq!(start.operation(), "StartExecution");
    assert_eq!(required(start.input().expect("takes members")), ["StateMachineArn"]);
    let answer = start.output().expect("answers members");
    assert_eq!(required(answer), ["ExecutionArn", "StartDate"]);
    let date = answer.member("StartDate").expect("is a member").kind();
    assert!(matches!(date, ShapeKind::Timestamp));

    let function = action("lambda", "getFunction").output().expect("answers members");
    let configuration = function.member("Configuration").expect("is a member");
    let memory = configuration.member("MemorySize").expect("is a member").kind();
    assert!(matches!(memory, ShapeKind::Integer(Bounds { min: Some(128.0), .. })), "{memory:?}");
    let state = configuration.member("State").expect("is a member").kind();
    let ShapeKind::String(_, states) = state else { panic!("{state:?}") };
    assert!(states.contains(&"Active"), "{states:?}");
}

#[test]
fn a_shape_may_contain_itself() {
    let item = action("dynamodb", "getItem").output().and_then(|answer| answer.member("Item"));
    let Some(ShapeKind::Map(_, attribute)) = item.map(Shape::kind) else { panic!("{item:?}") };
    let Some(ShapeKind::List(_, inner)) = attribute.member("L").map(Shape::kind) else {
        panic!("an attribute may be a list")
    };
    assert!(inner.member("L").is_some());
}

#[test]
fn members_are_named_as_the_integration_names_them() {
    let instance = action("rds", "describeDBInstances").input().expect("takes members");
    assert!(instance.member("DbInstanceIdentifier").is_some());
    assert!(instance.member("DBInstanceIdentifier").is_none());
}

#[test]
fn an_operation_without_an_answer_has_no_output() {
    assert!(action("sqs", "deleteMessage").output().is_none());
    assert!(lookup("dynamodb", "nothing").is_none());
    assert!(lookup("nothing", "getItem").is_none());
}
