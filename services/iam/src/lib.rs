//! The IAM room and the STS room: who there is, what each may do, and credentials for it.
//!
//! IAM keeps users, groups, roles, policies and access keys. STS makes temporary credentials of them. What a policy means
//! is `policy`'s; this room brings the policies that apply. It is also what the rest of the house asks:
//! [`Identities`] tells who is behind an access key, [`PolicyGuard`] whether a request may be made.
//!
//! It verifies no signatures (that is `freehold`'s gate), keeps no password, and knows no SAML.
//!
//! # How to read it
//! - The tables below: each operation and the function in `ops` that answers it. Operations that users, groups and roles
//!   each have stand together in one file there, since they differ in a name only.
//! - `world`: everything that is kept, in memory; `change`: how it changes; `tables`: how it is stored.
//! - `guard`: one request against all policies; `reference`: which action and resource an operation of a room needs.
//! - `session`: temporary credentials. `managed`: the policies that AWS brings.

mod arn;
mod change;
mod errors;
mod guard;
mod identities;
mod ids;
mod managed;
mod ops;
mod reference;
mod session;
mod tables;
mod visit;
mod wire;
mod world;

pub use guard::{Enforcement, PolicyGuard};
pub use identities::{Bearer, Identities};

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use aws::Protocol;
use base::{Entropy, Timestamp};
use bytes::Bytes;
use openid::Issuers;
use service::{Bus, Ctx, Facts, Rate, Reply, Service};
use store::Store;
use tokio::sync::Mutex;

use change::Change;
use session::SessionTokens;
use tables::AccessKey;
use visit::Visit;
use world::World;

/// The room of users, roles and policies.
pub struct Iam(Arc<Room>);

/// The room of temporary credentials.
pub struct Sts(Arc<Room>);

/// What both share.
struct Room {
    store: Arc<dyn Store>,
    world: RwLock<Arc<World>>,
    /// Held by whoever makes the next world.
    writing: Arc<Mutex<()>>,
    tokens: SessionTokens,
    enforcement: Option<Enforcement>,
    bus: Bus,
    issuers: Issuers,
}

/// What the room is made with.
pub struct Options {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// What session tokens are sealed with: they outlive the process if it does.
    pub secret: [u8; 32],
    /// What becomes of requests that policies don't allow; nothing is looked at without it.
    pub enforcement: Option<Enforcement>,
    /// The way to the keys of identity providers.
    pub bus: Bus,
    /// Where the keys of issuers of tokens are, by issuer; others are asked.
    pub issuers: BTreeMap<String, String>,
}

/// A key that was just made; its secret is shown now and never again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// `AKIA…`
    pub access_key_id: String,
    /// What signatures are made with.
    pub secret_access_key: String,
}

impl Iam {
    /// Opens the room.
    pub async fn open(options: Options) -> Result<Self, store::Error> {
        let Options { store, secret, enforcement, bus, issuers } = options;
        let world = World::load(&*store).await?;
        Ok(Iam(Arc::new(Room {
            store,
            world: RwLock::new(Arc::new(world)),
            writing: Arc::default(),
            tokens: SessionTokens::new(secret),
            enforcement,
            bus,
            issuers: Issuers::new(issuers),
        })))
    }

    /// The room of temporary credentials for those that are kept here.
    pub fn sts(&self) -> Sts {
        Sts(Arc::clone(&self.0))
    }

    /// Who is behind which key.
    pub fn identities(&self) -> Identities {
        Identities(Arc::clone(&self.0))
    }

    /// The house's guard, unless nothing is enforced.
    pub fn guard(&self) -> Option<Arc<PolicyGuard>> {
        let enforcement = self.0.enforcement?;
        Some(Arc::new(PolicyGuard::new(Arc::clone(&self.0), enforcement)))
    }

    /// Makes the key of the root of that ARN if there is no key at all. It is durable before it is returned.
    pub async fn make_root_key(
        &self,
        account: &str,
        root_arn: &str,
        entropy: &mut Entropy,
        now: Timestamp,
    ) -> Result<Option<NewKey>, store::Error> {
        if !self.0.world().access_keys.is_empty() {
            return Ok(None);
        }
        let new = NewKey {
            access_key_id: ids::access_key("AKIA", account, entropy),
            secret_access_key: ids::secret(entropy),
        };
        let row = AccessKey {
            secret_access_key: new.secret_access_key.clone(),
            arn: root_arn.to_owned(),
            created_at_millis: now.as_millis(),
            inactive: None,
        };
        let put = |change: &mut Change| {
            change.put_access_key(&new.access_key_id, row);
            Ok::<(), store::Error>(())
        };
        self.0.change(account, put).await?;
        Ok(Some(new))
    }

    fn enter(&self, request: Ctx) -> Visit<'_> {
        Visit::new(&self.0, request)
    }
}

impl Sts {
    fn enter(&self, request: Ctx) -> Visit<'_> {
        Visit::new(&self.0, request)
    }
}

impl Room {
    /// Everything as it is now.
    fn world(&self) -> Arc<World> {
        Arc::clone(&self.world.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes the next world: one at a time, durable before anybody sees it.
    async fn change<T, E: From<store::Error>>(
        self: &Arc<Self>,
        account: &str,
        act: impl FnOnce(&mut Change) -> Result<T, E>,
    ) -> Result<T, E> {
        let turn = Arc::clone(&self.writing).lock_owned().await;
        let mut change = Change::of(&self.world(), account);
        let reply = act(&mut change)?;
        let (world, batch) = change.finish();
        if batch.is_empty() {
            return Ok(reply);
        }
        // Committed and shown by a task of its own: a client that goes away must not leave the one without the other.
        let room = Arc::clone(self);
        let shown = tokio::spawn(async move {
            let committed = room.store.commit(batch).await;
            if committed.is_ok() {
                *room.world.write().unwrap_or_else(PoisonError::into_inner) = world;
            }
            drop(turn);
            committed
        });
        shown.await.unwrap_or(Err(store::Error::Corrupt("a commit of the iam room panicked")))?;
        Ok(reply)
    }
}

impl Service for Iam {
    fn facts(&self) -> Facts {
        Facts {
            name: "iam",
            signing_name: "iam",
            endpoint_prefix: "iam",
            target_prefix: "AWSIdentityManagementV20100508",
            protocol: Protocol::Query,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        IAM.names()
    }

    fn rate(&self, operation: &str) -> Option<Rate> {
        IAM.rate(operation)
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        IAM.call(self, ctx, operation, body)
    }
}

impl Service for Sts {
    fn facts(&self) -> Facts {
        Facts {
            name: "sts",
            signing_name: "sts",
            endpoint_prefix: "sts",
            target_prefix: "AWSSecurityTokenServiceV20110615",
            protocol: Protocol::Query,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        STS.names()
    }

    fn rate(&self, operation: &str) -> Option<Rate> {
        STS.rate(operation)
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        STS.call(self, ctx, operation, body)
    }

    /// The token in the request says who asks.
    fn is_open(&self, operation: &str) -> bool {
        operation == "AssumeRoleWithWebIdentity"
    }
}

service::operations! {
    /// The operations of IAM that there are here. The others are for what this house hasn't got: MFA devices, SAML
    /// providers, server and signing certificates, Access Advisor, Organizations.
    static IAM: Iam {
        "AddClientIDToOpenIDConnectProvider" => ops::add_client_id_to_open_id_connect_provider,
        "AddRoleToInstanceProfile" => ops::add_role_to_instance_profile,
        "AddUserToGroup" => ops::add_user_to_group,
        "AttachGroupPolicy" => ops::attach_group_policy,
        "AttachRolePolicy" => ops::attach_role_policy,
        "AttachUserPolicy" => ops::attach_user_policy,
        "CreateAccessKey" => ops::create_access_key,
        "CreateAccountAlias" => ops::create_account_alias,
        "CreateGroup" => ops::create_group,
        "CreateInstanceProfile" => ops::create_instance_profile,
        "CreateLoginProfile" => ops::create_login_profile,
        "CreateOpenIDConnectProvider" => ops::create_open_id_connect_provider,
        "CreatePolicy" => ops::create_policy,
        "CreatePolicyVersion" => ops::create_policy_version,
        "CreateRole" => ops::create_role,
        "CreateServiceLinkedRole" => ops::create_service_linked_role,
        "CreateUser" => ops::create_user,
        "DeleteAccessKey" => ops::delete_access_key,
        "DeleteAccountAlias" => ops::delete_account_alias,
        "DeleteAccountPasswordPolicy" => ops::delete_account_password_policy,
        "DeleteGroup" => ops::delete_group,
        "DeleteGroupPolicy" => ops::delete_group_policy,
        "DeleteInstanceProfile" => ops::delete_instance_profile,
        "DeleteLoginProfile" => ops::delete_login_profile,
        "DeleteOpenIDConnectProvider" => ops::delete_open_id_connect_provider,
        "DeletePolicy" => ops::delete_policy,
        "DeletePolicyVersion" => ops::delete_policy_version,
        "DeleteRole" => ops::delete_role,
        "DeleteRolePermissionsBoundary" => ops::delete_role_permissions_boundary,
        "DeleteRolePolicy" => ops::delete_role_policy,
        "DeleteServiceLinkedRole" => ops::delete_service_linked_role,
        "DeleteUser" => ops::delete_user,
        "DeleteUserPermissionsBoundary" => ops::delete_user_permissions_boundary,
        "DeleteUserPolicy" => ops::delete_user_policy,
        "DetachGroupPolicy" => ops::detach_group_policy,
        "DetachRolePolicy" => ops::detach_role_policy,
        "DetachUserPolicy" => ops::detach_user_policy,
        "GenerateCredentialReport" => ops::generate_credential_report,
        "GetAccessKeyLastUsed" => ops::get_access_key_last_used,
        "GetAccountAuthorizationDetails" => ops::get_account_authorization_details,
        "GetAccountPasswordPolicy" => ops::get_account_password_policy,
        "GetAccountSummary" => ops::get_account_summary,
        "GetContextKeysForCustomPolicy" => ops::get_context_keys_for_custom_policy,
        "GetContextKeysForPrincipalPolicy" => ops::get_context_keys_for_principal_policy,
        "GetCredentialReport" => ops::get_credential_report,
        "GetGroup" => ops::get_group,
        "GetGroupPolicy" => ops::get_group_policy,
        "GetInstanceProfile" => ops::get_instance_profile,
        "GetLoginProfile" => ops::get_login_profile,
        "GetOpenIDConnectProvider" => ops::get_open_id_connect_provider,
        "GetPolicy" => ops::get_policy,
        "GetPolicyVersion" => ops::get_policy_version,
        "GetRole" => ops::get_role,
        "GetRolePolicy" => ops::get_role_policy,
        "GetServiceLinkedRoleDeletionStatus" => ops::get_service_linked_role_deletion_status,
        "GetUser" => ops::get_user,
        "GetUserPolicy" => ops::get_user_policy,
        "ListAccessKeys" => ops::list_access_keys,
        "ListAccountAliases" => ops::list_account_aliases,
        "ListAttachedGroupPolicies" => ops::list_attached_group_policies,
        "ListAttachedRolePolicies" => ops::list_attached_role_policies,
        "ListAttachedUserPolicies" => ops::list_attached_user_policies,
        "ListEntitiesForPolicy" => ops::list_entities_for_policy,
        "ListGroupPolicies" => ops::list_group_policies,
        "ListGroups" => ops::list_groups,
        "ListGroupsForUser" => ops::list_groups_for_user,
        "ListInstanceProfileTags" => ops::list_tags,
        "ListInstanceProfiles" => ops::list_instance_profiles,
        "ListInstanceProfilesForRole" => ops::list_instance_profiles_for_role,
        "ListMFADevices" => ops::list_mfa_devices,
        "ListOpenIDConnectProviderTags" => ops::list_tags,
        "ListOpenIDConnectProviders" => ops::list_open_id_connect_providers,
        "ListPolicies" => ops::list_policies,
        "ListPolicyTags" => ops::list_tags,
        "ListPolicyVersions" => ops::list_policy_versions,
        "ListRolePolicies" => ops::list_role_policies,
        "ListRoleTags" => ops::list_tags,
        "ListRoles" => ops::list_roles,
        "ListSAMLProviders" => ops::list_saml_providers,
        "ListSSHPublicKeys" => ops::list_ssh_public_keys,
        "ListServerCertificates" => ops::list_server_certificates,
        "ListServiceSpecificCredentials" => ops::list_service_specific_credentials,
        "ListSigningCertificates" => ops::list_signing_certificates,
        "ListUserPolicies" => ops::list_user_policies,
        "ListUserTags" => ops::list_tags,
        "ListUsers" => ops::list_users,
        "ListVirtualMFADevices" => ops::list_virtual_mfa_devices,
        "PutGroupPolicy" => ops::put_group_policy,
        "PutRolePermissionsBoundary" => ops::put_role_permissions_boundary,
        "PutRolePolicy" => ops::put_role_policy,
        "PutUserPermissionsBoundary" => ops::put_user_permissions_boundary,
        "PutUserPolicy" => ops::put_user_policy,
        "RemoveClientIDFromOpenIDConnectProvider" => ops::remove_client_id_from_open_id_connect_provider,
        "RemoveRoleFromInstanceProfile" => ops::remove_role_from_instance_profile,
        "RemoveUserFromGroup" => ops::remove_user_from_group,
        "SetDefaultPolicyVersion" => ops::set_default_policy_version,
        "SimulateCustomPolicy" => ops::simulate_custom_policy,
        "SimulatePrincipalPolicy" => ops::simulate_principal_policy,
        "TagInstanceProfile" => ops::tag,
        "TagOpenIDConnectProvider" => ops::tag,
        "TagPolicy" => ops::tag,
        "TagRole" => ops::tag,
        "TagUser" => ops::tag,
        "UntagInstanceProfile" => ops::untag,
        "UntagOpenIDConnectProvider" => ops::untag,
        "UntagPolicy" => ops::untag,
        "UntagRole" => ops::untag,
        "UntagUser" => ops::untag,
        "UpdateAccessKey" => ops::update_access_key,
        "UpdateAccountPasswordPolicy" => ops::update_account_password_policy,
        "UpdateAssumeRolePolicy" => ops::update_assume_role_policy,
        "UpdateGroup" => ops::update_group,
        "UpdateLoginProfile" => ops::update_login_profile,
        "UpdateOpenIDConnectProviderThumbprint" => ops::update_open_id_connect_provider_thumbprint,
        "UpdateRole" => ops::update_role,
        "UpdateRoleDescription" => ops::update_role_description,
        "UpdateUser" => ops::update_user,
    }
}

service::operations! {
    /// The operations of STS that there are here.
    static STS: Sts {
        "AssumeRole" => ops::assume_role,
        "AssumeRoleWithSAML" => ops::assume_role_with_saml,
        "AssumeRoleWithWebIdentity" => ops::assume_role_with_web_identity,
        "DecodeAuthorizationMessage" => ops::decode_authorization_message,
        "GetAccessKeyInfo" => ops::get_access_key_info,
        "GetCallerIdentity" => ops::get_caller_identity,
        "GetSessionToken" => ops::get_session_token,
    }
}
