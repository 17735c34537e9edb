//! With whose rights the room asks its neighbors for a function: its role's.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html>

use std::sync::Arc;

use serde_json::Value;
use service::{CallError, Caller, Ctx};

use crate::Room;
use crate::arn::{FunctionArn, Scope};
use crate::environment::PRINCIPAL;
use crate::errors::Error;
use crate::invocation::Target;
use crate::model::Mapping;

/// A function with the role that it acts as.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    function: FunctionArn,
    role: String,
}

impl Actor {
    pub(crate) fn new(function: &FunctionArn, role: &str) -> Self {
        Actor { function: function.unqualified(), role: role.to_owned() }
    }

    pub(crate) fn of(target: &Target) -> Self {
        Actor::new(&target.arn, &target.settings.role)
    }
}

impl Room {
    /// Who reads the source of a mapping.
    pub(crate) async fn actor_of(&self, mapping: &Mapping) -> Result<Actor, CallError> {
        let function = self.function_of(mapping);
        let target = async { self.target(&function?).await };
        let target = target.await.map_err(|error: Error| CallError::Refused(error.into()))?;
        Ok(Actor::of(&target))
    }

    /// The function of a mapping.
    pub(crate) fn function_of(&self, mapping: &Mapping) -> Result<FunctionArn, Error> {
        let house = &self.house;
        let home = Scope::new(house.partition(), house.region(), house.account());
        let arn = FunctionArn::parse(&mapping.function_arn, &home);
        Ok(arn.ok_or(store::Error::Corrupt("the function of a mapping"))?)
    }

    /// A request by the role of a function, which must trust this service.
    pub(crate) fn request_of(&self, actor: &Actor) -> Result<Ctx, CallError> {
        let account = actor.function.scope.account();
        let caller = Caller { arn: PRINCIPAL.to_owned() };
        let ctx = Ctx::new(Arc::clone(&self.house), caller, self.house.uuid())
            .with_account(account)
            .with_source_arn(actor.function.to_string());
        // Where no policy is enforced, a role may name any account: what it asks for is the function's.
        Ok(self.bus.assume(&ctx, &actor.role)?.with_account(account))
    }

    /// Calls another room for a function.
    pub(crate) async fn call(
        &self,
        actor: &Actor,
        room: &str,
        operation: &str,
        body: Value,
    ) -> Result<Value, CallError> {
        self.send(self.request_of(actor)?, room, operation, body).await
    }

    /// Whether a function might make that call.
    pub(crate) async fn may_call(
        &self,
        actor: &Actor,
        room: &str,
        operation: &str,
        body: Value,
    ) -> bool {
        let Ok(ctx) = self.request_of(actor) else { return false };
        self.bus.check_call(&ctx, room, operation, body.to_string().as_bytes()).await.is_ok()
    }

    pub(crate) async fn send(
        &self,
        ctx: Ctx,
        room: &str,
        operation: &str,
        body: Value,
    ) -> Result<Value, CallError> {
        let reply = self.bus.call(ctx, room, operation, body.to_string().into()).await?;
        if reply.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&reply).map_err(|_| CallError::Refused(aws::Error::internal()))
    }
}
