//! The code of resolvers and functions, ready to run: a mapping template, or a handler in APPSYNC_JS.

use std::collections::HashMap;

use base::{Entropy, Timestamp};
use resolver::template::{self, Template};
use resolver::{Context, Effects, End, Failure, Outcome};
use resolver_js::Module;

use crate::runtime::Runtime;
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
    /// A handler of code, by the name it is exported under.
    Code(Module, &'static str),
    /// Code that can't be run: it was kept before it was checked.
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
            Handler::Code(..) | Handler::Broken(_) => false,
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
        mut entropy: Entropy,
    ) -> Outcome {
        let failed = |failure: Failure| Outcome {
            end: End::Failed(failure),
            stash: context.stash.clone(),
            effects: Effects::default(),
        };
        match self {
            Handler::Template(written) => match &written.template {
                Ok(template) => template.evaluate(context, written.target, now, &mut entropy),
                Err(failure) => failed(failure.clone()),
            },
            Handler::Code(module, name) => runtime.run(module, name, context, now, entropy).await,
            Handler::Broken(failure) => failed(Failure::clone(failure)),
        }
    }
}
