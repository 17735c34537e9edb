//! Looks through `Parameters` and `Arguments` for fields that the service doesn't have and for
//! required ones that are missing.

use json::{Kind, Value};
use models::Member;

use super::resource::Resource;
use super::shape::{Shape, ShapeKind};
use crate::program::QueryLanguage;
use crate::template::{Expression, Template};

/// A field of a Task's arguments that can't be what the service asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentProblem {
    /// The object in which the problem lies, from the arguments on: `/Target/Input`; empty for the whole.
    pub place: String,
    /// In AWS's words.
    pub text: String,
}

impl Resource {
    /// The fields of evaluated arguments that no task can be started with, in AWS's words.
    ///
    /// Those of API Gateway are recorded: apigetway_task_service_invoke_with_headers_singleStringHeader. Names that come
    /// out of a path or an expression are held against the service's model as written ones are; that AWS says the same
    /// of them is unsure. Those that end in `.$` are held against the language as written ones are too (reported:
    /// andybalham/blog-task-tokens).
    #[must_use]
    pub fn unusable(&self, arguments: &Value, language: QueryLanguage) -> Vec<String> {
        let mut unusable: Vec<String> = match self.arguments() {
            Some(shape) => {
                shape.check_arguments(arguments).into_iter().map(|problem| problem.text).collect()
            }
            None => match self {
                Resource::Optimized { integration, .. }
                    if integration.service() == "apigateway" =>
                {
                    unfit_lists(arguments)
                }
                _ => Vec::new(),
            },
        };
        if language == QueryLanguage::JsonPath && matches!(self, Resource::Optimized { .. }) {
            unusable.extend(unfit_paths(arguments));
        }
        unusable
    }
}

/// What the fields say that should hold a path, as their names have it, and don't.
fn unfit_paths(arguments: &Value) -> Vec<String> {
    if !names_a_path(arguments) {
        return Vec::new();
    }
    let problems = match Template::compile(arguments, QueryLanguage::JsonPath, "") {
        Ok(template) => template.expressions().filter_map(Expression::bad_escape).collect(),
        Err(problems) => problems,
    };
    problems.into_iter().map(|problem| problem.message).collect()
}

fn names_a_path(arguments: &Value) -> bool {
    let mut pending = vec![arguments.clone()];
    while let Some(value) = pending.pop() {
        if value.entries().any(|(name, _)| name.ends_with(".$")) {
            return true;
        }
        let is_nested = |value: &Value| matches!(value.kind(), Kind::Object | Kind::Array);
        let inner = value.entries().map(|(_, inner)| inner).chain(value.items());
        pending.extend(inner.filter(is_nested));
    }
    false
}

/// What `apigateway:invoke` takes lists in.
fn unfit_lists(arguments: &Value) -> Vec<String> {
    let is_list = |(_, value): (&str, Value)| value.kind() == Kind::Array;
    let fits = |value: &Value| match value.kind() {
        Kind::Null => true,
        Kind::Object => value.entries().all(is_list),
        _ => false,
    };
    let unfit = ["Headers", "QueryParameters"]
        .into_iter()
        .filter(|name| arguments.get(name).is_some_and(|value| !fits(&value)));
    unfit.map(|name| format!("The value of the field '{name}' has an invalid format")).collect()
}

impl Shape {
    /// Holds the arguments of a Task, as written in its definition, against this shape.
    ///
    /// Names are looked at, values aren't: a template (`"Name.$"`) or an expression (`{% … %}`) may
    /// stand for any of them, and many services take JSON where their model says text.
    #[must_use]
    pub fn check_arguments(self, arguments: &Value) -> Vec<ArgumentProblem> {
        let mut problems = Vec::new();
        self.look_through(arguments, &mut String::new(), &mut problems);
        problems
    }

    fn look_through(self, value: &Value, place: &mut String, problems: &mut Vec<ArgumentProblem>) {
        match (self.kind(), value.kind()) {
            (ShapeKind::Structure(_), Kind::Object) => self.look_at_names(value, place, problems),
            (ShapeKind::List(_, item), Kind::Array) => {
                for (index, value) in value.items().enumerate() {
                    within(place, &index.to_string(), |place| {
                        item.look_through(&value, place, problems);
                    });
                }
            }
            (ShapeKind::Map(_, item), Kind::Object) => {
                for (key, value) in value.entries() {
                    within(place, key, |place| item.look_through(&value, place, problems));
                }
            }
            _ => {}
        }
    }

    fn look_at_names(self, value: &Value, place: &mut String, problems: &mut Vec<ArgumentProblem>) {
        let mut problem = |place: &str, text| {
            problems.push(ArgumentProblem { place: place.to_owned(), text });
        };
        for (key, _) in value.entries() {
            let name = key.strip_suffix(".$").unwrap_or(key);
            if self.member(name).is_none() {
                let text = format!("The field \"{name}\" is not supported by Step Functions");
                problem(place, text);
            }
        }
        for member in self.members().iter().filter(|member| self.asks_for(member)) {
            let name = self.name_of(member);
            if value.get(name).is_none() && value.get(&format!("{name}.$")).is_none() {
                problem(place, format!("The field '{name}' is required but was missing"));
            }
        }
        for (key, value) in value.entries() {
            if let Some(shape) = self.member(key) {
                within(place, key, |place| shape.look_through(&value, place, problems));
            }
        }
    }

    /// Whether a definition must have that member. By which token a service knows a request again is Step Functions'
    /// own affair in optimized integrations: the samples of their pages have none.
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-serverless.html>
    fn asks_for(self, member: &Member) -> bool {
        member.is_required() && !(self.is_optimized() && member.is_idempotency_token())
    }
}

fn within(place: &mut String, key: &str, look: impl FnOnce(&mut String)) {
    let outer = place.len();
    place.push('/');
    place.push_str(key);
    look(place);
    place.truncate(outer);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(resource: &str, arguments: &str) -> Vec<(String, String)> {
        let shape = Resource::parse(resource).expect("is known").arguments().expect("has a shape");
        let arguments = Value::parse(arguments).expect("is JSON");
        shape.check_arguments(&arguments).into_iter().map(|p| (p.place, p.text)).collect()
    }

    #[test]
    fn data_does_not_name_a_path_where_there_is_none() {
        let invoke = Resource::parse("arn:aws:states:::lambda:invoke").expect("is known");
        let unusable = |payload: &str, language| {
            let arguments = format!(r#"{{"FunctionName": "f", "Payload": {payload}}}"#);
            invoke.unusable(&Value::parse(&arguments).expect("is JSON"), language)
        };
        let token = r#"[{"taskToken.$": "AQCw"}]"#;
        assert_eq!(
            unusable(token, QueryLanguage::JsonPath),
            [
                "The value for the field 'taskToken.$' must be a valid JSONPath or a valid intrinsic function call"
            ]
        );
        assert!(unusable(token, QueryLanguage::Jsonata).is_empty());
        assert!(unusable(r#"{"price.$": "$.price"}"#, QueryLanguage::JsonPath).is_empty());
    }

    #[test]
    fn accepts_templates_and_expressions_for_any_field() {
        let arguments = r#"{"StateMachineArn.$": "$.arn", "Input": {"n": 1}, "Name": "{% $n %}"}"#;
        assert_eq!(problems("arn:aws:states:::states:startExecution", arguments), []);
    }

    #[test]
    fn names_fields_the_service_does_not_have_where_they_are() {
        let arguments =
            r#"{"TaskDefinition": "t", "NetworkConfiguration": {"awsVpcConfiguration": {}}}"#;
        assert_eq!(
            problems("arn:aws:states:::ecs:runTask.sync", arguments),
            [(
                "/NetworkConfiguration".to_owned(),
                "The field \"awsVpcConfiguration\" is not supported by Step Functions".to_owned()
            )]
        );
    }

    #[test]
    fn names_required_fields_that_are_missing() {
        assert_eq!(
            problems("arn:aws:states:::lambda:invoke", r#"{"Payload.$": "$"}"#),
            [(String::new(), "The field 'FunctionName' is required but was missing".to_owned())]
        );
    }

    /// The first sample of https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-serverless.html has none.
    #[test]
    fn a_token_that_step_functions_makes_itself_is_not_asked_for() {
        let arguments = r#"{"Name": "n", "ReleaseLabel": "emr-6.6.0", "Type": "SPARK"}"#;
        assert_eq!(problems("arn:aws:states:::emr-serverless:createApplication", arguments), []);
        let arguments = r#"{"ApplicationId": "a", "ExecutionRoleArn": "r"}"#;
        assert_eq!(problems("arn:aws:states:::emr-serverless:startJobRun.sync", arguments), []);
        let arguments = r#"{"Name": "n", "ContainerProvider": {"Id": "i", "Type": "EKS"}}"#;
        assert_eq!(problems("arn:aws:states:::emr-containers:createVirtualCluster", arguments), []);
        let missing = "The field 'ClientToken' is required but was missing".to_owned();
        assert_eq!(
            problems("arn:aws:states:::aws-sdk:emrcontainers:createVirtualCluster", arguments),
            [(String::new(), missing)]
        );
    }

    #[test]
    fn leaves_the_keys_of_maps_alone() {
        let arguments = r#"{"TableName": "t", "Item": {"id": {"S.$": "$.id"}, "any": {"s": "x"}}}"#;
        assert_eq!(
            problems("arn:aws:states:::dynamodb:putItem", arguments),
            [(
                "/Item/any".to_owned(),
                "The field \"s\" is not supported by Step Functions".to_owned()
            )]
        );
    }
}
