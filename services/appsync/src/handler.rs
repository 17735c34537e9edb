//! The code of resolvers and functions, ready to run: a mapping template, or a handler in APPSYNC_JS.

use base::{Entropy, Timestamp};
use resolver::template::{self, Template};
use resolver::{Context, Effects, End, Failure, Outcome};

use crate::wire::DataSourceType;

/// The class of AppSync's that the request to a source is read as; its messages name it.
/// That of functions was seen in them, the others follow its pattern.
fn target(source: Option<DataSourceType>) -> &'static str {
    match source {
        None => template::OBJECT,
        Some(DataSourceType::AwsLambda) => {
            "class com.amazonaws.deepdish.transform.model.lambda.LambdaVersionedConfig"
        }
        Some(DataSourceType::AmazonDynamodb) => {
            "class com.amazonaws.deepdish.transform.model.dynamodb.DynamoDBVersionedConfig"
        }
        Some(DataSourceType::Http) => {
            "class com.amazonaws.deepdish.transform.model.http.HttpVersionedConfig"
        }
        Some(DataSourceType::None) => {
            "class com.amazonaws.deepdish.transform.model.none.NoneVersionedConfig"
        }
        Some(DataSourceType::RelationalDatabase) => {
            "class com.amazonaws.deepdish.transform.model.rds.RdsVersionedConfig"
        }
        Some(DataSourceType::AmazonEventbridge) => {
            "class com.amazonaws.deepdish.transform.model.eventbridge.EventBridgeVersionedConfig"
        }
        Some(DataSourceType::AmazonElasticsearch | DataSourceType::AmazonOpensearchService) => {
            "class com.amazonaws.deepdish.transform.model.elasticsearch.ElasticsearchVersionedConfig"
        }
        Some(DataSourceType::AmazonBedrockRuntime) => {
            "class com.amazonaws.deepdish.transform.model.bedrock.BedrockVersionedConfig"
        }
    }
}

/// One half of a resolver's code.
pub(crate) enum Handler {
    Template(Box<Written>),
    /// Code, which nothing runs yet.
    Code,
}

/// A template and what was found when it was read.
pub(crate) struct Written {
    template: Result<Template, Failure>,
    /// What AppSync says it would make of the text.
    target: &'static str,
    is_of_batch: bool,
}

impl Handler {
    /// The two halves of a resolver or function: of its templates, or of its code.
    pub(crate) fn pair(
        request: Option<&str>,
        response: Option<&str>,
        code: Option<&str>,
        source: Option<DataSourceType>,
    ) -> (Option<Handler>, Option<Handler>) {
        match code {
            Some(_) => (Some(Handler::Code), Some(Handler::Code)),
            None => (
                request.map(|text| Handler::of_template(text, target(source))),
                response.map(|text| Handler::of_template(text, template::OBJECT)),
            ),
        }
    }

    fn of_template(text: &str, target: &'static str) -> Handler {
        let is_of_batch = text.contains("BatchInvoke");
        Handler::Template(Box::new(Written {
            template: Template::parse(text),
            target,
            is_of_batch,
        }))
    }

    /// Whether it is a template that asks for the calls of several fields at once.
    pub(crate) fn is_template_of_batch(&self) -> bool {
        match self {
            Handler::Template(written) => written.is_of_batch,
            Handler::Code => false,
        }
    }

    pub(crate) fn is_template(&self) -> bool {
        matches!(self, Handler::Template(_))
    }

    /// Runs it.
    pub(crate) fn run(&self, context: &Context, now: Timestamp, entropy: &mut Entropy) -> Outcome {
        let failed = |failure: Failure| Outcome {
            end: End::Failed(failure),
            stash: context.stash.clone(),
            effects: Effects::default(),
        };
        match self {
            Handler::Template(written) => match &written.template {
                Ok(template) => template.evaluate(context, written.target, now, entropy),
                Err(failure) => failed(failure.clone()),
            },
            Handler::Code => {
                let message = "Freehold doesn't run code of APPSYNC_JS yet.";
                failed(Failure::new(message, Failure::CODE))
            }
        }
    }
}
