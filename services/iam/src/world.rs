//! Everything this room keeps, in memory, as it is at one moment.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use base::Arn;
use policy::{Kind as PolicyKind, Policy};
use store::{Error, Read};

use crate::managed;
use crate::tables::{
    self, AccessKey, Identity, InstanceProfile, Kind, ManagedPolicy, Named, OidcProvider,
    PasswordPolicy,
};

/// A world never changes: a [`Change`](crate::change::Change) makes the next one. Copies share what they hold.
#[derive(Clone, Default)]
pub(crate) struct World {
    /// By account, kind, and name in lower case.
    identities: BTreeMap<(String, Kind, String), Arc<Entity>>,
    /// By ARN.
    policies: BTreeMap<String, Arc<Managed>>,
    /// By id.
    pub(crate) access_keys: BTreeMap<String, Arc<AccessKey>>,
    pub(crate) profiles: BTreeMap<Named, Arc<InstanceProfile>>,
    /// By account.
    pub(crate) aliases: BTreeMap<String, String>,
    /// By account.
    pub(crate) password_policies: BTreeMap<String, Arc<PasswordPolicy>>,
    /// By ARN.
    pub(crate) oidc_providers: BTreeMap<String, Arc<OidcProvider>>,
}

/// A user, group or role with its policies read.
pub(crate) struct Entity {
    row: Identity,
    pub(crate) account: String,
    /// In the order of their names in the row.
    inline_read: Vec<Policy>,
    pub(crate) trust: Option<Policy>,
}

/// A managed policy, its default version read.
pub(crate) struct Managed {
    row: ManagedPolicy,
    pub(crate) policy: Policy,
}

impl Deref for Entity {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.row
    }
}

impl Deref for Managed {
    type Target = ManagedPolicy;

    fn deref(&self) -> &ManagedPolicy {
        &self.row
    }
}

impl Entity {
    /// Its inline policies by name.
    pub(crate) fn inline_policies(&self) -> impl Iterator<Item = (&String, &Policy)> {
        self.row.inline.keys().zip(&self.inline_read)
    }
}

const CORRUPT: Error = Error::Corrupt("a stored policy can't be read");

impl World {
    pub(crate) async fn load(store: &dyn Read) -> Result<Self, Error> {
        let mut world = World {
            profiles: tables::profiles(store)
                .await?
                .into_iter()
                .map(|(key, profile)| (key, Arc::new(profile)))
                .collect(),
            aliases: tables::aliases(store).await?,
            ..World::default()
        };
        for (account, policy) in tables::password_policies(store).await? {
            world.password_policies.insert(account, Arc::new(policy));
        }
        for (arn, provider) in tables::oidc_providers(store).await? {
            world.oidc_providers.insert(arn, Arc::new(provider));
        }
        for (id, key) in tables::access_keys(store).await? {
            world.access_keys.insert(id, Arc::new(key));
        }
        for (arn, policy) in tables::policies(store).await? {
            world.put_policy(arn, policy)?;
        }
        for (account, identity) in tables::identities(store).await? {
            world.put_identity(&account, identity)?;
        }
        Ok(world)
    }

    pub(crate) fn put_identity(&mut self, account: &str, row: Identity) -> Result<(), Error> {
        let read = |text: &String, kind| Policy::parse(text, kind).map_err(|_| CORRUPT);
        let inline_read: Result<_, _> =
            row.inline.values().map(|text| read(text, PolicyKind::Inline)).collect();
        let trust = row.role.as_ref().map(|role| read(&role.trust, PolicyKind::Trust));
        let key = (account.to_owned(), row.kind, row.name.to_lowercase());
        let account = account.to_owned();
        let entity = Entity { row, account, inline_read: inline_read?, trust: trust.transpose()? };
        self.identities.insert(key, Arc::new(entity));
        Ok(())
    }

    pub(crate) fn remove_identity(&mut self, account: &str, kind: Kind, name: &str) {
        self.identities.remove(&(account.to_owned(), kind, name.to_lowercase()));
    }

    pub(crate) fn put_policy(&mut self, arn: String, row: ManagedPolicy) -> Result<(), Error> {
        let version = row.version(row.default_version).ok_or(CORRUPT)?;
        let policy = Policy::parse(&version.document, PolicyKind::Managed).map_err(|_| CORRUPT)?;
        self.policies.insert(arn, Arc::new(Managed { row, policy }));
        Ok(())
    }

    pub(crate) fn remove_policy(&mut self, arn: &str) {
        self.policies.remove(arn);
    }

    /// The identity of that name, in whatever case it is spelled.
    pub(crate) fn spelled(&self, account: &str, kind: Kind, name: &str) -> Option<&Arc<Entity>> {
        self.identities.get(&(account.to_owned(), kind, name.to_lowercase()))
    }

    /// The identity of exactly that name.
    pub(crate) fn identity(&self, account: &str, kind: Kind, name: &str) -> Option<&Arc<Entity>> {
        self.spelled(account, kind, name).filter(|entity| entity.name == name)
    }

    /// The identities of a kind, by name.
    pub(crate) fn identities(
        &self,
        account: &str,
        kind: Kind,
    ) -> impl Iterator<Item = &Arc<Entity>> {
        let from = (account.to_owned(), kind, String::new());
        let account = account.to_owned();
        self.identities
            .range(from..)
            .take_while(move |((of, its_kind, _), _)| *of == account && *its_kind == kind)
            .map(|(_, entity)| entity)
    }

    /// All identities of an account.
    pub(crate) fn everybody(&self, account: &str) -> impl Iterator<Item = &Arc<Entity>> {
        [Kind::User, Kind::Group, Kind::Role]
            .into_iter()
            .flat_map(move |kind| self.identities(account, kind))
    }

    /// A managed policy: the account's own, or one of AWS's.
    pub(crate) fn policy(&self, arn: &str) -> Option<Arc<Managed>> {
        self.policies.get(arn).cloned().or_else(|| managed::policy(arn))
    }

    /// The managed policies of an account, by ARN.
    pub(crate) fn policies(&self, account: &str) -> impl Iterator<Item = (&String, &Arc<Managed>)> {
        let owned = move |arn: &str| Arn::parse(arn).is_ok_and(|arn| arn.account == account);
        self.policies.iter().filter(move |(arn, _)| owned(arn))
    }

    /// The user or role that an ARN names: a user's own, a role's, or that of a role's session.
    pub(crate) fn behind(&self, arn: &Arn) -> Option<&Arc<Entity>> {
        let (first, rest) = arn.resource.split_once('/')?;
        let last = rest.rsplit('/').next().unwrap_or(rest);
        match first {
            "user" => self.identity(&arn.account, Kind::User, last),
            "role" => self.identity(&arn.account, Kind::Role, last),
            "assumed-role" => {
                self.identity(&arn.account, Kind::Role, rest.split('/').next().unwrap_or(rest))
            }
            _ => None,
        }
    }

    /// All policies that an identity has, its own and those of its groups.
    pub(crate) fn policies_of(&self, entity: &Entity) -> Vec<Policy> {
        let mut policies = self.own_policies(entity);
        for name in &entity.groups {
            if let Some(group) = self.identity(&entity.account, Kind::Group, name) {
                policies.extend(self.own_policies(group));
            }
        }
        policies
    }

    fn own_policies(&self, entity: &Entity) -> Vec<Policy> {
        let attached = entity.attached.iter().filter_map(|arn| self.policy(arn));
        let attached = attached.map(|managed| managed.policy.clone());
        entity.inline_read.iter().cloned().chain(attached).collect()
    }

    /// How many identities have that managed policy, and how many have it as their boundary.
    pub(crate) fn uses(&self, account: &str, arn: &str) -> (usize, usize) {
        let has = |entity: &&Arc<Entity>| entity.attached.iter().any(|attached| attached == arn);
        let bounded = |entity: &&Arc<Entity>| entity.boundary.as_deref() == Some(arn);
        (
            self.everybody(account).filter(has).count(),
            self.everybody(account).filter(bounded).count(),
        )
    }
}
