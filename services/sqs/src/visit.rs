//! What an operation has at hand: the room's parts and the request it answers.

use std::sync::Arc;

use base::Timestamp;
use service::{Ctx, House};
use store::Store;

use crate::arn::QueueArn;
use crate::errors::Error;
use crate::queue::Queue;
use crate::{Limits, Room};

/// One request in the room.
pub(crate) struct Visit<'r> {
    room: &'r Arc<Room>,
    pub(crate) request: Ctx,
}

impl<'r> Visit<'r> {
    pub(crate) fn new(room: &'r Arc<Room>, request: Ctx) -> Self {
        Visit { room, request }
    }

    pub(crate) fn room(&self) -> &Arc<Room> {
        self.room
    }

    pub(crate) fn house(&self) -> &House {
        self.request.house()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.request.now()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.room.limits
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.room.store
    }

    /// The queue that a request names by its URL.
    pub(crate) fn queue(&self, url: Option<String>) -> Result<Arc<Queue>, Error> {
        let arn = QueueArn::of_url(&self.request, &needed(url, "QueueUrl")?)?;
        self.room.queue(&arn).ok_or(Error::QueueDoesNotExist)
    }

    /// The URL by which the client can reach a queue: it begins as the one it has reached us by.
    pub(crate) fn url(&self, arn: &QueueArn) -> String {
        let (account, name) = (arn.account(), arn.name());
        match self.request.origin() {
            Some(origin) => format!("{origin}/{account}/{name}"),
            None => format!("https://sqs.{}.amazonaws.com/{account}/{name}", arn.region()),
        }
    }
}

/// A member that has to be there.
pub(crate) fn needed<T>(member: Option<T>, name: &'static str) -> Result<T, Error> {
    member.ok_or(Error::MissingParameter(name))
}

/// A number that has to be within bounds, if it is there.
pub(crate) fn bounded(
    member: Option<i32>,
    name: &'static str,
    least: i32,
    most: i32,
    reason: &str,
) -> Result<Option<u32>, Error> {
    let Some(number) = member else { return Ok(None) };
    match u32::try_from(number) {
        Ok(it) if (least..=most).contains(&number) => Ok(Some(it)),
        _ => Err(Error::value(name, number, reason)),
    }
}
