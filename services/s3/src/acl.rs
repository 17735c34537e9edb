//! Access control lists: who may do what with a bucket or an object beside what policies say.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>

use s3s::dto::{self, Owner, Permission as PermissionName, Type};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use serde_json::{Value, json};

use crate::errors;

/// What the URIs of groups begin with.
const GROUPS: &str = "http://acs.amazonaws.com/groups/";

/// Somebody may do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) grantee: Grantee,
    pub(crate) permission: Permission,
}

/// Who is given something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Grantee {
    /// An account, by its canonical id.
    User(String),
    /// A group of AWS's, by its URI.
    Group(String),
    /// An account, by the address of its root.
    Email(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    Read,
    Write,
    ReadAcp,
    WriteAcp,
    FullControl,
}

impl Permission {
    const ALL: [Permission; 5] = [
        Permission::Read,
        Permission::Write,
        Permission::ReadAcp,
        Permission::WriteAcp,
        Permission::FullControl,
    ];

    fn name(self) -> &'static str {
        match self {
            Permission::Read => PermissionName::READ,
            Permission::Write => PermissionName::WRITE,
            Permission::ReadAcp => PermissionName::READ_ACP,
            Permission::WriteAcp => PermissionName::WRITE_ACP,
            Permission::FullControl => PermissionName::FULL_CONTROL,
        }
    }

    /// The actions of policies that it stands for.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#acl-access-policy-permission-mapping>
    fn actions(self, of: Of) -> &'static [&'static str] {
        match (self, of) {
            (Permission::Read, Of::Bucket) => {
                &["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"]
            }
            (Permission::Read, Of::Object) => &["s3:GetObject", "s3:GetObjectVersion"],
            (Permission::Write, Of::Bucket) => &["s3:PutObject", "s3:DeleteObject"],
            // A WRITE upon an object means nothing.
            (Permission::Write, Of::Object) => &[],
            (Permission::ReadAcp, Of::Bucket) => &["s3:GetBucketAcl"],
            (Permission::ReadAcp, Of::Object) => &["s3:GetObjectAcl", "s3:GetObjectVersionAcl"],
            (Permission::WriteAcp, Of::Bucket) => &["s3:PutBucketAcl"],
            (Permission::WriteAcp, Of::Object) => &["s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
            (Permission::FullControl, Of::Bucket) => &[
                "s3:ListBucket",
                "s3:ListBucketVersions",
                "s3:ListBucketMultipartUploads",
                "s3:PutObject",
                "s3:DeleteObject",
                "s3:GetBucketAcl",
                "s3:PutBucketAcl",
            ],
            (Permission::FullControl, Of::Object) => &[
                "s3:GetObject",
                "s3:GetObjectVersion",
                "s3:GetObjectAcl",
                "s3:GetObjectVersionAcl",
                "s3:PutObjectAcl",
                "s3:PutObjectVersionAcl",
            ],
        }
    }
}

/// What a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Bucket,
    Object,
}

/// The list that a request brings, in one of the three ways that it can.
#[derive(Default)]
pub(crate) struct Given {
    /// `x-amz-acl`.
    pub(crate) canned: Option<String>,
    /// `x-amz-grant-*`.
    pub(crate) headers: [(&'static str, Option<String>); 5],
    /// The body.
    pub(crate) policy: Option<dto::AccessControlPolicy>,
}

/// The headers of grants, from the members of an input.
macro_rules! grants_of {
    ($req:expr) => {
        [
            ("READ", $req.grant_read.clone()),
            ("WRITE", None),
            ("READ_ACP", $req.grant_read_acp.clone()),
            ("WRITE_ACP", $req.grant_write_acp.clone()),
            ("FULL_CONTROL", $req.grant_full_control.clone()),
        ]
    };
    ($req:expr, with_write) => {{
        let mut headers = $crate::acl::grants_of!($req);
        headers[1].1 = $req.grant_write.clone();
        headers
    }};
}
pub(crate) use grants_of;

impl Given {
    /// The grants, none if the request says nothing of them.
    pub(crate) fn grants(self, owner: &str) -> S3Result<Option<Vec<Grant>>> {
        let by_headers = self.headers.iter().any(|(_, header)| header.is_some());
        if by_headers && self.canned.is_some() {
            return Err(s3_error!(
                InvalidRequest,
                "Specifying both Canned ACLs and Header Grants is not allowed"
            ));
        }
        if let Some(name) = self.canned {
            let grants = canned(&name, owner);
            return grants.map(Some).ok_or_else(|| errors::invalid_argument(""));
        }
        if by_headers {
            let mut grants = Vec::new();
            for (permission, header) in &self.headers {
                let grantees = header.iter().flat_map(|header| header.split(','));
                for grantee in grantees {
                    let grantee = of_header(grantee.trim())?;
                    grants.push(Grant { grantee, permission: permission_named(permission)? });
                }
            }
            return Ok(Some(grants));
        }
        self.policy.map(of_policy).transpose()
    }
}

fn malformed() -> S3Error {
    s3_error!(
        MalformedACLError,
        "The XML you provided was not well-formed or did not validate against our published schema"
    )
}

fn permission_named(name: &str) -> S3Result<Permission> {
    let named = Permission::ALL.into_iter().find(|permission| permission.name() == name);
    named.ok_or_else(malformed)
}

/// `id="…"`, `uri="…"` or `emailAddress="…"`.
fn of_header(text: &str) -> S3Result<Grantee> {
    let (kind, value) = text.split_once('=').unwrap_or_default();
    let value = value.trim().trim_matches('"').to_owned();
    match kind.trim() {
        "id" => Ok(Grantee::User(value)),
        "uri" | "url" => Ok(Grantee::Group(value)),
        "emailAddress" => Ok(Grantee::Email(value)),
        _ => Err(errors::invalid_argument("Argument format not recognized")),
    }
}

fn of_policy(policy: dto::AccessControlPolicy) -> S3Result<Vec<Grant>> {
    if policy.owner.is_none() {
        return Err(malformed());
    }
    let grant = |grant: dto::Grant| {
        let grantee = grant.grantee.ok_or_else(malformed)?;
        let permission = grant.permission.ok_or_else(malformed)?;
        let grantee = match grantee.type_.as_str() {
            Type::GROUP => grantee.uri.map(Grantee::Group),
            Type::AMAZON_CUSTOMER_BY_EMAIL => grantee.email_address.map(Grantee::Email),
            _ => grantee.id.map(Grantee::User),
        };
        let permission = permission_named(permission.as_str())?;
        Ok(Grant { grantee: grantee.ok_or_else(malformed)?, permission })
    };
    policy.grants.into_iter().flatten().map(grant).collect()
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl>
fn canned(name: &str, owner: &str) -> Option<Vec<Grant>> {
    let group = |name: &str, permission| Grant {
        grantee: Grantee::Group(format!("{GROUPS}{name}")),
        permission,
    };
    let mut grants = private(owner);
    match name {
        // The owner of a bucket owns its objects here.
        "private" | "bucket-owner-read" | "bucket-owner-full-control" | "aws-exec-read" => {}
        "public-read" => grants.push(group("global/AllUsers", Permission::Read)),
        "public-read-write" => grants
            .extend([Permission::Read, Permission::Write].map(|it| group("global/AllUsers", it))),
        "authenticated-read" => grants.push(group("global/AuthenticatedUsers", Permission::Read)),
        "log-delivery-write" => grants
            .extend([Permission::Write, Permission::ReadAcp].map(|it| group("s3/LogDelivery", it))),
        _ => return None,
    }
    Some(grants)
}

/// What holds where nothing was said: the owner may do everything, nobody else anything.
pub(crate) fn private(owner: &str) -> Vec<Grant> {
    let grantee = Grantee::User(owner.to_owned());
    vec![Grant { grantee, permission: Permission::FullControl }]
}

/// Whether a list gives something to everybody, or to everybody who has an account.
pub(crate) fn is_public(grants: &[Grant]) -> bool {
    grants.iter().any(|grant| match &grant.grantee {
        Grantee::Group(uri) => uri.starts_with(GROUPS) && uri.contains("global/"),
        Grantee::User(_) | Grantee::Email(_) => false,
    })
}

/// The canonical id of an account. S3 tells accounts by ids of their own.
pub(crate) fn canonical_id(account: &str) -> String {
    format!("{account:0>64}")
}

/// The list as a reply shows it.
pub(crate) fn shown(grants: &[Grant]) -> Vec<dto::Grant> {
    let nobody = |kind| dto::Grantee {
        display_name: None,
        email_address: None,
        id: None,
        type_: Type::from_static(kind),
        uri: None,
    };
    let grantee = |grantee: &Grantee| match grantee.clone() {
        Grantee::User(id) => dto::Grantee { id: Some(id), ..nobody(Type::CANONICAL_USER) },
        Grantee::Group(uri) => dto::Grantee { uri: Some(uri), ..nobody(Type::GROUP) },
        Grantee::Email(address) => {
            dto::Grantee { email_address: Some(address), ..nobody(Type::AMAZON_CUSTOMER_BY_EMAIL) }
        }
    };
    let grant = |grant: &Grant| dto::Grant {
        grantee: Some(grantee(&grant.grantee)),
        permission: Some(PermissionName::from_static(grant.permission.name())),
    };
    grants.iter().map(grant).collect()
}

pub(crate) fn owner(account: &str) -> Owner {
    Owner { display_name: None, id: Some(canonical_id(account)) }
}

/// A list as statements of a policy, so that both are weighed together. `public` says whether groups count.
pub(crate) fn statements(
    grants: &[Grant],
    of: Of,
    resources: &[String],
    groups_count: bool,
) -> Vec<Value> {
    let statement = |grant: &Grant| {
        let actions = grant.permission.actions(of);
        let principal = match &grant.grantee {
            Grantee::User(id) => {
                let account = id.trim_start_matches('0');
                json!({ "AWS": format!("{account:0>12}") })
            }
            Grantee::Group(_) if !groups_count => return None,
            Grantee::Group(uri) if uri.ends_with("/AllUsers") => json!("*"),
            Grantee::Group(uri) if uri.ends_with("/AuthenticatedUsers") => json!("*"),
            Grantee::Group(_) | Grantee::Email(_) => return None,
        };
        let mut statement = json!({
            "Effect": "Allow",
            "Principal": principal,
            "Action": actions,
            "Resource": resources,
        });
        if matches!(&grant.grantee, Grantee::Group(uri) if uri.ends_with("/AuthenticatedUsers")) {
            statement["Condition"] =
                json!({ "StringNotEquals": { "aws:PrincipalType": "Anonymous" } });
        }
        (!actions.is_empty()).then_some(statement)
    };
    grants.iter().filter_map(statement).collect()
}

/// A bucket whose owner owns everything in it has no lists.
pub(crate) fn not_supported() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::AccessControlListNotSupported,
        "The bucket does not allow ACLs",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(canned: Option<&str>, read: Option<&str>) -> Given {
        let header = read.map(str::to_owned);
        let canned = canned.map(str::to_owned);
        let headers = [
            ("READ", header),
            ("WRITE", None),
            ("READ_ACP", None),
            ("WRITE_ACP", None),
            ("FULL_CONTROL", None),
        ];
        Given { canned, headers, policy: None }
    }

    #[test]
    fn a_canned_list_is_spelled_out() {
        let grants = given(Some("public-read"), None).grants("me").expect("reads").expect("some");
        assert_eq!(grants.len(), 2);
        assert!(is_public(&grants));
        assert!(!is_public(&private("me")));
        assert!(given(Some("nonsense"), None).grants("me").is_err());
    }

    #[test]
    fn headers_name_grantees_in_three_ways() {
        let header = r#"id="111122223333", uri="http://acs.amazonaws.com/groups/global/AllUsers", emailAddress="a@b.c""#;
        let grants = given(None, Some(header)).grants("me").expect("reads").expect("some");
        let grantees: Vec<_> = grants.into_iter().map(|grant| grant.grantee).collect();
        let all = "http://acs.amazonaws.com/groups/global/AllUsers";
        assert_eq!(
            grantees,
            [
                Grantee::User("111122223333".into()),
                Grantee::Group(all.into()),
                Grantee::Email("a@b.c".into())
            ]
        );
        assert!(given(Some("private"), Some(header)).grants("me").is_err(), "two ways at once");
        assert!(given(None, Some("someone")).grants("me").is_err());
    }
}
