//! A house with nothing but this room and some functions.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use appsync::{AppSync, Limits, Options, Rates};
use aws::{PageTokens, Protocol};
use base::{Clock, Entropy, ManualClock, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http::request::Builder;
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};
use service::{Bus, Ctx, Facts, House, Rate, Registry, Reply, Service};
use store::{Memory, Store};
use tokio::sync::Barrier;

pub(crate) struct Room {
    pub(crate) appsync: Arc<AppSync>,
    pub(crate) bus: Bus,
    house: Arc<House>,
    clock: Arc<ManualClock>,
    /// What the Bus leads to; it holds the rooms only.
    _registry: Arc<Registry>,
}

impl Room {
    pub(crate) async fn open() -> Room {
        Room::over(Arc::new(Memory::new())).await
    }

    pub(crate) async fn over(store: Arc<dyn Store>) -> Room {
        Room::made(store, Limits::default(), None).await
    }

    /// A room that enforces rates.
    pub(crate) async fn rated(rates: Rates) -> Room {
        Room::made(Arc::new(Memory::new()), Limits::default(), Some(rates)).await
    }

    pub(crate) async fn within(limits: Limits) -> Room {
        Room::made(Arc::new(Memory::new()), limits, None).await
    }

    async fn made(store: Arc<dyn Store>, limits: Limits, rates: Option<Rates>) -> Room {
        let start = Timestamp::from_millis(1_700_000_000_000);
        let manual = Arc::new(ManualClock::starting_at(start));
        let clock: Arc<dyn Clock> = Arc::clone(&manual) as Arc<dyn Clock>;
        let tokens = PageTokens::new([0; 32]);
        let entropy = Entropy::from_number(1);
        let house = House::new("000000000000", "us-east-1", clock, entropy, tokens);
        let (house, bus) = (Arc::new(house), Bus::new());
        let options = Options {
            store,
            house: Arc::clone(&house),
            bus: bus.clone(),
            limits,
            rates,
            issuers: BTreeMap::new(),
        };
        let appsync = Arc::new(AppSync::open(options).await.unwrap());
        let rooms = [Arc::clone(&appsync) as Arc<dyn Service>, Arc::new(Functions::default())];
        let registry = Arc::new(Registry::new(rooms));
        bus.connect(&registry);
        Room { appsync, bus, house, clock: manual, _registry: registry }
    }

    /// A request of nobody in particular.
    pub(crate) fn ctx(&self) -> Ctx {
        Ctx::root(Arc::clone(&self.house))
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// The reply to an operation, or the code it is refused with.
    pub(crate) async fn call(&self, operation: &str, body: Value) -> Result<Value, String> {
        let reply = self.appsync.call(self.ctx(), operation, Bytes::from(body.to_string())).await;
        let reply = reply.map_err(|error| error.code.into_owned())?;
        Ok(serde_json::from_slice(&reply).unwrap())
    }

    /// An API with that schema and a source without data, its id and a key.
    pub(crate) async fn api(&self, schema: &str, settings: Value) -> (String, String) {
        let mut asked = json!({"name": "api", "authenticationType": "API_KEY"});
        let members = settings.as_object().cloned().unwrap_or_default();
        asked.as_object_mut().unwrap().extend(members);
        let created = self.call("CreateGraphqlApi", asked).await.unwrap();
        let id = created["graphqlApi"]["apiId"].as_str().unwrap().to_owned();
        let status = self.create_schema(&id, schema).await;
        assert_eq!(status["status"], "SUCCESS", "{status}");
        self.call("CreateDataSource", json!({"apiId": id, "name": "none", "type": "NONE"}))
            .await
            .unwrap();
        let key = self.call("CreateApiKey", json!({"apiId": id})).await.unwrap();
        (id, key["apiKey"]["id"].as_str().unwrap().to_owned())
    }

    /// An Event API that knows keys alone, its id and a key.
    pub(crate) async fn event_api(&self) -> (String, String) {
        let modes = json!([{"authType": "API_KEY"}]);
        let config = json!({
            "authProviders": modes, "connectionAuthModes": modes,
            "defaultPublishAuthModes": modes, "defaultSubscribeAuthModes": modes,
        });
        let asked = json!({"name": "news", "eventConfig": config});
        let created = self.call("CreateApi", asked).await.unwrap();
        let id = created["api"]["apiId"].as_str().unwrap().to_owned();
        let key = self.call("CreateApiKey", json!({"apiId": id})).await.unwrap();
        (id, key["apiKey"]["id"].as_str().unwrap().to_owned())
    }

    /// What became of a schema.
    pub(crate) async fn create_schema(&self, id: &str, schema: &str) -> Value {
        let definition = STANDARD.encode(schema);
        let asked = json!({"apiId": id, "definition": definition});
        self.call("StartSchemaCreation", asked).await.unwrap();
        self.created(id).await
    }

    /// Lets the room work until the schema has come about.
    pub(crate) async fn created(&self, id: &str) -> Value {
        let over = async {
            loop {
                let status =
                    self.call("GetSchemaCreationStatus", json!({"apiId": id})).await.unwrap();
                if status["status"] != "PROCESSING" {
                    return status;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = self.appsync.work() => unreachable!("the work doesn't end"),
            status = over => status,
        }
    }

    /// A resolver of the source without data.
    pub(crate) async fn resolver(&self, id: &str, field: &str, request: &str, response: &str) {
        let (type_name, field_name) = field.split_once('.').unwrap();
        let asked = json!({
            "apiId": id,
            "typeName": type_name,
            "fieldName": field_name,
            "dataSourceName": "none",
            "requestMappingTemplate": request,
            "responseMappingTemplate": response,
        });
        self.call("CreateResolver", asked).await.unwrap();
    }

    /// A resolver of functions of the source without data, each with its two templates.
    pub(crate) async fn pipeline(
        &self,
        id: &str,
        field: &str,
        [before, after]: [&str; 2],
        functions: &[[&str; 2]],
    ) {
        let mut ids = Vec::new();
        for [request, response] in functions {
            let asked = json!({
                "apiId": id,
                "name": format!("function{}", ids.len()),
                "dataSourceName": "none",
                "functionVersion": "2018-05-29",
                "requestMappingTemplate": request,
                "responseMappingTemplate": response,
            });
            let created = self.call("CreateFunction", asked).await.unwrap();
            ids.push(created["functionConfiguration"]["functionId"].clone());
        }
        let (type_name, field_name) = field.split_once('.').unwrap();
        let asked = json!({
            "apiId": id,
            "typeName": type_name,
            "fieldName": field_name,
            "kind": "PIPELINE",
            "pipelineConfig": {"functions": ids},
            "requestMappingTemplate": before,
            "responseMappingTemplate": after,
        });
        self.call("CreateResolver", asked).await.unwrap();
    }

    /// A field whose value is what a template says.
    pub(crate) async fn field(&self, id: &str, field: &str, payload: &str) {
        let request = format!(r#"{{"version": "2018-05-29", "payload": {payload}}}"#);
        self.resolver(id, field, &request, "$util.toJson($ctx.result)").await;
    }

    /// The status and the body of a reply to a query.
    pub(crate) async fn ask(&self, id: &str, key: &str, query: &str) -> (u16, Value) {
        self.post(id, key, json!({"query": query}).to_string()).await
    }

    pub(crate) async fn post(&self, id: &str, key: &str, body: String) -> (u16, Value) {
        let path = format!("/appsync-api/{id}/graphql");
        self.send(Request::post(path).header("x-api-key", key), body).await
    }

    /// The status and the body of a reply to somebody with that token.
    pub(crate) async fn ask_as(&self, id: &str, token: &str, query: &str) -> (u16, Value) {
        let path = format!("/appsync-api/{id}/graphql");
        let request = Request::post(path).header("authorization", token);
        self.send(request, json!({"query": query}).to_string()).await
    }

    pub(crate) async fn send(&self, request: Builder, body: String) -> (u16, Value) {
        let body = Full::new(Bytes::from(body)).map_err(|never| match never {}).boxed_unsync();
        let request = request.body(body).unwrap();
        let public = self.appsync.public_http().unwrap();
        assert!(public.serves(None, request.uri().path()));
        let reply = public.answer(self.ctx(), request).await;
        let status = reply.status().as_u16();
        let body = reply.into_body().collect().await.map_err(|_| "no body").unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    }
}

/// Stands for the room of functions: `authorizer` lets everybody in and denies `Query.secret` to the token `low`,
/// and tells of `user:ann` that she is `ann`; `hangs` never answers; `gathers` tells what it was given with what:
/// `{"of": 2, "item": …}`, or `{"alone": …}`; `meets` does so once three ask at the same time.
struct Functions {
    meeting: Barrier,
}

impl Default for Functions {
    fn default() -> Self {
        Functions { meeting: Barrier::new(3) }
    }
}

impl Functions {
    /// The ARN of one of them.
    fn arn(name: &str) -> String {
        format!("arn:aws:lambda:us-east-1:000000000000:function:{name}")
    }
}

/// The ARN of the function that never answers.
pub(crate) fn hanging() -> String {
    Functions::arn("hangs")
}

/// The ARN of the function that tells how it was asked.
pub(crate) fn gathering() -> String {
    Functions::arn("gathers")
}

/// The ARN of the function that answers three at once.
pub(crate) fn meeting() -> String {
    Functions::arn("meets")
}

/// The settings of an API that asks a function who may come in.
pub(crate) fn authorized(more: &Value) -> Value {
    let mut config = json!({"authorizerUri": Functions::arn("authorizer")});
    config.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    json!({"authenticationType": "AWS_LAMBDA", "lambdaAuthorizerConfig": config})
}

impl Service for Functions {
    fn facts(&self) -> Facts {
        Facts {
            name: "lambda",
            signing_name: "lambda",
            endpoint_prefix: "lambda",
            target_prefix: "",
            protocol: Protocol::RestJson,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        vec!["Invoke"]
    }

    fn rate(&self, _operation: &str) -> Option<Rate> {
        None
    }

    fn call(&self, _ctx: Ctx, _operation: &str, body: Bytes) -> Reply<'_> {
        Box::pin(async move {
            let asked: Value = serde_json::from_slice(&body).unwrap();
            if asked["FunctionName"] == Functions::arn("hangs") {
                std::future::pending::<()>().await;
            }
            let meets = asked["FunctionName"] == Functions::arn("meets");
            if meets {
                self.meeting.wait().await;
            }
            let payload = STANDARD.decode(asked["Payload"].as_str().unwrap()).unwrap();
            let event: Value = serde_json::from_slice(&payload).unwrap();
            if meets || asked["FunctionName"] == Functions::arn("gathers") {
                let gathered = match event.as_array() {
                    Some(items) => {
                        items.iter().map(|it| json!({"of": items.len(), "item": it})).collect()
                    }
                    None => json!({"alone": event}),
                };
                let reply =
                    json!({"StatusCode": 200, "Payload": STANDARD.encode(gathered.to_string())});
                return Ok(Bytes::from(reply.to_string()));
            }
            let denied = if event["authorizationToken"] == "low" {
                json!(["Query.secret"])
            } else {
                json!([])
            };
            let mut verdict = json!({"isAuthorized": true, "deniedFields": denied});
            if let Some(user) = event["authorizationToken"].as_str().unwrap().strip_prefix("user:")
            {
                verdict["resolverContext"] = json!({"user": user});
            }
            let reply = json!({"StatusCode": 200, "Payload": STANDARD.encode(verdict.to_string())});
            Ok(Bytes::from(reply.to_string()))
        })
    }
}
