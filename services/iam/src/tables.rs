//! The rows of this room. Fields are numbered: new ones can be added, none reused.
//!
//! All of them are in memory too ([`World`](crate::world::World)): they are few, and a request must not wait for the
//! store to be told who it is. So they are read once, when the room is opened, and written through a
//! [`Change`](crate::change::Change).

mod rows;

use std::collections::BTreeMap;

use minicbor::Decode;
use store::key::{Key, Parts};
use store::{Batch, Entry, Error, Read, row};

pub(crate) use rows::*;

const IDENTITY: &str = "iam.identity";
const POLICY: &str = "iam.policy";
const PROFILE: &str = "iam.instance_profile";
const ALIAS: &str = "iam.account_alias";
const PASSWORD_POLICY: &str = "iam.password_policy";
const OIDC_PROVIDER: &str = "iam.oidc_provider";
/// The root keys were here before there was this room.
const ACCESS_KEY: &str = "access_key";

/// Account, then a name.
pub(crate) type Named = (String, String);

pub(crate) async fn identities(store: &dyn Read) -> Result<Vec<(String, Identity)>, Error> {
    let entries = store.scan(&Key::of(IDENTITY).scan()).await?;
    entries
        .iter()
        .map(|entry| {
            let mut parts = Parts::of(IDENTITY, &entry.key)?;
            let account = parts.text()?;
            Ok((account, decode(&entry.value)?))
        })
        .collect()
}

pub(crate) async fn policies(store: &dyn Read) -> Result<Vec<(String, ManagedPolicy)>, Error> {
    store.scan(&Key::of(POLICY).scan()).await?.iter().map(|entry| one(POLICY, entry)).collect()
}

pub(crate) async fn access_keys(store: &dyn Read) -> Result<Vec<(String, AccessKey)>, Error> {
    let entries = store.scan(&Key::of(ACCESS_KEY).scan()).await?;
    entries.iter().map(|entry| one(ACCESS_KEY, entry)).collect()
}

pub(crate) async fn profiles(store: &dyn Read) -> Result<BTreeMap<Named, InstanceProfile>, Error> {
    let entries = store.scan(&Key::of(PROFILE).scan()).await?;
    entries
        .iter()
        .map(|entry| {
            let mut parts = Parts::of(PROFILE, &entry.key)?;
            let key = (parts.text()?, parts.text()?);
            parts.end()?;
            Ok((key, decode(&entry.value)?))
        })
        .collect()
}

pub(crate) async fn aliases(store: &dyn Read) -> Result<BTreeMap<String, String>, Error> {
    store.scan(&Key::of(ALIAS).scan()).await?.iter().map(|entry| one(ALIAS, entry)).collect()
}

/// The rules for passwords by account.
pub(crate) async fn password_policies(
    store: &dyn Read,
) -> Result<Vec<(String, PasswordPolicy)>, Error> {
    let entries = store.scan(&Key::of(PASSWORD_POLICY).scan()).await?;
    entries.iter().map(|entry| one(PASSWORD_POLICY, entry)).collect()
}

/// Identity providers by ARN.
pub(crate) async fn oidc_providers(store: &dyn Read) -> Result<Vec<(String, OidcProvider)>, Error> {
    let entries = store.scan(&Key::of(OIDC_PROVIDER).scan()).await?;
    entries.iter().map(|entry| one(OIDC_PROVIDER, entry)).collect()
}

pub(crate) fn put_password_policy(batch: &mut Batch, account: &str, policy: &PasswordPolicy) {
    batch.put(Key::of(PASSWORD_POLICY).text(account), row::encode(policy));
}

pub(crate) fn delete_password_policy(batch: &mut Batch, account: &str) {
    batch.delete(Key::of(PASSWORD_POLICY).text(account));
}

pub(crate) fn put_oidc_provider(batch: &mut Batch, arn: &str, provider: &OidcProvider) {
    batch.put(Key::of(OIDC_PROVIDER).text(arn), row::encode(provider));
}

pub(crate) fn delete_oidc_provider(batch: &mut Batch, arn: &str) {
    batch.delete(Key::of(OIDC_PROVIDER).text(arn));
}

pub(crate) fn put_identity(batch: &mut Batch, account: &str, identity: &Identity) {
    batch.put(identity_key(account, identity.kind, &identity.name), row::encode(identity));
}

pub(crate) fn delete_identity(batch: &mut Batch, account: &str, identity: &Identity) {
    batch.delete(identity_key(account, identity.kind, &identity.name));
}

pub(crate) fn put_policy(batch: &mut Batch, arn: &str, policy: &ManagedPolicy) {
    batch.put(Key::of(POLICY).text(arn), row::encode(policy));
}

pub(crate) fn delete_policy(batch: &mut Batch, arn: &str) {
    batch.delete(Key::of(POLICY).text(arn));
}

pub(crate) fn put_access_key(batch: &mut Batch, id: &str, key: &AccessKey) {
    batch.put(Key::of(ACCESS_KEY).text(id), row::encode(key));
}

pub(crate) fn delete_access_key(batch: &mut Batch, id: &str) {
    batch.delete(Key::of(ACCESS_KEY).text(id));
}

pub(crate) fn put_profile(batch: &mut Batch, (account, name): &Named, profile: &InstanceProfile) {
    batch.put(Key::of(PROFILE).text(account).text(name), row::encode(profile));
}

pub(crate) fn delete_profile(batch: &mut Batch, (account, name): &Named) {
    batch.delete(Key::of(PROFILE).text(account).text(name));
}

pub(crate) fn put_alias(batch: &mut Batch, account: &str, alias: &str) {
    batch.put(Key::of(ALIAS).text(account), row::encode(&alias));
}

pub(crate) fn delete_alias(batch: &mut Batch, account: &str) {
    batch.delete(Key::of(ALIAS).text(account));
}

/// Names differ by more than case, so their lower case tells them apart.
fn identity_key(account: &str, kind: Kind, name: &str) -> Key {
    let kind = match kind {
        Kind::User => "user",
        Kind::Group => "group",
        Kind::Role => "role",
    };
    Key::of(IDENTITY).text(account).text(kind).text(&name.to_lowercase())
}

fn one<R: for<'b> Decode<'b, ()>>(table: &str, entry: &Entry) -> Result<(String, R), Error> {
    let mut parts = Parts::of(table, &entry.key)?;
    let key = parts.text()?;
    parts.end()?;
    Ok((key, decode(&entry.value)?))
}

fn decode<R: for<'b> Decode<'b, ()>>(row: &[u8]) -> Result<R, Error> {
    row::decode(row, "a row of the iam room")
}
