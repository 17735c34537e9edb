//! What an operation has at hand: the room's parts and the request it answers.

use std::sync::Arc;

use aws::Shape;
use base::Timestamp;
use serde::Serialize;
use service::Ctx;
use sha2::Digest as _;
use store::{Batch, Store};

pub(crate) use store::Commit;

use crate::Room;
use crate::arn::Scope;
use crate::errors::Error;
use crate::model::Reply;
use crate::tables::{self, Tables};

/// One request in the room.
pub(crate) struct Visit<'r> {
    room: &'r Arc<Room>,
    pub(crate) request: Ctx,
}

impl<'r> Visit<'r> {
    pub(crate) fn new(room: &'r Arc<Room>, request: Ctx) -> Self {
        Visit { room, request }
    }

    pub(crate) fn room(&self) -> &'r Arc<Room> {
        self.room
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.request.now()
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope::of(&self.request)
    }

    pub(crate) fn tables(&self) -> Tables<'_> {
        self.room.tables()
    }

    /// A page of `size` out of `items`, which come in the order of their positions; with the token for the rest.
    pub(crate) fn page<T>(
        &self,
        operation: &'static str,
        items: impl IntoIterator<Item = T>,
        size: Option<i32>,
        token: Option<&str>,
        position: impl Fn(&T) -> String,
    ) -> Result<(Vec<T>, Option<String>), Error> {
        const PAGE_SIZE: usize = 100;
        let tokens = self.request.house().page_tokens();
        let after = match token.filter(|token| !token.is_empty()) {
            Some(token) => {
                let position = tokens.open(operation, &[], token, self.now()).ok();
                let position = position.and_then(|position| String::from_utf8(position).ok());
                Some(position.ok_or_else(|| Error::invalid("Invalid token."))?)
            }
            None => None,
        };
        let size = size.and_then(|size| usize::try_from(size).ok()).unwrap_or(PAGE_SIZE);
        let size = size.clamp(1, PAGE_SIZE);
        let rest = items
            .into_iter()
            .skip_while(|item| after.as_ref().is_some_and(|after| position(item) <= *after));
        let mut page: Vec<T> = rest.take(size + 1).collect();
        let is_last = page.len() <= size;
        page.truncate(size);
        let seal = |item: &T| tokens.seal(operation, &[], position(item).as_bytes(), self.now());
        let next = page.last().filter(|_| !is_last).map(seal);
        Ok((page, next))
    }
}

impl Room {
    pub(crate) fn tables(&self) -> Tables<'_> {
        let store: &dyn Store = &*self.store;
        Tables(store)
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<Commit, Error> {
        Ok(store::row::commit(&*self.store, batch).await?)
    }
}

/// A request that is answered again if it comes again: by the attempt of a task, or by a client token.
pub(crate) struct Once {
    attempt: Option<String>,
    token: Option<String>,
    /// The digest of what a client token stands for: it must be the same each time.
    request: String,
}

impl Once {
    pub(crate) fn new(
        ctx: &Visit<'_>,
        client_token: Option<&str>,
        request: &impl std::fmt::Debug,
    ) -> Self {
        let attempt = ctx.request.attempt();
        let digest = sha2::Sha256::digest(format!("{request:?}"));
        Once {
            attempt: attempt.map(|attempt| format!("attempt {attempt}")),
            token: client_token.map(|token| format!("token {} {token}", ctx.scope().as_str())),
            request: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    /// What was answered before.
    pub(crate) async fn answered<T: Shape>(&self, ctx: &Visit<'_>) -> Result<Option<T>, Error> {
        let by_attempt = match &self.attempt {
            Some(name) => ctx.tables().reply(name).await?,
            None => None,
        };
        let reply = match (by_attempt, &self.token) {
            (None, Some(name)) => {
                let reply = ctx.tables().reply(name).await?;
                reply.map(|reply| self.checked(reply)).transpose()?
            }
            (by_attempt, _) => by_attempt,
        };
        Ok(reply.map(|reply| aws::decode(reply.text.as_bytes())).transpose()?)
    }

    fn checked(&self, reply: Reply) -> Result<Reply, Error> {
        if reply.request == self.request { Ok(reply) } else { Err(Error::OtherRequest) }
    }

    /// Keeps the answer beside what it tells of. The batch is refused if the request was answered meanwhile.
    pub(crate) fn keep(
        &self,
        ctx: &Visit<'_>,
        batch: &mut Batch,
        reply: &impl Serialize,
    ) -> Result<(), Error> {
        let text = String::from_utf8_lossy(&aws::encode(reply)?).into_owned();
        let kept = Reply { at: ctx.now().as_millis(), text, request: self.request.clone() };
        for name in self.attempt.iter().chain(&self.token) {
            tables::keep_reply(batch, name, &kept);
        }
        Ok(())
    }
}
