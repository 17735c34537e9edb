//! What is said about a bucket, kept as its XML and given back: all of these are the same to us but the notifications,
//! which `notifications` reads.

use http::StatusCode;
use s3s::dto::{
    GetBucketEncryptionOutput, GetBucketNotificationConfigurationOutput, GetBucketPolicyOutput,
    NotificationConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use s3s::xml::{Deserialize, Deserializer, Serialize, Serializer};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use store::Batch;

use crate::errors;
use crate::visit::{Commit, Visit};

/// A kind of configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Cors,
    Encryption,
    Notification,
    OwnershipControls,
    Policy,
    PublicAccessBlock,
    Tagging,
}

impl Kind {
    /// The name in its row: a stored format.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Cors => "cors",
            Kind::Encryption => "encryption",
            Kind::Notification => "notification",
            Kind::OwnershipControls => "ownership-controls",
            Kind::Policy => "policy",
            Kind::PublicAccessBlock => "public-access-block",
            Kind::Tagging => "tagging",
        }
    }

    /// The action of IAM's policies behind `s3:Get` and `s3:Put`; deleting is putting.
    fn action(self) -> &'static str {
        match self {
            Kind::Cors => "BucketCORS",
            Kind::Encryption => "EncryptionConfiguration",
            Kind::Notification => "BucketNotification",
            Kind::OwnershipControls => "BucketOwnershipControls",
            Kind::Policy => "BucketPolicy",
            Kind::PublicAccessBlock => "BucketPublicAccessBlock",
            Kind::Tagging => "BucketTagging",
        }
    }

    /// What a bucket without it answers.
    fn missing(self) -> S3Error {
        let (code, message) = match self {
            Kind::Cors => {
                (S3ErrorCode::NoSuchCORSConfiguration, "The CORS configuration does not exist")
            }
            Kind::Encryption => (
                S3ErrorCode::ServerSideEncryptionConfigurationNotFoundError,
                "The server side encryption configuration was not found",
            ),
            Kind::OwnershipControls => (
                S3ErrorCode::OwnershipControlsNotFoundError,
                "The bucket ownership controls were not found",
            ),
            Kind::Policy => (S3ErrorCode::NoSuchBucketPolicy, "The bucket policy does not exist"),
            Kind::PublicAccessBlock => {
                return errors::coded(
                    "NoSuchPublicAccessBlockConfiguration",
                    StatusCode::NOT_FOUND,
                    "The public access block configuration was not found",
                );
            }
            Kind::Tagging => (S3ErrorCode::NoSuchTagSet, "The TagSet does not exist"),
            Kind::Notification => {
                (S3ErrorCode::InternalError, "A bucket without notifications has an empty one.")
            }
        };
        S3Error::with_message(code, message)
    }
}

pub(crate) async fn put_text(
    ctx: &Visit<'_>,
    bucket: &str,
    kind: Kind,
    text: Vec<u8>,
) -> S3Result<()> {
    ctx.allow(&format!("s3:Put{}", kind.action()), bucket, "")?;
    ctx.bucket(bucket).await?;
    let mut batch = Batch::new();
    crate::tables::put_configuration(&mut batch, bucket, kind.name(), text);
    match ctx.commit(batch).await? {
        Commit::Done => Ok(()),
        Commit::Raced => Err(errors::no_such_bucket()),
    }
}

pub(crate) async fn put<T: Serialize>(
    ctx: &Visit<'_>,
    bucket: &str,
    kind: Kind,
    configuration: &T,
) -> S3Result<()> {
    let mut xml = Vec::new();
    let mut serializer = Serializer::new(&mut xml);
    configuration.serialize(&mut serializer).map_err(errors::internal)?;
    put_text(ctx, bucket, kind, xml).await
}

pub(crate) async fn text(
    ctx: &Visit<'_>,
    bucket: &str,
    kind: Kind,
) -> S3Result<Option<bytes::Bytes>> {
    ctx.allow(&format!("s3:Get{}", kind.action()), bucket, "")?;
    ctx.bucket(bucket).await?;
    ctx.tables().configuration(bucket, kind.name()).await.map_err(errors::of_store)
}

/// The configuration, or the error of a bucket that has none.
pub(crate) async fn required_text(
    ctx: &Visit<'_>,
    bucket: &str,
    kind: Kind,
) -> S3Result<bytes::Bytes> {
    text(ctx, bucket, kind).await?.ok_or_else(|| kind.missing())
}

pub(crate) async fn required<T>(ctx: &Visit<'_>, bucket: &str, kind: Kind) -> S3Result<T>
where
    T: for<'xml> Deserialize<'xml>,
{
    let xml = required_text(ctx, bucket, kind).await?;
    parse(&xml)
}

pub(crate) async fn delete(ctx: &Visit<'_>, bucket: &str, kind: Kind) -> S3Result<()> {
    ctx.allow(&format!("s3:Put{}", kind.action()), bucket, "")?;
    ctx.bucket(bucket).await?;
    let mut batch = Batch::new();
    crate::tables::delete_configuration(&mut batch, bucket, kind.name());
    ctx.commit(batch).await?;
    Ok(())
}

/// A configuration as its row holds it.
pub(crate) fn parse<T>(xml: &[u8]) -> S3Result<T>
where
    T: for<'xml> Deserialize<'xml>,
{
    let mut deserializer = Deserializer::new(xml);
    let value = T::deserialize(&mut deserializer).map_err(errors::internal)?;
    deserializer.expect_eof().map_err(errors::internal)?;
    Ok(value)
}

/// The policy's text, as it was put.
pub(crate) async fn policy(ctx: &Visit<'_>, bucket: &str) -> S3Result<GetBucketPolicyOutput> {
    let text = required_text(ctx, bucket, Kind::Policy).await?;
    let policy = String::from_utf8(text.to_vec()).map_err(errors::internal)?;
    Ok(GetBucketPolicyOutput { policy: Some(policy) })
}

pub(crate) async fn put_policy(ctx: &Visit<'_>, bucket: &str, policy: String) -> S3Result<()> {
    if !serde_json::from_str::<serde_json::Value>(&policy).is_ok_and(|policy| policy.is_object()) {
        return Err(s3_error!(
            MalformedPolicy,
            "Policies must be valid JSON and the first byte must be '{{'"
        ));
    }
    put_text(ctx, bucket, Kind::Policy, policy.into_bytes()).await
}

/// Every bucket encrypts, by S3's own keys if nothing else was said.
pub(crate) async fn encryption(
    ctx: &Visit<'_>,
    bucket: &str,
) -> S3Result<GetBucketEncryptionOutput> {
    let kept = text(ctx, bucket, Kind::Encryption).await?;
    let configuration = match kept {
        Some(xml) => parse(&xml)?,
        None => ServerSideEncryptionConfiguration {
            rules: vec![ServerSideEncryptionRule {
                apply_server_side_encryption_by_default: Some(ServerSideEncryptionByDefault {
                    kms_master_key_id: None,
                    sse_algorithm: ServerSideEncryption::from_static(ServerSideEncryption::AES256),
                }),
                bucket_key_enabled: Some(false),
            }],
        },
    };
    Ok(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(configuration) })
}

/// A bucket that tells nobody has an empty configuration.
pub(crate) async fn notifications(
    ctx: &Visit<'_>,
    bucket: &str,
) -> S3Result<GetBucketNotificationConfigurationOutput> {
    let kept = text(ctx, bucket, Kind::Notification).await?;
    let kept: NotificationConfiguration = match kept {
        Some(xml) => parse(&xml)?,
        None => NotificationConfiguration::default(),
    };
    Ok(GetBucketNotificationConfigurationOutput {
        event_bridge_configuration: kept.event_bridge_configuration,
        lambda_function_configurations: kept.lambda_function_configurations,
        queue_configurations: kept.queue_configurations,
        topic_configurations: kept.topic_configurations,
    })
}

/// Each configuration gets an id, and its target must be one of a kind that can be told.
pub(crate) async fn put_notifications(
    ctx: &Visit<'_>,
    bucket: &str,
    mut given: NotificationConfiguration,
) -> S3Result<()> {
    let named = |id: &mut Option<String>| {
        id.get_or_insert_with(|| ctx.request.house().uuid());
    };
    let check = |arn: &str, service: &str| match arn.split(':').nth(2) == Some(service) {
        true => Ok(()),
        false => Err(s3_error!(InvalidArgument, "The ARN could not be parsed")),
    };
    for queue in given.queue_configurations.iter_mut().flatten() {
        check(&queue.queue_arn, "sqs")?;
        named(&mut queue.id);
    }
    for topic in given.topic_configurations.iter_mut().flatten() {
        check(&topic.topic_arn, "sns")?;
        named(&mut topic.id);
    }
    for function in given.lambda_function_configurations.iter_mut().flatten() {
        check(&function.lambda_function_arn, "lambda")?;
        named(&mut function.id);
    }
    put(ctx, bucket, Kind::Notification, &given).await
}
