//! The way from one world to the next.

use std::sync::Arc;

use store::{Batch, Error};

use crate::tables::{
    self, AccessKey, Identity, InstanceProfile, Kind, ManagedPolicy, Named, OidcProvider,
    PasswordPolicy,
};
use crate::world::World;

/// The next world in the making, and the batch that makes it durable. Everything is put into both.
pub(crate) struct Change {
    pub(crate) account: String,
    pub(crate) world: World,
    batch: Batch,
}

impl Change {
    pub(crate) fn of(world: &World, account: &str) -> Self {
        Change { account: account.to_owned(), world: world.clone(), batch: Batch::new() }
    }

    pub(crate) fn finish(self) -> (Arc<World>, Batch) {
        (Arc::new(self.world), self.batch)
    }

    pub(crate) fn put_identity(&mut self, identity: Identity) -> Result<(), Error> {
        tables::put_identity(&mut self.batch, &self.account, &identity);
        self.world.put_identity(&self.account, identity)
    }

    pub(crate) fn remove_identity(&mut self, identity: &Identity) {
        tables::delete_identity(&mut self.batch, &self.account, identity);
        let Identity { kind, name, .. } = identity;
        self.world.remove_identity(&self.account, *kind, name);
    }

    /// The names of the users in a group.
    pub(crate) fn members(&self, group: &str) -> Vec<Identity> {
        let users = self.world.identities(&self.account, Kind::User);
        users.filter(|user| user.groups.contains(group)).map(|user| (***user).clone()).collect()
    }

    pub(crate) fn put_policy(&mut self, arn: &str, policy: ManagedPolicy) -> Result<(), Error> {
        tables::put_policy(&mut self.batch, arn, &policy);
        self.world.put_policy(arn.to_owned(), policy)
    }

    pub(crate) fn remove_policy(&mut self, arn: &str) {
        tables::delete_policy(&mut self.batch, arn);
        self.world.remove_policy(arn);
    }

    pub(crate) fn put_access_key(&mut self, id: &str, key: AccessKey) {
        tables::put_access_key(&mut self.batch, id, &key);
        self.world.access_keys.insert(id.to_owned(), Arc::new(key));
    }

    pub(crate) fn remove_access_key(&mut self, id: &str) {
        tables::delete_access_key(&mut self.batch, id);
        self.world.access_keys.remove(id);
    }

    pub(crate) fn put_profile(&mut self, name: &str, profile: InstanceProfile) {
        let key: Named = (self.account.clone(), name.to_owned());
        tables::put_profile(&mut self.batch, &key, &profile);
        self.world.profiles.insert(key, Arc::new(profile));
    }

    pub(crate) fn remove_profile(&mut self, name: &str) {
        let key: Named = (self.account.clone(), name.to_owned());
        tables::delete_profile(&mut self.batch, &key);
        self.world.profiles.remove(&key);
    }

    pub(crate) fn put_password_policy(&mut self, policy: PasswordPolicy) {
        tables::put_password_policy(&mut self.batch, &self.account, &policy);
        self.world.password_policies.insert(self.account.clone(), Arc::new(policy));
    }

    pub(crate) fn remove_password_policy(&mut self) {
        tables::delete_password_policy(&mut self.batch, &self.account);
        self.world.password_policies.remove(&self.account);
    }

    pub(crate) fn put_oidc_provider(&mut self, arn: &str, provider: OidcProvider) {
        tables::put_oidc_provider(&mut self.batch, arn, &provider);
        self.world.oidc_providers.insert(arn.to_owned(), Arc::new(provider));
    }

    pub(crate) fn remove_oidc_provider(&mut self, arn: &str) {
        tables::delete_oidc_provider(&mut self.batch, arn);
        self.world.oidc_providers.remove(arn);
    }

    pub(crate) fn put_alias(&mut self, alias: String) {
        tables::put_alias(&mut self.batch, &self.account, &alias);
        self.world.aliases.insert(self.account.clone(), alias);
    }

    pub(crate) fn remove_alias(&mut self) {
        tables::delete_alias(&mut self.batch, &self.account);
        self.world.aliases.remove(&self.account);
    }
}
