//! What the roof itself keeps in the store: access keys, until there is a room for them, and the secret of the house.

use base::Timestamp;
use minicbor::{Decode, Encode};
use store::key::{Key, Parts};
use store::{Batch, Entry, Error, Read};

const ACCESS_KEY: &str = "access_key";
const SECRET: &str = "house_secret";

/// An access key as stored, beside the id that is its key. Fields are numbered: new ones can be added, none reused.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct AccessKeyRow {
    #[n(0)]
    pub(crate) secret_access_key: String,
    /// Who it stands for.
    #[n(1)]
    pub(crate) arn: String,
    #[n(2)]
    pub(crate) created_at_millis: i64,
}

impl AccessKeyRow {
    pub(crate) fn new(secret_access_key: String, arn: String, created_at: Timestamp) -> Self {
        AccessKeyRow { secret_access_key, arn, created_at_millis: created_at.as_millis() }
    }
}

/// Every access key with its id.
pub(crate) async fn access_keys(store: &dyn Read) -> Result<Vec<(String, AccessKeyRow)>, Error> {
    store.scan(&Key::of(ACCESS_KEY).scan()).await?.iter().map(access_key).collect()
}

fn access_key(entry: &Entry) -> Result<(String, AccessKeyRow), Error> {
    let mut parts = Parts::of(ACCESS_KEY, &entry.key)?;
    let id = parts.text()?;
    parts.end()?;
    let row = minicbor::decode(&entry.value).map_err(|_| Error::Corrupt("access key"))?;
    Ok((id, row))
}

pub(crate) fn put_access_key(batch: &mut Batch, id: &str, row: &AccessKeyRow) {
    let value = minicbor::to_vec(row).expect("a vector takes all that is written");
    batch.put(Key::of(ACCESS_KEY).text(id), value);
}

/// The secret of that name, such as the one that seals paging tokens.
pub(crate) async fn secret(store: &dyn Read, name: &str) -> Result<Option<[u8; 32]>, Error> {
    let Some(value) = store.get(&Key::of(SECRET).text(name)).await? else {
        return Ok(None);
    };
    (*value).try_into().map(Some).map_err(|_| Error::Corrupt("secret of the house"))
}

pub(crate) fn put_secret(batch: &mut Batch, name: &str, secret: [u8; 32]) {
    batch.put(Key::of(SECRET).text(name), secret.to_vec());
}
