//! The access control lists of buckets and objects.

use s3s::S3Result;
use s3s::dto::{
    GetBucketAclInput, GetBucketAclOutput, GetObjectAclInput, GetObjectAclOutput,
    PutBucketAclInput, PutObjectAclInput,
};
use store::Batch;

use crate::access::denied;
use crate::acl::{self, Given, Grant, grants_of};
use crate::errors;
use crate::notifications::{self, Event};
use crate::ops::configurations::{self, Kind};
use crate::tables::{self, FoundBucket};
use crate::visit::{Commit, Visit};

/// The canned list that a bucket without lists takes, since it says what holds there anyway.
const OF_OWNER: &str = "bucket-owner-full-control";

impl Visit<'_> {
    /// The list that a request gives to a bucket or to something in it, if it may.
    pub(crate) async fn given_list(
        &self,
        found: &FoundBucket,
        given: Given,
    ) -> S3Result<Option<Vec<Grant>>> {
        let says_nothing_new = given.canned.as_deref() == Some(OF_OWNER);
        let Some(grants) = given.grants(&acl::canonical_id(&found.value.account))? else {
            return Ok(None);
        };
        if !self.has_lists(found).await? {
            return if says_nothing_new { Ok(None) } else { Err(acl::not_supported()) };
        }
        let is_blocked = self.public_access(found).await?.block_public_acls == Some(true);
        if is_blocked && acl::is_public(&grants) {
            return Err(denied());
        }
        Ok(Some(grants))
    }

    /// The list that was put upon a bucket.
    pub(crate) async fn bucket_list(&self, found: &FoundBucket) -> S3Result<Option<Vec<Grant>>> {
        let row = self.tables().configuration(&found.name, Kind::Acl.name()).await;
        let row = row.map_err(errors::of_store)?;
        row.map(|row| tables::acl_of_row(&row)).transpose().map_err(errors::of_store)
    }
}

/// What holds where no list was put.
fn or_private(grants: Option<Vec<Grant>>, found: &FoundBucket) -> Vec<Grant> {
    grants.unwrap_or_else(|| acl::private(&acl::canonical_id(&found.value.account)))
}

pub(crate) async fn of_bucket(
    ctx: &Visit<'_>,
    req: GetBucketAclInput,
) -> S3Result<GetBucketAclOutput> {
    ctx.allow("s3:GetBucketAcl", &req.bucket, "").await?;
    let found = ctx.bucket(&req.bucket).await?;
    let grants = or_private(ctx.bucket_list(&found).await?, &found);
    Ok(GetBucketAclOutput {
        grants: Some(acl::shown(&grants)),
        owner: Some(acl::owner(&found.value.account)),
    })
}

pub(crate) async fn put_of_bucket(ctx: &Visit<'_>, req: PutBucketAclInput) -> S3Result<()> {
    let found = ctx.bucket(&req.bucket).await?;
    let given = Given {
        canned: req.acl.as_ref().map(|acl| acl.as_str().to_owned()),
        headers: grants_of!(req, with_write),
        policy: req.access_control_policy,
    };
    let grants = ctx.given_list(&found, given).await?;
    let row = tables::acl_row(&or_private(grants, &found));
    configurations::put_text(ctx, &req.bucket, Kind::Acl, row).await
}

pub(crate) async fn of_object(
    ctx: &Visit<'_>,
    req: GetObjectAclInput,
) -> S3Result<GetObjectAclOutput> {
    let action = req.version_id.as_ref().map_or("s3:GetObjectAcl", |_| "s3:GetObjectVersionAcl");
    ctx.allow(action, &req.bucket, &req.key).await?;
    let (found, version) = ctx.version(&req.bucket, &req.key, req.version_id.as_deref()).await?;
    let grants = or_private(version.acl, &found);
    Ok(GetObjectAclOutput {
        grants: Some(acl::shown(&grants)),
        owner: Some(acl::owner(&found.value.account)),
        ..GetObjectAclOutput::default()
    })
}

pub(crate) async fn put_of_object(ctx: &Visit<'_>, req: PutObjectAclInput) -> S3Result<()> {
    let action = req.version_id.as_ref().map_or("s3:PutObjectAcl", |_| "s3:PutObjectVersionAcl");
    ctx.allow(action, &req.bucket, &req.key).await?;
    let (found, _) = ctx.version(&req.bucket, &req.key, req.version_id.as_deref()).await?;
    let given = Given {
        canned: req.acl.as_ref().map(|acl| acl.as_str().to_owned()),
        headers: grants_of!(req, with_write),
        policy: req.access_control_policy,
    };
    let grants = ctx.given_list(&found, given).await?;
    ctx.change_version(&req.bucket, &req.key, req.version_id.as_deref(), Event::AclPut, |version| {
        version.acl.clone_from(&grants);
        Ok(())
    })
    .await
    .map(drop)
}

impl Visit<'_> {
    /// Changes what is kept of a version beside its body; gives the bucket and the version as it is then.
    pub(crate) async fn change_version(
        &self,
        bucket: &str,
        key: &str,
        version_id: Option<&str>,
        event: Event,
        change: impl Fn(&mut crate::model::Version) -> S3Result<()>,
    ) -> S3Result<(FoundBucket, crate::model::Version)> {
        loop {
            let (found, wanted) = self.version(bucket, key, version_id).await?;
            let head = self.tables().head(bucket, key).await.map_err(errors::of_store)?;
            let mut placed = self.placed(bucket, key, &wanted.id).await?;
            change(&mut placed.version)?;
            let mut batch = Batch::new();
            tables::put_version(&mut batch, bucket, key, placed.order, &placed.version);
            head.change(&mut batch, bucket, key, head.newest);
            let told =
                notifications::tell(self, &mut batch, &found, key, &placed.version, event).await?;
            if self.commit(batch).await? == Commit::Done {
                notifications::ring(self, told);
                return Ok((found, placed.version));
            }
        }
    }
}
