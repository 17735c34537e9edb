//! Each operation that the room answers, and the function that does.

use std::sync::Arc;

use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result};

use crate::Room;
use crate::lifecycle;
use crate::ops::configurations::{self, Kind};
use crate::ops::{
    acls, archives, buckets, copying, lists, locks, objects, reading, tagging, uploads,
};
use crate::visit::Visit;

/// What `s3s` asks.
pub(crate) struct Protocol(pub(crate) Arc<Room>);

/// Implements `s3s::S3` by the table: `method(Input) -> Output = ctx, req => what gives the output`, and lists the
/// operations by AWS's names.
macro_rules! operations {
    ($( $name:literal => $method:ident($input:ty) -> $output:ty = |$ctx:ident, $req:ident| $answer:expr; )*) => {
        /// AWS's names of the operations.
        pub(crate) const OPERATIONS: &[&str] = &[$($name),*];

        #[async_trait::async_trait]
        impl s3s::S3 for Protocol {
            $(
                async fn $method(&self, mut request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                    let visit = Visit::of(&self.0, &mut request)?;
                    let ($ctx, $req) = (&visit, request.input);
                    let output: S3Result<$output> = $answer;
                    let mut response = S3Response::new(output?);
                    // s3s keeps to the status that it knows; `front` puts this one in its place.
                    if let Some(status) = visit.status.get() {
                        response.extensions.insert(*status);
                    }
                    response.headers.extend(visit.headers.get().cloned().unwrap_or_default());
                    Ok(response)
                }
            )*
        }
    };
}

operations! {
    "AbortMultipartUpload" => abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput = |ctx, req| uploads::abort(ctx, req).await;
    "CompleteMultipartUpload" => complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput = |ctx, req| uploads::complete(ctx, req).await;
    "CopyObject" => copy_object(CopyObjectInput) -> CopyObjectOutput = |ctx, req| copying::copy(ctx, req).await;
    "CreateBucket" => create_bucket(CreateBucketInput) -> CreateBucketOutput = |ctx, req| buckets::create(ctx, req).await;
    "CreateMultipartUpload" => create_multipart_upload(CreateMultipartUploadInput) -> CreateMultipartUploadOutput = |ctx, req| uploads::create(ctx, req).await;
    "DeleteBucket" => delete_bucket(DeleteBucketInput) -> DeleteBucketOutput = |ctx, req| buckets::delete(ctx, req).await.map(|()| DeleteBucketOutput::default());
    "DeleteBucketCors" => delete_bucket_cors(DeleteBucketCorsInput) -> DeleteBucketCorsOutput = |ctx, req| configurations::delete(ctx, &req.bucket, Kind::Cors).await.map(|()| DeleteBucketCorsOutput::default());
    "DeleteBucketEncryption" => delete_bucket_encryption(DeleteBucketEncryptionInput) -> DeleteBucketEncryptionOutput = |ctx, req| configurations::delete(ctx, &req.bucket, Kind::Encryption).await.map(|()| DeleteBucketEncryptionOutput::default());
    "DeleteBucketLifecycle" => delete_bucket_lifecycle(DeleteBucketLifecycleInput) -> DeleteBucketLifecycleOutput = |ctx, req| configurations::delete(ctx, &req.bucket, Kind::Lifecycle).await.map(|()| DeleteBucketLifecycleOutput::default());
    "DeleteBucketOwnershipControls" => delete_bucket_ownership_controls(DeleteBucketOwnershipControlsInput) -> DeleteBucketOwnershipControlsOutput = |ctx, req| configurations::delete(ctx, &req.bucket, Kind::OwnershipControls).await.map(|()| DeleteBucketOwnershipControlsOutput::default());
    "DeleteBucketPolicy" => delete_bucket_policy(DeleteBucketPolicyInput) -> DeleteBucketPolicyOutput = |ctx, req| configurations::delete(ctx, &req.bucket, Kind::Policy).await.map(|()| DeleteBucketPolicyOutput::default());
    "DeleteBucketReplication" => delete_bucket_replication(DeleteBucketReplicationInput) -> DeleteBucketReplicationOutput = |ctx, req| configurations::delete(ctx, &req.bucket, Kind::Replication).await.map(|()| DeleteBucketReplicationOutput::default());
    "DeleteBucketTagging" => delete_bucket_tagging(DeleteBucketTaggingInput) -> DeleteBucketTaggingOutput = |ctx, req| configurations::delete(ctx, &req.bucket, Kind::Tagging).await.map(|()| DeleteBucketTaggingOutput::default());
    "DeleteBucketWebsite" => delete_bucket_website(DeleteBucketWebsiteInput) -> DeleteBucketWebsiteOutput = |ctx, req| configurations::delete(ctx, &req.bucket, Kind::Website).await.map(|()| DeleteBucketWebsiteOutput::default());
    "DeleteObject" => delete_object(DeleteObjectInput) -> DeleteObjectOutput = |ctx, req| objects::delete(ctx, req).await;
    "DeleteObjectTagging" => delete_object_tagging(DeleteObjectTaggingInput) -> DeleteObjectTaggingOutput = |ctx, req| tagging::delete(ctx, req).await;
    "DeleteObjects" => delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput = |ctx, req| objects::delete_many(ctx, req).await;
    "DeletePublicAccessBlock" => delete_public_access_block(DeletePublicAccessBlockInput) -> DeletePublicAccessBlockOutput = |ctx, req| configurations::delete(ctx, &req.bucket, Kind::PublicAccessBlock).await.map(|()| DeletePublicAccessBlockOutput::default());
    "GetBucketAccelerateConfiguration" => get_bucket_accelerate_configuration(GetBucketAccelerateConfigurationInput) -> GetBucketAccelerateConfigurationOutput = |ctx, req| {
        let kept: S3Result<AccelerateConfiguration> = configurations::or_empty(ctx, &req.bucket, Kind::Accelerate).await;
        kept.map(|kept| GetBucketAccelerateConfigurationOutput { status: kept.status, ..GetBucketAccelerateConfigurationOutput::default() })
    };
    "GetBucketAcl" => get_bucket_acl(GetBucketAclInput) -> GetBucketAclOutput = |ctx, req| acls::of_bucket(ctx, req).await;
    "GetBucketCors" => get_bucket_cors(GetBucketCorsInput) -> GetBucketCorsOutput = |ctx, req| {
        let kept: S3Result<CORSConfiguration> = configurations::required(ctx, &req.bucket, Kind::Cors).await;
        kept.map(|kept| GetBucketCorsOutput { cors_rules: Some(kept.cors_rules) })
    };
    "GetBucketEncryption" => get_bucket_encryption(GetBucketEncryptionInput) -> GetBucketEncryptionOutput = |ctx, req| {
        configurations::encryption(ctx, &req.bucket).await
    };
    "GetBucketLifecycleConfiguration" => get_bucket_lifecycle_configuration(GetBucketLifecycleConfigurationInput) -> GetBucketLifecycleConfigurationOutput = |ctx, req| lifecycle::get(ctx, &req.bucket).await;
    "GetBucketLocation" => get_bucket_location(GetBucketLocationInput) -> GetBucketLocationOutput = |ctx, req| buckets::location(ctx, req).await;
    "GetBucketLogging" => get_bucket_logging(GetBucketLoggingInput) -> GetBucketLoggingOutput = |ctx, req| {
        let kept: S3Result<BucketLoggingStatus> = configurations::or_empty(ctx, &req.bucket, Kind::Logging).await;
        kept.map(|kept| GetBucketLoggingOutput { logging_enabled: kept.logging_enabled })
    };
    "GetBucketNotificationConfiguration" => get_bucket_notification_configuration(GetBucketNotificationConfigurationInput) -> GetBucketNotificationConfigurationOutput = |ctx, req| {
        configurations::notifications(ctx, &req.bucket).await
    };
    "GetBucketOwnershipControls" => get_bucket_ownership_controls(GetBucketOwnershipControlsInput) -> GetBucketOwnershipControlsOutput = |ctx, req| {
        let kept = configurations::required(ctx, &req.bucket, Kind::OwnershipControls).await;
        kept.map(|kept| GetBucketOwnershipControlsOutput { ownership_controls: Some(kept) })
    };
    "GetBucketPolicy" => get_bucket_policy(GetBucketPolicyInput) -> GetBucketPolicyOutput = |ctx, req| configurations::policy(ctx, &req.bucket).await;
    "GetBucketPolicyStatus" => get_bucket_policy_status(GetBucketPolicyStatusInput) -> GetBucketPolicyStatusOutput = |ctx, req| configurations::policy_status(ctx, &req.bucket).await;
    "GetBucketReplication" => get_bucket_replication(GetBucketReplicationInput) -> GetBucketReplicationOutput = |ctx, req| {
        let kept = configurations::required(ctx, &req.bucket, Kind::Replication).await;
        kept.map(|kept| GetBucketReplicationOutput { replication_configuration: Some(kept) })
    };
    "GetBucketRequestPayment" => get_bucket_request_payment(GetBucketRequestPaymentInput) -> GetBucketRequestPaymentOutput = |ctx, req| {
        let payer = configurations::payer(ctx, &req.bucket).await;
        payer.map(|payer| GetBucketRequestPaymentOutput { payer: Some(payer) })
    };
    "GetBucketTagging" => get_bucket_tagging(GetBucketTaggingInput) -> GetBucketTaggingOutput = |ctx, req| {
        let kept: S3Result<Tagging> = configurations::required(ctx, &req.bucket, Kind::Tagging).await;
        kept.map(|kept| GetBucketTaggingOutput { tag_set: kept.tag_set })
    };
    "GetBucketVersioning" => get_bucket_versioning(GetBucketVersioningInput) -> GetBucketVersioningOutput = |ctx, req| buckets::versioning(ctx, req).await;
    "GetBucketWebsite" => get_bucket_website(GetBucketWebsiteInput) -> GetBucketWebsiteOutput = |ctx, req| {
        let kept: S3Result<WebsiteConfiguration> = configurations::required(ctx, &req.bucket, Kind::Website).await;
        kept.map(|kept| GetBucketWebsiteOutput {
            error_document: kept.error_document,
            index_document: kept.index_document,
            redirect_all_requests_to: kept.redirect_all_requests_to,
            routing_rules: kept.routing_rules,
        })
    };
    "GetObject" => get_object(GetObjectInput) -> GetObjectOutput = |ctx, req| reading::get(ctx, req).await;
    "GetObjectAcl" => get_object_acl(GetObjectAclInput) -> GetObjectAclOutput = |ctx, req| acls::of_object(ctx, req).await;
    "GetObjectAttributes" => get_object_attributes(GetObjectAttributesInput) -> GetObjectAttributesOutput = |ctx, req| objects::attributes(ctx, req).await;
    "GetObjectLegalHold" => get_object_legal_hold(GetObjectLegalHoldInput) -> GetObjectLegalHoldOutput = |ctx, req| locks::get_legal_hold(ctx, req).await;
    "GetObjectLockConfiguration" => get_object_lock_configuration(GetObjectLockConfigurationInput) -> GetObjectLockConfigurationOutput = |ctx, req| locks::configuration(ctx, req).await;
    "GetObjectRetention" => get_object_retention(GetObjectRetentionInput) -> GetObjectRetentionOutput = |ctx, req| locks::get_retention(ctx, req).await;
    "GetObjectTagging" => get_object_tagging(GetObjectTaggingInput) -> GetObjectTaggingOutput = |ctx, req| tagging::get(ctx, req).await;
    "GetPublicAccessBlock" => get_public_access_block(GetPublicAccessBlockInput) -> GetPublicAccessBlockOutput = |ctx, req| {
        let kept = configurations::required(ctx, &req.bucket, Kind::PublicAccessBlock).await;
        kept.map(|kept| GetPublicAccessBlockOutput { public_access_block_configuration: Some(kept) })
    };
    "HeadBucket" => head_bucket(HeadBucketInput) -> HeadBucketOutput = |ctx, req| buckets::head(ctx, req).await;
    "HeadObject" => head_object(HeadObjectInput) -> HeadObjectOutput = |ctx, req| reading::head(ctx, req).await;
    "ListBuckets" => list_buckets(ListBucketsInput) -> ListBucketsOutput = |ctx, req| buckets::list(ctx, req).await;
    "ListMultipartUploads" => list_multipart_uploads(ListMultipartUploadsInput) -> ListMultipartUploadsOutput = |ctx, req| uploads::list(ctx, req).await;
    "ListObjectVersions" => list_object_versions(ListObjectVersionsInput) -> ListObjectVersionsOutput = |ctx, req| lists::versions(ctx, req).await;
    "ListObjects" => list_objects(ListObjectsInput) -> ListObjectsOutput = |ctx, req| lists::v1(ctx, req).await;
    "ListObjectsV2" => list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output = |ctx, req| lists::v2(ctx, req).await;
    "ListParts" => list_parts(ListPartsInput) -> ListPartsOutput = |ctx, req| uploads::parts(ctx, req).await;
    "PutBucketAccelerateConfiguration" => put_bucket_accelerate_configuration(PutBucketAccelerateConfigurationInput) -> PutBucketAccelerateConfigurationOutput = |ctx, req| {
        let put = configurations::put_accelerate(ctx, &req.bucket, &req.accelerate_configuration).await;
        put.map(|()| PutBucketAccelerateConfigurationOutput::default())
    };
    "PutBucketAcl" => put_bucket_acl(PutBucketAclInput) -> PutBucketAclOutput = |ctx, req| acls::put_of_bucket(ctx, req).await.map(|()| PutBucketAclOutput::default());
    "PutBucketCors" => put_bucket_cors(PutBucketCorsInput) -> PutBucketCorsOutput = |ctx, req| {
        let put = configurations::put_cors(ctx, &req.bucket, &req.cors_configuration).await;
        put.map(|()| PutBucketCorsOutput::default())
    };
    "PutBucketEncryption" => put_bucket_encryption(PutBucketEncryptionInput) -> PutBucketEncryptionOutput = |ctx, req| {
        let kept = &req.server_side_encryption_configuration;
        let put = configurations::put(ctx, &req.bucket, Kind::Encryption, kept).await;
        put.map(|()| PutBucketEncryptionOutput::default())
    };
    "PutBucketLifecycleConfiguration" => put_bucket_lifecycle_configuration(PutBucketLifecycleConfigurationInput) -> PutBucketLifecycleConfigurationOutput = |ctx, req| lifecycle::put(ctx, req).await;
    "PutBucketLogging" => put_bucket_logging(PutBucketLoggingInput) -> PutBucketLoggingOutput = |ctx, req| {
        let put = configurations::put_logging(ctx, &req.bucket, &req.bucket_logging_status).await;
        put.map(|()| PutBucketLoggingOutput::default())
    };
    "PutBucketNotificationConfiguration" => put_bucket_notification_configuration(PutBucketNotificationConfigurationInput) -> PutBucketNotificationConfigurationOutput = |ctx, req| {
        let skips_validation = req.skip_destination_validation == Some(true);
        let put = configurations::put_notifications(ctx, &req.bucket, req.notification_configuration, skips_validation).await;
        put.map(|()| PutBucketNotificationConfigurationOutput::default())
    };
    "PutBucketOwnershipControls" => put_bucket_ownership_controls(PutBucketOwnershipControlsInput) -> PutBucketOwnershipControlsOutput = |ctx, req| {
        let put = configurations::put(ctx, &req.bucket, Kind::OwnershipControls, &req.ownership_controls).await;
        put.map(|()| PutBucketOwnershipControlsOutput::default())
    };
    "PutBucketPolicy" => put_bucket_policy(PutBucketPolicyInput) -> PutBucketPolicyOutput = |ctx, req| {
        let put = configurations::put_policy(ctx, &req.bucket, req.policy).await;
        put.map(|()| PutBucketPolicyOutput::default())
    };
    "PutBucketReplication" => put_bucket_replication(PutBucketReplicationInput) -> PutBucketReplicationOutput = |ctx, req| {
        let put = configurations::put_replication(ctx, &req.bucket, req.replication_configuration).await;
        put.map(|()| PutBucketReplicationOutput::default())
    };
    "PutBucketRequestPayment" => put_bucket_request_payment(PutBucketRequestPaymentInput) -> PutBucketRequestPaymentOutput = |ctx, req| {
        let kept = &req.request_payment_configuration;
        let put = configurations::put(ctx, &req.bucket, Kind::RequestPayment, kept).await;
        put.map(|()| PutBucketRequestPaymentOutput::default())
    };
    "PutBucketTagging" => put_bucket_tagging(PutBucketTaggingInput) -> PutBucketTaggingOutput = |ctx, req| {
        let put = tagging::put_of_bucket(ctx, &req.bucket, req.tagging.tag_set).await;
        put.map(|()| PutBucketTaggingOutput::default())
    };
    "PutBucketVersioning" => put_bucket_versioning(PutBucketVersioningInput) -> PutBucketVersioningOutput = |ctx, req| buckets::put_versioning(ctx, req).await.map(|()| PutBucketVersioningOutput::default());
    "PutBucketWebsite" => put_bucket_website(PutBucketWebsiteInput) -> PutBucketWebsiteOutput = |ctx, req| {
        let put = configurations::put_website(ctx, &req.bucket, &req.website_configuration).await;
        put.map(|()| PutBucketWebsiteOutput::default())
    };
    "PutObject" => put_object(PutObjectInput) -> PutObjectOutput = |ctx, req| objects::put(ctx, req).await;
    "PutObjectAcl" => put_object_acl(PutObjectAclInput) -> PutObjectAclOutput = |ctx, req| acls::put_of_object(ctx, req).await.map(|()| PutObjectAclOutput::default());
    "PutObjectLegalHold" => put_object_legal_hold(PutObjectLegalHoldInput) -> PutObjectLegalHoldOutput = |ctx, req| locks::put_legal_hold(ctx, req).await.map(|()| PutObjectLegalHoldOutput::default());
    "PutObjectLockConfiguration" => put_object_lock_configuration(PutObjectLockConfigurationInput) -> PutObjectLockConfigurationOutput = |ctx, req| locks::put_configuration(ctx, req).await.map(|()| PutObjectLockConfigurationOutput::default());
    "PutObjectRetention" => put_object_retention(PutObjectRetentionInput) -> PutObjectRetentionOutput = |ctx, req| locks::put_retention(ctx, req).await.map(|()| PutObjectRetentionOutput::default());
    "PutObjectTagging" => put_object_tagging(PutObjectTaggingInput) -> PutObjectTaggingOutput = |ctx, req| tagging::put(ctx, req).await;
    "PutPublicAccessBlock" => put_public_access_block(PutPublicAccessBlockInput) -> PutPublicAccessBlockOutput = |ctx, req| {
        let given = &req.public_access_block_configuration;
        let put = configurations::put_public_access_block(ctx, &req.bucket, given).await;
        put.map(|()| PutPublicAccessBlockOutput::default())
    };
    "RestoreObject" => restore_object(RestoreObjectInput) -> RestoreObjectOutput = |ctx, req| archives::restore(ctx, req).await;
    "UploadPart" => upload_part(UploadPartInput) -> UploadPartOutput = |ctx, req| uploads::upload_part(ctx, req).await;
    "UploadPartCopy" => upload_part_copy(UploadPartCopyInput) -> UploadPartCopyOutput = |ctx, req| uploads::upload_part_copy(ctx, req).await;
}
