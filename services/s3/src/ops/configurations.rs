//! What is said about a bucket, kept as its XML and given back: all of these are the same to us but the notifications,
//! which `notifications` reads.

use http::StatusCode;
use s3s::dto::*;
use s3s::xml::{Deserialize, Deserializer, Serialize, Serializer};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use serde_json::Value;
use store::Batch;

use crate::access;
use crate::errors;
use crate::model::Versioning;
use crate::notifications;
use crate::visit::{Commit, Visit};

/// A kind of configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Accelerate,
    Acl,
    Cors,
    Encryption,
    Lifecycle,
    Logging,
    Notification,
    ObjectLock,
    OwnershipControls,
    Policy,
    PublicAccessBlock,
    Replication,
    RequestPayment,
    Tagging,
    Website,
}

impl Kind {
    /// The name in its row: a stored format.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Accelerate => "accelerate",
            Kind::Acl => "acl",
            Kind::Cors => "cors",
            Kind::Encryption => "encryption",
            Kind::Lifecycle => "lifecycle",
            Kind::Logging => "logging",
            Kind::Notification => "notification",
            Kind::ObjectLock => "object-lock",
            Kind::OwnershipControls => "ownership-controls",
            Kind::Policy => "policy",
            Kind::PublicAccessBlock => "public-access-block",
            Kind::Replication => "replication",
            Kind::RequestPayment => "request-payment",
            Kind::Tagging => "tagging",
            Kind::Website => "website",
        }
    }

    /// The action of IAM's policies behind `s3:Get` and `s3:Put`; deleting is putting.
    fn action(self) -> &'static str {
        match self {
            Kind::Accelerate => "AccelerateConfiguration",
            Kind::Acl => "BucketAcl",
            Kind::Cors => "BucketCORS",
            Kind::Encryption => "EncryptionConfiguration",
            Kind::Lifecycle => "LifecycleConfiguration",
            Kind::Logging => "BucketLogging",
            Kind::Notification => "BucketNotification",
            Kind::ObjectLock => "BucketObjectLockConfiguration",
            Kind::OwnershipControls => "BucketOwnershipControls",
            Kind::Policy => "BucketPolicy",
            Kind::PublicAccessBlock => "BucketPublicAccessBlock",
            Kind::Replication => "ReplicationConfiguration",
            Kind::RequestPayment => "BucketRequestPayment",
            Kind::Tagging => "BucketTagging",
            Kind::Website => "BucketWebsite",
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
            Kind::Lifecycle => (
                S3ErrorCode::NoSuchLifecycleConfiguration,
                "The lifecycle configuration does not exist",
            ),
            Kind::ObjectLock => (
                S3ErrorCode::ObjectLockConfigurationNotFoundError,
                "Object Lock configuration does not exist for this bucket",
            ),
            Kind::Replication => (
                S3ErrorCode::ReplicationConfigurationNotFoundError,
                "The replication configuration was not found",
            ),
            Kind::Website => (
                S3ErrorCode::NoSuchWebsiteConfiguration,
                "The specified bucket does not have a website configuration",
            ),
            Kind::Accelerate
            | Kind::Acl
            | Kind::Logging
            | Kind::Notification
            | Kind::RequestPayment => {
                (S3ErrorCode::InternalError, "A bucket without this answers what holds then.")
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
    ctx.allow(&format!("s3:Put{}", kind.action()), bucket, "").await?;
    ctx.bucket(bucket).await?;
    let mut batch = Batch::new();
    crate::tables::put_configuration(&mut batch, bucket, kind.name(), text);
    match ctx.commit(batch).await? {
        Commit::Done => Ok(()),
        Commit::Raced => Err(errors::no_such_bucket(bucket)),
    }
}

pub(crate) async fn put<T: Serialize>(
    ctx: &Visit<'_>,
    bucket: &str,
    kind: Kind,
    configuration: &T,
) -> S3Result<()> {
    put_text(ctx, bucket, kind, xml(configuration)?).await
}

/// A configuration as its row holds it.
pub(crate) fn xml<T: Serialize>(configuration: &T) -> S3Result<Vec<u8>> {
    let mut xml = Vec::new();
    let mut serializer = Serializer::new(&mut xml);
    configuration.serialize(&mut serializer).map_err(errors::internal)?;
    Ok(xml)
}

pub(crate) async fn text(
    ctx: &Visit<'_>,
    bucket: &str,
    kind: Kind,
) -> S3Result<Option<bytes::Bytes>> {
    ctx.allow(&format!("s3:Get{}", kind.action()), bucket, "").await?;
    ctx.bucket(bucket).await?;
    ctx.tables().configuration(bucket, kind.name()).await.map_err(errors::of_store)
}

/// The configuration, or the error of a bucket that has none.
pub(crate) async fn required_text(
    ctx: &Visit<'_>,
    bucket: &str,
    kind: Kind,
) -> S3Result<bytes::Bytes> {
    let missing = || errors::with_detail(kind.missing(), "bucketname", bucket);
    text(ctx, bucket, kind).await?.ok_or_else(missing)
}

pub(crate) async fn required<T>(ctx: &Visit<'_>, bucket: &str, kind: Kind) -> S3Result<T>
where
    T: for<'xml> Deserialize<'xml>,
{
    let xml = required_text(ctx, bucket, kind).await?;
    parse(&xml)
}

pub(crate) async fn delete(ctx: &Visit<'_>, bucket: &str, kind: Kind) -> S3Result<()> {
    ctx.allow(&format!("s3:Put{}", kind.action()), bucket, "").await?;
    ctx.bucket(bucket).await?;
    let mut batch = Batch::new();
    crate::tables::delete_configuration(&mut batch, bucket, kind.name());
    ctx.commit(batch).await?;
    Ok(())
}

/// What the row of a configuration holds.
pub(crate) fn parse<T>(xml: &[u8]) -> S3Result<T>
where
    T: for<'xml> Deserialize<'xml>,
{
    let mut deserializer = Deserializer::new(xml);
    let value = T::deserialize(&mut deserializer).map_err(errors::internal)?;
    deserializer.expect_eof().map_err(errors::internal)?;
    Ok(value)
}

/// The configuration, or an empty one.
pub(crate) async fn or_empty<T>(ctx: &Visit<'_>, bucket: &str, kind: Kind) -> S3Result<T>
where
    T: Default + for<'xml> Deserialize<'xml>,
{
    text(ctx, bucket, kind).await?.map_or_else(|| Ok(T::default()), |xml| parse(&xml))
}

/// The policy's text, as it was put.
pub(crate) async fn policy(ctx: &Visit<'_>, bucket: &str) -> S3Result<GetBucketPolicyOutput> {
    let text = required_text(ctx, bucket, Kind::Policy).await?;
    let policy = String::from_utf8(text.to_vec()).map_err(errors::internal)?;
    Ok(GetBucketPolicyOutput { policy: Some(policy) })
}

pub(crate) async fn put_policy(ctx: &Visit<'_>, bucket: &str, policy: String) -> S3Result<()> {
    let malformed =
        |message: &'static str| S3Error::with_message(S3ErrorCode::MalformedPolicy, message);
    let value = serde_json::from_str::<Value>(&policy).ok().filter(Value::is_object);
    let value = value
        .ok_or_else(|| malformed("Policies must be valid JSON and the first byte must be '{'"))?;
    if let Err(error) = policy::Policy::parse(&policy, policy::Kind::Resource) {
        return Err(S3Error::with_message(S3ErrorCode::MalformedPolicy, error.to_string()));
    }
    if !texts_of(&value, "Action").all(|action| action == "*" || action.starts_with("s3:")) {
        return Err(malformed("Policy has invalid action"));
    }
    let is_of_bucket = |resource: &str| {
        let named = resource.splitn(6, ':').nth(5).unwrap_or_default();
        let name = named.split('/').next().unwrap_or_default();
        resource.starts_with("arn:") && name == bucket || name.contains(['*', '?', '$'])
    };
    if !texts_of(&value, "Resource").all(is_of_bucket) {
        return Err(malformed("Policy has invalid resource"));
    }
    let found = ctx.bucket(bucket).await?;
    let block = ctx.public_access(&found).await?;
    if block.block_public_policy == Some(true) && access::is_public(&value) {
        return Err(access::denied());
    }
    put_text(ctx, bucket, Kind::Policy, policy.into_bytes()).await
}

/// The texts that the statements of a policy have in that place.
fn texts_of<'p>(policy: &'p Value, element: &'p str) -> impl Iterator<Item = &'p str> {
    let one_or_many = |value: &'p Value| match value {
        Value::Array(values) => values.as_slice(),
        Value::Null => &[],
        value => std::slice::from_ref(value),
    };
    let statements = one_or_many(&policy["Statement"]).iter();
    statements.flat_map(move |statement| one_or_many(&statement[element])).filter_map(Value::as_str)
}

/// Whether everybody may do something by the policy.
pub(crate) async fn policy_status(
    ctx: &Visit<'_>,
    bucket: &str,
) -> S3Result<GetBucketPolicyStatusOutput> {
    let text = required_text(ctx, bucket, Kind::Policy).await?;
    let policy: Value = serde_json::from_slice(&text).map_err(errors::internal)?;
    let is_public = Some(access::is_public(&policy));
    Ok(GetBucketPolicyStatusOutput { policy_status: Some(PolicyStatus { is_public }) })
}

/// What isn't said is off.
pub(crate) async fn put_public_access_block(
    ctx: &Visit<'_>,
    bucket: &str,
    given: &PublicAccessBlockConfiguration,
) -> S3Result<()> {
    if *given == PublicAccessBlockConfiguration::default() {
        return Err(s3_error!(InvalidRequest, "Must specify at least one configuration."));
    }
    let said = |setting: Option<bool>| Some(setting == Some(true));
    let whole = PublicAccessBlockConfiguration {
        block_public_acls: said(given.block_public_acls),
        block_public_policy: said(given.block_public_policy),
        ignore_public_acls: said(given.ignore_public_acls),
        restrict_public_buckets: said(given.restrict_public_buckets),
    };
    put(ctx, bucket, Kind::PublicAccessBlock, &whole).await
}

const CORS_METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];
const CORS_RULES_MAX: usize = 100;

pub(crate) async fn put_cors(
    ctx: &Visit<'_>,
    bucket: &str,
    given: &CORSConfiguration,
) -> S3Result<()> {
    if given.cors_rules.is_empty() || CORS_RULES_MAX < given.cors_rules.len() {
        return Err(malformed());
    }
    for method in given.cors_rules.iter().flat_map(|rule| &rule.allowed_methods) {
        if !CORS_METHODS.contains(&method.as_str()) {
            let message = format!(
                "Found unsupported HTTP method in CORS config. Unsupported method is {method}"
            );
            return Err(S3Error::with_message(S3ErrorCode::InvalidRequest, message));
        }
    }
    for rule in &given.cors_rules {
        let headers = rule.allowed_headers.iter().flatten();
        for text in rule.allowed_origins.iter().chain(headers) {
            if 1 < text.matches('*').count() {
                let what = if rule.allowed_origins.contains(text) { "Origin" } else { "Header" };
                let message =
                    format!("Allowed{what} \"{text}\" can not have more than one wildcard.");
                return Err(S3Error::with_message(S3ErrorCode::InvalidRequest, message));
            }
        }
    }
    put(ctx, bucket, Kind::Cors, given).await
}

/// Whoever is to be told where requests are logged must have such a bucket.
pub(crate) async fn put_logging(
    ctx: &Visit<'_>,
    bucket: &str,
    given: &BucketLoggingStatus,
) -> S3Result<()> {
    let found = ctx.bucket(bucket).await?;
    if let Some(enabled) = &given.logging_enabled {
        let target = ctx.tables().bucket(&enabled.target_bucket).await.map_err(errors::of_store)?;
        let target = target.filter(|target| target.value.account == found.value.account);
        let refused = |message: &'static str| {
            S3Error::with_message(S3ErrorCode::InvalidTargetBucketForLogging, message)
        };
        let target =
            target.ok_or_else(|| refused("The target bucket for logging does not exist"))?;
        if target.value.region != found.value.region {
            return Err(errors::coded(
                "CrossLocationLoggingProhibitted",
                StatusCode::FORBIDDEN,
                "Cross S3 location logging not allowed.",
            ));
        }
    }
    put(ctx, bucket, Kind::Logging, given).await
}

/// A website is either a redirection or has an index.
pub(crate) async fn put_website(
    ctx: &Visit<'_>,
    bucket: &str,
    given: &WebsiteConfiguration,
) -> S3Result<()> {
    match (&given.redirect_all_requests_to, &given.index_document) {
        (None, None) => {
            return Err(errors::invalid_argument(
                "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
            ));
        }
        (Some(_), Some(_)) => {
            return Err(errors::invalid_argument(
                "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
            ));
        }
        (None, Some(index)) if index.suffix.is_empty() || index.suffix.contains('/') => {
            return Err(errors::invalid_argument("The IndexDocument Suffix is not well formed"));
        }
        _ => {}
    }
    put(ctx, bucket, Kind::Website, given).await
}

pub(crate) async fn put_replication(
    ctx: &Visit<'_>,
    bucket: &str,
    mut given: ReplicationConfiguration,
) -> S3Result<()> {
    if ctx.bucket(bucket).await?.value.versioning != Versioning::Enabled {
        let error = s3_error!(
            InvalidRequest,
            "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        );
        return Err(errors::with_detail(error, "bucketname", bucket));
    }
    for rule in &mut given.rules {
        let target = rule.destination.bucket.rsplit(':').next().unwrap_or_default();
        let target = ctx.tables().bucket(target).await.map_err(errors::of_store)?;
        if target.is_none_or(|target| target.value.versioning != Versioning::Enabled) {
            return Err(s3_error!(
                InvalidRequest,
                "Destination bucket must have versioning enabled."
            ));
        }
        rule.id.get_or_insert_with(|| ctx.request.house().uuid());
    }
    put(ctx, bucket, Kind::Replication, &given).await
}

/// Transfer acceleration changes nothing here: there is one place.
pub(crate) async fn put_accelerate(
    ctx: &Visit<'_>,
    bucket: &str,
    given: &AccelerateConfiguration,
) -> S3Result<()> {
    if bucket.contains('.') {
        return Err(s3_error!(
            InvalidRequest,
            "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names"
        ));
    }
    let status = given.status.as_ref().map(BucketAccelerateStatus::as_str).unwrap_or_default();
    let is_on = status == BucketAccelerateStatus::ENABLED;
    if !is_on && status != BucketAccelerateStatus::SUSPENDED {
        return Err(malformed());
    }
    // What was never on has nothing to suspend.
    if !is_on && text(ctx, bucket, Kind::Accelerate).await?.is_none() {
        return Ok(());
    }
    put(ctx, bucket, Kind::Accelerate, given).await
}

pub(crate) async fn payer(ctx: &Visit<'_>, bucket: &str) -> S3Result<Payer> {
    let kept = text(ctx, bucket, Kind::RequestPayment).await?;
    let kept: Option<RequestPaymentConfiguration> = kept.map(|xml| parse(&xml)).transpose()?;
    Ok(kept.map_or(Payer::from_static(Payer::BUCKET_OWNER), |kept| kept.payer))
}

pub(crate) fn malformed() -> S3Error {
    s3_error!(
        MalformedXML,
        "The XML you provided was not well-formed or did not validate against our published schema"
    )
}

/// Every bucket encrypts, by S3's own keys if nothing else was said.
pub(crate) async fn encryption(
    ctx: &Visit<'_>,
    bucket: &str,
) -> S3Result<GetBucketEncryptionOutput> {
    let kept = text(ctx, bucket, Kind::Encryption).await?;
    let mut configuration = match kept {
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
    for rule in &mut configuration.rules {
        rule.bucket_key_enabled.get_or_insert(false);
    }
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

/// Each configuration gets an id, and its target must be one of a kind that can be told and, unless that isn't to be
/// looked at, be there.
pub(crate) async fn put_notifications(
    ctx: &Visit<'_>,
    bucket: &str,
    mut given: NotificationConfiguration,
    skips_validation: bool,
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
    if !skips_validation {
        notifications::check_targets(ctx, &given).await?;
    }
    put(ctx, bucket, Kind::Notification, &given).await
}
