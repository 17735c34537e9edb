//! What an operation has at hand: the room's parts and the request it answers.

use std::sync::Arc;

use base::Timestamp;
use serde_json::Value;
use service::{Ctx, House};
use store::{Batch, Found, Store};

use crate::Room;
use crate::errors::Error;
use crate::model::{State, Subscription, Token, Topic};
use crate::permissions;
use crate::tables;

/// Entries of a page.
const PAGE: usize = 100;

/// One request in the room.
pub(crate) struct Visit<'r> {
    pub(crate) room: &'r Arc<Room>,
    pub(crate) request: Ctx,
}

impl Visit<'_> {
    pub(crate) fn house(&self) -> &House {
        self.request.house()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.request.now()
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.room.store
    }

    /// The beginning of the ARNs of the topics of whoever asks.
    pub(crate) fn scope(&self) -> String {
        let request = &self.request;
        let (partition, region) = (request.partition(), request.region());
        format!("arn:{partition}:sns:{region}:{}:", request.account())
    }

    /// The topic that a request names.
    pub(crate) async fn topic(&self, arn: &str) -> Result<Found<Topic>, Error> {
        let is_topic = base::Arn::parse(arn).is_ok_and(|it| it.service == "sns");
        if !is_topic {
            return Err(Error::parameter("TopicArn"));
        }
        tables::topic(self.store(), arn).await?.ok_or(Error::NotFound("Topic"))
    }

    /// The subscription that a request names.
    pub(crate) async fn subscription<'a>(
        &self,
        arn: &'a str,
    ) -> Result<(&'a str, &'a str, Found<Subscription>), Error> {
        let (topic_arn, id) = split(arn)?;
        let found = tables::subscription(self.store(), topic_arn, id).await?;
        let found = found.filter(|found| found.value.state != State::Deleted);
        Ok((topic_arn, id, found.ok_or(Error::NotFound("Subscription"))?))
    }

    /// Changes the policy of a topic, or the one that it has by default.
    pub(crate) async fn change_policy(
        &self,
        topic_arn: &str,
        change: impl FnOnce(&mut Value) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let found = self.topic(topic_arn).await?;
        let mut topic = found.value.clone();
        let owner = base::Arn::parse(topic_arn).map(|arn| arn.account).unwrap_or_default();
        let mut policy = match topic.attributes.get("Policy") {
            Some(text) => serde_json::from_str(text).map_err(|_| Error::parameter("Policy"))?,
            None => permissions::default_policy(topic_arn, &owner),
        };
        change(&mut policy)?;
        topic.attributes.insert("Policy".to_owned(), policy.to_string());

        let mut batch = Batch::new();
        found.replace(&mut batch, topic);
        self.commit(batch).await
    }

    /// A token that nobody guesses.
    pub(crate) fn token(&self) -> Token {
        let mut bytes = [0; 64];
        self.house().entropy().fill(&mut bytes);
        let text = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Token { text, made_at: self.now() }
    }

    /// Where who has a token confirms with it.
    pub(crate) fn subscribe_url(
        &self,
        subscription: &Subscription,
        topic_arn: &str,
        token: &str,
    ) -> String {
        let base = self.base_url(subscription);
        format!("{base}/?Action=ConfirmSubscription&TopicArn={topic_arn}&Token={token}")
    }

    pub(crate) fn unsubscribe_url(&self, subscription: &Subscription, arn: &str) -> String {
        format!("{}/?Action=Unsubscribe&SubscriptionArn={arn}", self.base_url(subscription))
    }

    /// Where the certificate is that a signature is checked with.
    pub(crate) fn certificate_url(&self, subscription: &Subscription, file: &str) -> String {
        format!("{}/{file}", self.base_url(subscription))
    }

    /// Links begin as the URL by which the subscriber has reached us.
    fn base_url(&self, subscription: &Subscription) -> String {
        match &subscription.origin {
            Some(origin) => origin.clone(),
            None => format!("https://sns.{}.amazonaws.com", self.request.region()),
        }
    }

    /// Commits what was decided on what was read; a race is the client's to repeat.
    pub(crate) async fn commit(&self, batch: Batch) -> Result<(), Error> {
        match self.room.store.commit(batch).await {
            Err(store::Error::PreconditionFailed { .. }) => Err(Error::ConcurrentAccess),
            done => Ok(done?),
        }
    }

    /// Where the page begins that a token asks for.
    pub(crate) fn position(
        &self,
        operation: &str,
        of: &str,
        token: Option<String>,
    ) -> Result<Option<String>, Error> {
        let Some(token) = token else { return Ok(None) };
        let invalid = || Error::parameter("NextToken");
        let tokens = self.house().page_tokens();
        let position = tokens.open(operation, &[of], &token, self.now()).map_err(|_| invalid())?;
        String::from_utf8(position).map(Some).map_err(|_| invalid())
    }

    /// Cuts one more than a page to a page, with the token for the rest.
    pub(crate) fn cut<T>(
        &self,
        operation: &str,
        of: &str,
        items: &mut Vec<T>,
        position: impl Fn(&T) -> String,
    ) -> Option<String> {
        let is_last = items.len() <= PAGE;
        items.truncate(PAGE);
        let last = position(items.last().filter(|_| !is_last)?);
        let tokens = self.house().page_tokens();
        Some(tokens.seal(operation, &[of], last.as_bytes(), self.now()))
    }
}

/// How many are read for a page: one more says that there are more.
pub(crate) const READ: usize = PAGE + 1;

/// The topic's ARN and the id of a subscription's.
pub(crate) fn split(subscription_arn: &str) -> Result<(&str, &str), Error> {
    let (topic_arn, id) =
        subscription_arn.rsplit_once(':').ok_or_else(|| Error::parameter("SubscriptionArn"))?;
    match base::Arn::parse(topic_arn) {
        Ok(arn) if arn.service == "sns" => Ok((topic_arn, id)),
        _ => Err(Error::parameter("SubscriptionArn")),
    }
}
