//! The code of resolvers and functions, ready to run: a mapping template, or a handler in APPSYNC_JS.

use std::collections::HashMap;
use std::sync::Arc;

use base::{Entropy, Timestamp};
use resolver::template::{self, Template};
use resolver::{Context, Failure, Outcome};
use resolver_js::Module;
use service::Elsewhere;

use crate::runtime::{Runtime, Written};
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
    Template(Arc<Written>),
    /// A handler of code, by the name it is exported under.
    Code(Module, &'static str),
    /// A template or code that can't be run: it was kept before it was checked.
    Broken(Box<Failure>),
}

/// The code of an API, compiled, by its text.
pub(crate) type Modules = HashMap<String, Result<Module, Failure>>;

/// Compiles what isn't among the known.
pub(crate) async fn compile(
    codes: Vec<&str>,
    known: Option<&Modules>,
    runtime: &Runtime,
) -> Modules {
    let mut modules = Modules::new();
    for code in codes {
        if modules.contains_key(code) {
            continue;
        }
        let module = match known.and_then(|known| known.get(code)) {
            Some(module) => module.clone(),
            None => runtime.compile(code).await.map_err(|errors| {
                let first = errors.first().map_or("The code can't be read.", |error| &error.value);
                Failure::new(first.trim_end(), Failure::CODE)
            }),
        };
        modules.insert(code.to_owned(), module);
    }
    modules
}

impl Handler {
    /// The two halves of a resolver or function: of its templates, or of its code.
    pub(crate) fn pair(
        request: Option<&str>,
        response: Option<&str>,
        code: Option<&str>,
        source: Option<DataSourceType>,
        modules: &Modules,
    ) -> (Option<Handler>, Option<Handler>) {
        match code.and_then(|code| modules.get(code)) {
            Some(Ok(module)) => {
                let handler = |name| {
                    let is_there = module.exports(name);
                    is_there.then(|| Handler::Code(module.clone(), name))
                };
                (handler("request"), handler("response"))
            }
            Some(Err(failure)) => {
                let broken = || Some(Handler::Broken(Box::new(failure.clone())));
                (broken(), broken())
            }
            None => (
                request.map(|text| Handler::of_template(text, target(source))),
                response.map(|text| Handler::of_template(text, template::OBJECT)),
            ),
        }
    }

    fn of_template(text: &str, target: &'static str) -> Handler {
        match Template::parse(text) {
            Ok(template) => {
                let elsewhere = Elsewhere::default();
                Handler::Template(Arc::new(Written { template, target, elsewhere }))
            }
            Err(failure) => Handler::Broken(Box::new(failure)),
        }
    }

    pub(crate) fn is_template(&self) -> bool {
        matches!(self, Handler::Template(_))
    }

    /// Runs it.
    pub(crate) async fn run(
        &self,
        runtime: &Runtime,
        context: &Context,
        now: Timestamp,
        entropy: Entropy,
    ) -> Outcome {
        match self {
            Handler::Template(written) => runtime.evaluate(written, context, now, entropy).await,
            Handler::Code(module, name) => runtime.run(module, name, context, now, entropy).await,
            Handler::Broken(failure) => Outcome::failed(Failure::clone(failure)),
        }
    }
}
