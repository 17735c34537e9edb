//! Whether a caller may do what it asks: its own policies, the bucket's, and the lists of the bucket and the object.
//!
//! Where nobody guards the house, everybody may do everything, and nothing here is looked at.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-s3-evaluates-access-control.html>

use http::request::Parts;
use s3s::dto::{OwnershipControls, PublicAccessBlockConfiguration};
use s3s::{S3Error, S3ErrorCode, S3Result};
use serde_json::{Value, json};
use service::Access;

use crate::acl::{self, Of};
use crate::errors;
use crate::forms::Form;
use crate::ops::configurations::{self, Kind};
use crate::tables::FoundBucket;
use crate::visit::Visit;

/// What only the account's own root may always do, so that no policy locks everybody out.
const OF_POLICIES: [&str; 3] =
    ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];

/// What conditions of policies may ask about a request, by the names of its query and headers.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys>
const OF_QUERY: [(&str, &str); 4] = [
    ("prefix", "s3:prefix"),
    ("delimiter", "s3:delimiter"),
    ("max-keys", "s3:max-keys"),
    ("versionId", "s3:VersionId"),
];
const OF_HEADERS: [(&str, &str); 9] = [
    ("x-amz-acl", "s3:x-amz-acl"),
    ("x-amz-content-sha256", "s3:x-amz-content-sha256"),
    ("x-amz-copy-source", "s3:x-amz-copy-source"),
    ("x-amz-metadata-directive", "s3:x-amz-metadata-directive"),
    ("x-amz-server-side-encryption", "s3:x-amz-server-side-encryption"),
    (
        "x-amz-server-side-encryption-aws-kms-key-id",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    ),
    ("x-amz-storage-class", "s3:x-amz-storage-class"),
    ("user-agent", "aws:UserAgent"),
    ("referer", "aws:Referer"),
];

/// What is known of a request before its operation is.
#[derive(Clone, Default)]
pub(crate) struct Circumstances {
    /// Condition keys and their values.
    conditions: Vec<(&'static str, String)>,
    /// `x-amz-expected-bucket-owner`.
    expected_owner: Option<String>,
    /// The HTTP method.
    pub(crate) method: String,
    /// `If-Match` and `If-None-Match` of a copy, which `s3s` doesn't read: of what is there already.
    pub(crate) if_match: Option<String>,
    pub(crate) if_none_match: Option<String>,
    /// The form by which a browser puts an object.
    pub(crate) form: Option<Form>,
}

impl Circumstances {
    pub(crate) fn of(head: &Parts) -> Self {
        let header = |name: &str| head.headers.get(name)?.to_str().ok().map(str::to_owned);
        let query: Vec<(String, String)> =
            aws::sigv4::query_parameters(head.uri.query().unwrap_or_default()).collect();
        let parameter = |name: &str| {
            query.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone())
        };
        let of_query = OF_QUERY.iter().filter_map(|(name, key)| Some((*key, parameter(name)?)));
        let of_headers = OF_HEADERS.iter().filter_map(|(name, key)| Some((*key, header(name)?)));
        Circumstances {
            conditions: of_query.chain(of_headers).collect(),
            expected_owner: header("x-amz-expected-bucket-owner"),
            method: head.method.to_string(),
            if_match: header("if-match"),
            if_none_match: header("if-none-match"),
            form: head.extensions.get().copied(),
        }
    }
}

/// What a new object comes with, and the right that this needs besides that to put it.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>
macro_rules! comes_with {
    ($req:ident) => {
        [
            ($req.tagging.is_some(), "s3:PutObjectTagging"),
            (
                $req.acl.is_some()
                    || $req.grant_full_control.is_some()
                    || $req.grant_read.is_some()
                    || $req.grant_read_acp.is_some()
                    || $req.grant_write_acp.is_some(),
                "s3:PutObjectAcl",
            ),
            (
                $req.object_lock_mode.is_some() || $req.object_lock_retain_until_date.is_some(),
                "s3:PutObjectRetention",
            ),
            ($req.object_lock_legal_hold_status.is_some(), "s3:PutObjectLegalHold"),
        ]
    };
}
pub(crate) use comes_with;

impl Visit<'_> {
    /// Whether the caller may put an object that comes with these.
    pub(crate) async fn allow_put(
        &self,
        bucket: &str,
        key: &str,
        comes_with: [(bool, &str); 4],
    ) -> S3Result<()> {
        self.allow("s3:PutObject", bucket, key).await?;
        for (_, action) in comes_with.iter().filter(|(is_there, _)| *is_there) {
            self.allow(action, bucket, key).await?;
        }
        Ok(())
    }

    /// Whether the caller may do that; `key` is empty where it is about the bucket.
    pub(crate) async fn allow(&self, action: &str, bucket: &str, key: &str) -> S3Result<()> {
        let is_guarded = self.room.bus.is_guarded();
        let expected = self.circumstances.expected_owner.as_deref();
        if !is_guarded && expected.is_none() {
            return Ok(());
        }
        let found = self.tables().bucket(bucket).await.map_err(errors::of_store)?;
        let owner = found.as_ref().map(|found| found.value.account.as_str());
        if expected.is_some() && owner.is_some() && owner != expected {
            return Err(denied());
        }
        if !is_guarded {
            return Ok(());
        }
        let partition = self.request.partition();
        let resource = match key {
            "" => format!("arn:{partition}:s3:::{bucket}"),
            key => format!("arn:{partition}:s3:::{bucket}/{key}"),
        };
        let policy = match &found {
            Some(found) if !self.is_owner_with_policies(found, action) => {
                self.policy_of(found, key).await?
            }
            _ => None,
        };
        let access = Access {
            owner,
            policy: policy.as_deref(),
            conditions: &self.circumstances.conditions,
            ..Access::new(action, &resource)
        };
        self.room.bus.check_access(&self.request, &access).map_err(|error| {
            let is_at_home = owner.is_none_or(|owner| owner == self.request.account());
            // Strangers aren't told why.
            let text =
                error.message.filter(|_| is_at_home && !self.request.caller().is_anonymous());
            text.map_or_else(denied, |text| {
                let quoted = text.replace(
                    &format!("on resource: {resource}"),
                    &format!("on resource: \"{resource}\""),
                );
                S3Error::with_message(S3ErrorCode::AccessDenied, quoted)
            })
        })
    }

    fn is_owner_with_policies(&self, found: &FoundBucket, action: &str) -> bool {
        let partition = self.request.partition();
        let root = format!("arn:{partition}:iam::{}:root", found.value.account);
        OF_POLICIES.contains(&action) && self.request.caller().arn == root
    }

    /// Everything that the bucket and the object say of who may do what, as one policy.
    async fn policy_of(&self, found: &FoundBucket, key: &str) -> S3Result<Option<String>> {
        let block = self.public_access(found).await?;
        let text = self.configuration(found, Kind::Policy).await?;
        let policy: Option<Value> =
            text.map(|text| serde_json::from_slice(&text)).transpose().map_err(errors::internal)?;
        let is_restricted = block.restrict_public_buckets == Some(true);
        let is_stranger =
            self.request.account() != found.value.account || self.request.caller().is_anonymous();
        let policy = policy.filter(|policy| !(is_restricted && is_stranger && is_public(policy)));
        let lists = match self.has_lists(found).await? {
            true => self.statements_of_lists(found, key, &block).await?,
            false => Vec::new(),
        };
        if lists.is_empty() {
            return Ok(policy.map(|policy| policy.to_string()));
        }
        let mut whole = policy.unwrap_or_else(|| json!({ "Version": "2012-10-17" }));
        let mut statements = match whole["Statement"].take() {
            Value::Array(statements) => statements,
            Value::Null => Vec::new(),
            statement => vec![statement],
        };
        statements.extend(lists);
        whole["Statement"] = Value::Array(statements);
        Ok(Some(whole.to_string()))
    }

    async fn statements_of_lists(
        &self,
        found: &FoundBucket,
        key: &str,
        block: &PublicAccessBlockConfiguration,
    ) -> S3Result<Vec<Value>> {
        let groups_count = block.ignore_public_acls != Some(true);
        let bucket = format!("arn:{}:s3:::{}", self.request.partition(), found.name);
        let mut statements = Vec::new();
        if let Some(grants) = self.bucket_list(found).await? {
            let resources = [bucket.clone(), format!("{bucket}/*")];
            statements.extend(acl::statements(&grants, Of::Bucket, &resources, groups_count));
        }
        if !key.is_empty() {
            let head = self.tables().head(&found.name, key).await.map_err(errors::of_store)?;
            let newest = self.tables().newest(&found.name, key, &head).await;
            if let Some(grants) = newest.map_err(errors::of_store)?.and_then(|newest| newest.acl) {
                let resources = [format!("{bucket}/{key}")];
                statements.extend(acl::statements(&grants, Of::Object, &resources, groups_count));
            }
        }
        Ok(statements)
    }

    /// Whether lists of access hold in a bucket.
    pub(crate) async fn has_lists(&self, found: &FoundBucket) -> S3Result<bool> {
        let Some(xml) = self.configuration(found, Kind::OwnershipControls).await? else {
            return Ok(true);
        };
        let controls: OwnershipControls = configurations::parse(&xml)?;
        let enforced = |rule: &s3s::dto::OwnershipControlsRule| {
            rule.object_ownership.as_str() == s3s::dto::ObjectOwnership::BUCKET_OWNER_ENFORCED
        };
        Ok(!controls.rules.iter().any(enforced))
    }

    /// What a bucket keeps from the public.
    pub(crate) async fn public_access(
        &self,
        found: &FoundBucket,
    ) -> S3Result<PublicAccessBlockConfiguration> {
        let xml = self.configuration(found, Kind::PublicAccessBlock).await?;
        xml.map_or_else(
            || Ok(PublicAccessBlockConfiguration::default()),
            |xml| configurations::parse(&xml),
        )
    }

    async fn configuration(
        &self,
        found: &FoundBucket,
        kind: Kind,
    ) -> S3Result<Option<bytes::Bytes>> {
        let kept = self.tables().configuration(&found.name, kind.name()).await;
        kept.map_err(errors::of_store)
    }
}

pub(crate) fn denied() -> S3Error {
    S3Error::with_message(S3ErrorCode::AccessDenied, "Access Denied")
}

/// The conditions that tell a policy's principals well enough for it not to be public.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status>
const TELLING: [&str; 13] = [
    "aws:sourceip",
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceowner",
    "aws:sourceaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:userid",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:dataaccesspointarn",
];

/// Whether a policy lets everybody do something.
pub(crate) fn is_public(policy: &Value) -> bool {
    let statements = match &policy["Statement"] {
        Value::Array(statements) => statements.as_slice(),
        statement => std::slice::from_ref(statement),
    };
    let has_everybody = |value: &Value| match value {
        Value::String(text) => text == "*",
        Value::Array(texts) => texts.iter().any(|text| text == "*"),
        _ => false,
    };
    statements.iter().any(|statement| {
        let principal = &statement["Principal"];
        let everybody = has_everybody(principal) || has_everybody(&principal["AWS"]);
        let conditions = statement["Condition"].as_object().into_iter().flatten();
        let keys = conditions.filter_map(|(_, tests)| tests.as_object()).flatten();
        let is_told = keys.into_iter().any(|(key, value)| {
            TELLING.contains(&key.to_ascii_lowercase().as_str()) && !has_everybody(value)
        });
        statement["Effect"] == "Allow" && everybody && !is_told
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_public_if_everybody_may_do_something_without_telling_more() {
        let policy = |statement: Value| json!({ "Statement": [statement] });
        let open = json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject" });
        assert!(is_public(&policy(open.clone())));
        let mut by_aws = open.clone();
        by_aws["Principal"] = json!({ "AWS": ["*"] });
        assert!(is_public(&json!({ "Statement": by_aws })));
        let mut told = open.clone();
        told["Condition"] = json!({ "StringEquals": { "aws:SourceArn": "arn:aws:x" } });
        assert!(!is_public(&policy(told)));
        let mut denies = open;
        denies["Effect"] = json!("Deny");
        assert!(!is_public(&policy(denies)));
    }
}
