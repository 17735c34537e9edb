//! What the roof itself keeps in the store: the secrets of the house.

use store::key::Key;
use store::{Batch, Error, Read};

const SECRET: &str = "house_secret";

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
