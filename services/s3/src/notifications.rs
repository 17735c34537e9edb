//! What a bucket tells others: a row for each of them in the batch of the change, delivered by `work` at least once.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html> and, for EventBridge,
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>.

use std::sync::Arc;

use base::Arn;
use s3s::S3Result;
use s3s::dto::{NotificationConfiguration, NotificationConfigurationFilter};
use serde_json::{Value, json};
use service::{CallError, Caller, Ctx};
use store::Batch;

use crate::errors;
use crate::model::{Version, Versioning};
use crate::ops::configurations::{self, Kind};
use crate::tables::{self, FoundBucket};
use crate::visit::Visit;

/// What has happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Put,
    Copy,
    CompleteMultipartUpload,
    Removed,
    MarkedDeleted,
    /// An access control list was put upon it.
    AclPut,
    TagsPut,
    TagsDeleted,
    Restored,
    Expired,
    MarkedExpired,
    /// One that nobody is told of.
    Untold,
}

/// The target of what goes to EventBridge.
pub(crate) const EVENT_BRIDGE: &str = "events";

impl Event {
    /// Without `s3:`.
    fn name(self) -> &'static str {
        match self {
            Event::Put => "ObjectCreated:Put",
            Event::Copy => "ObjectCreated:Copy",
            Event::CompleteMultipartUpload => "ObjectCreated:CompleteMultipartUpload",
            Event::Removed => "ObjectRemoved:Delete",
            Event::MarkedDeleted => "ObjectRemoved:DeleteMarkerCreated",
            Event::AclPut => "ObjectAcl:Put",
            Event::TagsPut => "ObjectTagging:Put",
            Event::TagsDeleted => "ObjectTagging:Delete",
            Event::Restored => "ObjectRestore:Completed",
            Event::Expired => "LifecycleExpiration:Delete",
            Event::MarkedExpired => "LifecycleExpiration:DeleteMarkerCreated",
            Event::Untold => "",
        }
    }

    /// Whether a configuration that names that event means this one: `s3:ObjectCreated:*`.
    fn is_meant_by(self, configured: &str) -> bool {
        let configured = configured.strip_prefix("s3:").unwrap_or(configured);
        match configured.strip_suffix('*') {
            Some(beginning) => self.name().starts_with(beginning),
            None => self.name() == configured,
        }
    }

    /// What EventBridge calls it.
    fn detail_type(self) -> &'static str {
        match self {
            Event::Put | Event::Copy | Event::CompleteMultipartUpload => "Object Created",
            Event::Removed | Event::MarkedDeleted | Event::Expired | Event::MarkedExpired => {
                "Object Deleted"
            }
            Event::AclPut => "Object ACL Updated",
            Event::TagsPut => "Object Tags Added",
            Event::TagsDeleted => "Object Tags Deleted",
            Event::Restored => "Object Restore Completed",
            Event::Untold => "",
        }
    }

    /// Why an object was made or is gone.
    fn reason(self) -> Option<&'static str> {
        match self {
            Event::Put => Some("PutObject"),
            Event::Copy => Some("CopyObject"),
            Event::CompleteMultipartUpload => Some("CompleteMultipartUpload"),
            Event::Removed | Event::MarkedDeleted => Some("DeleteObject"),
            Event::Expired | Event::MarkedExpired => Some("Lifecycle Expiration"),
            Event::AclPut
            | Event::TagsPut
            | Event::TagsDeleted
            | Event::Restored
            | Event::Untold => None,
        }
    }

    fn deletion_type(self) -> Option<&'static str> {
        match self {
            Event::Removed | Event::Expired => Some("Permanently Deleted"),
            Event::MarkedDeleted | Event::MarkedExpired => Some("Delete Marker Created"),
            Event::Put
            | Event::Copy
            | Event::CompleteMultipartUpload
            | Event::AclPut
            | Event::TagsPut
            | Event::TagsDeleted
            | Event::Restored
            | Event::Untold => None,
        }
    }
}

/// Whether anybody is told.
#[must_use]
pub(crate) struct Told(bool);

/// Adds to the batch what is to be told of a change.
pub(crate) async fn tell(
    ctx: &Visit<'_>,
    batch: &mut Batch,
    bucket: &FoundBucket,
    key: &str,
    version: &Version,
    event: Event,
) -> S3Result<Told> {
    if event == Event::Untold {
        return Ok(Told(false));
    }
    let kept = ctx.tables().configuration(&bucket.name, Kind::Notification.name()).await;
    let Some(xml) = kept.map_err(errors::of_store)? else { return Ok(Told(false)) };
    let configuration: NotificationConfiguration = configurations::parse(&xml)?;
    let change = Change { ctx, bucket, key, version, event };
    let mut told = false;
    for (id, target) in targets(&configuration, key, event) {
        let text = json!({ "Records": [change.record(&id)] }).to_string();
        let notice = ctx.request.house().uuid();
        tables::put_notice(batch, &notice, ctx.now(), &target, &text);
        told = true;
    }
    if configuration.event_bridge_configuration.is_some() {
        let text = change.bus_entry().to_string();
        let notice = ctx.request.house().uuid();
        tables::put_notice(batch, &notice, ctx.now(), EVENT_BRIDGE, &text);
        told = true;
    }
    Ok(Told(told))
}

/// Wakes the delivery of what has become durable.
pub(crate) fn ring(ctx: &Visit<'_>, told: Told) {
    if told.0 {
        ctx.room.notices.notify_one();
    }
}

/// Refuses a configuration one of whose targets isn't there. What can't be asked now may be there.
pub(crate) async fn check_targets(
    ctx: &Visit<'_>,
    configuration: &NotificationConfiguration,
) -> S3Result<()> {
    let queues = configuration.queue_configurations.iter().flatten();
    let topics = configuration.topic_configurations.iter().flatten();
    let functions = configuration.lambda_function_configurations.iter().flatten();
    let targets = queues
        .map(|it| &it.queue_arn)
        .chain(topics.map(|it| &it.topic_arn))
        .chain(functions.map(|it| &it.lambda_function_arn));
    for target in targets {
        if !is_there(ctx, target).await {
            return Err(errors::invalid_argument(
                "Unable to validate the following destination configurations",
            ));
        }
    }
    Ok(())
}

async fn is_there(ctx: &Visit<'_>, target: &str) -> bool {
    let Ok(arn) = Arn::parse(target) else { return false };
    let (operation, body) = match arn.service.as_str() {
        "sqs" => {
            let body = json!({"QueueName": arn.resource, "QueueOwnerAWSAccountId": arn.account});
            ("GetQueueUrl", body)
        }
        "sns" => ("GetTopicAttributes", json!({"TopicArn": target})),
        _ => ("GetFunctionConfiguration", json!({"FunctionName": target})),
    };
    let root = format!("arn:{}:iam::{}:root", arn.partition, arn.account);
    let house = Arc::clone(ctx.request.house());
    let request_id = house.uuid();
    let asking = Ctx::new(house, Caller { arn: root }, request_id).with_account(arn.account);
    let bus = &ctx.room.bus;
    match bus.call(asking, &arn.service, operation, body.to_string().into()).await {
        Ok(_) | Err(CallError::Unanswered(_)) => true,
        Err(CallError::Refused(error)) => error.is_server_fault(),
        Err(CallError::NoRoom(_)) => false,
    }
}

/// The configurations that mean an event: their ids and the ARNs of who is told.
fn targets(
    configuration: &NotificationConfiguration,
    key: &str,
    event: Event,
) -> Vec<(String, String)> {
    let mut targets = Vec::new();
    let mut add = |id: &Option<String>,
                   target: &str,
                   events: &[s3s::dto::Event],
                   filter: Option<&NotificationConfigurationFilter>| {
        let is_meant = events.iter().any(|configured| event.is_meant_by(configured.as_ref()));
        if is_meant && passes(filter, key) {
            targets.push((id.clone().unwrap_or_default(), target.to_owned()));
        }
    };
    for queue in configuration.queue_configurations.iter().flatten() {
        add(&queue.id, &queue.queue_arn, &queue.events, queue.filter.as_ref());
    }
    for topic in configuration.topic_configurations.iter().flatten() {
        add(&topic.id, &topic.topic_arn, &topic.events, topic.filter.as_ref());
    }
    for function in configuration.lambda_function_configurations.iter().flatten() {
        add(
            &function.id,
            &function.lambda_function_arn,
            &function.events,
            function.filter.as_ref(),
        );
    }
    targets
}

fn passes(filter: Option<&NotificationConfigurationFilter>, key: &str) -> bool {
    let rules = filter.and_then(|filter| filter.key.as_ref()?.filter_rules.as_ref());
    rules.into_iter().flatten().all(|rule| {
        let value = rule.value.as_deref().unwrap_or_default();
        let name = rule.name.as_ref().map(|name| name.as_str().to_ascii_lowercase());
        match name.as_deref() {
            Some("prefix") => key.starts_with(value),
            Some("suffix") => key.ends_with(value),
            _ => true,
        }
    })
}

struct Change<'c> {
    ctx: &'c Visit<'c>,
    bucket: &'c FoundBucket,
    key: &'c str,
    version: &'c Version,
    event: Event,
}

impl Change<'_> {
    fn version_id(&self) -> Option<&str> {
        let is_shown = self.bucket.value.versioning != Versioning::Never;
        is_shown.then_some(self.version.id.as_str())
    }

    /// Greater for later changes of one object.
    fn sequencer(&self) -> String {
        format!("{:018X}", self.ctx.now().as_millis())
    }

    fn object(&self, key: String) -> Value {
        let mut object = json!({ "key": key, "sequencer": self.sequencer() });
        let was_there = self.event.deletion_type().is_none();
        if was_there {
            object["size"] = json!(self.version.body.size);
            object["eTag"] = json!(self.version.body.etag);
        }
        if let Some(id) = self.version_id() {
            object["versionId"] = json!(id);
        }
        object
    }

    fn record(&self, configuration_id: &str) -> Value {
        let ctx = &self.ctx.request;
        let owner = json!({ "principalId": self.bucket.value.account });
        json!({
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": self.bucket.value.region,
            "eventTime": self.ctx.now().to_string(),
            "eventName": self.event.name(),
            "userIdentity": { "principalId": ctx.caller().arn },
            "requestParameters": { "sourceIPAddress": "127.0.0.1" },
            "responseElements": { "x-amz-request-id": ctx.request_id(), "x-amz-id-2": ctx.request_id() },
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": configuration_id,
                "bucket": {
                    "name": self.bucket.name,
                    "ownerIdentity": owner,
                    "arn": self.bucket_arn(),
                },
                // In this form, unlike the other, keys are encoded.
                "object": self.object(crate::listing::url_encoded(self.key)),
            },
        })
    }

    /// An entry of PutEvents.
    fn bus_entry(&self) -> Value {
        let mut object = self.object(self.key.to_owned());
        if let Some(etag) = object.as_object_mut().and_then(|object| object.remove("eTag")) {
            object["etag"] = etag;
        }
        if let Some(id) = object.as_object_mut().and_then(|object| object.remove("versionId")) {
            object["version-id"] = id;
        }
        let mut detail = json!({
            "version": "0",
            "bucket": { "name": self.bucket.name },
            "object": object,
            "request-id": self.ctx.request.request_id(),
            "requester": self.ctx.request.account(),
            "source-ip-address": "127.0.0.1",
        });
        if let Some(reason) = self.event.reason() {
            detail["reason"] = json!(reason);
        }
        if let Some(kind) = self.event.deletion_type() {
            detail["deletion-type"] = json!(kind);
        }
        json!({
            "Source": "aws.s3",
            "DetailType": self.event.detail_type(),
            "Resources": [self.bucket_arn()],
            "Detail": detail.to_string(),
        })
    }

    fn bucket_arn(&self) -> String {
        format!("arn:{}:s3:::{}", self.ctx.request.partition(), self.bucket.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_meant_by_its_name_and_by_those_with_an_asterisk() {
        for configured in ["s3:ObjectCreated:*", "s3:ObjectCreated:Put", "ObjectCreated:*"] {
            assert!(Event::Put.is_meant_by(configured), "{configured}");
        }
        for configured in ["s3:ObjectCreated:Copy", "s3:ObjectRemoved:*"] {
            assert!(!Event::Put.is_meant_by(configured), "{configured}");
        }
    }
}
