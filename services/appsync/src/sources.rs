//! Data sources: what a resolver's request asks of them, and what they answer.
//!
//! A request is the document that a resolver's code has made (reference of AWS: one page for each kind of source).
//! The answer is what the response handler finds in `ctx.result`, a failure what it finds in `ctx.error`.
//! Sources of AWS's services are asked over the Bus, in the data source's role.

mod bedrock;
mod dynamodb;
mod event_bridge;
mod http;
mod lambda;
mod opensearch;
mod rds;

use json::Value;
use resolver::{Context, Failure};
use service::{CallError, Caller, Ctx};
use tokio::time::Instant;

use crate::Room;
use crate::wire::{DataSource, DataSourceType};

pub(crate) use lambda::BATCH_SIZE_BY_DEFAULT;

/// Who calls where a data source has no role.
const PRINCIPAL: &str = "appsync.amazonaws.com";

/// One request to a data source.
pub(crate) struct Query<'q> {
    pub(crate) room: &'q Room,
    pub(crate) source: &'q DataSource,
    /// The request of the client, in the account of the API.
    pub(crate) client: &'q Ctx,
    /// The ARN of the API.
    pub(crate) api_arn: &'q str,
    pub(crate) request: &'q Value,
    /// What has made it, unless it is for several calls at once.
    pub(crate) origin: Option<Origin<'q>>,
    /// When whoever asks needs an answer at the latest.
    pub(crate) until: Instant,
}

/// Which code has made a request, for functions that are asked what shall become of it.
pub(crate) struct Origin<'q> {
    /// What the code has seen.
    pub(crate) context: &'q Context,
    /// The type of the field that the code is of.
    pub(crate) output_type: Option<&'q str>,
}

/// What one page of AWS's reference calls the operation of a request.
fn operation(request: &Value) -> Result<String, Failure> {
    let operation = request.get("operation");
    let operation = operation.as_ref().and_then(Value::as_str).map(str::to_owned);
    operation.ok_or_else(|| misfit("Value for field '$[operation]' not found."))
}

/// The request isn't one that the source takes.
fn misfit(message: impl Into<String>) -> Failure {
    Failure::new(message, Failure::MAPPING_TEMPLATE)
}

/// A text member of a request, if it is there.
fn text(request: &Value, member: &str) -> Option<String> {
    request.get(member)?.as_str().map(str::to_owned)
}

/// A member that is there and isn't null.
fn given(request: &Value, member: &str) -> Option<Value> {
    request.get(member).filter(|value| !value.is_null())
}

impl Query<'_> {
    /// Asks the data source, which may take as long as there is time. What AWS tells of one that takes longer was seen of
    /// a function (aws-appsync-community#386); the types of others follow it.
    pub(crate) async fn ask(&self) -> Result<Value, Failure> {
        self.in_time(self.answer()).await
    }

    /// Hands events over to a function, as [`ask`](Self::ask) does, but that it may refuse who has sent them.
    pub(crate) async fn hand_over(&self) -> Result<Value, Failure> {
        self.in_time(lambda::hand_over(self)).await
    }

    async fn in_time(
        &self,
        answer: impl Future<Output = Result<Value, Failure>>,
    ) -> Result<Value, Failure> {
        let answer = tokio::time::timeout_at(self.until, answer);
        answer.await.unwrap_or_else(|_| {
            let error_type = format!("{}:ExecutionTimeoutException", self.prefix());
            Err(Failure::new("Execution timed out.", error_type))
        })
    }

    /// What the types of errors begin with that AWS tells of that kind of source.
    fn prefix(&self) -> &'static str {
        match self.source.r#type {
            DataSourceType::None => "None",
            DataSourceType::AwsLambda => "Lambda",
            DataSourceType::AmazonDynamodb => "DynamoDB",
            DataSourceType::Http => "Http",
            DataSourceType::AmazonEventbridge => "EventBridge",
            DataSourceType::AmazonOpensearchService | DataSourceType::AmazonElasticsearch => {
                "OpenSearch"
            }
            DataSourceType::AmazonBedrockRuntime => "Bedrock",
            DataSourceType::RelationalDatabase => "RDSHttp",
        }
    }

    async fn answer(&self) -> Result<Value, Failure> {
        match self.source.r#type {
            DataSourceType::None => Ok(given(self.request, "payload").unwrap_or_default()),
            DataSourceType::AwsLambda => lambda::ask(self).await,
            DataSourceType::AmazonDynamodb => dynamodb::ask(self).await,
            DataSourceType::Http => http::ask(self).await,
            DataSourceType::AmazonEventbridge => event_bridge::ask(self).await,
            DataSourceType::AmazonOpensearchService | DataSourceType::AmazonElasticsearch => {
                opensearch::ask(self).await
            }
            DataSourceType::AmazonBedrockRuntime => bedrock::ask(self).await,
            DataSourceType::RelationalDatabase => rds::ask(self).await,
        }
    }

    /// The request to a neighbor: in the data source's role, or as the service itself.
    fn ctx(&self) -> Result<Ctx, Failure> {
        let caller = Caller { arn: PRINCIPAL.to_owned() };
        let ctx = self.client.follow_up(caller).with_source_arn(self.api_arn);
        match &self.source.service_role_arn {
            Some(role) => self.room.bus.assume(&ctx, role).map_err(|error| {
                let message = error.message.unwrap_or_else(|| error.code.to_string());
                Failure::new(message, "UnauthorizedException")
            }),
            None => Ok(ctx),
        }
    }

    /// Calls an operation of a service in the data source's role.
    async fn call(&self, service: &str, operation: &str, body: String) -> Result<Value, Refusal> {
        let ctx = self.ctx().map_err(Refusal::Failed)?;
        self.call_as(ctx, service, operation, body).await
    }

    async fn call_as(
        &self,
        ctx: Ctx,
        service: &str,
        operation: &str,
        body: String,
    ) -> Result<Value, Refusal> {
        let reply = self.room.bus.call(ctx, service, operation, body.into()).await?;
        let unreadable =
            || Refusal::Failed(Failure::new("The reply is no JSON.", "InternalFailure"));
        let text = std::str::from_utf8(&reply).map_err(|_| unreadable())?;
        match text {
            "" => Ok(Value::empty_object()),
            _ => Value::parse(text).map_err(|_| unreadable()),
        }
    }

    /// What AWS tells of the service's refusals.
    fn failure(&self, service: &str, prefix: &str, refusal: Refusal) -> Failure {
        match refusal {
            Refusal::Failed(failure) => failure,
            Refusal::Refused(error) => {
                let message = error.message.unwrap_or_default();
                let (status, id) = (error.status, self.client.request_id());
                Failure::new(
                    format!(
                        "{message} (Service: {service}, Status Code: {status}, Request ID: {id})"
                    ),
                    format!("{prefix}:{}", error.code),
                )
            }
        }
    }
}

/// Why a neighbor gave nothing.
enum Refusal {
    Refused(aws::Error),
    Failed(Failure),
}

impl From<CallError> for Refusal {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(error) => Refusal::Refused(error),
            CallError::NoRoom(service) => {
                let message = format!(
                    "Freehold doesn't have {service}. Its configuration can say where it is: [endpoints.{service}]."
                );
                Refusal::Failed(Failure::new(message, "InternalFailure"))
            }
            CallError::Unanswered(message) => {
                Refusal::Failed(Failure::new(message, "InternalFailure"))
            }
        }
    }
}

/// The text of a JSON document that is made of other JSON texts.
fn body(members: serde_json::Value) -> String {
    members.to_string()
}

/// A value as a member of such a document.
fn member(value: &Value) -> serde_json::Value {
    serde_json::from_str(&value.to_string()).expect("a value's text is JSON")
}
