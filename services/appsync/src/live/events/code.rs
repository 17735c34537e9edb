//! The code of a namespace: `onPublish` and `onSubscribe`, each a function, or an object of `request` and `response`
//! around a data source.
//!
//! <https://docs.aws.amazon.com/appsync/latest/eventapi/writing-event-handlers.html>

use json::Value;
use resolver::{Context, End, Failure};
use resolver_js::Module;

use super::deed::Visitor;
use super::handler::{failed, gone, rejected};
use super::served::Namespace;
use crate::auth::Entrant;
use crate::journal::{Chapter, Part, Subject};
use crate::reply::Refusal;
use crate::sources::{Origin, Query};
use crate::wire::HandlerConfig;

/// The names that a handler and its halves are run by.
pub(super) struct Names {
    whole: &'static str,
    request: &'static str,
    response: &'static str,
}

pub(super) const ON_PUBLISH: Names =
    Names { whole: "onPublish", request: "onPublish.request", response: "onPublish.response" };
pub(super) const ON_SUBSCRIBE: Names = Names {
    whole: "onSubscribe",
    request: "onSubscribe.request",
    response: "onSubscribe.response",
};

/// What the handler of that name returns, if there is one.
pub(super) async fn ask(
    visitor: &Visitor<'_>,
    (namespace, config): (&Namespace, Option<&HandlerConfig>),
    entrant: &Entrant,
    names: &Names,
    context: &Value,
) -> Result<Option<Value>, Refusal> {
    let module = match &namespace.module {
        None => return Ok(None),
        Some(Err(failure)) => return Err(failed(failure)),
        Some(Ok(module)) => module,
    };
    if !module.exports(names.whole) {
        return Ok(None);
    }
    let context = Context::from_json(context);
    let path = context.info.get("channel").and_then(|channel| channel.get("path"));
    let path = path.unwrap_or_default();
    let subject = || Subject::handler(names.whole, path.as_str().unwrap_or_default());
    let chapter = visitor.record.chapter(subject);
    let mut run = Run { visitor, entrant, module, context, chapter };
    let value = run.whole(config, names).await;
    if let Some(chapter) = run.chapter {
        chapter.end_with(value.is_err());
    }
    value.map(Some)
}

/// A handler under way.
struct Run<'r> {
    visitor: &'r Visitor<'r>,
    entrant: &'r Entrant,
    module: &'r Module,
    context: Context,
    chapter: Option<Chapter<'r>>,
}

/// How one function of a handler has ended, if it didn't fail.
enum Half {
    Value(Value),
    Early(Value),
}

impl Half {
    fn into_value(self) -> Value {
        let (Half::Value(value) | Half::Early(value)) = self;
        value
    }
}

impl Run<'_> {
    async fn whole(
        &mut self,
        config: Option<&HandlerConfig>,
        names: &Names,
    ) -> Result<Value, Refusal> {
        let (request, response) =
            (Part::Request { function: None }, Part::Response { function: None });
        if !self.module.exports_object(names.whole) {
            return Ok(self.half(names.whole, request).await?.into_value());
        }
        let asked = match self.half(names.request, request).await? {
            Half::Early(value) => return Ok(value),
            Half::Value(asked) => asked,
        };
        self.ask_source(config, &asked).await?;
        Ok(self.half(names.response, response).await?.into_value())
    }

    async fn half(&mut self, name: &'static str, part: Part<'_>) -> Result<Half, Refusal> {
        let room = self.visitor.room;
        let (now, entropy) = (room.house.now(), room.house.entropy());
        let outcome = room.runtime.run(self.module, name, &self.context, now, entropy).await;
        if let Some(chapter) = &mut self.chapter {
            chapter.ran(part, &self.context, &outcome);
        }
        self.context.change(outcome.changes);
        self.context.append_errors(&outcome.effects.errors);
        match outcome.end {
            End::Result(value) => Ok(Half::Value(value)),
            End::EarlyReturn { value, .. } => Ok(Half::Early(value)),
            End::Failed(failure) if is_said(&failure) => Err(rejected(failure.message)),
            End::Failed(failure) => Err(failed(&failure)),
        }
    }

    /// Has the data source answer; its failure is for the code to judge.
    async fn ask_source(
        &mut self,
        config: Option<&HandlerConfig>,
        request: &Value,
    ) -> Result<(), Refusal> {
        let Visitor { room, served, .. } = self.visitor;
        let name = config.map(|config| config.integration.data_source_name.as_str());
        let source = name.and_then(|name| served.sources.get(name)).ok_or_else(gone)?;
        let api_arn = served.api.arn();
        let (client, context) = (&self.entrant.ctx, &self.context);
        let origin = Some(Origin { context, output_type: None });
        let until = self.visitor.until;
        let query = Query { room, source, client, api_arn, request, origin, until };
        match query.ask().await {
            Ok(result) => self.context.result = result,
            Err(failure) => {
                self.context.error = Value::object([
                    ("message", Value::from(failure.message.as_str())),
                    ("type", failure.error_type.as_deref().map(Value::from).unwrap_or_default()),
                ]);
                self.context.result = failure.data;
            }
        }
        Ok(())
    }
}

/// Whether it is what the code has to say, by `util.error`, and no fault of the code.
fn is_said(failure: &Failure) -> bool {
    !failure.is_unauthorized() && failure.error_type.as_deref() != Some(Failure::CODE)
}
